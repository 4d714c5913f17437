"""What a filter of ListActivity chooses, against looking at every event."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from allocator.filters import EVERYTHING, All, Compare, Filter, Not, Order, Some
from allocator.model import TaskId
from allocator.ports import ActivityView
from allocator.ports.lists import ListAsk
from tests.store.stack import Stack
from tests.store.test_projections import some_groups, some_work

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
EQUAL = ("=", "!=")


@pytest.fixture
async def happened(stack: Stack) -> list[ActivityView]:
    """All that happened, which the index knows; nothing more does."""
    await some_work(stack)
    await some_groups(stack)
    for role in stack.store.roles:
        await role.stop()
    head = await stack.store.projector.project(stack.project)
    return list(await stack.store.activity.behind(stack.project, 0, head))


def _comparison(fate: random.Random, views: list[ActivityView]) -> Compare:
    """Mostly about something that there is."""
    view = fate.choice(views)
    queue, person = fate.choice(view.parts)
    tasks = [TaskId(entry=task.entry, slot=task.slot).packed for task in view.tasks]
    choices: list[tuple[str, int | str, tuple[str, ...]]] = [
        ("change", view.change, EQUAL),
        ("queue", queue, EQUAL),
        ("person", person, EQUAL),
        ("actor", view.actor, EQUAL),
        ("operation", view.operation, tuple(OPERATORS)),
        ("seq", view.seq, tuple(OPERATORS)),
        ("create_time", view.wall_ms + fate.choice([-1, 0, 1, 10**9]), tuple(OPERATORS)),
        ("task", fate.choice([*tasks, TaskId(entry=3, slot=1).packed]), EQUAL),
    ]
    field, value, operators = fate.choice(choices)
    return Compare(field=field, operator=fate.choice(operators), value=value)


def _filter(fate: random.Random, views: list[ActivityView], depth: int = 0) -> Filter:
    kind = fate.randrange(6)
    if depth == 3 or kind < 2:
        return _comparison(fate, views)
    parts = tuple(_filter(fate, views, depth + 1) for _ in range(fate.randint(1, 3)))
    return Not(parts[0]) if kind == 2 else Some(parts) if kind < 4 else All(parts)


def _holds(node: Filter, view: ActivityView, part: tuple[int, int]) -> bool:
    match node:
        case Not(inner):
            return not _holds(inner, view, part)
        case All(parts):
            return all(_holds(one, view, part) for one in parts)
        case Some(parts):
            return any(_holds(one, view, part) for one in parts)
        case _:
            return _compared(node, view, part)


def _compared(one: Compare, view: ActivityView, part: tuple[int, int]) -> bool:
    if one.field == "task":
        return _is_about(view, part, int(one.value)) == (one.operator == "=")
    queue, person = part
    values = {
        "change": view.change,
        "queue": queue,
        "person": person,
        "actor": view.actor,
        "operation": view.operation,
        "seq": view.seq,
        "create_time": view.wall_ms,
    }
    return OPERATORS[one.operator](values[one.field], one.value)


def _is_about(view: ActivityView, part: tuple[int, int], packed: int) -> bool:
    """The entries of the one queue came in by one event: 1 to 20."""
    entry, slot = packed >> 6, packed & 63
    if view.change == "entries_added":
        return entry <= 20
    return any(
        task.entry == entry
        and task.slot in (0, slot)
        and part in ((task.queue, task.person), (task.queue, task.before))
        for task in view.tasks
    )


async def test_a_filter_chooses_what_looking_at_every_event_would(
    stack: Stack, happened: list[ActivityView]
) -> None:
    assert [view.seq for view in happened] == list(range(1, len(happened) + 1))
    log, fate, some = stack.store.activity, random.Random(7), 0
    for _ in range(300):
        chosen = _filter(fate, happened)
        expected = [
            view for view in happened if any(_holds(chosen, view, part) for part in view.parts)
        ]
        up = ListAsk(order=Order(field="create_time"), limit=1000, filter=chosen)
        down = ListAsk(order=Order(field="create_time", down=True), limit=1000, filter=chosen)
        assert list(await log.page(stack.project, up)) == expected, chosen
        assert list(await log.page(stack.project, down)) == expected[::-1], chosen
        assert await log.count(stack.project, chosen) == len(expected), chosen
        some += 0 < len(expected) < len(happened)
    assert some > 150, "of most filters something can be said"


async def test_pages_of_any_size_are_the_whole(stack: Stack, happened: list[ActivityView]) -> None:
    own = Some(tuple(Compare(field=name, operator="=", value=2) for name in ("person", "actor")))
    for chosen in (EVERYTHING, own):
        found: list[int] = []
        while len(found) % 4 == 0:
            ask = ListAsk(
                order=Order(field="create_time", down=True),
                limit=4,
                filter=chosen,
                after=tuple(found[-1:]),
            )
            page = await stack.store.activity.page(stack.project, ask)
            found += [view.seq for view in page]
            if not page:
                break
        assert len(found) == await stack.store.activity.count(stack.project, chosen)
        assert all(newer > older for newer, older in pairwise(found))
