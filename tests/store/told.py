"""What an event tells of tasks is what the reference model makes of it."""

from __future__ import annotations

from store import activity
from store.events import Event

Shown = dict[tuple[int, int], tuple[int, int]]
"""State and person of each task that somebody has touched."""
ALL_AT_ONCE = frozenset({"cleared", "queue_deleted"})
"""Kinds that change what they do not name."""
NOBODY = (0, 0)
FREE = frozenset({2, 10})
"""QUEUED, and ESCALATED: what is free of an item that is so, by an event before."""


def shown(state: object) -> Shown:
    """How the tasks of a model's state stand."""
    entries = getattr(state, "entries", {}).values()
    return {
        (one.entry, number): (one.shown(slot), slot.person)
        for one in entries
        for number, slot in enumerate(one.all(), 1)
    }


def check(event: Event, before: Shown, after: Shown) -> None:
    """Whatever changed is named, and whatever is told of it is so.

    What is dropped was in a queue that is deleted: the model has no such tasks any more.
    """
    if event.kind == "dropped":
        return
    told = activity.told(event).tasks
    unsaid = {*event.body.get("cancelled", ()), *_fell_back(event)}
    named = {(task.entry, task.slot) for task in told}
    for task in told:
        if task.slot and task.state:
            state, person = after[task.entry, task.slot]
            free = FREE if task.state in FREE else {task.state}
            assert state in free, (event, task)
            assert person in (task.person, 0), (event, task)
        if task.slot and task.entry not in unsaid:
            had, has = before.get((task.entry, task.slot), NOBODY)[1], after[task[:2]][1]
            assert had in (0, has, task.person, task.before), (event, task)
    changed = {task for task in before.keys() & after.keys() if before[task] != after[task]}
    if event.kind not in ALL_AT_ONCE:
        unnamed = {task for task in changed if not {task, (task[0], 0)} & named}
        assert all(_follows(event, task, named) for task in unnamed), (event, unnamed)


def _fell_back(event: Event) -> list[int]:
    """Reviews of which, like of those cancelled, an event does not say whom they waited for."""
    return list(event.body["entries"]) if event.kind == "fell_back" else []


def _follows(event: Event, task: tuple[int, int], named: set[tuple[int, int]]) -> bool:
    """Other slots of an item become ESCALATED, or free again, with the one that is named."""
    return any(entry == task[0] for entry, _ in named)
