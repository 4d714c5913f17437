"""Attached datasets: their items become entries, chunk by chunk, in order.

Whoever drives, AttachDataset or the background role, passes the cursor it
read; another one who was faster makes the store refuse, and it reads again.
So any number may drive at once, and a kill costs nothing.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

import structlog

from allocator.ports import ItemRun, Items, Lag, Ledger, Views
from allocator.services.outcomes import happened, value
from dibs import errors

CHUNK_ITEMS = 5_000
CHUNK_RUNS = 1_000
LAGS_AT_ONCE = 100
LOOK_AGAIN_S = 0.25

log = structlog.get_logger()


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

    async def follow(self) -> None:
        """Carry on every attachment that lags, a chunk each in turn, until cancelled."""
        while True:
            lags = await self._lags()
            for lag in lags:
                await self._follow(lag)
            if not lags:
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _lags(self) -> Sequence[Lag]:
        try:
            return await self._views.lagging(LAGS_AT_ONCE)
        except errors.StoreUnavailable:
            return ()

    async def _follow(self, lag: Lag) -> None:
        try:
            await self.step(lag)
        except errors.StoreUnavailable:
            await asyncio.sleep(LOOK_AGAIN_S)
        except Exception:
            log.exception("attachment_stuck", project=lag.project, queue=lag.queue)
            await asyncio.sleep(LOOK_AGAIN_S)


def by_class(runs: Sequence[ItemRun]) -> dict[str, Any]:
    """Runs and classes as `add_entries` takes them: a run names its class by place."""
    places: dict[tuple[int, ...], int] = {}
    for run in runs:
        places.setdefault(run.skills, len(places) + 1)
    return {
        "runs": [[places[run.skills], run.first, run.count] for run in runs],
        "classes": [list(skills) for skills in places],
    }
