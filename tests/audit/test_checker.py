"""The fourteen invariants: each holds over a small history, and each is seen to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from audit.chain import Head, Row
from audit.checker import Checker
from audit.report import INVARIANTS, Report
from store import events
from tests.audit.cases import Case, found, work
from tests.audit.log import Log


def test_a_history_that_is_right_has_no_violation_and_every_invariant_is_examined():
    report = work().report()
    keys = Report()

    assert report.violations == []
    assert report.ok
    assert report.unexamined() == [13]
    assert keys.unexamined() == list(range(1, 16))
    assert report.last_line() == f"audit: {len(work().log.rows)} events, 0 violations"
    assert report.kinds["submitted"] == 2
    assert report.finished_by == {(1, 2): 1, (1, 3): 1}


# 1: the chain.


def rows_without(case: Case, seq: int) -> list[Row]:
    return [row for row in case.log.rows if row.seq != seq]


def test_1_a_gap_is_found():
    case = work()
    assert "event 12 after event 10" in found(case.report(rows=rows_without(case, 11)), 1)


def test_1_a_changed_payload_is_found():
    case = work()
    case.log.rows[4] = replace(case.log.rows[4], payload=case.log.rows[3].payload)
    assert found(case.report(), 1) == ["the chain is not that of the payload"]


def test_1_another_beginning_is_found():
    case = work()
    case.log.external_id = "other"
    assert found(case.report(), 1) == ["the chain is not that of the payload"]


def test_1_a_missing_or_wrong_epoch_step_is_found():
    case = work()
    assert "epoch 2, the steps lead to 1" in found(case.report(steps=[]), 1)
    wrong = [replace(case.steps[0], chain_after=bytes(20))]
    assert "the step to epoch 2" in found(case.report(steps=wrong), 1)[0]
    shifted = [replace(case.steps[0], seq=3)]
    assert "the step to epoch 2 at seq 3" in found(case.report(steps=shifted), 1)[0]


def test_1_a_head_that_is_elsewhere_is_found():
    case = work()
    assert (
        "the head is epoch 2, seq 99" in found(case.report(head=replace(case.head(), seq=99)), 1)[0]
    )
    beyond = [*case.steps, replace(case.steps[0], epoch=3)]
    assert "epoch steps beyond the head" in found(case.report(steps=beyond), 1)[0]


def test_1_steps_without_an_event_after_them_are_followed():
    case = work()
    case.step()
    case.step()
    assert case.report().violations == []


def test_what_is_no_event_is_found():
    case = work()
    payload = b"\x93\x01\x02\x03"
    chain = events.chain_of(case.log.chain, payload)
    case.log.chain = chain
    row = Row(seq=case.log.seq + 1, epoch=2, chain=bytes.fromhex(chain), payload=payload)
    head = Head(epoch=2, seq=row.seq, chain=row.chain)
    report = case.report(rows=[*case.log.rows, row], head=head)
    assert found(report, 0) == ["not an event: an event is an array of 7 parts, got list of 3"]


# 2, 5, 6, 7, 8 in the log: test_broken_logs has one of each rule; here they arrive in the report.


@pytest.mark.parametrize(
    ("invariant", "spoil"),
    [
        (0, lambda log: log.queue()),
        (2, lambda log: log.grant(2, (2, 2), request=log.events[12].request)),
        (5, lambda log: log.grant(4, (3, 1))),
        (6, lambda log: log.grant(4, (2, 1))),
        (7, lambda log: log.release(4, (2, 1))),
        (8, lambda log: log.submit(2, (1, 1), 11)),
    ],
)
def test_what_the_model_finds_is_in_the_report(invariant: int, spoil: Callable[[Log], object]):
    case = work()
    spoil(case.log)
    assert found(case.report(), invariant)


# 3: acknowledged.


def told_wrongly(**changes: Any) -> Callable[[Case], None]:
    """The first record, an OK of Reserve, is not what happened."""

    def spoil(case: Case) -> None:
        case.records[0] = replace(case.records[0], **changes)

    return spoil


def told_no(case: Case) -> None:
    case.records[0] = replace(case.records[0], outcome="NOT_FOUND", seq=case.log.seq)


def told_another_token(case: Case) -> None:
    case.records[1] = replace(case.records[1], token=1)


def told_another_task(case: Case) -> None:
    case.records[2] = replace(case.records[2], task="2-1")


@pytest.mark.parametrize(
    ("sentence", "spoil"),
    [
        ("told OK with seq 99: lost", told_wrongly(seq=99)),
        ("told OK with seq 0: lost", told_wrongly(seq=0)),
        ("the event is of", told_wrongly(n=9)),
        ("the event is granted", told_wrongly(method="Start")),
        ("person is not what it was told", told_wrongly(person=3)),
        ("queue is not what it was told", told_wrongly(queue=3)),
        ("tasks is not what it was told", told_wrongly(result={"tasks": [["1-1", 11]]})),
        (
            "tokens is not what it was told",
            told_wrongly(result={"tasks": [["1-1", 1], ["2-1", 1]]}),
        ),
        ("token is not what it was told", told_another_token),
        ("task is not what it was told", told_another_task),
        ("was told no as of", told_no),
    ],
)
def test_3_an_answer_that_the_log_does_not_bear_out(sentence: str, spoil: Callable[[Case], None]):
    case = work()
    spoil(case)
    assert any(sentence in violation for violation in found(case.report(), 3))


def test_3_a_short_grant_while_there_was_more():
    case = work()
    case.records[0].result["asked"] = 3
    assert "asked for 3 and got 2, there was more" in found(case.report(), 5)[0]


def test_3_a_release_and_a_renewal_by_their_tasks():
    case = Case()
    token = case.log.grant(2, (1, 1), (2, 1))
    renewed = case.log.renew(2, (1, 1))
    case.told("Renew", at=1, seq=renewed, result={"tasks": [["1-1", token]]})
    released = case.log.release(2, (1, 1))
    case.told("Release", at=2, seq=released, task="1-1", token=token)
    assert case.report().violations == []

    case.records[0].result["tasks"] = [["2-1", token]]
    case.records[1] = replace(case.records[1], task="2-1")
    sentences = found(case.report(), 3)
    assert any("tasks is not" in s for s in sentences)
    assert any("task is not" in s for s in sentences)


def test_3_a_first_attempt_may_come_after_the_no_of_the_second():
    case = work()
    case.records[0] = replace(case.records[0], outcome="NOT_FOUND", seq=case.records[0].seq - 1)
    assert case.report().violations == []


def test_3_what_a_list_of_holds_may_leave_out_and_not_invent():
    case = Case()
    token = case.log.grant(2, (1, 1), (2, 1), request=case.request(1))
    told = case.told("EnsureReservations", at=1, seq=token, **case.asked(1))
    told.result["tasks"] = [["2-1", token], ["6-1", 1]]
    assert case.report().violations == []

    told.result["tasks"] = [["2-1", token], ["6-1", token]]
    assert "tokens is not" in found(case.report(), 3)[0]


def test_3_a_reserve_of_a_batch_answers_with_some_of_what_is_held_and_invents_nothing():
    case = Case()
    token = case.log.grant(2, (1, 1), (2, 1), request=case.request(1), batch=1)
    told = case.told("Reserve", at=1, seq=token, **case.asked(1))
    told.result["tasks"] = [["6-1", 1], ["1-1", token]]
    assert [v for v in case.report().violations if v.invariant == 3] == []

    told.result["tasks"] = [["6-1", token]]
    assert "tokens is not" in found(case.report(), 3)[0]


def test_3_a_reserve_where_work_is_dealt_answers_with_what_was_assigned_to_the_person():
    case = Case(distributed=1, shares=[[2, 50], [3, 50]])
    of_each = [[1, 1, 1, 3, 1, 2, 0, 3, 0, 0], [2, 1, 1, 3, 1, 3, 0, 3, 0, 0]]
    about: dict[str, Any] = {"why": 2, "content": 0, "operation": 0, "upto": 0, "among": ""}
    token = case.log.add("assigned", queue=1, tasks=of_each, kept=[], **about)
    told = case.told("Reserve", at=1, seq=token, **case.asked(1))
    told.result["tasks"] = [["1-1", token]]
    assert case.report().violations == []

    told.result["tasks"] = [["2-1", token]]
    assert "which gave" in found(case.report(), 3)[0]


def kept_draft(**told: Any) -> Case:
    """The draft that is an event was told to nobody; the next one, soon after, was told."""
    case = Case()
    token = case.log.grant(2, (1, 1))
    case.log.draft(2, (1, 1), token)
    seq = case.log.grant(3, (1, 2))
    about: dict[str, Any] = {"task": "1-1", "token": token, "seq": seq} | told
    case.told("SaveDraft", at=1, **case.asked(9), **about)
    return case


def test_3_a_draft_soon_after_another_has_no_event():
    assert kept_draft().report().violations == []


@pytest.mark.parametrize("told", [{"task": "2-1"}, {"task": "1-9"}, {"task": "9-1"}, {"token": 1}])
def test_3_a_draft_of_what_is_not_held_is_told_wrong(told: dict[str, Any]):
    assert "was told OK without an event" in found(kept_draft(**told).report(), 3)[0]


def test_3_a_draft_long_after_another_is_to_be_an_event():
    case = Case()
    token = case.log.grant(2, (1, 1))
    case.log.draft(2, (1, 1), token, deadline=(due := 10**6))
    case.log.tick(30_001)
    seq = case.log.grant(3, (1, 2))
    case.told("SaveDraft", at=1, task="1-1", token=token, seq=seq, **case.asked(9))
    assert due > case.log.clock
    assert "was told OK without an event" in found(case.report(), 3)[0]


def test_3_nothing_is_claimed_of_unknown_outcomes():
    case = work()
    case.records[0] = replace(case.records[0], outcome="UNAVAILABLE", seq=0)
    assert case.report().violations == []


# 4: real time.


def test_4_an_event_before_what_was_told_earlier():
    case = work()
    case.records[3] = replace(case.records[3], started_ns=0, ended_ns=1)
    assert case.report().violations == []
    case.records[4] = replace(case.records[4], started_ns=0, ended_ns=1)
    assert "was told before" in found(case.report(), 4)[0]


def test_4_a_negative_answer_from_an_old_state():
    case = work()
    case.records[-1] = replace(case.records[-1], seq=case.log.seq - 1)
    assert "was told before" in found(case.report(), 4)[0]


def test_a_fast_project_promises_nothing_of_the_kind():
    case = work()
    fast = Log()
    fast.create(fast=1)
    case.log = fast
    case.steps, case.session = [], 0
    report = case.report()
    assert report.violations == []
    assert report.notes == ["project 1 is FAST: 3, 4, 9 and 10 are not promised"]


# 8, 11, 12, 14 at the end.


def test_8_after_a_drain_everything_is_finished():
    case = work()
    case.drained = True
    assert "after the drain entry 2 is ['assigned', 'queued']" in found(case.report(), 8)


def test_8_one_person_with_two_slots_of_an_item():
    case = Case()
    two = case.log.grant(2, (1, 1))
    case.log.submit(2, (1, 1), two)
    case.log.submit(2, (1, 2), case.log.grant(2, (1, 2)))
    assert "entry 1 is finished by [2, 2]" in found(case.report(), 8)


def test_what_came_since_is_followed():
    case = work()
    rows: Iterable[Row] = case.log.rows
    checker = Checker(1, case.log.external_id, steps=case.steps)
    for row in rows:
        checker.follow(row)
    checker.finish(head=case.head())
    seq = case.log.seq
    case.log.grant(4, (2, 2))
    case.step()
    case.log.grant(3, (3, 1))
    checker.catch_up(case.steps, case.log.rows[seq:], case.head())

    assert checker.result().violations == []
    assert checker.position == (3, case.log.seq, case.log.chain)


def test_the_table_names_every_invariant_and_the_first_violations():
    case = work()
    case.log.grant(4, (3, 1))
    report = case.report()
    report.notes.append("inconclusive")
    lines = str(report).splitlines()

    assert [line for line in lines if line.endswith(INVARIANTS[14])]
    assert any("person 4 was given [(3, 1)]" in line for line in lines)
    assert lines[-2:] == ["note: inconclusive", f"audit: {len(case.log.rows)} events, 1 violations"]
