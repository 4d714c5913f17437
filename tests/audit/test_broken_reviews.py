"""Logs in which somebody reviews their own work, or a unit is forgotten or decided twice."""

from __future__ import annotations

from typing import Any

from audit.report import REVIEWED, RULES
from audit.review_state import (
    APPROVE,
    APPROVED,
    MISSING,
    PENDING,
    REJECT,
    REJECTED,
    RETURNED_UNIT,
    REVIEWS,
)
from tests.audit.broken import Break, Broken, assert_found
from tests.audit.log import LEASE_MS, Log
from tests.audit.review_log import EXPERTS_1, Reviews, reviewed

logs = Broken()
YES = (1, APPROVE, APPROVED)
NO = (1, REJECT, RETURNED_UNIT)


def under_review(*units: int, **rules: int) -> tuple[Log, Reviews, int]:
    """One task of person 2, whose only review person 5 holds: its token."""
    log, reviews = reviewed(**rules)
    reviews.submit(2, (1, 1), reviews.new(*(units or (1,))))
    return log, reviews, reviews.grant(5, 1)


def returned() -> tuple[Log, Reviews]:
    """Unit 1 was rejected."""
    log, reviews, token = under_review()
    reviews.decide(5, 1, token, NO, state=8)
    return log, reviews


@logs.breaks(REVIEWED, "person 2 is to review their own")
def a_review_that_waits_for_its_author():
    log, reviews = reviewed()
    log.member(2, roles=32)
    reviews.submit(2, (1, 1), reviews.new(1, person=2))
    return log


@logs.breaks(6, "who is EXCLUDED")
def a_review_given_to_its_author():
    log, reviews = reviewed()
    log.member(2, roles=32)
    reviews.submit(2, (1, 1), reviews.new(1))
    reviews.grant(2, 1)
    return log


@logs.breaks(REVIEWED, "person 2 decides on their own work")
def a_decision_by_its_author():
    log, reviews, token = under_review()
    log.member(2, roles=32)
    reviews.decide(2, 1, token, YES)
    return log


@logs.breaks(6, "who is ROLE")
def a_review_given_to_who_may_not_review():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1))
    reviews.grant(3, 1)
    return log


@logs.breaks(REVIEWED, "authors are [2, 3]")
def an_author_who_is_forgotten():
    log, reviews = returned()
    log.member(2, member=0)
    log.add("pooled", queue=1, person=2, tasks=[[1, 1, 1, 3, 0]])
    again = reviews.new(1)
    again[5] = [[1, 1]]
    reviews.submit(3, (1, 1), again, round=2, resolved=1, authors=[3])
    return log


@logs.breaks(REVIEWED, "unit 1 of (1, 1) is not pending")
def a_unit_that_is_decided_twice():
    log, reviews, token = under_review(1, 2)
    reviews.decide(5, 1, token, YES, ended=0)
    reviews.decide(5, 1, token, (1, REJECT, RETURNED_UNIT), ended=0)
    return log


@logs.breaks(REVIEWED, "unit 7 of (1, 1) is not pending")
def a_decision_on_a_unit_that_nobody_drew():
    log, reviews, token = under_review()
    reviews.decide(5, 1, token, (7, APPROVE, APPROVED), ended=0)
    return log


@logs.breaks(7, "acts with token")
def a_decision_after_the_lease():
    log, reviews, token = under_review()
    log.tick(LEASE_MS)
    log.expire((REVIEWS + 1, 1, 5))
    reviews.decide(5, 1, token, YES)
    return log


@logs.breaks(REVIEWED, "unit 1 is 4, not {2, 3}")
def a_decision_that_comes_to_something_else():
    log, reviews, token = under_review()
    reviews.decide(5, 1, token, (1, APPROVE, RETURNED_UNIT), state=8)
    return log


@logs.breaks(REVIEWED, f"review {REVIEWS + 1} has ended: True")
def a_review_that_ends_with_a_unit_pending():
    log, reviews, token = under_review(1, 2)
    reviews.decide(5, 1, token, YES)
    return log


