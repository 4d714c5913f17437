"""Reassign and redistribute: what one person has open goes to others, planned and undone."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from allocator import answers_assigning as told
from allocator import operation_words as words
from allocator import requests_assigning as asked
from allocator.ports import Content, Directory, Ledger, Outcome
from allocator.services.assignment_ids import id_of
from allocator.services.beginning import Beginning
from allocator.services.door import Door, Place
from allocator.services.driving import packed_moves, unpacked
from allocator.services.outcomes import happened, some, value
from allocator.services.planning import Ground, Planning
from allocator.services.reasons import kept
from allocator.strategies import ranges
from allocator.strategies.operations import MovePlan
from allocator.strategies.redistribution import (
    ACTIVE_WINDOW_MS,
    Redistribution,
    Scope,
    Sharing,
    Target,
)
from dibs import errors

REASSIGNED, REDISTRIBUTED, UNDONE = 3, 4, 5
NOT_IF_WORKED_ON, IN_ANY_CASE, NOT_IF_TOUCHED = 1, 2, 3
NOBODY = 0
TRIES: Final = 3
WINDOW_MS: Final = ACTIVE_WINDOW_MS
"""So long a plan can be applied, and what was done be undone (SEMANTICS §4)."""

REASSIGN = "AssignmentService.Reassign"
PLAN = "AssignmentService.PlanRedistribution"
APPLY = "AssignmentService.ApplyRedistribution"
UNDO = "AssignmentService.UndoRedistribution"


class Movings:
    """Four verbs of AssignmentService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        door: Door,
        planning: Planning,
        beginning: Beginning,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._door = door
        self._planning = planning
        self._beginning = beginning

    async def reassign(self, ask: asked.Reassign) -> told.Moving:
        """Move all that one has open to another.

        Raises QueueNotFound, QueueArchived, PersonNotFound, NotEligible,
        AssignmentNotFound, InvalidArgument, TaskMoving, PlanStale, PermissionDenied.
        """
        if ask.source == ask.target:
            raise errors.InvalidArgument("to_person", "must be another person than from_person")
        place = await self._door.permit(ask.change, REASSIGN, queue=ask.queue_id)
        reason = await kept(self._content, place.project, ask.reason)
        for _ in range(TRIES):
            ground = await self._planning.ground(place, ask.queue_id, ask.source)
            if ask.assignment:
                ground = await self._planning.narrowed(ground, ask.assignment)
            target = await self._planning.target(ground, ask.target, all_domains=ask.all_domains)
            if target.refused is not None:
                raise errors.NotEligible([target.refused])
            scope = Scope(include_returned=True, include_started=True)
            found = await self._planning.spread(ground, [target], scope, Sharing())
            rows = _rows(ground, found, IN_ANY_CASE)
            if ask.rest_to_pool:
                rows += _to_pool(ground, found)
            whole = {row[0] for row in rows}
            if ask.assignment:
                whole.update(one.first_entry for one in ground.ranges)
            ranges = _to_one(ground, target.person, whole)
            outcome = await self._begin(ground, ask, rows, ranges, reason, target.person)
            if outcome.word != "stale_plan":
                operation = await self._carry(place, outcome, ask.queue_id, "")
                return told.Moving(
                    operation=operation,
                    staying={} if ask.rest_to_pool else _staying(found),
                    ranges=tuple(_ids(ground.queue, happened(outcome).body).get(target.person, ())),
                )
        raise errors.PlanStale(ask.queue_id)

    async def plan(self, ask: asked.PlanRedistribution) -> told.Planned:
        """Say who would get what, and keep that for a while.

        Raises QueueNotFound, QueueNotDistributed, QueueArchived,
        PersonNotFound, InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(ask.change, PLAN, queue=ask.queue_id)
        for _ in range(TRIES):
            ground = await self._planning.ground(place, ask.queue_id, ask.source, ask.filter)
            if not ground.rules["distributed"]:
                raise errors.QueueNotDistributed(ask.queue_id)
            targets = await self._planning.targets(ground, ask)
            found = await self._planning.spread(ground, targets, ask.scope, ask.sharing)
            started = IN_ANY_CASE if ask.scope.include_started else NOT_IF_WORKED_ON
            rows = await asyncio.to_thread(_rows, ground, found, started)
            ranges = await asyncio.to_thread(_to_many, ground, rows)
            outcome = await self._ledger.change(
                *(place.project, "plan_moves", ask.change.key, place.actor),
                **self._told(ground, [target.person for target in targets], len(rows), ranges),
                content=await self._packed(place, ground.queue, rows, REDISTRIBUTED, 0),
            )
            if outcome.word != "stale_plan":
                return await self._planned(place, outcome, found, targets)
        raise errors.PlanStale(ask.queue_id)

    async def apply(self, ask: asked.ApplyRedistribution) -> told.Moving:
        """Do what was planned.

        Raises QueueNotFound, PlanNotFound, PlanUsed, PlanExpired, PlanStale,
        TaskMoving, PermissionDenied.
        """
        place = await self._door.permit(ask.change, APPLY, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._ledger.change(
            *(place.project, "begin_moves", ask.change.key, place.actor),
            **_nothing_told(queue),
            why=REDISTRIBUTED,
            plan=ask.plan,
            undo=0,
            reason=await kept(self._content, place.project, ask.reason),
        )
        operation = await self._carry(place, outcome, ask.queue_id, str(ask.plan))
        return told.Moving(operation=operation)

    async def undo(self, ask: asked.UndoRedistribution) -> told.Moving:
        """Let what was moved go back, as far as nobody has touched it.

        Raises QueueNotFound, OperationNotFound, WrongOperationState,
        PlanUsed, PlanExpired, TaskMoving, PermissionDenied.
        """
        place = await self._door.permit(ask.change, UNDO, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        found = await self._ledger.read(place.project, "operation", operation=ask.operation)
        rows = []
        if found.word == "ok" and value(found)["content"]:
            body = await self._content.get(place.project, value(found)["content"])
            moved = unpacked(body)
            rows = [_back(row) for row in moved.moves] if isinstance(moved, MovePlan) else []
        reason = await kept(self._content, place.project, ask.reason)
        sources = sorted({row[5] for row in rows if row[5] > 0})
        outcome = await self._ledger.change(
            *(place.project, "begin_moves", ask.change.key, place.actor),
            **_nothing_told(queue)
            | {
                "sources": sources,
                "total": len(rows),
                "content": await self._packed(place, queue, rows, UNDONE, reason),
            },
            why=UNDONE,
            plan=0,
            undo=ask.operation,
            reason=reason,
        )
        operation = await self._carry(place, outcome, ask.queue_id, "", ask.operation)
        return told.Moving(operation=operation)

    async def _packed(
        self, place: Place, queue: int, rows: Sequence[Sequence[int]], why: int, reason: int
    ) -> int:
        body = packed_moves(queue, rows, why, reason)
        number, _ = await self._content.put(place.project, body)
        return number

    def _told(
        self, ground: Ground, targets: Sequence[int], total: int, ranges: Sequence[Sequence[int]]
    ) -> dict[str, Any]:
        return {
            "queue": ground.queue,
            "sources": [ground.source],
            "targets": list(targets),
            "ranges": list(ranges),
            "as_of": ground.as_of,
            "total": total,
        }

    async def _begin(
        self,
        ground: Ground,
        ask: asked.Reassign,
        rows: Sequence[Sequence[int]],
        ranges: Sequence[Sequence[int]],
        reason: int,
        target: int,
    ) -> Outcome:
        return await self._ledger.change(
            *(ground.place.project, "begin_moves", ask.change.key, ground.place.actor),
            **self._told(ground, [target], len(rows), ranges),
            content=await self._packed(ground.place, ground.queue, rows, REASSIGNED, reason),
            why=REASSIGNED,
            plan=0,
            undo=0,
            reason=reason,
        )

    async def _carry(
        self, place: Place, outcome: Outcome, queue_id: str, plan: str, undo: int = 0
    ) -> words.Operation:
        if outcome.word != "ok":
            raise _error(outcome, queue_id, plan, undo)
        return await self._beginning.follow(place, happened(outcome))

    async def _planned(
        self,
        place: Place,
        outcome: Outcome,
        found: Redistribution,
        targets: Sequence[Target],
    ) -> told.Planned:
        event = happened(outcome)
        weights: dict[int, list[float]] = {target.person: [] for target in targets}
        for move in found.moves:
            weights[move.person].append(float(move.task.weight))
        people = await self._directory.people_ids(place.project, [t.person for t in targets])
        ranges = _ids(event.body["queue"], event.body)
        return told.Planned(
            seq=event.seq,
            expire_ms=event.wall_ms + WINDOW_MS,
            planned=tuple(
                told.PlannedTasks(
                    person=people[t.person],
                    tasks=len(weights[t.person]),
                    weight=math.fsum(weights[t.person]),
                    ranges=tuple(ranges.get(t.person, ())),
                )
                for t in targets
            ),
            staying=_staying(found),
            gone=tuple(ranges.get(NOBODY, ())),
        )


def _nothing_told(queue: int) -> dict[str, Any]:
    return {
        "queue": queue,
        "sources": [],
        "targets": [],
        "ranges": [],
        "as_of": 0,
        "content": 0,
        "total": 0,
    }


def _rows(ground: Ground, found: Redistribution, started: int) -> list[list[int]]:
    """The moves as `assign` takes them: each only as it is known."""
    tokens = {(task.entry, task.slot): task.token for task in ground.tasks}
    rows = []
    for task, person in found.moves:
        token = tokens[task.entry, task.slot]
        rows.append([task.entry, task.slot, 0, 0, person, ground.source, token, started])
    return rows


def _to_pool(ground: Ground, found: Redistribution) -> list[list[int]]:
    """What stays goes to the pool instead."""
    return [
        [stay.task.entry, stay.task.slot, 0, 0, 0, ground.source, 0, IN_ANY_CASE]
        for stay in found.stays
    ]


def _to_one(ground: Ground, target: int, entries: Collection[int]) -> list[list[int]]:
    """The ranges that have one of the entries, as they pass on to the target."""
    given = dict.fromkeys(entries, target)
    return _passed(ground, ranges.heirs(_extents(ground), given, given))


def _to_many(ground: Ground, rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """The ranges of which everything that is open moves."""
    given = {entry: person for entry, _, _, _, person, *_ in rows}
    entries = [task.entry for task in ground.open]
    return _passed(ground, ranges.heirs(_extents(ground), entries, given))


def _extents(ground: Ground) -> list[tuple[int, int, int]]:
    return [(one.number, one.first_entry, one.last_entry) for one in ground.ranges]


def _passed(ground: Ground, heirs: Mapping[int, int]) -> list[list[int]]:
    """As the store is told it: number, places, whose it is and whose it is to be."""
    return [
        [one.number, one.first, one.last, ground.source, heirs[one.number]]
        for one in ground.ranges
        if one.number in heirs
    ]


def _ids(queue: int, body: Mapping[str, Any]) -> dict[int, list[str]]:
    """The ranges that an event passes on, by whose they are to be."""
    found: dict[int, list[str]] = {}
    for number, _, _, _, person, *_ in some(body["ranges"]):
        found.setdefault(person, []).append(id_of(queue, 0, number))
    return found


def _back(row: Sequence[int]) -> list[int]:
    """The same move the other way, of what its holder has not touched."""
    entry, slot, class_, came, person, before, _, _ = row
    return [entry, slot, class_, came, before, person, 0, NOT_IF_TOUCHED]


def _staying(found: Redistribution) -> Mapping[str, int]:
    return Counter(str(stay.why) for stay in found.stays)


def _error(outcome: Outcome, queue_id: str, plan: str, undo: int) -> errors.DibsError:
    """Why nothing moves."""
    word, detail = outcome.word, next(iter(outcome.detail), "")
    if word == "not_found" and detail == "plan":
        return errors.PlanNotFound(plan)
    if word == "not_found":
        return errors.OperationNotFound(str(undo))
    if word == "used":
        return errors.PlanUsed(detail)
    if word == "expired":
        return errors.PlanExpired(queue_id)
    if word == "moving":
        return errors.TaskMoving(queue_id)
    if word == "wrong_state":
        return errors.WrongOperationState(str(undo), "RUNNING")
    return errors.PlanStale(queue_id)
