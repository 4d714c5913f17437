"""ListActivity: what happened in a project, and what of it somebody may see."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from allocator import requests
from allocator.activity_words import Activity
from allocator.answers import Listed
from allocator.filters import (
    EVERYTHING,
    All,
    Compare,
    Field,
    Filter,
    Kind,
    Some,
    comparisons,
    mapped,
)
from allocator.model import SLOT_BITS, WAITING, TaskId, waits_since
from allocator.ports import ActivityLog, Directory, Views
from allocator.services.asking import Asked, Orders, asked
from allocator.services.door import Door, Place, Scope
from allocator.services.seen import Reader, Seen
from dibs import errors

ORDERS = Orders(keys={"create_time": (int,)})
NEWEST_FIRST = "create_time desc"
UNKNOWN = -1
RPC = "ReportService.ListActivity"
_TASK: Final = re.compile(r"([1-9][0-9]{0,15})-([1-9][0-9]?)")


class ActivityList:
    """What ListActivity does."""

    def __init__(
        self, *, directory: Directory, log: ActivityLog, views: Views, door: Door, reader: Reader
    ) -> None:
        self._directory = directory
        self._log = log
        self._views = views
        self._door = door
        self._reader = reader
        self._words = {kind.upper(): n for n, kind in enumerate(log.changes())}
        self._fields = {
            "change": Field(kind=Kind.WORD, words=self._words),
            "queue": Field(kind=Kind.ID),
            "person": Field(kind=Kind.ID),
            "actor": Field(kind=Kind.ID),
            "task": Field(kind=Kind.ID),
            "operation": Field(kind=Kind.NUMBER),
            "seq": Field(kind=Kind.NUMBER),
            "create_time": Field(kind=Kind.TIME),
        }

    async def page(self, ask: requests.ListOf) -> Listed[Activity]:
        """What happened, the newest first; the caller's own, or all.

        Raises QueueNotFound, InvalidArgument, PermissionDenied.
        """
        place, scope = await self._door.scope(ask.look, RPC, queue=ask.parent)
        queue = await self._door.queue(place.project, ask.parent) if ask.parent else 0
        if queue:
            await self._door.there(place.project, queue)
        wanted = self._asked(ask, place, scope, queue)
        await self._views.wait_for(place.project, ask.look.min_seq)
        numbered = await self._numbered(place.project, wanted.filter)
        seen = Seen(actor=place.actor, scope=scope, queue=queue)
        chosen = _within(seen, numbered)
        rows = await self._log.page(place.project, wanted.rows(chosen))

        async def count() -> int:
            return await self._log.count(place.project, chosen)

        page = await wanted.listed(rows, lambda row: (row.seq,), count)
        told = await self._reader.told(place.project, seen, page.rows)
        return Listed(
            rows=tuple(told),
            next_token=page.next_token,
            total=page.total,
            at_least=page.at_least,
        )

    def _asked(self, ask: requests.ListOf, place: Place, scope: Scope, queue: int) -> Asked:
        listed = replace(ask, order_by=ask.order_by or NEWEST_FIRST)
        of = ("activity", place.project, queue, 0 if scope.everything else place.actor)
        return asked(listed, self._fields, ORDERS, *of)

    async def _numbered(self, project: int, node: Filter) -> Filter:
        """The filter in numbers, and kinds by name; an unknown id is that of nothing."""
        numbers: dict[tuple[str, str], int] = {}
        for one in comparisons(node):
            if self._fields[one.field].kind is Kind.ID:
                name = str(one.value)
                numbers[one.field, name] = await self._number(project, one.field, name)
        kinds = self._log.changes()

        def numbered(one: Compare) -> Filter:
            if one.field == "change":
                return replace(one, value=kinds[int(one.value)])
            waits = _waits(one)
            if waits:
                return replace(one, field="seq", value=waits)
            return replace(one, value=numbers.get((one.field, str(one.value)), one.value))

        return mapped(node, numbered)

    async def _number(self, project: int, field: str, name: str) -> int:
        if field == "task":
            return _task_number(name)
        if not name:
            return 0
        if field == "queue":
            found = await self._directory.queue(project, name)
            return UNKNOWN if found is None else found
        return (await self._directory.people(project, [name])).get(name, UNKNOWN)


def _waits(one: Compare) -> int:
    """The event since which a DELAYED task waits: all that happened to it under that number."""
    if one.field != "task":
        return 0
    entry = int(str(one.value).partition("-")[0])
    return waits_since(entry) if entry >= WAITING else 0


def _task_number(name: str) -> int:
    """A task as the log is asked for it. Raises InvalidArgument for what is no task_id."""
    found = _TASK.fullmatch(name)
    if found is None or int(found[2]) >> SLOT_BITS:
        raise errors.InvalidArgument("filter", f"names {name!r}, which is no task_id such as 12-1")
    return TaskId(entry=int(found[1]), slot=int(found[2])).packed


def _within(seen: Seen, node: Filter) -> Filter:
    """The filter, and what the caller may see."""
    parts: list[Filter] = []
    if seen.queue:
        parts.append(Compare(field="queue", operator="=", value=seen.queue))
    if not seen.scope.everything:
        own: list[Filter] = [
            Compare(field=field, operator="=", value=seen.actor) for field in ("person", "actor")
        ]
        own += [Compare(field="queue", operator="=", value=one) for one in seen.scope.queues]
        parts.append(Some(tuple(own)))
    if node != EVERYTHING:
        parts += node.parts if isinstance(node, All) else (node,)
    if not parts:
        return EVERYTHING
    return parts[0] if len(parts) == 1 else All(tuple(parts))
