"""Attached datasets: their items become entries, chunk by chunk, in order.

Whoever drives, AttachDataset or the background role, passes the cursor it
read; another one who was faster makes the store refuse, and it reads again.
So any number may drive at once, a kill costs nothing, and no item comes into
a queue twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

from allocator.model import RequestKey
from allocator.ports import Duplicates, ItemRun, Items, Lag, Ledger, Outcome, Views
from allocator.services.outcomes import happened, some, value
from allocator.services.presence import present
from dibs.errors import QueueNotFound

CHUNK_ITEMS = 5_000
CHUNK_RUNS = 1_000
LAGS_AT_ONCE = 100
DETACHED = -1


class _Attachment(NamedTuple):
    """An attachment, and its queue, as of event `seq`."""

    cursor: int
    priority: int
    not_before: int
    added_seq: int
    """The queue's last addition."""
    delayed: int
    """How often something waits in the queue for its time."""
    skip: int
    """1: what is done in other queues is passed over."""
    seq: int


class Attaching:
    """Carries items of datasets into the queues they are attached to."""

    def __init__(self, ledger: Ledger, items: Items, views: Views, duplicates: Duplicates) -> None:
        self._ledger = ledger
        self._items = items
        self._views = views
        self._duplicates = duplicates

    async def drive(self, lag: Lag, goal: int) -> None:
        """Add chunks until the attachment's cursor has reached item `goal`."""
        cursor = lag.cursor
        while 0 <= cursor < goal:
            cursor = await self.step(lag)

    async def step(self, lag: Lag) -> int:
        """Add the next chunk of what is not in the queue yet; returns the cursor after it.

        DETACHED when the dataset follows no more, or the queue is gone.

        Somebody else adding at the same moment makes the store refuse. Then it is the
        cursor of `lag`: who drives reads again, who follows leaves it to the other.
        """
        try:
            return await self._step(lag)
        except QueueNotFound:
            return DETACHED

    async def _step(self, lag: Lag) -> int:
        found = await self._read(lag)
        if found is None:
            return DETACHED
        cursor = found.cursor
        runs, last = await self._next(lag, cursor)
        if last == cursor:
            return cursor
        outcome = await self.add(
            *(lag.project, None, 0),
            not_before=found.not_before,
            queue=lag.queue,
            dataset=lag.dataset,
            expected=cursor,
            added_seq=found.added_seq,
            priority=found.priority,
            cursor=last,
            **by_class(await self._absent(lag, runs, found)),
        )
        if outcome.word in ("stale_cursor", "not_found"):
            return lag.cursor
        happened(outcome)
        return last

    async def _next(self, lag: Lag, cursor: int) -> tuple[Sequence[ItemRun], int]:
        """The next chunk behind the cursor, and the last item that it reaches to.

        All of it may have been removed: then it reaches to the last item that was there before
        the look, because others may come in meanwhile.
        """
        last = await self._items.last_of(lag.project, lag.dataset)
        if last <= cursor:
            return (), cursor
        runs = await self._items.runs_after(lag.project, lag.dataset, cursor, CHUNK_ITEMS)
        runs = runs[:CHUNK_RUNS]
        return runs, runs[-1].first + runs[-1].count - 1 if runs else last

    async def add(
        self,
        project: int,
        request: RequestKey | None,
        actor: int,
        *,
        not_before: int,
        **inputs: Any,
    ) -> Outcome:
        """Let items come into a queue: as entries, or to become some at `not_before` (0: now)."""
        if not_before:
            outcome = await self._ledger.change(
                *(project, "delay_entries", request, actor), not_before=not_before, **inputs
            )
            if outcome.word != "not_delayed":
                return outcome
        return await self._ledger.change(project, "add_entries", request, actor, **inputs)

    async def ready(self, project: int, queue: int) -> Outcome:
        """The queue, in which nothing waits that is not to come any more.

        Such items would be taken for some that the queue has, and be dropped afterwards.
        Raises QueueNotFound.
        """
        while value(outcome := await self._ledger.read(project, "queue", queue=queue))["to_drop"]:
            await self._ledger.change(project, "undelay", None, 0)
        return outcome

    async def _read(self, lag: Lag) -> _Attachment | None:
        """The attachment that there is now: not the one that lagged, if it was made anew since."""
        outcome = await self.ready(lag.project, lag.queue)
        queue = value(outcome)
        await self._views.wait_for(lag.project, queue["removed_seq"])
        for dataset, cursor, priority, not_before, skip in some(queue["attached"]):
            if dataset == lag.dataset:
                return _Attachment(
                    cursor=cursor,
                    priority=priority,
                    not_before=not_before,
                    added_seq=queue["added_seq"],
                    delayed=queue["delayed"],
                    skip=skip,
                    seq=outcome.seq,
                )
        return None

    async def _absent(self, lag: Lag, runs: Sequence[ItemRun], found: _Attachment) -> list[ItemRun]:
        """The runs without the items that were added to the queue one by one before.

        And, where they are to be passed over, without those that are done in other queues.
        """
        numbers = [number for run in runs for number in range(run.first, run.first + run.count)]
        there = await present(
            *(self._items, self._views, lag.project, lag.queue, numbers, found.seq),
            delayed=found.delayed,
        )
        if found.skip:
            await self._views.wait_for(lag.project, found.seq)
            extents = [(run.first, run.count) for run in runs]
            there |= (await self._duplicates.chosen(lag.project, lag.queue, extents)).items
        if not there:
            return list(runs)
        singles = [
            ItemRun(skills=run.skills, first=number, count=1)
            for run in runs
            for number in range(run.first, run.first + run.count)
            if number not in there
        ]
        return joined(singles)

    async def follow(self, project: int) -> None:
        """Carry on every attachment of the project that lags, a chunk each in turn."""
        while lags := await self._views.lagging(project, LAGS_AT_ONCE):
            after = [await self.step(lag) for lag in lags]
            if all(
                cursor in (lag.cursor, DETACHED) for cursor, lag in zip(after, lags, strict=True)
            ):
                return


def joined(runs: Sequence[ItemRun]) -> list[ItemRun]:
    """The same items, neighbours of one kind as one run."""
    result: list[ItemRun] = []
    for run in runs:
        last = result[-1] if result else None
        if last and last.skills == run.skills and last.first + last.count == run.first:
            result[-1] = dataclasses.replace(last, count=last.count + run.count)
        else:
            result.append(run)
    return result


def by_class(runs: Sequence[ItemRun]) -> dict[str, Any]:
    """Runs and classes as `add_entries` takes them: a run names its class by place."""
    places: dict[tuple[int, ...], int] = {}
    for run in runs:
        places.setdefault(run.skills, len(places) + 1)
    return {
        "runs": [[places[run.skills], run.first, run.count] for run in runs],
        "classes": [list(skills) for skills in places],
    }
