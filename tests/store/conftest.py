"""Stores on real servers: a migrated database for each test, an emptied Redis."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from store.embedded import EmbeddedRedis
from store.redis import Multiplexer
from tests.conftest import FreshDatabase
from tests.store.servers import redis_client
from tests.store.stack import Stack, eventually, opened


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
    await nothing_is_left_open(empty_redis, dsn)


async def nothing_is_left_open(redis_url: str, dsn: str) -> None:
    """A store that was closed holds no connection, to either server."""
    connection = await asyncpg.connect(dsn)
    try:
        left = "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'dibs'"
        await eventually(lambda: connection.fetchval(f"{left} AND datname = current_database()"))
    finally:
        await connection.close()
    async with redis_client(redis_url) as client:
        await eventually(lambda: _no_client_of_ours(client))


async def _no_client_of_ours(client: Any) -> bool:
    return all(other["name"] != "dibs" for other in await client.client_list())
