"""Servers for the tests: one of each kind a session and xdist worker.

`redis_server` runs everything that asks for it twice, on the newest and on the
oldest server that we support. `fresh_database` makes databases that are gone
after the test.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

import asyncpg
import pytest

from store.embedded import EmbeddedPostgres, EmbeddedRedis

# (template) -> dsn of a new database, a copy of the template.
FreshDatabase = Callable[..., Awaitable[str]]

pytest_plugins = ["tests.checklist"]

REDIS_SERVERS = ["valkey9", pytest.param("redis7", marks=pytest.mark.redis7)]


@contextlib.asynccontextmanager
async def private_redis(
    which: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedRedis]:
    """A server of the newest or of the oldest kind that we support."""
    if which == "redis7" and not shutil.which("redis-server") and "CI" not in os.environ:
        pytest.skip("no redis-server on PATH; in CI this would fail")
    binary: Literal["valkey", "redis7"] = "redis7" if which == "redis7" else "valkey"
    async with EmbeddedRedis(tmp_path_factory.mktemp(which), binary=binary) as server:
        yield server
    assert server.processes() == []


@pytest.fixture(scope="session", params=REDIS_SERVERS)
async def redis_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedRedis]:
    async with private_redis(request.param, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
async def postgres_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[EmbeddedPostgres]:
    # What survives a killed process does not depend on fsync; speed does.
    directory = tmp_path_factory.mktemp("postgres")
    async with EmbeddedPostgres(directory, args=["-c", "fsync=off"]) as server:
        yield server
    assert server.processes() == []


@pytest.fixture
async def fresh_database(postgres_server: EmbeddedPostgres) -> AsyncIterator[FreshDatabase]:
    admin = await asyncpg.connect(postgres_server.dsn)
    made: list[str] = []

    async def create(template: str = "template1") -> str:
        name = f"test_{uuid.uuid4().hex}"
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return postgres_server.dsn_of(name)

    yield create
    for name in made:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()
