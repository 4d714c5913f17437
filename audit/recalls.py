"""Operations that watch a recall, from its event until nothing more is to be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from audit.report import RULES, Judge
from audit.state import (
    ASSIGNED,
    RECALL_QUEUE,
    REMOVE_CONTRIBUTORS,
    REMOVE_MEMBERS,
    Operation,
    Project,
    Queue,
)
from store.events import Event


def members(project: Project, event: Event, judge: Judge) -> None:
    """People are removed, all of those that the event changes."""
    people = [member[0] for member in event.body["members"]]
    removal = not any(member[1] for member in event.body["members"])
    _open(project, event, judge, held_by(project, people) if removal else -1)
    _watch(project, event, REMOVE_MEMBERS, (), people)


def contributors(project: Project, event: Event, judge: Judge) -> None:
    """People are taken out of a queue; what others lose with their groups is not counted."""
    body = event.body
    if body["open"] >= 0:
        held = held_by(project, body["fenced"] or (), body["queue"])
        _open(project, event, judge, held)
    _watch(project, event, REMOVE_CONTRIBUTORS, (body["queue"],), body["fenced"] or ())


def queue(project: Project, event: Event, judge: Judge) -> None:
    """What is only assigned in a queue is recalled."""
    number = event.body["queue"]
    assigned = project.queues[number].counts[ASSIGNED]
    _open(project, event, judge, assigned if event.body["mode"] == 2 else -1)
    _watch(project, event, RECALL_QUEUE, (number,), ())


def held_by(project: Project, people: Sequence[int], queue: int = 0) -> int:
    """What people hold in one queue, or in all."""
    return sum(
        len(one.held.get(person, ()))
        for one in project.queues.places()
        for person in people
        if queue in (0, one.queue)
    )


def left(project: Project, operation: Operation) -> int | None:
    """How many tasks are still to be taken back; None: the recall is over."""
    those = [person for person in operation.people if person in project.recalls]
    if operation.verb == REMOVE_MEMBERS:
        return held_by(project, those) if those else None
    [number] = operation.queues
    one: Queue | None = project.queues.get(number)
    if one is None:
        return None
    batches = [p for p, held in one.held.items() if held] if one.rules.batch_size else []
    goes_on = any(person in project.recalls for person in batches)
    if not those and not goes_on and number not in project.queue_recalls:
        return None
    if operation.verb == REMOVE_CONTRIBUTORS:
        return held_by(project, those, number)
    return one.counts[ASSIGNED]


def _open(project: Project, event: Event, judge: Judge, right: int) -> None:
    told = event.body["open"]
    judge.expect(RULES, told == right, "{} tasks are to be taken back, not {}", told, right)


def _watch(
    project: Project, event: Event, verb: int, queues: tuple[int, ...], people: Sequence[int]
) -> None:
    if event.body["open"] >= 0:
        project.operations[event.seq] = Operation(
            verb=verb,
            actor=event.actor,
            queues=queues,
            dataset=0,
            content=0,
            total=event.body["open"],
            people=tuple(people),
        )
