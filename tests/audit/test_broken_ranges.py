"""Logs with ranges that cannot be: one over another, another's, passed on as they are not."""

from __future__ import annotations

from typing import Any

from audit.report import RULES
from tests.audit.broken import Break, Broken, assert_found
from tests.audit.log import Log

logs = Broken()
UNSAID = (0, -1, 0)


def made(log: Log, person: int, first: int, last: int, **changes: Any) -> int:
    """A range, and what waited there has been given, unless it still is."""
    ended = changes.pop("ended", True)
    body: dict[str, Any] = dict(zip(("due_ms", "priority", "note"), UNSAID, strict=True))
    body |= {"queue": 1, "person": person, "first": first, "last": last}
    body |= {"content": 7, "total": 1, "reason": 5}
    number = log.add("range_created", **body | changes)
    if ended:
        log.add("operation_ended", operation=number, state=2, error="")
    return number


def begun(log: Log, *ranges: list[int], why: int = 3, undo: int = 0) -> int:
    """What moves from person 2, and has."""
    about: dict[str, Any] = {"queue": 1, "why": why, "plan": 0, "undo": undo, "sources": [2]}
    rest: dict[str, Any] = {"ranges": list(ranges), "content": 7, "total": 0, "reason": 5}
    number = log.add("moves_begun", **about, **rest)
    log.add("operation_ended", operation=number, state=2, error="")
    return number


def six_places() -> tuple[Log, int]:
    """A queue of six, of which the places 2 to 3 are a range of person 2."""
    log = Log()
    log.create()
    log.member(2)
    log.member(3)
    log.add("dataset_created", dataset=1)
    log.items(6)
    log.queue()
    log.entries(6, classes=[[1, []]])
    return log, made(log, 2, 2, 3)


@logs.breaks(RULES, "is in another")
def a_range_over_another():
    log, _ = six_places()
    made(log, 3, 3, 4)
    return log


@logs.breaks(RULES, "of 6 places")
def a_range_of_places_that_are_not_there():
    log, _ = six_places()
    made(log, 3, 6, 7)
    return log


@logs.breaks(RULES, "a range is")
def a_range_that_is_due_before_time_began():
    log, _ = six_places()
    made(log, 3, 5, 5, due_ms=-1)
    return log


@logs.breaks(RULES, "is split at 2")
def a_range_that_is_split_where_it_begins():
    log, number = six_places()
    log.add("range_split", queue=1, person=2, range=number, at=2, reason=5)
    return log


@logs.breaks(RULES, "are merged")
def ranges_of_two_people_that_are_merged():
    log, number = six_places()
    other = made(log, 3, 4, 5)
    log.add("range_merged", queue=1, person=2, range=number, other=other, reason=5)
    return log


@logs.breaks(RULES, "no range")
def something_said_of_anothers_range():
    log, number = six_places()
    said: dict[str, Any] = {"due_ms": 0, "priority": 1, "content": 0, "reason": 5}
    log.add("assignment_changed", queue=1, person=3, range=number, **said)
    return log


@logs.breaks(RULES, "ranges () pass on")
def a_range_that_is_passed_on_by_who_has_it_not():
    log, _ = six_places()
    other = made(log, 3, 4, 5)
    begun(log, [other, 4, 5, 3, 2, *UNSAID])
    return log


@logs.breaks(RULES, "pass on as")
def a_range_that_loses_its_note_on_the_way():
    log, _ = six_places()
    other = made(log, 2, 4, 5, note=9)
    begun(log, [other, 4, 5, 2, 3, *UNSAID])
    return log


@logs.breaks(RULES, "one is being filled")
def a_range_that_is_passed_on_while_it_is_filled():
    log, _ = six_places()
    other = made(log, 2, 4, 5, ended=False)
    begun(log, [other, 4, 5, 2, 3, *UNSAID])
    return log


@logs.breaks(RULES, "go back as")
def a_range_that_an_undo_forgets():
    log, number = six_places()
    moved = begun(log, [number, 2, 3, 2, 0, *UNSAID])
    begun(log, why=5, undo=moved)
    return log


def test_a_range_that_is_no_more_comes_back_by_an_undo():
    log, number = six_places()
    moved = begun(log, [number, 2, 3, 2, 0, *UNSAID])
    begun(log, [number, 2, 3, 0, 2, *UNSAID], why=5, undo=moved)

    assert log.violations() == []


@logs.each()
def test_what_the_rules_forbid_is_found(invariant: int, sentence: str, make: Break):
    assert_found(invariant, sentence, make)
