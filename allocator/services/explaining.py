"""CanEdit and Explain: what people ask before they act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from allocator import answers_asking as answers
from allocator import requests_asking as requests
from allocator.answers_asking import Verdict
from allocator.answers_tasks import TaskRecord
from allocator.model import Cause, TaskId, TaskKind, TaskState
from allocator.ports import Directory, EntryPlace, Items, Ledger, Outcome, Views, WallClock
from allocator.requests_tasks import GetItemStatus
from allocator.services.door import Door, Place
from allocator.services.held_reviews import stage
from allocator.services.locks import status_locks
from allocator.services.named_tasks import DONE, NamedTasks
from allocator.services.outcomes import expires_in, some, value
from allocator.services.reserving import reason_of
from allocator.services.standing import Standing
from allocator.services.under_review import UnderReview
from dibs import errors

CAN_EDIT = "AllocationService.CanEdit"
EXPLAIN = "AllocationService.Explain"
HELD = frozenset({TaskState.ASSIGNED, TaskState.IN_PROGRESS, TaskState.RETURNED})


class Explaining:
    """CanEdit and Explain of AllocationService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        door: Door,
        views: Views,
        standing: Standing,
        named: NamedTasks,
        under: UnderReview,
        clock: WallClock,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._door = door
        self._views = views
        self._standing = standing
        self._named = named
        self._under = under
        self._clock = clock

    async def can_edit(self, ask: requests.CanEdit) -> answers.Editable:
        """Whether the person may edit the item now.

        Raises QueueNotFound, DatasetNotFound, ItemNotFound, PersonNotFound,
        PermissionDenied.
        """
        place = await self._door.permit(ask.look, CAN_EDIT)
        person = await self._door.person(place.project, ask.person)
        if ask.queue_id:
            queue = await self._door.queue(place.project, ask.queue_id)
            await self._door.there(place.project, queue)
        now = await self._ledger.read(place.project, "member", person=person)
        look = replace(ask.look, min_seq=max(ask.look.min_seq, now.seq))
        item = GetItemStatus(look=look, dataset_id=ask.dataset_id, external_id=ask.external_id)
        records = await self._standing.everything(place, item)
        locks = await status_locks(self._ledger, place.project)
        if ask.queue_id:
            here = [r for r in records if r.task.queue_id == ask.queue_id]
            found = _in_queue(here, ask.person, locks=locks)
        else:
            found = _anywhere(records, ask.person, locks=locks)
        if found.verdict is Verdict.IN_REVIEW and found.record:
            return await self._under.editable(place.project, found.record, person)
        return await self._until(place, person, found)

    async def _until(self, place: Place, person: int, found: answers.Editable) -> answers.Editable:
        """The answer with the end of the hold that is in the way, or is theirs."""
        record = found.record
        if record is None or record.task.state in DONE:
            return found
        came = await self._items.places(place.project, [record.task.task.entry])
        of = _of_task(record.task.task, came[record.task.task.entry])
        outcome = await self._ledger.read(place.project, "explain_task", **of, person=person)
        deadline = value(outcome)["deadline"] if outcome.word == "ok" else 0
        left_ms = max(0, deadline - outcome.clock) if deadline else -1
        ends = expires_in(left_ms, self._clock.now_ms())
        return replace(found, record=replace(record, task=replace(record.task, expire_ms=ends)))

    async def explain(self, ask: requests.Explain) -> answers.Explained:
        """What Reserve would answer, or how a task stands towards the person.

        Raises QueueNotFound, TaskNotFound, PersonNotFound, PermissionDenied.
        """
        entry = ask.task.entry if ask.task else 0
        place = await self._door.permit(
            ask.look, EXPLAIN, queue=ask.queue_id, entry=entry, person=ask.person
        )
        person = await self._door.person(place.project, ask.person)
        if ask.task is not None:
            return await self._task(place, ask.task, person)
        queue = await self._door.queue(place.project, ask.queue_id)
        number = queue if ask.kind is TaskKind.ANNOTATE else stage(queue, ask.kind)
        outcome = await self._ledger.read(place.project, "explain", queue=number, person=person)
        told = self._queue(outcome)
        if ask.kind is TaskKind.ANNOTATE or told.next_task:
            return told
        await self._views.wait_for(place.project, outcome.seq)
        waiting = await self._under.waiting(place.project, queue, ask.kind)
        return replace(told, waiting=waiting)

    def _queue(self, outcome: Outcome) -> answers.Explained:
        found = value(outcome)
        if found["task"]:
            entry, slot = found["task"]
            return answers.Explained(seq=outcome.seq, next_task=TaskId(entry=entry, slot=slot))
        return answers.Explained(
            seq=outcome.seq,
            nothing=tuple(map(reason_of, some(found["reasons"]))),
            now_ms=self._clock.now_ms(),
        )

    async def _task(self, place: Place, task: TaskId, person: int) -> answers.Explained:
        of = await self._place(place, task)
        outcome = await self._ledger.read(place.project, "explain_task", **of, person=person)
        if outcome.word == "not_found":
            raise errors.TaskNotFound(str(task))
        found = value(outcome)
        state = TaskState(found["state"]) if found["state"] else None
        if state is None:
            state = await self._left(place, task, outcome.seq)
        holder = found["holder"]
        names = await self._directory.people_ids(place.project, [holder] if holder else [])
        return answers.Explained(
            seq=outcome.seq,
            state=state,
            holder=names.get(holder, ""),
            mine=bool(found["mine"]),
            causes=(Cause(found["cause"]),) if found["cause"] else (),
        )

    async def _place(self, place: Place, task: TaskId) -> dict[str, Any]:
        """Where a task or a review is. Raises TaskNotFound."""
        if task.is_review:
            now = await self._ledger.read(place.project, "member", person=place.actor)
            await self._views.wait_for(place.project, now.seq)
            found = await self._under.stage_of(place.project, task)
            if found is None:
                raise errors.TaskNotFound(str(task))
            of = {"queue": stage(*found), "entry": task.entry, "slot": 1}
            return {**of, "class": 1, "priority": 1}
        came = (await self._items.places(place.project, [task.entry])).get(task.entry)
        if came is None:
            raise errors.TaskNotFound(str(task))
        return _of_task(task, came)

    async def _left(self, place: Place, task: TaskId, seq: int) -> TaskState:
        """Where something stands that has left what is live."""
        if not task.is_review:
            return await self._named.standing(place.project, task, seq)
        await self._views.wait_for(place.project, seq)
        return await self._under.state_of(place.project, task)


