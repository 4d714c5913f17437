"""A real worker on real servers; each test has a project of its own."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator

import grpc
import pytest
from pydantic import SecretStr

from allocator import bootstrap, logs
from allocator.nursery import Nursery
from allocator.settings import Settings
from audit import source
from store.embedded import EmbeddedPostgres, EmbeddedRedis
from tests.api import fleet
from tests.api.alone import alone, broken, lonely  # noqa: F401
from tests.api.world import Stubs, World
from tests.conftest import databases
from tests.store.servers import redis_client

# The kind of Redis that every test has a worker die on now and then.
DEADLY = "valkey9"
# Hundreds of cases of calls that are refused or mean nothing: a death among them shows nothing.
STEADY = {"test_anything", "test_bad_input", "test_permissions"}


@pytest.fixture(scope="module")
async def api_settings(
    redis_server: EmbeddedRedis, postgres_server: EmbeddedPostgres, migrated: str
) -> AsyncIterator[Settings]:
    """Stores with nothing in them. Of many projects the background has much to do."""
    logs.configure("warning")
    async with databases(postgres_server) as create, redis_client(redis_server.url) as client:
        await client.flushall()
        yield Settings(
            redis_url=SecretStr(redis_server.url),
            postgres_dsn=SecretStr(await create(migrated)),
            port=0,
            stop_grace_s=0,
            log_level="warning",
        )


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as made:
        yield made


@pytest.fixture(scope="module")
async def workers(api_settings: Settings, nursery: Nursery) -> AsyncIterator[fleet.Fleet]:
    """Workers that may be killed."""
    async with fleet.fleet(nursery, api_settings) as made:
        yield made


@pytest.fixture(scope="module")
def deadly(request: pytest.FixtureRequest, redis_kind: str) -> bool:
    """Whether every test of the module has a worker die on it now and then."""
    return redis_kind == DEADLY and request.module.__name__.rpartition(".")[2] not in STEADY


@pytest.fixture(scope="module")
async def server(
    request: pytest.FixtureRequest,
    api_settings: Settings,
    workers: fleet.Fleet,
    *,
    deadly: bool,
) -> AsyncIterator[bootstrap.Worker]:
    """A worker, in this process; leases may be as short as a millisecond."""
    # Where workers die, so do those that have the roles.
    roles = not deadly
    patience_s = getattr(request.module, "PATIENCE_S", bootstrap.PATIENCE_S)
    async with bootstrap.worker(
        api_settings, lease_floor_ms=1, patience_s=patience_s, roles=roles
    ) as worker:
        yield worker
    # Everything that the tests did is legal, event by event.
    assert api_settings.postgres_dsn
    report = await source.audit(api_settings.postgres_dsn.get_secret_value())
    assert report.ok, report.table()


@pytest.fixture
async def stubs(
    request: pytest.FixtureRequest,
    server: bootstrap.Worker,
    workers: fleet.Fleet,
    *,
    deadly: bool,
) -> AsyncIterator[Stubs]:
    """Calls find another worker now and then, unless the test works inside of this process."""
    inside = {"server", "monkeypatch"} & set(inspect.signature(request.function).parameters)
    if deadly and not inside:
        yield Stubs(fleet.dying(workers, request.node.nodeid))
        return
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Stubs(fleet.Watched(lambda: channel))


@pytest.fixture
async def world(stubs: Stubs) -> World:
    return await World.make(stubs)
