"""A worker that nobody helps, with stores of its own: what it does not drive stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import grpc
import pytest
from pydantic import SecretStr

from allocator import bootstrap
from allocator.services.driving import Driving
from allocator.settings import Settings
from audit import source
from dibs import errors
from store.embedded import EmbeddedPostgres
from tests.api import fleet
from tests.api.world import Stubs, World
from tests.conftest import databases, private_redis

ITEMS = [f"i{n:03}" for n in range(250)]


async def stock(world: World) -> World:
    """A queue with 250 items, and two annotators."""
    await world.people("ann", "bob")
    await world.dataset("d", ITEMS)
    await world.queue("q", "d", slots=1)
    return world


@pytest.fixture(scope="module")
async def alone(
    postgres_server: EmbeddedPostgres, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[bootstrap.Worker]:
    """A worker that nobody helps: what it does not drive stands still."""
    async with (
        private_redis("valkey9", tmp_path_factory) as redis,
        databases(postgres_server) as create,
    ):
        dsn = await create(migrated)
        settings = Settings(
            redis_url=SecretStr(redis.url), postgres_dsn=SecretStr(dsn), port=0, stop_grace_s=0
        )
        async with bootstrap.worker(settings, lease_floor_ms=1) as worker:
            yield worker
            report = await source.audit(dsn)  # while the views still follow
        assert report.ok, report.table()


@pytest.fixture
async def lonely(alone: bootstrap.Worker) -> AsyncIterator[World]:
    """As `stocked`, on the worker that nobody helps."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{alone.port}") as channel:
        yield await stock(await World.make(Stubs(fleet.Watched(lambda: channel))))


CHUNKS = ("remove_entries", "set_priority", "reopen", "add_reviews", "assign", "drop_holds")
"""Functions that chunks call."""
CARRIES = ContextVar("CARRIES", default=False)
"""Whether who calls has begun the operation and carries it on, rather than the background."""


def carried(carry: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The same, and what is called meanwhile can tell."""

    async def told(driving: Driving, *args: Any) -> None:
        token = CARRIES.set(True)
        try:
            await carry(driving, *args)
        finally:
            CARRIES.reset(token)

    return told


class Broken:
    """Makes what chunks call of the store fail from its n-th call on, until it is mended.

    With `waits` it hangs instead, until that is set, and whoever has begun the operation gives up
    at once, as they do after a while; with `dies` only the n-th call fails, and its driver hears
    nothing more.
    """

    def __init__(self, server: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch) -> None:
        self._change = server.store.ledger.change
        self.calls = 0
        self.breaks_at = 1_000
        self.waits: asyncio.Event | None = None
        self.dies: str = ""
        monkeypatch.setattr(server.store.ledger, "change", self.change)
        monkeypatch.setattr(Driving, "carry", carried(Driving.carry))

    async def change(self, project: int, name: str, *args: object, **inputs: object) -> object:
        if name in CHUNKS:
            self.calls += 1
            if self.dies and self.calls == self.breaks_at:
                return await self._die(project, name, *args, **inputs)
            if self.calls >= self.breaks_at and self.waits is not None:
                if CARRIES.get():
                    raise errors.StoreUnavailable
                await self.waits.wait()
            elif self.calls >= self.breaks_at and not self.dies:
                raise ZeroDivisionError
        return await self._change(project, name, *args, **inputs)  # type: ignore[arg-type]

    async def _die(self, *args: Any, **inputs: Any) -> object:
        """Who drives hears nothing more: before the chunk happened, or after."""
        if self.dies == "after":
            await self._change(*args, **inputs)
        raise errors.StoreUnavailable


@pytest.fixture
def broken(alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(alone, monkeypatch)
