"""What the rules allow of reviews: small histories without a violation, and where they lead."""

from __future__ import annotations

from typing import Any

from audit.checker import Checker
from audit.history import Record, numbered
from audit.review_state import (
    APPROVE,
    APPROVED,
    DELETE,
    DELETED,
    MISSING,
    PENDING,
    REJECT,
    REJECTED,
    RETURNED_UNIT,
    REVIEWS,
)
from audit.state import (
    COMPLETED,
    IN_REVIEW,
    QUEUED,
    REMOVED,
    RETURNED,
    Slot,
)
from audit.structures import expected, recount
from store.events import Request
from tests.audit.log import LEASE_MS, Log
from tests.audit.review_log import EXPERTS_1, STAGE_1, Reviews, reviewed


def slot(log: Log, entry: int) -> Slot:
    return log.model().state.entries[entry].slot(1)


def units_of(log: Log) -> dict[int, int]:
    return log.model().state.cycles[1, 1].units


def test_a_task_waits_in_review_until_every_review_of_it_is_finished():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1, 2), reviews.new(3))
    assert slot(log, 1).state == IN_REVIEW

    token = reviews.grant(5, 1, 2)
    reviews.decide(5, 1, token, (1, APPROVE, APPROVED), ended=0)
    reviews.decide(5, 1, token, (2, DELETE, DELETED), state=0)
    assert slot(log, 1).state == IN_REVIEW
    reviews.decide(5, 2, token, (3, APPROVE, APPROVED))

    assert log.violations() == []
    assert slot(log, 1).state == COMPLETED
    assert slot(log, REVIEWS + 1).state == COMPLETED
    assert recount(log.model().state)[STAGE_1, "completed"] == 2


def returned() -> tuple[Log, Reviews]:
    """Of three units the first is right, the others are returned, and one is missing."""
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1, 2, 3))
    units = ((1, APPROVE, APPROVED), (2, REJECT, RETURNED_UNIT), (3, REJECT, RETURNED_UNIT))
    reviews.decide(5, 1, reviews.grant(5, 1), *units, missing=1, state=8)
    return log, reviews


def test_only_what_is_fixed_and_what_is_new_is_reviewed_again():
    log, reviews = returned()
    assert slot(log, 1) == Slot(state=RETURNED, person=2, correction=True, finished=1)

    reviews.fix(2, 2, MISSING + 1)
    again = reviews.new(2, 4, MISSING + 1, rejected=[(2, 1)])
    reviews.submit(2, (1, 1), again, round=2, gone=[3])
    units = ((unit, APPROVE, APPROVED) for unit in (2, 4, MISSING + 1))
    reviews.decide(6, 2, reviews.grant(6, 2), *units)

    assert log.violations() == []
    assert slot(log, 1).state == COMPLETED
    assert units_of(log) == {1: 3, 2: 3, 3: 7, 4: 3, MISSING + 1: 3}


def test_a_review_for_somebody_comes_before_all_else_of_theirs_and_comes_back_to_them():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1), reviews.new(2, person=6, by=1))
    reviews.grant(6, 2, 1)
    log.tick(LEASE_MS)
    log.expire((REVIEWS + 1, 1, 6), (REVIEWS + 2, 1, 6))
    assert slot(log, REVIEWS + 2).person == 6
    reviews.grant(5, 1)
    reviews.grant(6, 2)

    assert log.violations() == []
    assert expected(log.model().state).review_load == {(STAGE_1, 5): 1, (STAGE_1, 6): 1}


def test_what_waited_too_long_for_one_person_is_anybodys():
    log, reviews = reviewed(fallback_ms=500)
    reviews.submit(2, (1, 1), reviews.new(1, person=6, by=1))
    assert expected(log.model().state).falling == {REVIEWS + 1: 500}
    log.tick(500)
    reviews.fall_back(1)
    reviews.grant(5, 1)

    assert log.violations() == []
    assert expected(log.model().state).falling == {}


