"""Attached datasets: their items become entries, chunk by chunk, in order.

Whoever drives, AttachDataset or the background role, passes the cursor it
read; another one who was faster makes the store refuse, and it reads again.
So any number may drive at once, and a kill costs nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from allocator.ports import ItemRun, Items, Lag, Ledger, Views
from allocator.services.outcomes import happened, value
from dibs import errors

CHUNK_ITEMS = 5_000
CHUNK_RUNS = 1_000
LAGS_AT_ONCE = 100


class Attaching:
    """Carries items of datasets into the queues they are attached to."""

    def __init__(self, ledger: Ledger, items: Items, views: Views) -> None:
        self._ledger = ledger
        self._items = items
        self._views = views

    async def drive(self, lag: Lag, goal: int) -> None:
        """Add chunks until the attachment's cursor has reached item `goal`."""
        cursor = lag.cursor
        while cursor < goal:
            cursor = await self.step(dataclasses.replace(lag, cursor=cursor))

    async def step(self, lag: Lag) -> int:
        """Add the next chunk behind the cursor; returns the cursor after it."""
        runs = await self._items.runs_after(lag.project, lag.dataset, lag.cursor, CHUNK_ITEMS)
        runs = runs[:CHUNK_RUNS]
        if not runs:
            raise errors.StoreUnavailable()  # there are items, and Postgres does not show them
        last = runs[-1].first + runs[-1].count - 1
        outcome = await self._ledger.change(
            lag.project,
            "add_entries",
            None,
            0,
            queue=lag.queue,
            dataset=lag.dataset,
            expected=lag.cursor,
            priority=lag.priority,
            cursor=last,
            **by_class(runs),
        )
        if outcome.word == "stale_cursor":
            return int(value(outcome))
        happened(outcome)
        return last

    async def follow(self, project: int) -> None:
        """Carry on every attachment of the project that lags, a chunk each in turn."""
        while lags := await self._views.lagging(project, LAGS_AT_ONCE):
            before = [lag.cursor for lag in lags]
            if [await self.step(lag) for lag in lags] == before:
                return


def by_class(runs: Sequence[ItemRun]) -> dict[str, Any]:
    """Runs and classes as `add_entries` takes them: a run names its class by place."""
    places: dict[tuple[int, ...], int] = {}
    for run in runs:
        places.setdefault(run.skills, len(places) + 1)
    return {
        "runs": [[places[run.skills], run.first, run.count] for run in runs],
        "classes": [list(skills) for skills in places],
    }
