"""ListOperations: what it may be asked, and what of it somebody may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from allocator.filters import EVERYTHING, All, Compare, Field, Filter, Kind, comparisons, mapped
from allocator.operation_words import ListOperations
from allocator.ports import Directory, OperationView
from allocator.services.asking import Asked, Orders, asked
from allocator.services.door import Place, Scope
from allocator.strategies.operations import OperationState, Verb

FIELDS = {
    "state": Field(kind=Kind.WORD, words={one.name: int(one) for one in OperationState}),
    "verb": Field(kind=Kind.WORD, words={one.name: int(one) for one in Verb}),
    "queue": Field(kind=Kind.ID),
    "dataset": Field(kind=Kind.ID),
    "actor": Field(kind=Kind.ID),
    "create_time": Field(kind=Kind.TIME),
    "update_time": Field(kind=Kind.TIME),
    **dict.fromkeys(("total", "done", "failed"), Field(kind=Kind.NUMBER)),
}
ORDERS = Orders(keys={"create_time": (int,), "update_time": (int, int)})
NEWEST_FIRST = "create_time desc"
UNKNOWN = -1


def wanted(ask: ListOperations, place: Place, scope: Scope) -> Asked:
    """The list that is asked for: the newest first, unless it says otherwise.

    Raises InvalidArgument.
    """
    listed = replace(ask.list_of, order_by=ask.list_of.order_by or NEWEST_FIRST)
    of = ("operations", place.project, ask.state, 0 if scope.everything else place.actor)
    return asked(listed, FIELDS, ORDERS, *of)


async def chosen(
    directory: Directory, ask: ListOperations, place: Place, scope: Scope, node: Filter
) -> Filter:
    """The filter with numbers for ids, and for owners only what is about a queue of theirs."""
    parts = [await _numbered(directory, place.project, node)]
    if ask.state:
        parts.append(Compare(field="state", operator="=", value=ask.state))
    if not scope.everything:
        parts.append(Compare(field="of_queues_of", operator="=", value=place.actor))
    parts = [part for part in parts if part != EVERYTHING]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def key(view: OperationView, field: str) -> Sequence[Any]:
    """The key of an operation in the order of a field."""
    return (view.updated_ms, view.operation) if field == "update_time" else (view.operation,)


async def _numbered(directory: Directory, project: int, node: Filter) -> Filter:
    numbers: dict[tuple[str, str], int] = {}
    for one in comparisons(node):
        if FIELDS[one.field].kind is Kind.ID:
            name = str(one.value)
            numbers[one.field, name] = await _number(directory, project, one.field, name)

    def numbered(one: Compare) -> Filter:
        found = numbers.get((one.field, str(one.value)))
        return one if found is None else replace(one, value=found)

    return mapped(node, numbered)


async def _number(directory: Directory, project: int, field: str, name: str) -> int:
    """The number of an id; 0, which none has, for none; UNKNOWN for one that nobody knows."""
    if not name:
        return 0
    if field == "actor":
        return (await directory.people(project, [name])).get(name, UNKNOWN)
    find = directory.queue if field == "queue" else directory.dataset
    number = await find(project, name)
    return UNKNOWN if number is None else number
