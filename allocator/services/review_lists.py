"""Issues, reviews and units, for whoever may see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from allocator import answers_reviews as told
from allocator import requests
from allocator.answers import Listed
from allocator.filters import (
    EVERYTHING,
    All,
    Compare,
    Field,
    Fields,
    Filter,
    Kind,
    Not,
    Order,
    Some,
    comparisons,
    mapped,
)
from allocator.model import REVIEWS, TaskId, TaskKind, TaskState
from allocator.ports import (
    Directory,
    IssueView,
    Items,
    Ledger,
    Reviews,
    ReviewView,
    Topic,
    UnitView,
    Views,
)
from allocator.ports.lists import ListAsk
from allocator.services import paging
from allocator.services.asking import Asked, Orders, asked
from allocator.services.door import Door, Place, Scope
from allocator.services.held_reviews import HeldReviews
from allocator.services.issue_ids import issue_id, parsed
from allocator.services.said import Said
from dibs import errors
from reviewqueue.draws import Subject
from reviewqueue.model import MISSING, Unit
from reviewqueue.record import Explanation, Record

GET_ISSUE = "ReviewService.GetIssue"
LIST_ISSUES = "ReviewService.ListIssues"
LIST_REVIEWS = "ReviewService.ListReviews"
UNITS = "ReviewService.GetReviewUnits"
FIND = "ReviewService.ListUnits"

ISSUES: Final = {
    "state": Field(kind=Kind.WORD, words={"OPEN": 1, "FOR_REVIEW": 2, "RESOLVED": 3}),
    "kind": Field(kind=Kind.WORD, words={"REJECTED": 1, "MISSING": 2}),
    **dict.fromkeys(("queue", "author", "reviewer", "task"), Field(kind=Kind.ID)),
    **dict.fromkeys(("unit_id", "class_name", "reason"), Field(kind=Kind.TEXT)),
    **dict.fromkeys(("create_time", "update_time"), Field(kind=Kind.TIME)),
}
_STATES: Final = (
    *(TaskState.QUEUED, TaskState.RETURNED, TaskState.ASSIGNED, TaskState.IN_PROGRESS),
    *(TaskState.COMPLETED, TaskState.REMOVED),
)
REVIEW_FIELDS: Final = {
    "state": Field(kind=Kind.WORD, words={state.name: int(state) for state in _STATES}),
    "kind": Field(kind=Kind.WORD, words={"REVIEW": 1, "EXPERT_REVIEW": 2}),
    **dict.fromkeys(("queue", "author", "person", "waits_for", "task"), Field(kind=Kind.ID)),
    **dict.fromkeys(("create_time", "update_time", "end_time"), Field(kind=Kind.TIME)),
}
ISSUE_ORDERS: Final = Orders(
    keys={"create_time": (int, int, int, int), "update_time": (int, int, int, int)}
)
REVIEW_ORDERS: Final = Orders(keys={"create_time": (int,), "update_time": (int, int)})
NEWEST_FIRST: Final = "create_time desc"
UNKNOWN: Final = -1
NOT_ARCHIVED: Final = Compare(field="archived", operator="=", value=False)
_TASK: Final = re.compile(r"([1-9][0-9]{0,14})-([1-9][0-9]?)")


class ReviewLists:
    """What ReviewService tells of issues, reviews and units."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        reviews: Reviews,
        door: Door,
        held: HeldReviews,
        said: Said,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views
        self._reviews = reviews
        self._door = door
        self._held = held
        self._said = said

    async def issue(self, ask: requests.LookAt) -> tuple[told.Issue, tuple[told.Comment, ...]]:
        """One issue, and what was said of it last. Raises IssueNotFound, PermissionDenied."""
        place, scope = await self._door.scope(ask.look, GET_ISSUE)
        task, unit, seq = parsed(ask.id)
        await self._views.wait_for(place.project, ask.look.min_seq)
        view = await self._reviews.issue(place.project, task, unit, seq)
        if view is None or not _sees(place, scope, view.queue, view.author, view.reviewer):
            raise errors.IssueNotFound(ask.id)
        [issue] = await self._held.issues(place.project, [view])
        topic = Topic(task.entry, task.slot, unit, seq)
        return issue, await self._said.last(place.project, topic)

    async def issues(self, ask: requests.ListOf) -> Listed[told.Issue]:
        """Issues, the newest first. Raises InvalidArgument, PermissionDenied."""
        place, wanted, chosen = await self._asked(
            ask, LIST_ISSUES, ISSUES, ISSUE_ORDERS, ("author", "reviewer")
        )
        rows = await self._reviews.issues(place.project, wanted.rows(chosen))

        async def count() -> int:
            return await self._reviews.count_issues(place.project, chosen)

        page = await wanted.listed(rows, lambda row: _issue_key(row, wanted.order), count)
        return _with(page, await self._held.issues(place.project, page.rows))

    async def reviews(self, ask: requests.ListOf) -> Listed[told.ReviewLine]:
        """Reviews, the newest first. Raises InvalidArgument, PermissionDenied."""
        place, wanted, chosen = await self._asked(
            ask, LIST_REVIEWS, REVIEW_FIELDS, REVIEW_ORDERS, ("person", "mapped", "author")
        )
        rows = await self._reviews.reviews(place.project, wanted.rows(chosen))

        async def count() -> int:
            return await self._reviews.count_reviews(place.project, chosen)

        page = await wanted.listed(rows, lambda row: _review_key(row, wanted.order), count)
        return _with(page, await self._lines(place.project, page.rows))

    async def units(self, ask: requests.LookAtTask) -> tuple[told.UnitRecord, ...]:
        """The units of a task. Raises TaskNotFound, PermissionDenied."""
        place, scope = await self._door.scope(ask.look, UNITS)
        await self._views.wait_for(place.project, ask.look.min_seq)
        queue = await self._items.queue_of(place.project, ask.task.entry)
        if queue is None:
            raise errors.TaskNotFound(str(ask.task))
        await self._door.there(place.project, queue)
        units = await self._reviews.units(place.project, ask.task)
        if units and not (scope.everything or queue in scope.queues):
            await self._check_part(place, ask, units)
        records = await self._records(place.project, units)
        why = await self._explained(place.project, queue, ask.task, units)
        return tuple(
            replace(record, why=why.get(one.unit))
            for record, one in zip(records, units, strict=True)
        )

    async def find(self, ask: requests.ListOf) -> Listed[told.UnitRecord]:
        """Units of an id, in whatever tasks. Raises QueueNotFound, PermissionDenied."""
        place, scope = await self._door.scope(ask.look, FIND, queue=ask.parent)
        queue = await self._door.queue(place.project, ask.parent) if ask.parent else 0
        if queue:
            await self._door.there(place.project, queue)
        await self._views.wait_for(place.project, ask.look.min_seq)
        of = ("units", place.project, place.actor, queue, ask.filter)
        after = paging.position(ask.page, [0, 0, 0], *of)
        if len(after) != 3 or not all(isinstance(one, int) for one in after):
            raise paging.wrong()
        size = paging.size_of(ask.page)
        rows = await self._reviews.find_units(place.project, ask.filter, tuple(after), size + 1)
        page = paging.listed(rows, ask.page, lambda one: [one.entry, one.slot, one.unit], *of)
        seen = [
            one
            for one in page.rows
            if (not queue or one.queue == queue) and (scope.everything or one.queue in scope.queues)
        ]
        return Listed(rows=await self._records(place.project, seen), next_token=page.next_token)

    async def _explained(
        self, project: int, queue: int, task: TaskId, units: Sequence[UnitView]
    ) -> Mapping[int, Explanation]:
        """By unit, why it is reviewed, or is not, since the last submission."""
        view = await self._views.task(project, task.entry, task.slot)
        if view is None or not view.submitted_seq:
            return {}
        body = (await self._ledger.event_at(project, view.submitted_seq)).body
        if not body["review"] or not body["sampled"]:
            return {}
        round_ = int(body["review"]["round"])
        queues = await self._directory.queue_ids(project, [queue])
        items = await self._items.of_entries(project, [task.entry])
        item = items[task.entry].external_id
        subject = Subject(queue=queues[queue], item=item, slot=task.slot, round=round_)
        record = Record.unpack(body["sampled"])
        return {
            one.unit: record.explain(
                Unit(number=one.unit, external_id=one.external_id, class_name=one.class_name),
                subject,
            )
            for one in units
            if one.round == round_
        }

    async def _check_part(
        self, place: Place, ask: requests.LookAtTask, units: Sequence[UnitView]
    ) -> None:
        """Raises PermissionDenied for who neither made, nor reviewed, nor reviews any of it."""
        if any(place.actor in (one.author, one.reviewer) for one in units):
            return
        task = [
            Compare(field="entry", operator="=", value=ask.task.entry),
            Compare(field="slot", operator="=", value=ask.task.slot),
            Compare(field="person", operator="=", value=place.actor),
        ]
        theirs = ListAsk(
            filter=All(tuple(task)), order=Order(field="create_time"), after=(), limit=1
        )
        if not await self._reviews.reviews(place.project, theirs):
            raise self._door.refusal(ask.look, UNITS)

    async def _asked(
        self,
        ask: requests.ListOf,
        rpc: str,
        fields: Fields,
        orders: Orders,
        own: Sequence[str],
    ) -> tuple[Place, Asked, Filter]:
        """The list that is asked for, and the filter with what the caller may see."""
        place, scope = await self._door.scope(ask.look, rpc)
        listed = replace(ask, order_by=ask.order_by or NEWEST_FIRST)
        of = (rpc, place.project, 0 if scope.everything else place.actor, ask.include_archived)
        wanted = asked(listed, fields, orders, *of)
        await self._views.wait_for(place.project, ask.look.min_seq)
        parts = [await self._numbered(place.project, fields, wanted.filter)]
        if not scope.everything:
            seen = [Compare(field=name, operator="=", value=place.actor) for name in own]
            seen += [Compare(field="queue", operator="=", value=one) for one in scope.queues]
            parts.append(Some(tuple(seen)))
        if not ask.include_archived:
            parts.append(NOT_ARCHIVED)
        parts = [part for part in parts if part != EVERYTHING]
        chosen = EVERYTHING if not parts else parts[0] if len(parts) == 1 else All(tuple(parts))
        return place, wanted, chosen

    async def _numbered(self, project: int, fields: Fields, node: Filter) -> Filter:
        """The filter with numbers for ids; an unknown id is that of nothing."""
        numbers: dict[tuple[str, str], int] = {}
        for one in comparisons(node):
            if fields[one.field].kind is Kind.ID and one.field != "task":
                name = str(one.value)
                numbers[one.field, name] = await self._number(project, one.field, name)

        def numbered(one: Compare) -> Filter:
            if one.field == "task":
                return _of_task(one)
            column = "mapped" if one.field == "waits_for" else one.field
            value = numbers.get((one.field, str(one.value)), one.value)
            return replace(one, field=column, value=value)

        return mapped(node, numbered)

    async def _number(self, project: int, field: str, name: str) -> int:
        if not name:
            return 0
        if field == "queue":
            return await self._directory.queue(project, name) or UNKNOWN
        return (await self._directory.people(project, [name])).get(name, UNKNOWN)

    async def _lines(self, project: int, rows: Sequence[ReviewView]) -> tuple[told.ReviewLine, ...]:
        queues = await self._directory.queue_ids(project, {row.queue for row in rows})
        named = {one for row in rows for one in (row.author, row.mapped, row.person)}
        people = await self._directory.people_ids(project, named - {0})
        items = await self._items.of_entries(project, {row.entry for row in rows})
        return tuple(
            told.ReviewLine(
                review=TaskId.of_review(row.review - REVIEWS),
                queue_id=queues[row.queue],
                kind=TaskKind(row.kind + 1),
                task=TaskId(entry=row.entry, slot=row.slot),
                item=items[row.entry],
                round=row.round,
                author=people.get(row.author, ""),
                state=TaskState(row.state),
                waits_for=people.get(row.mapped, ""),
                person=people.get(row.person, ""),
                units=len(row.units),
                pending=len(row.pending),
                made_ms=row.made_ms,
                granted_ms=row.granted_ms,
                ended_ms=row.ended_ms,
            )
            for row in rows
        )

    async def _records(
        self, project: int, units: Sequence[UnitView]
    ) -> tuple[told.UnitRecord, ...]:
        queues = await self._directory.queue_ids(project, {one.queue for one in units})
        named = {who for one in units for who in (one.author, one.reviewer)}
        people = await self._directory.people_ids(project, named - {0})
        return tuple(_record(one, queues, people) for one in units)


