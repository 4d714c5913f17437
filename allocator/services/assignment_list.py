"""GetAssignment, ListAssignments and NextTask: one person's work in one queue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from allocator import answers, requests
from allocator import answers_assigning as told
from allocator import requests_assigning as asked_for
from allocator.filters import (
    EVERYTHING,
    All,
    Compare,
    Field,
    Filter,
    Kind,
    Not,
    Order,
    Some,
    comparisons,
    mapped,
)
from allocator.model import Nothing, Priority, ReasonForNothing, TaskState, WorkStatus
from allocator.origin import Channel
from allocator.ports import (
    AssignmentView,
    Content,
    Directory,
    Ledger,
    Listings,
    Ranges,
    Views,
    WallClock,
)
from allocator.ports.lists import ListAsk
from allocator.services.asking import Orders, asked
from allocator.services.assignment_ids import id_of, named, somebodys
from allocator.services.door import Door, Scope, judged
from allocator.services.held import HeldTasks
from allocator.services.outcomes import happened, some, value
from allocator.services.reasons import kept
from allocator.services.reserving import ANYWHERE, Reserving
from dibs import errors

GET = "AssignmentService.GetAssignment"
LIST = "AssignmentService.ListAssignments"
UPDATE = "AssignmentService.UpdateAssignment"
NEXT = "AssignmentService.NextTask"
OPEN = 0
"""As a status: TODO or IN_PROGRESS."""
SHARE, BUCKET, RANGE = 1, 2, 3
FIELDS: Final = {
    "queue_id": Field(kind=Kind.TEXT),
    "queue_name": Field(kind=Kind.TEXT),
    "channel": Field(kind=Kind.WORD, words={one.name: int(one) for one in Channel}),
    "person_id": Field(kind=Kind.TEXT),
    "kind": Field(kind=Kind.WORD, words={"SHARE": SHARE, "BUCKET": BUCKET, "RANGE": RANGE}),
    "status": Field(
        kind=Kind.WORD, words={"OPEN": OPEN, **{one.name: int(one) for one in WorkStatus}}
    ),
    "priority": Field(
        kind=Kind.WORD,
        words={**{rank.name: int(rank) for rank in Priority}, "N/A": int(Priority.NONE)},
    ),
    "type": Field(kind=Kind.WORD, words={"LABELING": 1, "QA": 2}),
    "overdue": Field(kind=Kind.FLAG),
    "active": Field(kind=Kind.FLAG),
    "due_time": Field(kind=Kind.TIME),
    **dict.fromkeys(
        (
            *("progress_percent", "total_tasks", "remaining_tasks", "queued", "assigned"),
            *("in_progress", "returned", "in_review", "completed", "discarded"),
            *("items_with_open_issues", "items_for_review"),
        ),
        Field(kind=Kind.NUMBER),
    ),
}
ORDERS: Final = Orders(
    keys={
        "queue_id": (str, int, int),
        "person_id": (str, int, int, int),
        "due_time": (int, int, int, int),
        "priority": (int, int, int, int),
        "remaining_tasks": (int, int, int, int),
        "progress_percent": (int, int, int, int),
    }
)
NO_DATE = 2**53 - 1
"""Where what has no due date stands, behind all others."""
NOT_ARCHIVED = Compare(field="archived", operator="=", value=False)
IS_OPEN = Some(
    tuple(
        Compare(field="status", operator="=", value=int(one))
        for one in (WorkStatus.TODO, WorkStatus.IN_PROGRESS)
    )
)


class Assignments:
    """What AssignmentService answers about assignments, and the next task of one."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        views: Views,
        listings: Listings,
        door: Door,
        reserving: Reserving,
        held: HeldTasks,
        ranges: Ranges,
        clock: WallClock,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._views = views
        self._listings = listings
        self._door = door
        self._reserving = reserving
        self._held = held
        self._ranges = ranges
        self._clock = clock

    async def get(self, ask: requests.LookAt) -> told.Assignment:
        """One assignment, of the caller's own or as they may see it.

        Raises AssignmentNotFound, PermissionDenied.
        """
        place, scope = await self._door.scope(ask.look, GET)
        await self._views.wait_for(place.project, ask.look.min_seq)
        view = await self._view(place.project, ask.id)
        if not _may_see(view, place.actor, scope):
            raise errors.AssignmentNotFound(ask.id)
        return _shown(view, self._clock.now_ms())

    async def page(self, ask: requests.ListOf) -> answers.Listed[told.Assignment]:
        """Those that the caller may see. Raises InvalidArgument, PermissionDenied."""
        place, scope = await self._door.scope(ask.look, LIST)
        everything = scope.everything
        of = ("assignments", place.project, 0 if everything else place.actor, ask.include_archived)
        wanted = asked(ask, FIELDS, ORDERS, *of)
        await self._views.wait_for(place.project, ask.look.min_seq)
        parts = [_in_rows(wanted.filter, self._clock.now_ms())]
        if not ask.include_archived:
            parts.append(NOT_ARCHIVED)
        if not everything:
            parts.append(_own(place.actor, scope))
        chosen = All(tuple(part for part in parts if part != EVERYTHING))
        node: Filter = chosen if chosen.parts else EVERYTHING
        views = await self._listings.assignments(place.project, wanted.rows(node))
        page = await wanted.listed(
            views,
            lambda view: _key(view, wanted.order.field),
            lambda: self._listings.count_assignments(place.project, node),
        )
        now_ms = self._clock.now_ms()
        return answers.Listed(
            rows=tuple(_shown(view, now_ms) for view in page.rows),
            next_token=page.next_token,
            total=page.total,
            at_least=page.at_least,
        )

    async def update(self, ask: asked_for.UpdateAssignment) -> told.Updated:
        """Say something of an assignment.

        Raises AssignmentNotFound, QueueNotFound, InvalidArgument, EtagMismatch,
        QueueArchived, PermissionDenied.
        """
        entered = await self._door.enter(ask.change.project, ask.change.actor, UPDATE)
        queue, person, number = somebodys(ask.id)
        ids = await self._directory.queue_ids(entered.project, [queue])
        place = await self._door.permit(ask.change, UPDATE, queue=ids.get(queue, ""))
        if queue not in ids:
            raise errors.AssignmentNotFound(ask.id)
        now = await self._ledger.read(place.project, "queue", queue=queue)
        await self._views.wait_for(place.project, now.seq)
        await self._view(place.project, ask.id)
        note = None if ask.note is None else await kept(self._content, place.project, ask.note)
        outcome = await self._ledger.change(
            *(place.project, "change_assignment", ask.change.key, place.actor),
            queue=queue,
            person=person,
            range=number,
            expected=ask.etag,
            due_ms=_or_left(ask.due_ms),
            priority=_or_left(ask.priority),
            content=_or_left(note),
            reason=await kept(self._content, place.project, ask.reason),
        )
        if outcome.word == "stale_etag":
            raise errors.EtagMismatch(assignment_id=ask.id)
        if outcome.word == "not_found" and value(outcome) == "range":
            raise errors.AssignmentNotFound(ask.id)
        event = happened(outcome)
        await self._views.wait_for(place.project, event.seq)
        return told.Updated(seq=event.seq, assignment=await self.shown(place.project, ask.id))

    @judged(NEXT)
    async def next_task(self, ask: asked_for.NextTask) -> answers.Reserved:
        """The first thing to do of an assignment: what is unfinished, else what Reserve gives.

        Of a range only what lies in it. Raises AssignmentNotFound, PermissionDenied.
        """
        entered = await self._door.enter(ask.change.project, ask.change.actor, NEXT)
        queue, person, number = somebodys(ask.id)
        within = ANYWHERE
        if number:
            extent = await self._ranges.extent(entered.project, queue, number)
            if extent is None:
                raise errors.AssignmentNotFound(ask.id)
            person, within = extent.person, {"first": extent.first, "last": extent.last}
        names = await self._directory.people_ids(entered.project, [person])
        ids = await self._directory.queue_ids(entered.project, [queue])
        if person not in names or queue not in ids:
            raise errors.AssignmentNotFound(ask.id)
        place, _ = await self._door.act_for(ask.change, names[person], NEXT, queue=ids[queue])
        found = await self._ledger.read(
            place.project, "unfinished", queue=queue, person=person, limit=1, **within
        )
        if number or some(value(found)):
            now_ms = self._clock.now_ms()
            tasks = await self._held.holdings(place.project, some(value(found)), now_ms)
            nothing = () if tasks else (ReasonForNothing(reason=Nothing.QUEUE_EMPTY),)
            return answers.Reserved(seq=found.seq, tasks=tasks, nothing=nothing, now_ms=now_ms)
        reserve = requests.Reserve(
            change=ask.change, queue_id=ids[queue], person=names[person], count=1
        )
        return await self._reserving.reserve(reserve)

    async def shown(self, project: int, id_: str) -> told.Assignment:
        """One assignment, as the views have it. Raises AssignmentNotFound."""
        return _shown(await self._view(project, id_), self._clock.now_ms())

    async def _view(self, project: int, id_: str) -> AssignmentView:
        fields = named(id_)._asdict()
        if fields["range"]:
            del fields["person"]
        node = All(tuple(Compare(field=f, operator="=", value=n) for f, n in fields.items()))
        order = Order(field="queue_id", down=False)
        found = await self._listings.assignments(
            project, ListAsk(order=order, limit=1, filter=node)
        )
        if not found:
            raise errors.AssignmentNotFound(id_)
        return found[0]


