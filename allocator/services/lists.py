"""ListTasks: every task of a project or queue, also those that nobody ever touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from allocator import actions, answers, requests
from allocator.actions import Action, Caller
from allocator.filters import (
    EVERYTHING,
    All,
    Compare,
    Field,
    Filter,
    Kind,
    Not,
    Some,
    comparisons,
    mapped,
)
from allocator.model import Item, Priority, QueueSettings, Stage, TaskId, TaskState
from allocator.ports import Content, Directory, Items, TaskLine, TaskList, Views
from allocator.services import queue_settings
from allocator.services.asking import Asked, Orders, asked, filter_of, single
from allocator.services.door import Door, Place, Scope
from allocator.services.queue_list import not_running
from dibs import errors

FIELDS = {
    "state": Field(kind=Kind.WORD, words={state.name: int(state) for state in TaskState}),
    "kind": Field(kind=Kind.WORD, words={"ANNOTATE": 1}),
    "priority": Field(kind=Kind.WORD, words={rank.name: int(rank) for rank in Priority}),
    "queue": Field(kind=Kind.ID),
    "person": Field(kind=Kind.ID),
    "status": Field(kind=Kind.ID),
    "dataset": Field(kind=Kind.ID),
    "external_id": Field(kind=Kind.TEXT),
    "attributes": Field(kind=Kind.MAP),
    "classes": Field(kind=Kind.LIST),
    "weight": Field(kind=Kind.NUMBER),
    "slot": Field(kind=Kind.NUMBER),
    "late": Field(kind=Kind.FLAG),
    "update_time": Field(kind=Kind.TIME),
    "remaining": Field(kind=Kind.FLAG),
    "submit_time": Field(kind=Kind.TIME),
    "submitted_by": Field(kind=Kind.ID),
    "edited_by": Field(kind=Kind.ID),
    "reviewed_by": Field(kind=Kind.ID),
    **dict.fromkeys(("reviews", "open_issues", "issues_for_review"), Field(kind=Kind.NUMBER)),
}
PEOPLE = frozenset({"person", "submitted_by", "edited_by", "reviewed_by"})
ORDERS = Orders(keys={"task_id": (int, int), "update_time": (int, int, int)})
COUNTED = {
    "queue": "queue",
    "state": "state",
    "priority": "priority",
    "person": "holder",
    "status": "status",
    "remaining": "remaining",
}
"""What there are counters of: the field, and what they count."""
NOBODY = 0
UNKNOWN = -1
QUEUED = Compare(field="state", operator="=", value=int(TaskState.QUEUED))
WITH_STATUS = Some(
    tuple(
        Compare(field="state", operator="=", value=int(state))
        for state in (TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED)
    )
)
REMAINING = Not(
    Some(
        tuple(
            Compare(field="state", operator="=", value=int(state))
            for state in (
                *(TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED),
                TaskState.REMOVED,
            )
        )
    )
)
TOUCHED_ONLY = (
    "must be task_id, unless the filter leaves out what nobody touched, as state = COMPLETED does"
)
RPC = "QueueService.ListTasks"


class Lists:
    """What ListTasks does."""

    def __init__(
        self,
        *,
        directory: Directory,
        items: Items,
        content: Content,
        tasks: TaskList,
        views: Views,
        door: Door,
    ) -> None:
        self._directory = directory
        self._items = items
        self._content = content
        self._tasks = tasks
        self._views = views
        self._door = door

    async def page(self, ask: requests.ListOf) -> answers.Listed[answers.TaskLine]:
        """Tasks in the order in which they first entered; the caller's own, or all.

        Or by their last change, if the filter leaves out what nobody touched.

        Raises QueueNotFound, InvalidArgument, PermissionDenied.
        """
        place, scope = await self._door.scope(ask.look, RPC, queue=ask.parent)
        project = place.project
        queue = await self._door.queue(project, ask.parent) if ask.parent else 0
        if queue:
            await self._door.there(project, queue)
        of = ("tasks", project, place.actor, queue, ask.include_archived)
        wanted = asked(ask, FIELDS, ORDERS, *of)
        await self._views.wait_for(project, ask.look.min_seq)
        numbered = await self._numbered(project, queue, wanted.filter)
        chosen = _within(scope, place.actor, numbered)
        wanted = self._placed(wanted, chosen)
        return await self._listed(place, queue, wanted, chosen)

    def _placed(self, wanted: Asked, chosen: Filter) -> Asked:
        """From behind the task that is named, if one is; only what has the order can be in it.

        Raises InvalidArgument.
        """
        by_id, after = wanted.order.field == "task_id", wanted.ask.after_task
        if not by_id and not self._tasks.touched(_in_rows(chosen)):
            raise errors.InvalidArgument("order_by", TOUCHED_ONLY)
        if after is None or wanted.after:
            return wanted
        if not by_id:
            right = "must be empty unless the order is task_id"
            raise errors.InvalidArgument("after_task_id", right)
        return dataclasses.replace(wanted, after=(after.entry, after.slot))

    async def rows(self, project: int, queue: int, text: str) -> Sequence[TaskLine]:
        """The tasks of a queue that a filter of ListTasks lets through, in order.

        Raises InvalidArgument for a filter that cannot be read.
        """
        numbered = await self._numbered(project, queue, filter_of(text, FIELDS))
        return await self._tasks.every(project, queue, _in_rows(numbered))

    async def _listed(
        self, place: Place, queue: int, wanted: Asked, chosen: Filter
    ) -> answers.Listed[answers.TaskLine]:
        project, tasks = place.project, _in_rows(chosen)
        archived = bool(queue) or wanted.ask.include_archived
        these = dataclasses.replace(wanted.rows(tasks), archived=archived)
        rows = await self._tasks.page(project, queue, these)

        async def count() -> int:
            one = single(chosen)
            if chosen == EVERYTHING:
                return await self._tasks.counted(project, queue, "", 0, archived=archived)
            if one is not None and one.field in COUNTED:
                field, value = COUNTED[one.field], int(one.value)
                return await self._tasks.counted(project, queue, field, value, archived=archived)
            return await self._tasks.count(project, queue, tasks, archived=archived)

        lines = await self._lines(place, rows)
        return await wanted.listed(lines, lambda line: _key(line, wanted.order.field), count)

    async def _lines(self, place: Place, rows: Sequence[TaskLine]) -> list[answers.TaskLine]:
        project = place.project
        items = await self._items_of(project, rows)
        queues = await self._directory.queue_ids(project, {row.queue for row in rows})
        named = {
            one for row in rows for one in (row.holder, row.submitter, row.editor, row.reviewer)
        }
        people = await self._directory.people_ids(project, named - {NOBODY})
        known = await self._settings(project, {row.queue for row in rows})
        caller = await self._door.caller(place)
        return [
            answers.TaskLine(
                task=TaskId(entry=row.entry, slot=row.slot),
                queue_id=queues[row.queue],
                item=items[row.item],
                state=TaskState(row.state),
                priority=Priority(row.priority),
                person=people.get(row.holder, "") if row.state != TaskState.QUEUED else "",
                status=known[row.queue].status(row.status),
                updated_ms=row.wall_ms,
                created_ms=await self._entered(project, row),
                submitted_ms=row.submitted_ms,
                submitter=people.get(row.submitter, ""),
                editor=people.get(row.editor, ""),
                reviews=row.reviews,
                reviewer=people.get(row.reviewer, ""),
                open_issues=row.open_issues,
                fixed_issues=row.fixed_issues,
                in_lot=row.lot > 0,
                actions=known[row.queue].actions(caller, row),
            )
            for row in rows
            if row.queue in known  # not deleted a moment ago
        ]

    async def _entered(self, project: int, row: TaskLine) -> int:
        """When its entry came into the queue; 0: it is to come."""
        if row.state == TaskState.DELAYED:
            return 0
        return await self._items.waiting_since(project, row.entry) or 0

    async def _items_of(self, project: int, rows: Sequence[TaskLine]) -> dict[int, Item]:
        """By number; those of entries are at hand, mostly."""
        waiting = {row.item for row in rows if row.state == TaskState.DELAYED}
        entries = {row.entry for row in rows if row.item not in waiting}
        known = await self._items.of_entries(project, entries)
        others = await self._items.of_numbers(project, sorted(waiting)) if waiting else {}
        return {item.number: item for item in (*known.values(), *others.values())}

    async def _settings(self, project: int, queues: set[int]) -> dict[int, _Queue]:
        """What the lines of these queues need to know of them."""
        found: dict[int, _Queue] = {}
        for queue in queues:
            view = await self._views.queue(project, queue)
            if view is not None:
                body = await self._content.get(project, int(view.settings["content"]))
                settings = queue_settings.settings_of(view.settings, body, queue)
                is_open = not (not_running(view) or view.settings.get("archived"))
                found[queue] = _Queue(
                    settings=settings,
                    is_open=is_open,
                    submitted=view.figures.stage == Stage.DATA_SUBMITTED,
                )
        return found

    async def _numbered(self, project: int, queue: int, node: Filter) -> Filter:
        """The filter with numbers for the ids in it; an unknown id is that of nothing.

        Raises InvalidArgument for a status that is not the queue's.
        """
        numbers: dict[tuple[str, str], int] = {}
        for one in comparisons(node):
            if FIELDS[one.field].kind is Kind.ID:
                text = str(one.value)
                numbers[one.field, text] = await self._number(project, queue, one.field, text)

        def numbered(one: Compare) -> Filter:
            value = numbers.get((one.field, str(one.value)), one.value)
            return Compare(field=one.field, operator=one.operator, value=value, key=one.key)

        return mapped(node, numbered)

    async def _number(self, project: int, queue: int, field: str, text: str) -> int:
        if not text:
            return NOBODY
        if field in PEOPLE:
            return (await self._directory.people(project, [text])).get(text, UNKNOWN)
        if field == "queue":
            return await self._directory.queue(project, text) or UNKNOWN
        if field == "dataset":
            return await self._directory.dataset(project, text) or UNKNOWN
        names = list(queue_settings.DEFAULT_NAMES)
        if queue:
            found = await self._settings(project, {queue})
            names = found[queue].names if queue in found else names
        if text not in names:
            of = "the queue's" if queue else "every queue's, or name the queue_id"
            known = ", ".join(names)
            raise errors.InvalidArgument("filter", f"has a status that is not {of}: {known}")
        return names.index(text) + 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Queue:
    """A queue as the lines about its tasks need it."""

    settings: QueueSettings
    is_open: bool
    submitted: bool

    @property
    def names(self) -> list[str]:
        """The names of its statuses."""
        return [status.name for status in self.settings.statuses]

    def status(self, number: int) -> str:
        """The name of a status; "" for none."""
        return self.names[number - 1] if number else ""

    def actions(self, caller: Caller, row: TaskLine) -> tuple[Action, ...]:
        """What the caller may do with a task of it."""
        state = TaskState(row.state)
        holder = NOBODY if state is TaskState.QUEUED else row.holder
        known = dataclasses.replace(caller, owns=self.settings.owner == caller.person)
        how = {"is_open": self.is_open, "submitted": self.submitted}
        return tuple(actions.of_task(known, self.settings, state, holder, **how))


def _within(scope: Scope, actor: int, node: Filter) -> Filter:
    """What the caller may see of it."""
    if scope.everything:
        return node
    own = [Compare(field="person", operator="=", value=actor)]
    own += [Compare(field="queue", operator="=", value=queue) for queue in scope.queues]
    seen: Filter = own[0] if len(own) == 1 else Some(tuple(own))
    return seen if node == EVERYTHING else All((seen, node))


def _in_rows(node: Filter) -> Filter:
    """The filter in terms of rows: they keep who had a task last, and its last status."""

    def row(one: Compare) -> Filter:
        if one.field == "kind":
            return EVERYTHING if one.operator == "=" else Not(EVERYTHING)
        if one.field == "remaining":
            return REMAINING if one.value is (one.operator == "=") else Not(REMAINING)
        if one.field not in ("person", "status"):
            return one
        is_person = one.field == "person"
        column = "holder" if is_person else "status"
        equal = Compare(field=column, operator="=", value=one.value)
        there: Filter = Not(QUEUED) if is_person else WITH_STATUS
        nothing = Some((equal, Not(there))) if one.value == NOBODY else All((equal, there))
        return nothing if one.operator == "=" else Not(nothing)

    return mapped(node, row)


def _key(line: answers.TaskLine, field: str) -> tuple[int, ...]:
    """The key of a task in the order of a field."""
    place = (line.task.entry, line.task.slot)
    return place if field == "task_id" else (line.updated_ms, *place)
