"""A small history that is right in everything, to be spoilt by a test."""

from __future__ import annotations

from typing import Any

from audit.chain import EpochStep, Head
from audit.checker import Checker
from audit.history import Record
from audit.report import Report
from audit.structures import Shape, expected, recount
from store import events
from store.events import Request
from tests.audit.log import LEASE_MS, ready

SECOND = 1_000_000_000


class Case:
    """A log with histories, live rows and views that fit it, to be spoilt by a test."""

    def __init__(self, **queue: Any) -> None:
        log = self.log = ready(slots=2, **queue)
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
