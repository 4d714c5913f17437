"""Figures about queues, from one process of all: the one that sweeps."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from allocator import metrics
from allocator.model import STAGE
from allocator.ports import Backlog, Directory, Items, Ledger, Reviews, Views, WallClock
from allocator.services.outcomes import some, value
from dibs.errors import QueueNotFound

EVERY_S = 5.0
MOST_QUEUES = 200
GONE_AFTER_S = 60.0
"""A project that rests is looked at every 10 s; what was not looked at for so long is no more."""

_STATES = (
    *("queued", "assigned", "in_progress", "in_review", "completed"),
    *("discarded", "returned", "removed", "available"),
)


_STAGES = {1: "review", 2: "expert_review"}
"""The kinds of reviews."""
_MOST_LOOKED_AT = 100
"""Reviews that wait, and people who may do them, when it is asked whether anybody may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown of a project: its id, when it was looked at, and the ids of its queues."""

    name: str
    at: float
    queues: Mapping[int, str]
    stages: frozenset[tuple[int, int]]
    """Queues and the kinds of reviews that their work has, or had."""


class Exporting:
    """Looks at each project now and then."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        reviews: Reviews,
        clock: WallClock,
        lag: Callable[[int], Awaitable[int]],
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views
        self._reviews = reviews
        self._clock = clock
        self._lag = lag
        self._shown: dict[int, Shown] = {}

    async def follow(self, project: int) -> None:
        """Export the project's figures, unless that was done a moment ago."""
        now = time.monotonic()
        known = self._shown.get(project)
        if known and now < known.at + EVERY_S:
            return
        name = await self._directory.project_id(project)
        if name is None:
            return
        metrics.COMMIT_LAG.labels(name).set(await self._lag(project))
        numbers = await self._ledger.read(project, "queue_numbers")
        behind = numbers.seq - await self._views.position(project)
        metrics.PROJECTION_LAG.labels(name).set(max(0, behind))
        queues = some(value(numbers)["queues"])[:MOST_QUEUES]
        named = await self._directory.queue_ids(project, queues)
        for queue in queues:
            with suppress(QueueNotFound):  # deleted since
                await self._export(project, name, queue, named[queue])
        before = known.stages if known else frozenset()
        stages = await self._export_reviews(project, name, named, before)
        shown = Shown(name=name, at=now, queues=named, stages=stages)
        if known:
            self._withdraw(known, set(known.queues) - set(queues))
        self._shown[project] = shown
        self._forget(now)

    def _withdraw(self, known: Shown, queues: Iterable[int]) -> None:
        for queue in queues:
            metrics.queue_gone(known.name, known.queues[queue], _STATES)
            for of, kind in known.stages:
                if of == queue:
                    metrics.review_gone(known.name, known.queues[queue], _STAGES[kind])

    def _forget(self, now: float) -> None:
        """Projects that were deleted are not looked at."""
        for project, known in list(self._shown.items()):
            if now > known.at + GONE_AFTER_S:
                self._withdraw(known, known.queues)
                metrics.project_lag_gone(known.name)
                del self._shown[project]

    async def _export(self, project: int, name: str, queue: int, queue_id: str) -> None:
        outcome = await self._ledger.read(project, "depth", queue=queue)
        found = value(outcome)
        since_ms = await self._items.waiting_since(project, found["oldest"])
        age_ms = 0 if since_ms is None else max(0, self._clock.now_ms() - since_ms)
        counts = {state: found.get(state, 0) for state in _STATES}
        metrics.queue_depth(
            *(name, queue_id, counts, age_ms / 1000),
            paused=found["paused"],
            pressed=found["pressed"],
        )

    async def _export_reviews(
        self,
        project: int,
        name: str,
        queues: Mapping[int, str],
        before: frozenset[tuple[int, int]],
    ) -> frozenset[tuple[int, int]]:
        """What is to be reviewed; where that was something before, also that it is nothing."""
        now_ms = self._clock.now_ms()
        found = {stage: metrics.ReviewDepth() for stage in before if stage[0] in queues}
        for one in await self._reviews.backlog(project, list(queues)):
            age_ms = max(0, now_ms - one.oldest_ms) if one.oldest_ms else 0
            nobody = await self._without_reviewer(project, one) if one.waiting else 0
            found[one.queue, one.kind] = metrics.ReviewDepth(
                waiting=one.waiting,
                held=one.held,
                units=one.units,
                oldest_age_s=age_ms / 1000,
                without_reviewer=nobody,
            )
        for (queue, kind), depth in found.items():
            metrics.review_depth(name, queues[queue], _STAGES[kind], depth)
        return frozenset(found)

    async def _without_reviewer(self, project: int, of: Backlog) -> int:
        """Of the first reviews that wait for anybody, those that nobody here may do."""
        waiting = await self._reviews.unclaimed(project, of.queue, of.kind, _MOST_LOOKED_AT)
        if not waiting:
            return 0
        people = await self._reviews.reviewers(project, _MOST_LOOKED_AT)
        with suppress(QueueNotFound):  # deleted since
            outcome = await self._ledger.read(
                *(project, "without_reviewer"),
                queue=of.kind * STAGE + of.queue,
                entries=waiting,
                people=people,
            )
            return int(value(outcome))
        return 0