def _or_left(word: int | None) -> int | str:
    """As the store is told it."""
    return "" if word is None else word


def _may_see(view: AssignmentView, actor: int, scope: Scope) -> bool:
    return scope.everything or view.person == actor or view.queue in scope.queues


def _own(actor: int, scope: Scope) -> Filter:
    """One's own, and all of one's own queues."""
    mine = [Compare(field="person", operator="=", value=actor)]
    mine += [Compare(field="queue", operator="=", value=queue) for queue in scope.queues]
    return Some(tuple(mine))


def _in_rows(node: Filter, now_ms: int) -> Filter:
    """The filter in terms of rows."""

    def row(one: Compare) -> Filter:
        if one.field == "status" and one.value == OPEN:
            return IS_OPEN if one.operator == "=" else Not(IS_OPEN)
        if one.field == "overdue":
            late = All(
                (
                    Compare(field="due_time", operator="<=", value=now_ms),
                    Compare(field="remaining_tasks", operator=">", value=0),
                )
            )
            return late if one.value is (one.operator == "=") else Not(late)
        return one

    for one in comparisons(node):
        if one.field == "overdue" and one.operator not in ("=", "!="):
            return node
    return mapped(node, row)


def _key(view: AssignmentView, field: str) -> Sequence[Any]:
    if field == "queue_id":
        return (view.queue_id, view.person, view.range)
    first = {
        "person_id": view.person_id,
        "due_time": view.due_ms or NO_DATE,
        "priority": view.priority,
        "remaining_tasks": view.remaining,
        "progress_percent": view.progress,
    }[field]
    return (first, view.queue, view.person, view.range)


def _shown(view: AssignmentView, now_ms: int) -> told.Assignment:
    rules = json.loads(view.rules)
    listed = {person for person, _ in some(rules["shares"])}
    out = rules["restricted"] and not rules["groups"] and view.person not in rules["allowed"]
    return told.Assignment(
        id=id_of(view.queue, view.person, view.range),
        first=view.first,
        last=view.last,
        queue_id=view.queue_id,
        queue_name=view.queue_name,
        channel=Channel(view.channel),
        person_id=view.person_id,
        description=view.description,
        note=view.note,
        bucket=view.person == 0,
        qa=rules.get("source", 0) > 0,
        status=WorkStatus(view.status),
        priority=Priority(view.priority),
        due_ms=view.due_ms,
        overdue=0 < view.due_ms <= now_ms and view.remaining > 0,
        active=view.active,
        locked=bool(view.person and (out or not view.active) and view.person not in listed),
        total=view.total,
        remaining=view.remaining,
        progress=view.progress,
        with_issues=view.with_issues,
        for_review=view.for_review,
        by_state={
            state: view.counts[state.name.lower()]
            for state in TaskState
            if view.counts.get(state.name.lower())
        },
        created_ms=view.created_wall,
        etag=str(view.changed),
    )
