"""Reserve in no queue in particular: which queue it must come to (SEMANTICS §1).

By walking over all queues: returned tasks first, whichever queue they are of,
then the first queue in order that has anything for the person.
"""

from __future__ import annotations

from collections.abc import Iterator

from audit import batches
from audit.eligibility import closed, first
from audit.report import Judge
from audit.state import Project, Queue

IN_ORDER = 5
LOOKED_AT = 256
"""Queues that one call looks at; what a later call finds is not compared."""


def with_work(project: Project) -> list[Queue]:
    """The queues where anybody may be given anything now, in order."""
    found = [
        one
        for one in project.queues.values()
        if not (closed(one) or one.rules.distributed or one.rules.manual or one.pressed)
        and any(one.lanes.values())
    ]
    return sorted(found, key=lambda queue: queue.order)


def gives(project: Project, queue: Queue, person: int, count: int) -> list[tuple[int, int]]:
    """What Reserve in this queue would give them."""
    if queue.rules.batch_size:
        return batches.opened(project, queue, person)
    return first(project, queue, person, count)


def choice(project: Project, person: int, count: int) -> tuple[int, list[tuple[int, int]]]:
    """The queue and its (entry, slot)s; queue 0: there is nothing for them."""
    for queue in asked(project, person):
        tasks = gives(project, queue, person, count)
        if tasks:
            return queue.queue, tasks
    return 0, []


def granted(
    project: Project, queue: Queue, person: int, count: int, judge: Judge, *, wide: int
) -> None:
    """A project-wide Reserve came to the right queue; `wide`: in which of its calls."""
    if wide == 1 and len(project.queues) <= LOOKED_AT:
        right, _ = choice(project, person, count)
        judge.expect(
            IN_ORDER,
            right == queue.queue,
            "person {} was served by {}, not {}",
            person,
            queue.queue,
            right,
        )


def asked(project: Project, person: int) -> Iterator[Queue]:
    """The queues in the order in which they are asked; one may come twice."""
    owed = [one for one in project.queues.values() if one.own.get(person) and not closed(one)]
    yield from sorted(owed, key=lambda queue: queue.order)
    yield from with_work(project)
