"""A real worker on real servers; each test has a project of its own."""

from __future__ import annotations

import inspect
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
from tests.api import fleet
from tests.api.alone import alone, broken, lonely  # noqa: F401
from tests.api.world import Stubs, World
from tests.conftest import REDIS_SERVERS, private_redis

# The kind of Redis that every test has a worker die on now and then.
DEADLY = "valkey9"
# Hundreds of cases of calls that are refused or mean nothing: a death among them shows nothing.
STEADY = {"test_anything", "test_bad_input", "test_permissions"}
# These wait for what the background does: asking again and again, they would kill it each time.
STEADY |= {
    *("test_clearing", "test_contributors", "test_dataset_changes", "test_datasets"),
    *("test_delays", "test_detaching", "test_importing", "test_operations", "test_pausing"),
    *("test_projects", "test_steering"),
}


@pytest.fixture(scope="session", params=REDIS_SERVERS)
def api_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
async def api_redis(
    api_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedRedis]:
    """Not the one of the store's tests: they flush it, and one Redis serves one database."""
    async with private_redis(api_kind, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
async def api_settings(api_redis: EmbeddedRedis, postgres_server: EmbeddedPostgres) -> Settings:
    logs.configure("warning")
    name = f"api_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    dsn = postgres_server.dsn_of(name)
    await migrate(dsn)
    return Settings(
        redis_url=SecretStr(api_redis.url), postgres_dsn=SecretStr(dsn), port=0, stop_grace_s=0
    )


@pytest.fixture(scope="session")
async def workers(api_settings: Settings) -> AsyncIterator[fleet.Fleet]:
    """Workers that may be killed."""
    async with fleet.fleet(api_settings) as made:
        yield made


@pytest.fixture(scope="session")
async def server(
    api_kind: str, api_settings: Settings, workers: fleet.Fleet
) -> AsyncIterator[bootstrap.Worker]:
    """A worker, in this process; leases may be as short as a millisecond."""
    # Where workers die, so do those that have the roles.
    roles = api_kind != DEADLY
    async with bootstrap.worker(api_settings, lease_floor_ms=1, roles=roles) as worker:
        yield worker
    # Everything that the tests did is legal, event by event.
    assert api_settings.postgres_dsn
    report = await source.audit(api_settings.postgres_dsn.get_secret_value())
    assert report.ok, report.table()


@pytest.fixture
async def stubs(
    request: pytest.FixtureRequest,
    api_kind: str,
    server: bootstrap.Worker,
    workers: fleet.Fleet,
) -> AsyncIterator[Stubs]:
    """Calls find another worker now and then, unless the test works inside of this process."""
    inside = {"server", "monkeypatch"} & set(inspect.signature(request.function).parameters)
    steady = request.module.__name__.rpartition(".")[2] in STEADY
    if api_kind == DEADLY and not inside and not steady:
        yield Stubs(fleet.dying(workers, request.node.nodeid))
        return
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Stubs(fleet.Watched(lambda: channel))


@pytest.fixture
async def world(stubs: Stubs) -> World:
    return await World.make(stubs)