def _of_task(task: TaskId, came: EntryPlace) -> dict[str, Any]:
    return {
        "queue": came.queue,
        "entry": task.entry,
        "slot": task.slot,
        "class": came.class_,
        "priority": came.priority,
    }


def _anywhere(records: Sequence[TaskRecord], person: str, *, locks: bool) -> answers.Editable:
    """Without a queue nothing but a hold of somebody else is in the way, or a status that locks."""
    held = [r for r in records if r.task.state in HELD]
    others = [r for r in held if r.person != person]
    if others:
        return answers.Editable(verdict=Verdict.HELD, record=others[0])
    reviewed = [r for r in records if r.task.state == TaskState.IN_REVIEW]
    if reviewed:
        return answers.Editable(verdict=Verdict.IN_REVIEW, record=reviewed[0])
    done = [r for r in records if r.task.state in DONE]
    if locks and done and not held:
        return answers.Editable(verdict=Verdict.HAS_STATUS, record=done[0])
    return answers.Editable(verdict=Verdict.ALLOWED)


def _in_queue(records: Sequence[TaskRecord], person: str, *, locks: bool) -> answers.Editable:
    """Whoever has it may edit it, and, unless a status locks, who finished it.

    A hold is told before a status.
    """
    editable = HELD if locks else HELD | DONE
    mine = [r for r in records if r.person == person and r.task.state in editable]
    if mine:
        return answers.Editable(verdict=Verdict.ALLOWED, record=mine[0])
    for states, verdict in (
        (HELD, Verdict.HELD),
        (frozenset({TaskState.IN_REVIEW}), Verdict.IN_REVIEW),
        (DONE, Verdict.HAS_STATUS),
    ):
        found = [r for r in records if r.task.state in states]
        if found:
            return answers.Editable(verdict=verdict, record=found[0])
    return answers.Editable(verdict=Verdict.NOT_HELD)
