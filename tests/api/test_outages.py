"""Stores that go away: UNAVAILABLE with RetryInfo, and then everything is as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from pydantic import SecretStr

from allocator import bootstrap
from allocator.settings import Settings
from audit import source
from dibs import errors
from dibs.v1 import allocation_pb2
from store.embedded import EmbeddedPostgres, EmbeddedRedis
from store.migrations import migrate
from tests.api.world import Stubs, World, ids, refused
from tests.conftest import in_memory

PATIENCE_S = 2.0


@dataclass
class Fragile:
    """A worker whose servers may be killed."""

    redis: EmbeddedRedis
    postgres: EmbeddedPostgres
    worker: bootstrap.Worker
    world: World


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[Fragile]:
    with in_memory(tmp_path) as directory:
        async with _fragile(directory) as fragile:
            yield fragile


@asynccontextmanager
async def _fragile(directory: Path) -> AsyncIterator[Fragile]:
    async with EmbeddedPostgres(directory) as postgres, EmbeddedRedis(directory) as redis:
        await migrate(postgres.dsn)
        settings = Settings(
            redis_url=SecretStr(redis.url),
            postgres_dsn=SecretStr(postgres.dsn),
            port=0,
            stop_grace_s=0,
        )
        async with (
            bootstrap.worker(settings, lease_floor_ms=1, patience_s=PATIENCE_S) as worker,
            grpc.aio.insecure_channel(f"127.0.0.1:{worker.port}") as channel,
        ):
            world = await World.make(Stubs(channel))
            await world.dataset("d", ["a", "b", "c"])
            await world.queue("q", "d")
            await world.people("ann", "bob")
            yield Fragile(redis, postgres, worker, world)
            report = await source.audit(postgres.dsn, redis.url)
            assert report.ok, report.table()


async def _soon(make: Any) -> Any:
    """The answer of a call once it is not UNAVAILABLE any more."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await make()
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
                await asyncio.sleep(0.1)


async def test_without_postgres_nothing_is_acknowledged_and_then_all_goes_on(
    fragile: Fragile,
) -> None:
    world = fragile.world
    held = (await world.reserve("q", "ann")).tasks[0]
    request = allocation_pb2.ReserveRequest(**world.change("bob"), queue_id="q")
    await fragile.postgres.kill()
    error = await refused(world.stubs.allocation.Reserve(request))

    assert isinstance(error, errors.StoreUnavailable)
    assert error.retry_after_s > 0
    await fragile.postgres.start()
    answer = await _soon(lambda: world.stubs.allocation.Reserve(request))
    assert ids(answer) == ["b"]
    assert await world.stubs.allocation.Reserve(request) == answer
    assert (await world.submit("ann", held)).status == "completed"
    assert await fragile.worker.check()


async def test_a_redis_that_was_emptied_is_rebuilt_before_the_next_answer(
    fragile: Fragile,
) -> None:
    world = fragile.world
    held = (await world.reserve("q", "ann")).tasks[0]
    request = allocation_pb2.ReserveRequest(**world.change("bob"), queue_id="q")
    before = await world.stubs.allocation.Reserve(request)
    await fragile.worker.store.redis.call("FLUSHALL")

    assert await world.stubs.allocation.Reserve(request) == before
    assert ids(await world.mine("ann")) == ["a"]
    assert (await world.submit("ann", held)).status == "completed"
    assert ids(await world.reserve("q", "bob", 5)) == ["c"]


async def test_a_redis_that_died_is_waited_for(fragile: Fragile) -> None:
    world = fragile.world
    held = (await world.reserve("q", "ann")).tasks[0]
    await fragile.redis.kill()
    error = await refused(world.reserve("q", "bob"))
    assert isinstance(error, errors.StoreUnavailable)
    assert not await fragile.worker.check()

    await fragile.redis.start()
    assert ids(await _soon(lambda: world.mine("ann"))) == ["a"]
    assert (await world.submit("ann", held)).status == "completed"
    assert ids(await world.reserve("q", "bob")) == ["b"]
    assert await fragile.worker.check()
