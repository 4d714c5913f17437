"""Lots: of submissions that wait together a few units are reviewed, and speak for all."""

from __future__ import annotations

from audit import reviews
from audit.apply_work import there
from audit.moves import put
from audit.report import REVIEWED, RULES, Judge
from audit.review_state import (
    DECIDED,
    EXPERT,
    PENDING,
    REJECT,
    REVIEW,
    STAGE,
    Cycle,
    Lot,
)
from audit.state import FINISHED, Entry, Project
from store.events import Event


def decided(project: Project, review: Entry, cycle: Cycle, said: tuple[int, int]) -> None:
    """A decision about a unit counts for its lot: a reviewer's, unless an expert decides too."""
    lot, about = project.lots.get(cycle.lot), review.review
    if lot is None or about is None:
        return
    unit, action = (*about.task, said[0]), said[1]
    if unit not in lot.sample:
        return
    if review.queue // STAGE == EXPERT:
        lot.overruled[unit] = action == REJECT
    elif action == REJECT:
        lot.rejected.add(unit)


def closed(project: Project, event: Event, judge: Judge) -> None:
    """A lot that is full, or over its time, takes no more; units of it are reviewed."""
    body, number = event.body, event.body["lot"]
    lot = project.lots.get(number)
    if not judge.expect(RULES, lot, "lot {} is unknown", number) or lot is None:
        return
    due = not lot.closed and lot.till <= event.clock_ms and lot.queue == body["queue"]
    judge.expect(REVIEWED, due, "lot {} is closed: {}", number, lot)
    _reviewed(project, event, judge, lot)
    lot.sample = {
        (task[0], task[1], unit) for task in body["tasks"] for one in task[2] for unit in one[4]
    }
    few = len(lot.sample) <= lot.drawn
    judge.expect(REVIEWED, few, "{} of lot {} are drawn", len(lot.sample), number)
    lot.closed, lot.till = True, 0
    if project.lot_of.get(lot.queue) == number:
        del project.lot_of[lot.queue]


def judged(project: Project, event: Event, judge: Judge) -> None:
    """What speaks for all is decided: all is well, or all the rest is reviewed."""
    body, number = event.body, event.body["lot"]
    lot = project.lots.pop(number, None)
    if not judge.expect(RULES, lot, "lot {} is unknown", number) or lot is None:
        return
    refused = lot.refused()
    judge.expect(REVIEWED, lot.closed, "lot {} is judged, and not closed", number)
    judge.expect(REVIEWED, bool(body["passed"]) != refused, "lot {} has passed: {}", number, lot)
    waits = {task for task, cycle in project.cycles.items() if cycle.lot == number}
    told = {(task[0], task[1]) for task in body["tasks"]}
    judge.expect(REVIEWED, told == waits, "of lot {} wait {}, not {}", number, waits, told)
    pending = [
        one
        for one in lot.sample
        if one[:2] in waits and project.cycles[one[:2]].units.get(one[2]) == PENDING
    ]
    judge.expect(REVIEWED, refused or not pending, "lot {} waits for {}", number, pending)
    made = any(task[2] for task in body["tasks"])
    judge.expect(REVIEWED, refused or not made, "lot {} has passed, and is reviewed", number)
    _reviewed(project, event, judge, lot)
    for entry, slot, _, _, state in body["tasks"]:
        _then(project, judge, (project.entries[entry], slot), state)


def _reviewed(project: Project, event: Event, judge: Judge, lot: Lot) -> None:
    """Reviews of tasks that wait for the lot, of units of which there were none."""
    for number, slot, made, author, *_ in event.body["tasks"]:
        entry = there(project, judge, number, slot, lot.queue)
        if not entry:
            continue
        cycle = reviews.cycle_of(project, entry, slot)
        waits = cycle.lot == event.body["lot"] and entry.slot(slot).person == author
        judge.expect(REVIEWED, waits, "task {}-{} is none of the lot", number, slot)
        stages = {one[1] // STAGE for one in made}
        judge.expect(RULES, stages <= {REVIEW}, "a lot is reviewed in stages {}", stages)
        units = {unit for one in made for unit in one[4]}
        again = units & cycle.in_state(PENDING, *DECIDED)
        judge.expect(REVIEWED, not again, "units {} are reviewed again", again)
        reviews.rejected_before(cycle, judge, made)
        reviews.make(project, event, judge, (entry, slot), made, cycle.authors)


def _then(project: Project, judge: Judge, task: tuple[Entry, int], told: int) -> None:
    """What becomes of a task that waits for its lot no more."""
    entry, number = task
    cycle, slot = project.cycles[entry.entry, number], entry.slot(number)
    cycle.lot, right = 0, 0
    if not cycle.open:
        right = reviews.ends_as(project, entry, slot, cycle)
    judge.expect(REVIEWED, told == right, "the task is in {} then, not {}", told, right)
    cycle.passed = told in FINISHED
    if told:
        put(project, entry, number, reviews.ended(slot, told))
