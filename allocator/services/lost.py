"""What it means that the store does not know a task under a token.

The live state forgets finished tasks; the views have not. So a refusal is
looked up there, at or after the state that refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from allocator.model import FINISHED, TaskState
from allocator.ports import Directory, Event, Items, Ledger, Outcome, Reviews, TaskView, Views
from allocator.requests import Hold
from allocator.services import locks
from allocator.services.outcomes import UnexpectedWord, some, value
from dibs import errors

RELEASED = "released"
SKIPPED = "skipped"
ITEM_RETURNED = "item_returned"
"""A QA task ended, because its item has lost its status."""
HOLDINGS_A_CALL = 1000


class Lost:
    """Turns refusals about holds into errors, or into the answer that stands."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        reviews: Reviews,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views
        self._reviews = reviews

    async def error(
        self, project: int, hold: Hold, person: int, outcome: Outcome
    ) -> errors.DibsError:
        """The error behind a refusal of start, submit, renew or release."""
        detail = value(outcome)
        if outcome.word == "lease_lost":
            if detail.get("cause") == RELEASED and not detail.get("holder"):
                detail = {**detail, "holder": await self._releaser(project, hold, outcome)}
            return await self._lease_lost(project, hold, detail)
        if outcome.word == "not_eligible":
            return errors.NotEligible([str(detail)])
        if outcome.word == "moving":
            queue = await self._items.queue_of(project, hold.task.entry) or 0
            return errors.TaskMoving((await self._directory.queue_ids(project, [queue]))[queue])
        if outcome.word == "wrong_state":
            return errors.WrongTaskState(str(hold.task), TaskState(int(detail)).name)
        if outcome.word == "not_found" and detail == "person":
            names = await self._directory.people_ids(project, [person])
            return errors.PersonNotFound(names[person])
        if outcome.word == "not_found":
            return await self._gone(project, hold, outcome)
        raise UnexpectedWord(outcome.word)

    async def error_of_edit(
        self, project: int, hold: Hold, person: int, outcome: Outcome
    ) -> errors.DibsError:
        """The same, of what would edit the work: a status may lock it."""
        error = await self.error(project, hold, person, outcome)
        return await locks.of_edit(self._ledger, project, error)

    async def error_of_some(
        self, project: int, holds: Sequence[Hold], person: int, outcome: Outcome
    ) -> errors.DibsError:
        """The error of the first of several holds that is not held."""
        found = await self._ledger.read(
            *(project, "holdings"),
            person=person,
            queue=0,
            after_queue=0,
            after_score=-1,
            limit=HOLDINGS_A_CALL,
        )
        held = {(hold[1], hold[2], hold[6]) for hold in some(value(found))}
        refused = (h for h in holds if (h.task.entry, h.task.slot, h.token) not in held)
        return await self.error(project, next(refused, holds[0]), person, outcome)

    async def submitted_before(
        self, project: int, hold: Hold, person: int, outcome: Outcome
    ) -> Event | None:
        """The submission of this very hold, if that is why it is gone."""
        view = await self._view(project, hold, outcome.seq)
        if view is None or view.person != person or view.token != hold.token:
            return None
        if view.state not in FINISHED | {TaskState.IN_REVIEW} or not view.submitted_seq:
            return None
        return await self._ledger.event_at(project, view.submitted_seq)

    async def released_before(
        self, project: int, hold: Hold, person: int, outcome: Outcome
    ) -> int | None:
        """The seq of the release of this very hold, if that is why it is gone."""
        if outcome.word != "lease_lost" or value(outcome).get("cause") != RELEASED:
            return None
        event = await self._released(project, hold, outcome.seq)
        if event is None or event.body["person"] != person or not _names(event, hold):
            return None
        return event.seq if await self._was_granted(project, hold, person) else None

    async def skipped_before(
        self, project: int, hold: Hold, person: int, outcome: Outcome
    ) -> Event | None:
        """The skip of this very hold, if that is why it is gone."""
        if outcome.word not in ("lease_lost", "not_found") or value(outcome) == "person":
            return None
        view = await self._view(project, hold, outcome.seq)
        if view is None or view.ended != SKIPPED:
            return None
        event = await self._ledger.event_at(project, view.updated_seq)
        if event.kind != SKIPPED:
            return None
        body = event.body
        of = (body["entry"], body["slot"], body["person"], body["token"])
        mine = of == (hold.task.entry, hold.task.slot, person, hold.token)
        return event if mine else None

    async def _releaser(self, project: int, hold: Hold, outcome: Outcome) -> int:
        """Who ended the last lease by a release, 0 if that is not known any more."""
        event = await self._released(project, hold, outcome.seq)
        return event.actor if event else 0

    async def _released(self, project: int, hold: Hold, seq: int) -> Event | None:
        """The release that the task was touched by last, if it was one."""
        if hold.task.is_review:
            await self._views.wait_for(project, seq)
            review = await self._reviews.review(project, hold.task.entry)
            last = review.updated_seq if review else 0
        else:
            view = await self._view(project, hold, seq)
            last = view.updated_seq if view and view.ended == RELEASED else 0
        event = await self._ledger.event_at(project, last) if last else None
        return event if event and event.kind == RELEASED else None

    async def _was_granted(self, project: int, hold: Hold, person: int) -> bool:
        """Whether the token is that of a hold of this person on this task."""
        try:
            event = await self._ledger.event_at(project, hold.token)
        except LookupError:
            return False
        granting = event.kind in ("granted", "picked", "submitted")
        granting = granting or (event.kind == "renewed" and event.body["takeover"])
        return granting and event.body["person"] == person and _names(event, hold)

    async def _lease_lost(
        self, project: int, hold: Hold, detail: dict[str, Any]
    ) -> errors.LeaseLost:
        """Who has the task now, and since when."""
        holder, since = int(detail.get("holder") or 0), int(detail.get("since") or 0)
        names = await self._directory.people_ids(project, [holder]) if holder else {}
        return errors.LeaseLost(
            str(hold.task),
            cause=str(detail.get("cause") or "superseded"),
            holder=names.get(holder),
            since=datetime.fromtimestamp(since / 1000, UTC) if since else None,
        )

    async def _gone(self, project: int, hold: Hold, outcome: Outcome) -> errors.DibsError:
        if hold.task.is_review:
            return await self._gone_review(project, hold, outcome)
        queue = await self._items.queue_of(project, hold.task.entry)
        if queue is None:
            return errors.TaskNotFound(str(hold.task))
        there = await self._ledger.read(project, "queue", queue=queue)
        view = await self._view(project, hold, outcome.seq)
        if view is None:
            return _never_held(hold, value(there)["rules"]["slots"])
        state = TaskState(view.state)
        if view.ended == ITEM_RETURNED:
            return await self._lease_lost(project, hold, {"cause": ITEM_RETURNED})
        if state in FINISHED and view.token > hold.token:
            found = {"cause": "submitted", "holder": view.person}
            return await self._lease_lost(project, hold, found)
        return errors.WrongTaskState(str(hold.task), state.name)

    async def _gone_review(self, project: int, hold: Hold, outcome: Outcome) -> errors.DibsError:
        """A review that is not known any more was finished, or the task left review."""
        await self._views.wait_for(project, outcome.seq)
        view = await self._reviews.review(project, hold.task.entry)
        if view is None:
            return errors.TaskNotFound(str(hold.task))
        state = TaskState(view.state)
        if state is TaskState.REMOVED:
            return await self._lease_lost(project, hold, {"cause": "removed"})
        if state in FINISHED and hold.token and view.token != hold.token:
            found = {"cause": "decided", "holder": view.person}
            return await self._lease_lost(project, hold, found)
        return errors.WrongTaskState(str(hold.task), state.name)

    async def _view(self, project: int, hold: Hold, seq: int) -> TaskView | None:
        await self._views.wait_for(project, seq)
        return await self._views.task(project, hold.task.entry, hold.task.slot)


def _never_held(hold: Hold, slots: int) -> errors.DibsError:
    """No lease of it was ever given: it waits, or there is no such task."""
    if hold.task.slot > slots:
        return errors.TaskNotFound(str(hold.task))
    return errors.WrongTaskState(str(hold.task), TaskState.QUEUED.name)


def _names(event: Event, hold: Hold) -> bool:
    """Whether the event is about this task, among others."""
    return any(
        (task[0], task[1]) == (hold.task.entry, hold.task.slot)
        for task in some(event.body["refill" if event.kind == "submitted" else "tasks"])
    )
