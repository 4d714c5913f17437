"""Whether the live state and the views still are what the log adds up to; heals what is not.

A small project is compared whole: Redis with the audit's model, key by key,
and the views with a replay, row by row. Of a large one the counters are
compared, a queue a round: those of Redis, those of the views, and the rows.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from allocator import metrics
from allocator.services.outcomes import value
from audit import live
from audit.drift import differences
from audit.model import Model
from audit.structures import Shape, expected
from dibs.errors import StoreUnavailable
from store.assembly import Store
from store.events import decode
from store.log import Logged
from store.recount import recount
from store.view_rebuild import ViewRebuild

if TYPE_CHECKING:
    from redis.asyncio import Redis

EVERY_S: Final = 60.0
MOST_EVENTS: Final = 5_000
"""Up to here a project is compared whole."""
MOST_KEYS: Final = 100_000
MODELS_KEPT: Final = 50
TRIES: Final = 20
PAUSE_S: Final = 0.03
"""A read that a tick of the clock falls into tells nothing."""
PAGE: Final = 1_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Differences of one round; None: it could not be told this time."""

    redis: int | None = None
    views: int | None = None


class Drift:
    """Looks at each project now and then, the first time after `start()` of a period."""

    def __init__(
        self,
        store: Store,
        redis_url: str,
        *,
        every_s: float = EVERY_S,
        start: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._redis_url = redis_url
        self._connected: Redis | None = None
        self._every_s = every_s
        self._start = start
        self._views = ViewRebuild(store.postgres, store.log)
        self._models: dict[int, Model] = {}
        self._next: dict[int, float] = {}
        self._queue: dict[int, int] = {}

    async def follow(self, project: int) -> None:
        """One round, unless there was one a moment ago; the first ones are spread over a period."""
        now = time.monotonic()
        if now < self._next.setdefault(project, now + self._every_s * self._start()):
            return
        self._next[project] = now + self._every_s
        found = await self.check(project)
        name = await self._store.directory.project_id(project)
        for where, wrong in (("redis", found.redis), ("views", found.views)):
            if name is not None and wrong is not None:
                metrics.DRIFT.labels(name, where).set(wrong)

    async def check(self, project: int) -> Found:
        """One round: what is wrong is counted, and healed."""
        head = await self._store.log.head(project)
        if head is None:
            return Found()
        if head.seq > MOST_EVENTS:
            self._models.pop(project, None)
            return await self._counters(project)
        return Found(
            redis=await self._live(project),
            views=await self._views.heal(project, most_events=MOST_EVENTS),
        )

    async def close(self) -> None:
        """Let go of the connection to Redis."""
        if self._connected is not None:
            await self._connected.aclose()

    @property
    def _redis(self) -> Redis:
        """A client of the audit's own; made late, because one process in all needs its library."""
        if self._connected is None:
            from redis.asyncio import Redis

            self._connected = Redis.from_url(self._redis_url)
        return self._connected

    async def _live(self, project: int) -> int | None:
        """Redis against the model. Housekeeping writes no event, so a difference is seen twice."""
        from redis.exceptions import RedisError

        seen = 0
        for _ in range(TRIES):
            try:
                if await self._redis.dbsize() > MOST_KEYS:
                    return None
                header, shape, unknown = await live.read(self._redis, project)
            except RedisError as error:
                raise StoreUnavailable from error
            if header is None or header.state != "open" or not await self._at(project, header.seq):
                await asyncio.sleep(PAUSE_S)
                continue
            found = await asyncio.to_thread(_compared, self._models[project], shape)
            wrong = len(found) + len(unknown)
            if not wrong:
                return 0
            if seen:
                log.error("redis_drifted", project=project, differences=[*found, *unknown][:10])
                await self._store.recovery.fence(project, header.epoch, "drift")
                return wrong
            seen = wrong
        return None

    async def _at(self, project: int, seq: int) -> bool:
        """Bring the project's model to event `seq`; whether it stands there now."""
        if project not in self._models:
            if len(self._models) >= MODELS_KEPT:
                self._models.pop(next(iter(self._models)))
            self._models[project] = Model(project)
        model = self._models[project]
        while model.state.seq < seq:
            rows = await self._store.log.read(project, model.state.seq, PAGE)
            rows = [row for row in rows if row.seq <= seq]
            if not rows:
                return False
            await asyncio.to_thread(_advance, model, project, rows)
        return model.state.seq == seq

    async def _counters(self, project: int) -> Found:
        """One queue: the counters of Redis, those of the views, and what the rows add up to."""
        one = await recount(self._store.postgres, project, self._queue.get(project, 0))
        self._queue[project] = one.queue if one else 0
        if one is None:
            return Found()
        if one.wrong:
            await self._views.rebuild(project)
            return Found(views=one.wrong)
        outcome = await self._store.ledger.read(project, "depth", queue=one.queue)
        if outcome.word != "ok" or outcome.seq != one.seq:
            return Found(views=0)  # they are not at the same event: in a quieter moment
        depth = value(outcome)
        wrong = sum(depth.get(name, 0) != tasks for name, tasks in one.by_state.items())
        if wrong:
            header = await self._store.kernel.header(project)
            if header is not None:
                await self._store.recovery.fence(project, header.epoch, "drift")
        return Found(redis=wrong, views=0)


def _compared(model: Model, found: Shape) -> list[str]:
    return differences(expected(model.state), found)


def _advance(model: Model, project: int, rows: Sequence[Logged]) -> None:
    for row in rows:
        model.apply(
            decode(row.payload, project=project, seq=row.seq, epoch=row.epoch, chain=row.chain)
        )
