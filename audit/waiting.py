"""What waits for its time, and is changed or taken out before that comes."""

from __future__ import annotations

from collections.abc import Iterable

from audit.report import RULES, Judge
from audit.state import DELAYED, Project
from store.events import Event


def dropped(project: Project, event: Event, judge: Judge) -> None:
    """Items wait no more: all of them waited since the events that are named."""
    for number, items in event.body["delayed"] or ():
        if _wait(project, number, items, judge):
            leave(project, number, items, event)


def reranked(project: Project, event: Event, judge: Judge) -> None:
    """Items that wait come with another rank."""
    for number, items in event.body["delayed"] or ():
        if _wait(project, number, items, judge):
            waits = project.delayed[number].items
            waits.update({item: (waits[item][0], event.body["rank"]) for item in items})


def _wait(project: Project, number: int, items: list[int], judge: Judge) -> bool:
    """Whether all the items wait since that event."""
    waits = project.delayed.get(number)
    there = waits is not None and set(items) <= waits.items.keys()
    judge.expect(RULES, there, "items {} do not wait since {}", items, number)
    return there


def leave(project: Project, number: int, items: Iterable[int], event: Event) -> None:
    """They wait no more; if nothing else does, nothing is left of the event."""
    waits = project.delayed[number]
    queue = project.queues[waits.queue]
    for item in items:
        del waits.items[item]
        queue.lose(item, -number)
        queue.counts[DELAYED] -= queue.rules.slots
    queue.added_seq = event.seq
    if not waits.items:
        del project.delayed[number]
