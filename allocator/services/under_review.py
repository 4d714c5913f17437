"""Reviews that are in somebody's way, or wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.answers_asking import Editable, Verdict, Waiting
from allocator.answers_tasks import TaskRecord
from allocator.filters import All, Compare, Order
from allocator.model import REVIEWS, TaskId, TaskKind, TaskState
from allocator.ports import Directory, Reviews, ReviewView
from allocator.ports.lists import ListAsk

MOST: Final = 100
HELD: Final = frozenset({TaskState.ASSIGNED, TaskState.IN_PROGRESS})
ENDED: Final = frozenset({TaskState.COMPLETED, TaskState.REMOVED})


class UnderReview:
    """Reads of reviews that are not finished."""

    def __init__(self, *, reviews: Reviews, directory: Directory) -> None:
        self._reviews = reviews
        self._directory = directory

    async def editable(self, project: int, record: TaskRecord, person: int) -> Editable:
        """Whether somebody may edit a task that is under review: who holds a review of it."""
        found = await self._unfinished(project, record.task.task)
        if not found:
            return Editable(verdict=Verdict.IN_REVIEW, record=record)
        theirs = [one for one in found if one.person == person and one.state in HELD]
        held = [one for one in found if one.state in HELD]
        one = (theirs or held or found)[0]
        people = await self._directory.people_ids(project, {one.person} - {0})
        return Editable(
            verdict=Verdict.ALLOWED if theirs else Verdict.IN_REVIEW,
            record=record,
            review=TaskId.of_review(one.review - REVIEWS),
            reviewer=people.get(one.person, ""),
        )

    async def _unfinished(self, project: int, task: TaskId) -> Sequence[ReviewView]:
        wanted = {"entry": task.entry, "slot": task.slot}
        of_task = [Compare(field=name, operator="=", value=n) for name, n in wanted.items()]
        not_ended = [Compare(field="state", operator="!=", value=int(state)) for state in ENDED]
        ask = ListAsk(
            filter=All((*of_task, *not_ended)), order=Order(field="create_time"), limit=MOST
        )
        return await self._reviews.reviews(project, ask)

    async def waiting(self, project: int, queue: int, kind: TaskKind) -> tuple[Waiting, ...]:
        """For whom reviews of a queue wait."""
        rows = await self._reviews.waiting(project, queue, kind - 1, MOST)
        people = await self._directory.people_ids(project, {row.person for row in rows})
        return tuple(
            Waiting(reviewer=people[row.person], reviews=row.reviews, oldest_ms=row.oldest_ms)
            for row in rows
        )

    async def stage_of(self, project: int, review: TaskId) -> tuple[int, TaskKind] | None:
        """The queue and the kind of a review; None: there is no such review."""
        view = await self._reviews.review(project, review.entry)
        return (view.queue, TaskKind(view.kind + 1)) if view else None

    async def state_of(self, project: int, review: TaskId) -> TaskState:
        """Where a review stands that has left what is live."""
        view = await self._reviews.review(project, review.entry)
        return TaskState(view.state) if view else TaskState.REMOVED
