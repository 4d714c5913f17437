"""What a chunk of AddReviews and Resample does: one call of the store for up to 100 tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from allocator.model import RequestKey, TaskId
from allocator.ports import EntryPlace, Ledger, Outcome, Views
from allocator.services.drawing_again import DrawingAgain
from allocator.services.driving import Doer, Running
from allocator.services.named_tasks import NamedTasks
from allocator.services.queue_settings import Known, SettingsCache
from allocator.strategies.operations import Part, Verb
from dibs import errors

TRIES: Final = 4
ADDED, RESAMPLED = 1, 2
"""Why there are more reviews, as numbered in the log."""

Given = Callable[[int, TaskId, Known, Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]
"""What of a past submission is to be reviewed; None: nothing."""


class ReviewChunks:
    """One method a verb. What cannot be reviewed is kept, not refused."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        views: Views,
        settings: SettingsCache,
        named: NamedTasks,
        again: DrawingAgain,
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._settings = settings
        self._named = named
        self._again = again

    def doers(self) -> Mapping[Verb, Doer]:
        """How the chunks of each verb are done."""
        return {Verb.ADD_REVIEWS: self.add, Verb.RESAMPLE: self.resample}

    async def add(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Tasks are reviewed once more."""
        return await self._review(one, key, part, ADDED, self._again.more)

    async def resample(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """What the present rates draw of tasks is reviewed, too."""
        return await self._review(one, key, part, RESAMPLED, self._again.drawn)

    async def _review(
        self, one: Running, key: RequestKey, part: Part, why: int, given: Given
    ) -> Outcome:
        """Read what is known of the submissions until it is new enough.

        Raises TaskChanged if it never is.
        """
        tasks = [TaskId(entry=entry, slot=slot) for entry, _, _, slot in part.entries]
        came = {
            entry: EntryPlace(queue=part.queue, class_=class_, priority=rank)
            for entry, class_, rank, _ in part.entries
        }
        # What was submitted before it began is known of, however far behind the views are.
        await self._views.wait_for(one.project, one.operation)
        for _ in range(TRIES):
            known = await self._settings.fresh(one.project, part.queue)
            told = await self._named.told(one.project, tasks, came)
            found = await asyncio.gather(
                *(given(one.project, task, known, part.how) for task in tasks)
            )
            outcome = await self._ledger.change(
                *(one.project, "add_reviews", key, one.actor),
                queue=part.queue,
                why=why,
                as_of=told.as_of,
                tasks=[
                    [*row[:-1], what, row[-1]]
                    for row, what in zip(told.rows, found, strict=True)
                    if what
                ],
                named=len(tasks),
                content=0,
            )
            if outcome.word != "stale_entry":
                return outcome
            await self._views.wait_for(one.project, outcome.seq)
        raise errors.TaskChanged(str(tasks[0]))
