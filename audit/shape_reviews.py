"""What Redis must contain of reviews, made from the model by brute force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.review_state import RESOLVED, RETURNED_UNIT, Check, Cycle, Review
from audit.state import RETURNED, Entry, Project

if TYPE_CHECKING:
    from audit.structures import Shape

STEP = 256
"""A unit and a small number are one: unit * STEP + number."""


def about(project: Project, entry: Entry) -> tuple[object, ...]:
    """What its record says besides its slots: of its reviews, or what it is a review of."""
    review = entry.review
    if review:
        lists = (review.barred, _packed(review.units), review.held)
        return (review.task, review.by, review.candidates, *(tuple(sorted(one)) for one in lists))
    if entry.check:
        return (entry.check.source, tuple(sorted(entry.check.barred)))
    cycles = ((i, project.cycles.get((entry.entry, i))) for i in range(1, entry.k + 1))
    return tuple((number, _cycle(cycle)) for number, cycle in cycles if cycle and cycle.noted)


def _packed(units: dict[int, int]) -> list[int]:
    return [unit * STEP + number for unit, number in units.items()]


def _cycle(cycle: Cycle) -> tuple[object, ...]:
    if not cycle.known:
        return (0, 0, 0, 0, 0, 0, 0, 0, (), (), ())
    noted = {u: s for u, s in cycle.units.items() if s in (RETURNED_UNIT, RESOLVED)}
    lists = (tuple(sorted(one)) for one in (cycle.open, _packed(noted), cycle.authors))
    stands = (cycle.back, cycle.passed, cycle.begun)
    said = (cycle.missing, cycle.meaning, cycle.status, cycle.lot)
    return (cycle.round, *map(int, stands), *said, *lists)


def followed(project: Project, shape: Shape) -> None:
    """The settings, how much each reviewer has before them, and what waits for one only."""
    for queue, one in project.reviewing.items():
        if queue in project.queues:
            shape.review[queue] = (one.rules, one.set_seq, one.backlog, one.pressed)
    shape.lot_of = dict(project.lot_of)
    for number, lot in project.lots.items():
        size = (lot.submissions, lot.units)
        shape.lots[number] = (lot.queue, *size, lot.till, int(lot.closed))
    for entry in project.entries.values():
        if entry.review and not entry.gone:
            _load(entry, entry.review, shape)
        if entry.check:
            _checked(project, entry, entry.check, shape)


def _checked(project: Project, entry: Entry, check: Check, shape: Shape) -> None:
    """What is known of a QA task for good, and, of its item, which of them are not finished."""
    people = tuple(sorted(check.barred))
    shape.qa_of[entry.queue, entry.entry] = (*check.source, people)
    if not entry.gone and check.source[0] in project.queues:
        known = shape.qa.get(check.source, ())
        shape.qa[check.source] = tuple(sorted((*known, entry.entry)))


def _load(entry: Entry, review: Review, shape: Shape) -> None:
    slot = entry.slot(1)
    if (slot.held or slot.state == RETURNED) and review.units:
        key = (entry.queue, slot.person)
        shape.review_load[key] = shape.review_load.get(key, 0) + len(review.units)
    if review.falls and slot.correction:
        shape.falling[entry.entry] = review.falls
