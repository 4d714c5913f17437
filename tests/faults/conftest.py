"""Servers that the scenarios may kill, and fields to play them on."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from store.embedded import EmbeddedPostgres, EmbeddedRedis
from store.migrations import migrate
from tests.conftest import FreshDatabase
from tests.faults.field import Field, NewField, opened_field


@pytest.fixture(scope="module")
async def own_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedRedis]:
    async with EmbeddedRedis(tmp_path_factory.mktemp("own_redis")) as server:
        yield server


@pytest.fixture(scope="module")
async def template(postgres_server: EmbeddedPostgres) -> str:
    """A migrated database to copy from."""
    name = f"migrated_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    await migrate(postgres_server.dsn_of(name))
    return name


@pytest.fixture
def new_field(
    own_redis: EmbeddedRedis, fresh_database: FreshDatabase, template: str, tmp_path: Path
) -> NewField:
    """(seed) -> a context with a field of its own."""

    @asynccontextmanager
    async def make(seed: int) -> AsyncIterator[Field]:
        history = tmp_path / f"{uuid.uuid4().hex}.jsonl"
        async with opened_field(own_redis, await fresh_database(template), history, seed) as field:
            yield field

    return make
