"""The stages of a queue: its first task, whether it is ready for review, its data handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allocator import answers, answers_stages, requests_control
from allocator.model import Stage, TaskId, TaskState
from allocator.ports import Items, Ledger, Outcome, Views
from allocator.requests import LookAt
from allocator.services import figures
from allocator.services.door import Door, Place
from allocator.services.held import holdings
from allocator.services.outcomes import happened, some, value
from allocator.services.pending import items_pending
from dibs import errors

FOR_REVIEW = "QueueService.SubmitForReview"
SUBMIT = "QueueService.SubmitData"
WITHDRAW = "QueueService.WithdrawData"
MOST_NAMED = 100
DONE = frozenset({TaskState.COMPLETED, TaskState.DISCARDED, TaskState.REMOVED})


class Stages:
    """SubmitForReview, SubmitData and WithdrawData of QueueService."""

    def __init__(self, *, ledger: Ledger, items: Items, views: Views, door: Door) -> None:
        self._ledger = ledger
        self._items = items
        self._views = views
        self._door = door

    async def for_review(self, ask: LookAt) -> answers_stages.ForReview:
        """What is missing until the work can be reviewed; nothing changes.

        Raises QueueNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.look, FOR_REVIEW, queue=ask.id)
        queue = await self._door.queue(place.project, ask.id)
        await self._views.wait_for(place.project, ask.look.min_seq)
        view = await self._views.queue(place.project, queue)
        if view is None:
            raise errors.QueueNotFound(ask.id)
        hidden = figures.hidden_from(await self._door.caller(place), view.settings["rules"])
        by_state = figures.seen(figures.by_state(view.counts), hidden=hidden)
        pending = await items_pending(self._ledger, self._items, place.project, queue)
        missing = view.figures.remaining + view.figures.with_issues + pending
        stage = Stage(view.figures.stage)
        open_ = {state: tasks for state, tasks in by_state.items() if state not in DONE}
        return answers_stages.ForReview(
            stage=stage,
            ready=missing == 0 and stage is not Stage.PENDING,
            remaining=sum(open_.values()) if hidden else view.figures.remaining,
            by_state=open_,
            own=await self._own(place, queue),
            with_issues=view.figures.with_issues,
            pending=0 if hidden else pending,
        )

    async def submit(self, ask: requests_control.OnQueue) -> answers.Seq:
        """Hand a queue's work over, once nothing is missing.

        Raises QueueNotFound, ReviewNotPassed, DataSubmitted, PermissionDenied.
        """
        place = await self._door.permit(ask.change, SUBMIT, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        pending = await items_pending(self._ledger, self._items, place.project, queue)
        outcome = await self._change(place, ask, queue, "submit_data", pending=pending)
        if outcome.word == "unfinished":
            raise errors.ReviewNotPassed(ask.queue_id, int(value(outcome)))
        return answers.Seq(seq=happened(outcome).seq)

    async def withdraw(self, ask: requests_control.OnQueue) -> answers.Seq:
        """Take handed over work back.

        Raises QueueNotFound, DataNotSubmitted, PermissionDenied.
        """
        place = await self._door.permit(ask.change, WITHDRAW, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._change(place, ask, queue, "withdraw_data")
        if outcome.word == "not_submitted":
            raise errors.DataNotSubmitted(ask.queue_id)
        return answers.Seq(seq=happened(outcome).seq)

    async def _change(
        self, place: Place, ask: requests_control.OnQueue, queue: int, name: str, **inputs: Any
    ) -> Outcome:
        return await self._ledger.change(
            *(place.project, name, ask.change.key, place.actor), queue=queue, **inputs
        )

    async def _own(self, place: Place, queue: int) -> Sequence[TaskId]:
        """What the actor holds there, in order."""
        found = await holdings(
            self._ledger, place.project, person=place.actor, queue=queue, limit=MOST_NAMED
        )
        holds = some(value(found)) if found.word == "ok" else []
        return [TaskId(entry=hold[1], slot=hold[2]) for hold in holds]
