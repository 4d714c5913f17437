"""The event by which somebody has tasks that they did not pull, or that nobody has any more."""

from __future__ import annotations

from typing import Any

from audit.apply_work import there
from audit.eligibility import entitled, fence_of
from audit.moves import put, put_skips
from audit.report import RULES, Judge
from audit.state import (
    ASSIGNED,
    FOREVER,
    QUEUED,
    RETURNED,
    Entry,
    Project,
    Queue,
    Slot,
)
from store.events import Event

DEALT, ASSIGNED_BY_HAND, LAST_WHY = 1, 2, 6
MOST = 500


def assigned(project: Project, event: Event, judge: Judge) -> None:
    """Each task was as it is told, and whoever has it from now on may do it."""
    body = event.body
    queue, why = project.queues[body["queue"]], body["why"]
    tasks, kept = list(body["tasks"] or ()), list(body["kept"] or ())
    operation = project.operations.get(body["operation"])
    if operation and operation.moves:
        same = (why, body["content"]) == (operation.moves.why, operation.moves.reason)
        judge.expect(RULES, same, "a chunk of {} for {}", body["operation"], why)
    judge.expect(RULES, DEALT <= why <= LAST_WHY, "assigned for reason {}", why)
    judge.expect(RULES, len(tasks) + len(kept) <= MOST, "{} tasks at once", len(tasks))
    once = len({(task[0], task[1]) for task in tasks}) == len(tasks)
    judge.expect(RULES, once, "a task twice in {}", tasks)
    touched = {task[0]: bool(project.entries[task[0]].slots) for task in tasks}
    for task in tasks:
        entry = there(project, judge, task[0], task[1], queue.queue)
        if entry:
            waits = not touched[task[0]]
            is_so = (entry.lane, entry.rank, int(waits)) == tuple(task[2:5])
            judge.expect(RULES, is_so, "class, rank and touch of entry {}", task[0])
            _assign(project, event, judge, entry, task)
    if why == DEALT:
        _note_dealt(queue, event, judge, tasks)
    else:
        judge.expect(RULES, (body["upto"], body["among"]) == (0, ""), "dealt for {}", why)


def _assign(project: Project, event: Event, judge: Judge, entry: Entry, task: Any) -> None:
    number, person, before, state = task[1], task[5], task[6], task[7]
    slot, name = entry.slot(number), f"{entry.entry}-{number}"
    has = slot.person if slot.held or slot.state == RETURNED else 0
    judge.expect(7, has == before, "task {} is of person {}, not {}", name, has, before)
    token = slot.token if slot.held else 0
    judge.expect(7, task[9] == token, "task {} was held under {}, not {}", name, token, task[9])
    judge.expect(7, has or slot.state == QUEUED, "task {} is in state {}", name, slot.state)
    judge.expect(6, person != before, "task {} stays where it is", name)
    gone = entry.gone or project.covered(entry)
    judge.expect(RULES, not gone, "task {} was assigned after it left", name)
    if event.body["why"] in (DEALT, ASSIGNED_BY_HAND):
        judge.expect(7, not has, "task {} was taken from person {}", name, has)
    if slot.held:
        alive = slot.token >= fence_of(project, entry, number, slot.person)
        judge.expect(7, alive, "task {} moved from under a fence", name)
    if person:
        cause = entitled(project, person, entry)
        judge.expect(6, not cause, "task {} assigned to {}, who is {}", name, person, cause)
        again = event.body["why"] == DEALT and person in entry.done
        judge.expect(6, not again, "task {} dealt to {}, who has done it", name, person)
    right = _state_after(slot, person)
    judge.expect(RULES, state == right, "task {} is in state {}, not {}", name, state, right)
    if person and entry.escalated:
        put_skips(project, entry, entry.skipped, escalated=False)
    put(project, entry, number, _after(project.queues[entry.queue], event, slot, person))


def _state_after(slot: Slot, person: int) -> int:
    if not person:
        return QUEUED
    return RETURNED if slot.state == RETURNED or slot.correction else ASSIGNED


def _after(queue: Queue, event: Event, slot: Slot, person: int) -> Slot:
    """What the slot is from now on; a hold that begins so does not end by itself."""
    state = _state_after(slot, person)
    if state == QUEUED:
        return Slot()
    if state == RETURNED:
        return Slot(state=RETURNED, person=person, correction=True, finished=slot.finished)
    given = Slot(state=ASSIGNED, person=person, token=event.seq, given=True)
    if queue.rules.batch_size:
        queue.together.setdefault(person, FOREVER)
        return given
    return Slot(state=ASSIGNED, person=person, token=event.seq, given=True, deadline=FOREVER)


def _note_dealt(queue: Queue, event: Event, judge: Judge, tasks: list[Any]) -> None:
    """How far the distribution has come, and what everybody has got of it."""
    body = event.body
    judge.expect(RULES, queue.rules.distributed, "queue {} distributes nothing", queue.queue)
    judge.expect(RULES, body["upto"] >= queue.upto, "dealt up to {} again", body["upto"])
    beyond = [task[0] for task in tasks if not queue.upto < task[0] <= body["upto"]]
    judge.expect(RULES, not beyond, "entries {} were dealt, up to {}", beyond, body["upto"])
    if body["among"] != queue.among:
        queue.dealt = {}
    queue.upto, queue.among = body["upto"], body["among"]
    for task in tasks:
        queue.dealt[task[5]] = queue.dealt.get(task[5], 0) + task[8]