def test_at_the_threshold_an_expert_decides_and_what_they_reject_never_returns():
    log, reviews = reviewed(threshold=1)
    reviews.submit(2, (1, 1), reviews.new(1, 2, 3))
    asked = reviews.new(1, 2, stage=EXPERTS_1, others=[5])
    token = reviews.grant(5, 1)
    reviews.decide(5, 1, token, (1, REJECT, PENDING), ended=0)
    units = ((2, REJECT, PENDING), (3, APPROVE, APPROVED))
    reviews.decide(5, 1, token, *units, state=0, made=[asked])
    expert = reviews.grant(6, 2, stage=EXPERTS_1)
    units = ((1, APPROVE, APPROVED), (2, REJECT, REJECTED))
    reviews.decide(6, 2, expert, *units, stage=EXPERTS_1)

    assert log.violations() == []
    assert slot(log, 1).state == COMPLETED
    assert units_of(log) == {1: 3, 2: 6, 3: 3}


def test_a_task_that_leaves_takes_its_reviews_with_it():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1), reviews.new(2))
    reviews.grant(5, 1)
    log.remove(1, cancelled=[REVIEWS + 1, REVIEWS + 2])

    assert log.violations() == []
    assert [slot(log, REVIEWS + n).state for n in (1, 2)] == [REMOVED, REMOVED]
    shape = expected(log.model().state)
    assert (shape.touched, shape.held, shape.leases) == ({}, {}, {})


def test_the_first_objection_ends_a_round_where_that_is_enough():
    log, reviews = reviewed(early=1)
    reviews.submit(2, (1, 1), reviews.new(1, 2), reviews.new(3))
    token = reviews.grant(5, 1)
    cancelled = [REVIEWS + 2]
    reviews.decide(5, 1, token, (1, REJECT, RETURNED_UNIT), state=8, cancelled=cancelled)
    again = reviews.new(1, 2, 3, rejected=[(1, 1)])
    reviews.submit(2, (1, 1), again, round=2, resolved=1)

    assert log.violations() == []
    assert slot(log, REVIEWS + 2).state == REMOVED


def test_without_its_author_what_is_returned_goes_to_the_pool():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1))
    log.member(2, member=0)
    reviews.decide(5, 1, reviews.grant(5, 1), (1, REJECT, RETURNED_UNIT), state=2)
    assert slot(log, 1).state == QUEUED
    again = reviews.new(1, rejected=[(1, 1)])
    reviews.submit(3, (1, 1), again, round=2, resolved=1, authors=[2, 3])

    assert log.violations() == []
    assert slot(log, 1).state == IN_REVIEW


def test_nothing_is_reviewed_where_nothing_is_sampled():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1))

    assert log.violations() == []
    assert slot(log, 1).state == COMPLETED


def test_what_reviewers_were_told_is_in_the_log():
    log, reviews = reviewed()
    session = log.session()
    reviews.submit(2, (1, 1), reviews.new(1))
    token = reviews.grant(5, 1, request=Request(session, 1, "a"))
    done = reviews.decide(5, 1, token, (1, APPROVE, APPROVED), request=Request(session, 2, "b"))
    of: dict[str, Any] = {"client": "c", "project": 1, "session": session, "person": 5}
    of |= {"outcome": "ok", "started_ns": 1, "ended_ns": 2}
    asked = {"asked": 1, "tasks": [["r1", token]]}
    decide = of | {"method": "Decide", "task": "r1", "token": token}
    told = [
        Record(call=1, method="ReserveReviews", n=1, queue=1, seq=token, result=asked, **of),
        Record(call=2, n=2, seq=done, **decide),
        Record(call=3, n=3, seq=done + 1, **decide),
    ]
    checker = Checker(1, "acme", records=[numbered(one, 1, {}) for one in told])
    for row in log.rows:
        checker.follow(row)
    checker.finish()

    report = checker.result()
    assert [violation.invariant for violation in report.violations] == [3]
    assert report.violations[0].sentence.startswith("c call 3 (Decide, ok)")
    assert report.examined[15] > 0
