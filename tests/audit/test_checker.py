"""The fourteen invariants: each holds over a small history, and each is seen to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from audit.chain import EpochStep, Head, Row
from audit.checker import Checker
from audit.history import Record
from audit.report import INVARIANTS, Report
from audit.structures import Shape, expected, recount
from store import events
from store.events import Request
from tests.audit.log import LEASE_MS, Log, ready

SECOND = 1_000_000_000


class Case:
    """A log with histories, live rows and views that fit it, to be spoilt by a test."""

    def __init__(self) -> None:
        log = self.log = ready(slots=2)
        self.session = log.session()
        self.records: list[Record] = []
        self.steps: list[EpochStep] = []
        self.keys: tuple[int, list[str]] = (3, [])
        self.drained = False

    def told(self, method: str, *, at: float, outcome: str = "ok", **fields: Any) -> Record:
        """A record of a call that took from `at` to `at` + 0.5 seconds."""
        record = Record(
            client="c",
            call=len(self.records),
            project=1,
            method=method,
            started_ns=int(at * SECOND),
            ended_ns=int(at * SECOND) + SECOND // 2,
            outcome=outcome,
            **{"queue": 1, "person": 2} | fields,
        )
        self.records.append(record)
        return record

    def asked(self, n: int) -> dict[str, Any]:
        return {"session": self.session, "n": n}

    def request(self, n: int) -> Request:
        return Request(self.session, n, f"{n:016x}")

    def step(self) -> None:
        """A new epoch."""
        log = self.log
        after = events.epoch_chain(log.chain, log.epoch + 1)
        self.steps.append(
            EpochStep(
                epoch=log.epoch + 1,
                seq=log.seq,
                chain_before=bytes.fromhex(log.chain),
                chain_after=bytes.fromhex(after),
            )
        )
        log.chain, log.epoch = after, log.epoch + 1

    def head(self) -> Head:
        return Head(epoch=self.log.epoch, seq=self.log.seq, chain=bytes.fromhex(self.log.chain))

    def live(self) -> list[tuple[int, int, int]]:
        entries = self.log.model().state.entries.values()
        return [(e.entry, i, s.token) for e in entries for i, s in enumerate(e.slots, 1) if s.held]

    def views(self) -> dict[tuple[int, str], int]:
        return recount(self.log.model().state)

    def shape(self) -> Shape:
        return expected(self.log.model().state)

    def report(self, **given: Any) -> Report:
        checker = Checker(
            1, self.log.external_id, steps=given.get("steps", self.steps), records=self.records
        )
        for row in given.get("rows", self.log.rows):
            checker.follow(row)
        checker.finish(
            head=given.get("head", self.head()),
            live=given.get("live", self.live()),
            drained=self.drained,
        )
        checker.compare_views(given.get("views", self.views()))
        checker.compare(given.get("shape", self.shape()), given.get("unknown", ()))
        return checker.result()


def work() -> Case:
    """Two people, an expiry, a late submission; an epoch in the middle; everything was told."""
    case = Case()
    log, asked, request = case.log, case.asked, case.request
    log.items(3, base=7, first=7)
    two = log.grant(2, (1, 1), (2, 1), request=request(1))
    case.told(
        "Reserve",
        at=1,
        seq=two,
        result={"asked": 2, "tasks": [["1-1", two], ["2-1", two]]},
        **asked(1),
    )
    three = log.grant(3, (1, 2))
    case.step()
    start = log.start(2, (1, 1), two, request=request(2))
    case.told("Start", at=2, task="1-1", token=two, seq=start, **asked(2))
    done = log.submit(2, (1, 1), two, request=request(3))
    case.told("Submit", at=3, task="1-1", token=two, seq=done, **asked(3))
    case.told("Submit", at=3.1, task="1-1", token=two, seq=done, **asked(4))
    log.tick(LEASE_MS)
    log.expire((2, 1, 2), (1, 2, 3))
    late = log.submit(3, (1, 2), three, late=1, request=request(5))
    case.told("Submit", at=4, person=3, task="1-2", token=three, seq=late, **asked(5))
    again = log.grant(3, (2, 1))
    case.told("Submit", at=5, outcome="LEASE_LOST", task="2-1", token=two, seq=again, **asked(6))
    case.told(
        "Reserve",
        at=6,
        outcome="nothing",
        person=9,
        seq=again,
        result={"asked": 1, "reason": "NOT_ELIGIBLE"},
        **asked(7),
    )
    return case


def found(report: Report, invariant: int) -> list[str]:
    return [v.sentence for v in report.violations if v.invariant == invariant]


def test_a_history_that_is_right_has_no_violation_and_every_invariant_is_examined():
    report = work().report()
    keys = Report()

    assert report.violations == []
    assert report.ok
    assert report.unexamined() == [13]
    assert keys.unexamined() == list(range(1, 15))
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
    case.records[0] = replace(case.records[0], outcome="nothing", seq=0)


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
        ("was told no, but it is event", told_no),
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


def shape_with(name: str, changes: dict[Any, Any]) -> Callable[[Case], dict[str, Any]]:
    def spoil(case: Case) -> dict[str, Any]:
        shape = case.shape()
        getattr(shape, name).update(changes)
        return {"shape": shape}

    return spoil


SPOILT: list[tuple[int, Callable[[Case], dict[str, Any]]]] = [
    (11, shape_with("totals", {"entries": 99})),
    (11, shape_with("person", {2: ()})),
    (11, shape_with("queue", {1: ()})),
    (11, shape_with("heads", {(1, "b", 1): 1.0})),
    (11, shape_with("backlog", {(1, 1, 3): [4, 3, 5, 6]})),
    (11, shape_with("available", {(1, 1): {}})),
    (11, shape_with("excluded", {(1, 1, 5): {1: 1.0}})),
    (11, shape_with("touched", {1: (1, 1, 3, ())})),
    (11, shape_with("held", {(2, 1): {1: 1.0}})),
    (11, shape_with("holding", {2: {1}})),
    (11, shape_with("own", {(2, 1): {1: 1.0}})),
    (11, shape_with("leases", {(2, 1): 1.0})),
    (11, shape_with("queue_leases", {(1, 2, 1): 1.0})),
    (11, shape_with("sessions", {99: 1.0})),
    (11, shape_with("session", {99: ()})),
    (11, shape_with("recalls", {2: ""})),
    (11, shape_with("attached", {(1, 1): 3})),
    (11, shape_with("dead", {(1, 1): 2})),
    (12, shape_with("counts", {(1, "queued"): 1})),
    (11, lambda case: {"unknown": ["dibs:{1}:2:thing"]}),
    (11, lambda case: {"shape": replace(case.shape(), queues={2})}),
    (12, lambda case: {"views": {**case.views(), (1, "queued"): 1}}),
    (14, lambda case: {"live": []}),
    (14, lambda case: {"live": [*case.live(), (5, 1, 3)]}),
    (14, lambda case: {"live": [(entry, slot, 1) for entry, slot, _ in case.live()]}),
]


@pytest.mark.parametrize(("invariant", "spoil"), SPOILT)
def test_11_12_14_what_differs_from_a_replay(
    invariant: int, spoil: Callable[[Case], dict[str, Any]]
):
    case = work()
    assert found(case.report(**spoil(case)), invariant)


def test_12_a_counter_that_an_event_forgot():
    case = work()
    checker = Checker(1, case.log.external_id, steps=case.steps)
    for row in case.log.rows:
        checker.follow(row)
    checker.model.state.queues[1].counts[2] += 1
    checker.finish()
    assert found(checker.result(), 12)


def test_11_a_head_may_be_early_while_dead_integers_lead_its_lane():
    case = work()
    shape = case.shape()
    shape.heads[1, "b", 1] -= 1
    shape.dead = {(1, 1): 1}
    shape.buried = {(1, 1): 1}
    assert case.report(shape=shape).violations == []


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