def _record(one: UnitView, queues: Mapping[int, str], people: Mapping[int, str]) -> told.UnitRecord:
    issue = issue_id(one.entry, one.slot, one.unit, one.issue) if one.issue else ""
    return told.UnitRecord(
        task=TaskId(entry=one.entry, slot=one.slot),
        queue_id=queues[one.queue],
        unit_id=one.external_id,
        class_name=one.class_name,
        state=one.state,
        round=one.round,
        author=people.get(one.author, ""),
        rejections=one.rejects,
        action=one.action,
        reviewer=people.get(one.reviewer, ""),
        acted_ms=one.acted_ms,
        issue_id=issue,
        missing=one.unit > MISSING,
    )


def _sees(place: Place, scope: Scope, queue: int, *people: int) -> bool:
    """Whether somebody may see what concerns a queue and people."""
    return scope.everything or queue in scope.queues or place.actor in people


def _of_task(one: Compare) -> Filter:
    """A comparison with a task_id, as entry and slot. Raises InvalidArgument."""
    found = _TASK.fullmatch(str(one.value))
    if found is None:
        raise errors.InvalidArgument(
            "filter", f"names {one.value!r}, which is no task_id such as 12-1"
        )
    same = All(
        (
            Compare(field="entry", operator="=", value=int(found[1])),
            Compare(field="slot", operator="=", value=int(found[2])),
        )
    )
    return same if one.operator == "=" else Not(same)


def _issue_key(row: IssueView, order: Order) -> Sequence[Any]:
    first = row.seq if order.field == "create_time" else row.updated_seq
    return (first, row.entry, row.slot, row.unit)


def _review_key(row: ReviewView, order: Order) -> Sequence[Any]:
    return (row.review,) if order.field == "create_time" else (row.updated_seq, row.review)


def _with(page: Listed[Any], rows: Sequence[Any]) -> Listed[Any]:
    """The page with its rows in words."""
    return Listed(
        rows=tuple(rows), next_token=page.next_token, total=page.total, at_least=page.at_least
    )
