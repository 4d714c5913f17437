"""The service as `dibs serve` runs it, but inside of a run that may kill its parts.

Made of the supervisor's own pieces: the backends, a port that the workers
share, and a slot for each worker that starts another one when it dies.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import redis.asyncio
from prometheus_client.parser import text_string_to_metric_families

from allocator import metrics
from allocator.backends import Backends
from allocator.lifeline import Order
from allocator.nursery import Nursery
from allocator.settings import LEASE_FLOOR_MS, Settings
from allocator.supervisor import WorkerSlot, reserved_port

WORKERS = 2
REBUILDS_COUNTED = "dibs_rebuild_seconds_count"
STARTS_WITHIN_S = 60.0


class Service:
    """Workers that run; `slots` are their places, `nursery` is where they come from."""

    def __init__(
        self, backends: Backends, nursery: Nursery, slots: list[WorkerSlot], target: str
    ) -> None:
        self._figures = backends.settings.figures
        self.nursery = nursery
        self.slots = slots
        self.target = target
        self.redis_url = backends.redis_url
        self.postgres_dsn = backends.postgres_dsn

    async def redis_pid(self) -> int | None:
        """The process of the Redis that runs now; None while none answers."""
        async with redis.asyncio.Redis.from_url(self.redis_url) as client:
            try:
                return int((await client.info("server"))["process_id"])
            except redis.asyncio.ConnectionError:
                return None

    def serving(self) -> list[int]:
        """The workers that said last time that they answer calls."""
        return [slot.pid for slot in self.slots if slot.serving and slot.pid is not None]

    def rebuilds(self) -> dict[str, int]:
        """How many there were, by where they began, whatever became of the workers since."""
        families = text_string_to_metric_families(metrics.exposition(self._figures).decode())
        counted = (one for family in families for one in family.samples)
        return {
            one.labels["source"]: int(one.value) for one in counted if one.name == REBUILDS_COUNTED
        }


@contextlib.asynccontextmanager
async def running(
    settings: Settings, *, lease_floor_ms: int = LEASE_FLOOR_MS
) -> AsyncIterator[Service]:
    """Start servers (those that `settings` names no address of) and workers; stop them after."""
    async with contextlib.AsyncExitStack() as stack:
        nursery = stack.enter_context(Nursery(settings.figures))
        backends = await stack.enter_async_context(Backends.open(settings))
        await backends.prepare()
        port = stack.enter_context(reserved_port(settings.host, settings.port))
        bound = backends.settings.model_copy(update={"port": port})
        order = Order(
            settings=bound, lease_floor_ms=lease_floor_ms, log=settings.data_dir / "workers.log"
        )
        slots = [WorkerSlot(number + 1, order, nursery) for number in range(settings.workers)]
        tasks = [asyncio.create_task(slot.run()) for slot in slots]
        tasks.append(asyncio.create_task(backends.keep_alive()))
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                await asyncio.gather(*(slot.first_serving.wait() for slot in slots))
            yield Service(backends, nursery, slots, f"{settings.host}:{port}")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
