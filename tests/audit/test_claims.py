"""Invariants 9 and 10: negative answers that the log bears out, and others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.audit.cases import Case, found
from tests.audit.log import LEASE_MS, Log

# 9: LEASE_LOST.


def lost(case: Case, *, at: float = 9, person: int = 2, **fields: Any) -> Case:
    case.told("Submit", at=at, outcome="LEASE_LOST", person=person, **fields)
    return case


def held() -> tuple[Case, int]:
    case = Case()
    return case, case.log.grant(2, (1, 1))


def test_9_a_live_lease_is_not_lost():
    for without_seq in (0, 1):
        case, token = held()
        lost(case, task="1-1", token=token, seq=0 if without_seq else token)
        assert found(case.report(), 9)


def test_9_a_state_before_the_grant_bears_nothing_out():
    case, token = held()
    lost(case, task="1-1", token=token, seq=token - 1)
    assert found(case.report(), 9)


def test_9_an_expired_lease_that_nobody_has_is_not_lost_to_submit():
    case, token = held()
    case.log.tick(LEASE_MS)
    gone = case.log.expire((1, 1, 2))
    case.told("Renew", at=8, outcome="LEASE_LOST", task="1-1", token=token, seq=gone)
    assert case.report().violations == []

    lost(case, task="1-1", token=token, seq=gone)
    assert found(case.report(), 9)


def test_9_ones_own_submission_is_not_lost():
    case, token = held()
    done = case.log.submit(2, (1, 1), token)
    lost(case, task="1-1", token=token, seq=done)
    assert found(case.report(), 9)


def released(log: Log) -> None:
    log.release(2, (1, 1))


def revoked(log: Log) -> None:
    log.member(2, roles=8)
    log.revoke(2, (1, 1))


def fenced(log: Log) -> None:
    log.member(2, active=0)


def taken_over(log: Log) -> None:
    log.renew(2, (1, 1), takeover=1)


def given_again(log: Log) -> None:
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.grant(3, (1, 1))


def not_eligible_any_more(log: Log) -> None:
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.member(2, roles=8)


def removed(log: Log) -> None:
    log.remove(1)


@pytest.mark.parametrize(
    "cause", [released, revoked, fenced, taken_over, given_again, not_eligible_any_more, removed]
)
def test_9_a_cause_in_the_log_before_the_answer(cause: Callable[[Log], None]):
    case, token = held()
    cause(case.log)
    lost(case, task="1-1", token=token, seq=case.log.seq)
    lost(case, task="1-1", token=token)
    report = case.report()
    assert (report.violations, report.examined[9]) == ([], 2)


def test_9_a_cause_after_the_answer_is_none():
    """Without a seq the answer may come from any state that is not older or newer than others'."""
    case, token = held()
    start = case.log.start(2, (1, 1), token)
    case.told("Start", at=1, task="1-1", token=token, seq=start)
    lost(case, at=2, task="1-1", token=token)
    later = case.log.grant(3, (1, 2))
    case.told("Reserve", at=3, person=3, seq=later)
    case.log.release(2, (1, 1))
    assert found(case.report(), 9)


def test_9_a_renewal_of_several_is_lost_when_one_is():
    case, token = held()
    case.told(
        "Renew",
        at=1,
        outcome="LEASE_LOST",
        seq=token,
        result={"tasks": [["1-1", token], ["9-9", 1]]},
    )
    assert found(case.report(), 9)
    case.records[0].result["tasks"] = [["1-1", token], ["2-1", token]]
    assert case.report().violations == []


def test_9_an_answer_from_beyond_the_log():
    case, token = held()
    lost(case, task="1-1", token=token, seq=99)
    assert f"no state up to {case.log.seq} says so" in found(case.report(), 9)[0]


# 10: nothing to give.


def test_10_nothing_while_there_was_something():
    case = Case()
    case.told(
        "Reserve", at=1, outcome="nothing", seq=case.log.seq, result={"reason": "QUEUE_EMPTY"}
    )
    case.told("Reserve", at=2, outcome="nothing")
    assert len(found(case.report(), 10)) == 2


def test_10_nothing_for_another_reason():
    case = Case()
    case.log.member(2, roles=8)
    for reason in ("NOT_ELIGIBLE", "AT_CAP"):
        case.told("Reserve", at=1, outcome="nothing", seq=case.log.seq, result={"reason": reason})
    assert len(found(case.report(), 10)) == 1


def test_10_nothing_at_some_moment_of_the_call():
    case = Case()
    tasks = [(entry, 1) for entry in range(1, 7)]
    case.told("Reserve", at=1, seq=case.log.grant(2, *tasks))
    case.told("Reserve", at=2, outcome="nothing", result={"asked": 1})
    case.log.release(2, (1, 1))
    assert case.report().violations == []


def test_10_a_target_that_is_met():
    case, token = held()
    case.told(
        "EnsureReservations", at=1, outcome="nothing", seq=token, result={"asked": 100, "target": 1}
    )
    case.told("EnsureReservations", at=1, seq=token, result={"changed": False})
    assert case.report().violations == []
