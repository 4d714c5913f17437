"""Servers that the scenarios may kill, and fields to play them on."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from store.embedded import EmbeddedRedis
from tests.conftest import FreshDatabase
from tests.faults.field import Field, NewField, opened_field


@pytest.fixture(scope="module")
async def own_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedRedis]:
    async with EmbeddedRedis(tmp_path_factory.mktemp("own_redis")) as server:
        yield server


@pytest.fixture
def new_field(
    own_redis: EmbeddedRedis, fresh_database: FreshDatabase, migrated: str, tmp_path: Path
) -> NewField:
    """(seed) -> a context with a field of its own."""

    @asynccontextmanager
    async def make(seed: int) -> AsyncIterator[Field]:
        history = tmp_path / f"{uuid.uuid4().hex}.jsonl"
        async with opened_field(own_redis, await fresh_database(migrated), history, seed) as field:
            yield field

    return make