@logs.breaks(REVIEWED, "1 is done with open units [2]")
def a_task_that_is_done_with_a_unit_pending():
    log, reviews, token = under_review(1, 2)
    reviews.decide(5, 1, token, YES)
    return log


@logs.breaks(REVIEWED, "the task is in 6 then, not 8")
def a_task_that_is_done_with_an_objection():
    log, reviews, token = under_review()
    reviews.decide(5, 1, token, NO)
    return log


@logs.breaks(REVIEWED, "the task is in 6 then, not 0")
def a_task_that_is_done_before_its_last_review():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1), reviews.new(2))
    reviews.decide(5, 1, reviews.grant(5, 1), YES)
    return log


@logs.breaks(RULES, "review 35184372088834, not 35184372088833")
def a_review_with_a_number_that_is_not_the_next():
    log, reviews = reviewed()
    reviews.made = 1
    reviews.submit(2, (1, 1), reviews.new(1))
    return log


@logs.breaks(REVIEWED, "units [1] are reviewed twice in a round")
def a_unit_in_two_reviews():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1), reviews.new(1))
    return log


@logs.breaks(REVIEWED, "submitted into 5, not 6")
def a_task_in_review_with_nothing_to_review():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), state=5)
    return log


@logs.breaks(REVIEWED, "round 3 after 1")
def a_round_that_is_not_the_next():
    log, reviews = returned()
    reviews.submit(2, (1, 1), reviews.new(1, rejected=[(1, 1)]), round=3, resolved=1)
    return log


@logs.breaks(REVIEWED, "submitted with open issues on units [1]")
def a_submission_with_an_open_issue():
    log, reviews = returned()
    reviews.submit(2, (1, 1), reviews.new(2), round=2)
    return log


@logs.breaks(REVIEWED, "units [1] are forgotten")
def a_fixed_unit_that_nobody_looks_at():
    log, reviews = returned()
    reviews.fix(2, 1)
    reviews.submit(2, (1, 1), reviews.new(2), round=2)
    return log


@logs.breaks(REVIEWED, "units [3] are forgotten")
def a_unit_that_an_early_end_leaves_behind():
    log, reviews = reviewed(early=1)
    reviews.submit(2, (1, 1), reviews.new(1), reviews.new(3))
    reviews.decide(5, 1, reviews.grant(5, 1), NO, state=8, cancelled=[REVIEWS + 2])
    reviews.submit(2, (1, 1), reviews.new(1, rejected=[(1, 1)]), round=2, resolved=1)
    return log


@logs.breaks(REVIEWED, "rejected before: {}, not {1: 1}")
def a_rejection_that_is_forgotten():
    log, reviews = returned()
    reviews.submit(2, (1, 1), reviews.new(1), round=2, resolved=1)
    return log


def said(**changes: int) -> Log:
    """Person 5 says something about the task of person 2, but for the changes."""
    log, _, _ = under_review()
    body: dict[str, Any] = {"queue": 1, "entry": 1, "slot": 1, "unit": 0, "issue": 0}
    body.update({"person": 5, "author": 2, "content": 1}, **changes)
    log.add("commented", **body)
    return log


@logs.breaks(RULES, "a comment by 9")
def a_comment_of_a_stranger():
    return said(person=9)


@logs.breaks(RULES, "there is no task 99-1 in queue 1")
def a_comment_on_nothing():
    return said(entry=99)


@logs.breaks(REVIEWED, "person 5 is no author of it")
def a_comment_that_names_another_author():
    return said(author=5)


@logs.breaks(RULES, "a comment on unit 1, no issue")
def a_comment_on_a_unit_that_has_no_issue():
    return said(unit=1)


@logs.breaks(REVIEWED, "unit 2 is fixed, and was not returned")
def a_mark_on_what_was_not_returned():
    log, reviews = returned()
    reviews.fix(2, 2)
    return log


@logs.breaks(REVIEWED, "fixed by person 3, not 2")
def a_mark_by_somebody_else():
    log, reviews = returned()
    reviews.fix(3, 1)
    return log


@logs.breaks(REVIEWED, "unit 1 is 4, not {2}")
def a_rejection_at_the_threshold_that_goes_to_no_expert():
    log, reviews, token = under_review(threshold=1)
    reviews.decide(5, 1, token, NO, state=8)
    return log


