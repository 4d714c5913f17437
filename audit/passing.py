"""Ranges that are another person's from one event on, or no more, or there again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audit.state import MOST_RANGES, RUNNING, Passed, Places, Project, Queue
from store.events import Event


def as_told(queue: Queue, number: int, first: int, last: int, person: int) -> Places | None:
    """The range, if it has these places and is this person's still."""
    found = queue.ranges.get(number)
    return found if found and found[:3] == (first, last, person) else None


def to_others(
    queue: Queue, asked: Iterable[Sequence[int]], sources: Sequence[int]
) -> tuple[Passed, ...]:
    """What an event says of those that can be passed on: each of a source, to somebody else."""
    some = []
    for number, first, last, before, person in asked:
        found = as_told(queue, number, first, last, before)
        if found and before in sources and person != before:
            said = (found.due_ms, found.priority, found.content)
            some.append(Passed(number, first, last, before, person, *said))
    return tuple(some)


def as_were(queue: Queue, passed: Iterable[Passed]) -> tuple[Passed, ...]:
    """What an event says of those that are as before: as far as nobody has changed them since."""
    some, room = [], MOST_RANGES - len(queue.ranges)
    for one in passed:
        found = as_told(queue, one.number, one.first, one.last, one.person)
        if found:
            said = (found.due_ms, found.priority, found.content)
            some.append(Passed(*one[:3], one.person, one.before, *said))
        elif not one.person and room > 0 and free(queue, one.first, one.last):
            room -= 1
            some.append(one._replace(before=0, person=one.before))
    return tuple(some)


def free(queue: Queue, first: int, last: int) -> bool:
    """Whether no range covers any of the places."""
    return not any(one.first <= last and first <= one.last for one in queue.ranges.values())


def is_filled(project: Project, passed: Iterable[Passed]) -> int:
    """The first that is still given what waited there when it was made; 0: none is."""
    for one in passed:
        operation = project.operations.get(one.number)
        if operation and operation.state == RUNNING:
            return one.number
    return 0


def pass_on(queue: Queue, event: Event, passed: Iterable[Passed]) -> None:
    """They are whose the event says they are."""
    for one in passed:
        if one.person:
            said = (one.due_ms, one.priority, one.content, event.seq)
            queue.ranges[one.number] = Places(one.first, one.last, one.person, *said)
        else:
            queue.ranges.pop(one.number, None)
