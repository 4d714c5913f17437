"""Figures about queues, from one process of all: the one that sweeps."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from allocator import metrics
from allocator.ports import Directory, Items, Ledger, Views, WallClock
from allocator.services.outcomes import some, value

EVERY_S = 5.0
MOST_QUEUES = 200

_STATES = (
    *("queued", "assigned", "in_progress", "completed"),
    *("discarded", "returned", "removed", "available"),
)


class Exporting:
    """Looks at each project now and then."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        clock: WallClock,
        lag: Callable[[int], Awaitable[int]],
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views
        self._clock = clock
        self._lag = lag
        self._next: dict[int, float] = {}

    async def follow(self, project: int) -> None:
        """Export the project's figures, unless that was done a moment ago."""
        now = time.monotonic()
        if now < self._next.get(project, 0):
            return
        self._next[project] = now + EVERY_S
        name = await self._directory.project_id(project)
        if name is None:
            return
        metrics.COMMIT_LAG.labels(name).set(await self._lag(project))
        numbers = await self._ledger.read(project, "queue_numbers")
        behind = numbers.seq - await self._views.position(project)
        metrics.PROJECTION_LAG.labels(name).set(max(0, behind))
        queues = some(value(numbers)["queues"])[:MOST_QUEUES]
        ids = await self._directory.queue_ids(project, queues)
        for queue in queues:
            await self._export(project, name, queue, ids[queue])

    async def _export(self, project: int, name: str, queue: int, queue_id: str) -> None:
        outcome = await self._ledger.read(project, "depth", queue=queue)
        if outcome.word != "ok":
            return
        found = value(outcome)
        since_ms = await self._items.waiting_since(project, found["oldest"])
        age_ms = 0 if since_ms is None else max(0, self._clock.now_ms() - since_ms)
        counts = {state: found.get(state, 0) for state in _STATES}
        metrics.queue_depth(name, queue_id, counts, age_ms / 1000, paused=found["paused"])
