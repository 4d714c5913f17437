"""Stores on real servers: a migrated database for each test, an emptied Redis."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from store.embedded import EmbeddedPostgres, EmbeddedRedis
from store.migrations import migrate
from store.redis import Multiplexer
from tests.conftest import FreshDatabase
from tests.store.stack import Stack, opened


@pytest.fixture(scope="session")
async def migrated(postgres_server: EmbeddedPostgres) -> str:
    """A database to copy from."""
    name = f"migrated_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    await migrate(postgres_server.dsn_of(name))
    return name


@pytest.fixture
async def dsn(fresh_database: FreshDatabase, migrated: str) -> str:
    return await fresh_database(migrated)


@pytest.fixture
async def empty_redis(redis_server: EmbeddedRedis) -> str:
    """The URL of a Redis that has nothing in it."""
    redis = Multiplexer(redis_server.url)
    await redis.start()
    await redis.call("FLUSHALL")
    await redis.close()
    return redis_server.url


@pytest.fixture
async def stack(empty_redis: str, dsn: str) -> AsyncIterator[Stack]:
    async with opened(Stack(empty_redis, dsn)) as stack:
        await stack.make_project()
        yield stack