def with_an_expert() -> tuple[Log, Reviews]:
    """Person 5 rejected unit 1, and an expert, who is not person 5, is asked."""
    log, reviews, token = under_review(threshold=1)
    asked = reviews.new(1, stage=EXPERTS_1, others=[5])
    reviews.decide(5, 1, token, (1, REJECT, PENDING), state=0, made=[asked])
    return log, reviews


@logs.breaks(REVIEWED, "experts are asked of set(), not {1}")
def an_expert_who_is_not_asked():
    log, reviews, token = under_review(threshold=1)
    reviews.decide(5, 1, token, (1, REJECT, PENDING), state=0)
    return log


@logs.breaks(6, "who is EXCLUDED")
def a_reviewer_as_their_own_expert():
    log, reviews = with_an_expert()
    reviews.grant(5, 2, stage=EXPERTS_1)
    return log


@logs.breaks(REVIEWED, "unit 1 is 4, not {6}")
def what_an_expert_rejects_and_returns():
    log, reviews = with_an_expert()
    token = reviews.grant(6, 2, stage=EXPERTS_1)
    reviews.decide(6, 2, token, NO, stage=EXPERTS_1, state=8)
    return log


@logs.breaks(REVIEWED, "units [1] were rejected for ever")
def what_an_expert_rejected_and_is_reviewed_again():
    log, reviews = with_an_expert()
    token = reviews.grant(6, 2, stage=EXPERTS_1)
    reviews.decide(6, 2, token, (1, REJECT, REJECTED), stage=EXPERTS_1)
    log.give_back(2, (1, 1), [[2, 6]])
    reviews.submit(2, (1, 1), reviews.new(1, rejected=[(1, 1)]), round=2)
    return log


@logs.breaks(REVIEWED, "falls back too early")
def a_review_that_falls_back_too_early():
    log, reviews = reviewed(fallback_ms=500)
    reviews.submit(2, (1, 1), reviews.new(1, person=6))
    log.tick(499)
    reviews.fall_back(1)
    return log


@logs.breaks(5, "the first eligible are")
def a_review_before_what_waits_for_them():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1), reviews.new(2, person=6))
    reviews.grant(6, 1)
    return log


@logs.breaks(REVIEWED, "reviews [] are cancelled, not [35184372088833]")
def a_review_of_what_was_removed():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1))
    log.remove(1)
    return log


@logs.breaks(REVIEWED, "person 6 is to review, not 7")
def a_review_for_somebody_who_has_more_to_do():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1), reviews.new(1, 2, person=6))
    one = reviews.new(1, person=6)
    one[7] = [6, 7]
    reviews.submit(3, (2, 1), one)
    return log


@logs.breaks(REVIEWED, "an author, frozenset({2}), objects")
def an_objection_of_its_author():
    log, reviews = reviewed()
    reviews.submit(2, (1, 1))
    body: dict[str, Any] = {"units": [1], "missing": 0, "content": 0, "source": 0, "state": 8}
    body |= {"round": 1, "authors": [2], "meaning": 1, "before": 0, "cancelled": []}
    task = [1, 1, 1, 3, 2, 2, [[2, 6]], []]
    log.add("objected", queue=1, person=2, tasks=[task], **body)
    return log


@logs.breaks(REVIEWED, "task 1-1 was not submitted")
def reviews_of_what_nobody_submitted():
    log, reviews = reviewed()
    said = {"round": 1, "authors": [], "meaning": 1, "status": 1, "missing": 0}
    said["reviews"] = [reviews.new(1)]
    task = [1, 1, 1, 3, 0, 1, [], [], said]
    log.add("reviews_added", queue=1, why=1, tasks=[task], kept=[], named=1, content=0)
    return log


@logs.each()
def test_a_broken_review_is_found(invariant: int, sentence: str, make: Break):
    assert_found(invariant, sentence, make)


def test_a_missing_label_is_a_unit_of_its_own():
    log, reviews, token = under_review()
    reviews.decide(5, 1, token, YES, missing=1, state=8)
    reviews.fix(2, MISSING + 1)
    assert log.violations() == []
