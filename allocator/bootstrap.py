"""Knows everybody: puts a worker together from settings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from allocator import counting, metrics
from allocator.assembly import Assembly
from allocator.drift import Drift
from allocator.settings import LEASE_FLOOR_MS, Settings
from allocator.transport import Front
from store.assembly import Hooks, Store
from store.snapshots import Every

CHECK_S = 1.0
PATIENCE_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that serves calls."""

    front: Front
    store: Store

    @property
    def port(self) -> int:
        """Where it serves."""
        return self.front.port

    async def check(self) -> bool:
        """Whether both stores answer; health says the same from now on."""
        try:
            async with asyncio.timeout(CHECK_S):
                await asyncio.gather(
                    self.store.redis.call("PING"), self.store.postgres.fetchrow("SELECT 1")
                )
            serving = True
        except Exception:
            serving = False
        await self.front.tell(serving=serving)
        return serving


@contextlib.asynccontextmanager
async def worker(
    settings: Settings,
    *,
    lease_floor_ms: int = LEASE_FLOOR_MS,
    patience_s: float = PATIENCE_S,
    roles: bool = True,
) -> AsyncIterator[Worker]:
    """A worker that serves, until the block ends.

    `lease_floor_ms` is the shortest lease a queue may have, `patience_s` how
    long a call waits for stores that are away; tests lower them.
    With `roles`, it stands for election in each background role.

    Raises StoreUnavailable without a Postgres.
    """
    assert settings.redis_url
    assert settings.postgres_dsn
    store = Store(
        settings.redis_url.get_secret_value(),
        settings.postgres_dsn.get_secret_value(),
        hooks=_hooks(),
        patience_s=patience_s,
        every=Every(events=settings.snapshot_events, interval_s=settings.snapshot_interval_s),
    )
    made = Assembly(store, lease_floor_ms)
    drift = Drift(store, settings.redis_url.get_secret_value())
    for follower in (*made.followers(), drift.follow):
        store.sweeper.follow(follower)
    async with contextlib.AsyncExitStack() as ending:
        ending.push_async_callback(drift.close)
        ending.push_async_callback(store.close)
        await store.start(roles=roles)
        # Binding the port listens on it: connections come from here on.
        front = Front(settings, made.servicers())
        ending.push_async_callback(front.stop)
        ending.callback(store.tail.close)
        await front.start()
        running = Worker(front=front, store=store)
        await running.check()
        yield running


def _hooks() -> Hooks:
    return Hooks(
        rebuilt=lambda cause: metrics.rebuilds[cause].inc(),
        gate_waited=metrics.GATE_WAIT_SECONDS.observe,
        rebuild_ended=lambda source, took: metrics.REBUILD_SECONDS.labels(source).observe(took),
        snapshot_refused=lambda why: metrics.SNAPSHOTS_REFUSED.labels(why).inc(),
        snapshot_failed=lambda why: metrics.SNAPSHOTS_FAILED.labels(why).inc(),
        snapshots=metrics.snapshots,
        swept=counting.swept,
    )
