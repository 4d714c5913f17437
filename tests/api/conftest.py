"""A real worker on real servers; each test has a project of its own."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import asyncpg
import grpc
import pytest
from pydantic import SecretStr

from allocator import bootstrap, logs
from allocator.settings import Settings
from audit import source
from store.embedded import EmbeddedPostgres, EmbeddedRedis
from store.migrations import migrate
from tests.api.world import Stubs, World
from tests.conftest import REDIS_SERVERS, private_redis


@pytest.fixture(scope="session", params=REDIS_SERVERS)
async def api_redis(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedRedis]:
    """Not the one of the store's tests: they flush it, and one Redis serves one database."""
    async with private_redis(request.param, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
async def server(
    api_redis: EmbeddedRedis, postgres_server: EmbeddedPostgres
) -> AsyncIterator[bootstrap.Worker]:
    """A worker, in this process; leases may be as short as a millisecond."""
    logs.configure("warning")
    name = f"api_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    dsn = postgres_server.dsn_of(name)
    await migrate(dsn)
    settings = Settings(
        redis_url=SecretStr(api_redis.url), postgres_dsn=SecretStr(dsn), port=0, stop_grace_s=0
    )
    async with bootstrap.worker(settings, lease_floor_ms=1) as worker:
        yield worker
    # Everything that the tests did is legal, event by event.
    report = await source.audit(dsn)
    assert report.ok, report.table()


@pytest.fixture
async def stubs(server: bootstrap.Worker) -> AsyncIterator[Stubs]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Stubs(channel)


@pytest.fixture
async def world(stubs: Stubs) -> World:
    return await World.make(stubs)
