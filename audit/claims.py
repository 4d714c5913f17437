"""Invariants 9 and 10: negative answers are claims about a state, and the log has the states.

An answer that carries its seq is judged by the state after that event. One
without is judged by the states between the newest answer that came before
the call and the oldest that came after it: one of them must bear it out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from audit.eligibility import fence_of
from audit.expect import expect_reserve, may_be_late
from audit.expect_anywhere import expect_anywhere
from audit.history import Record, entry_slot
from audit.model import Model
from audit.report import Judge
from audit.state import FINISHED, Project

LOST: Final = 9
NOTHING: Final = 10
IN_LOG_ORDER: Final = frozenset({"Reserve", "Start"})
"""Methods whose OK always has an event of its own, and so bounds what came before it."""


@dataclass(slots=True, kw_only=True)
class Claim:
    """A negative answer, and the states (first..last) that may bear it out; last 0: to the end."""

    record: Record
    first: int
    last: int

    @property
    def invariant(self) -> int:
        """Which of the two it is."""
        return NOTHING if self.record.outcome == "nothing" else LOST


class Claims:
    """All negative answers of one project, judged while the log is followed."""

    def __init__(self, records: Iterable[Record], judge: Judge) -> None:
        records = list(records)
        self._judge = judge
        self._waiting = [claim for record in records if (claim := _claim(record))]
        _bound([claim for claim in self._waiting if not claim.last], records)
        self._waiting.sort(key=lambda claim: claim.first, reverse=True)
        self._open: list[Claim] = []

    def follow(self, model: Model) -> None:
        """After each event: judges the claims that this state bears out, or is the last for."""
        seq = model.state.seq
        while self._waiting and self._waiting[-1].first <= seq:
            self._open.append(self._waiting.pop())
        if self._open:
            self._open = [claim for claim in self._open if not self._settled(claim, model)]

    def end(self, seq: int) -> None:
        """What no state of the log bears out."""
        for claim in [*self._open, *self._waiting]:
            self._judge.seq = claim.first
            self._judge.fault(claim.invariant, "{}: no state up to {} says so", claim.record, seq)

    def _settled(self, claim: Claim, model: Model) -> bool:
        holds = _holds(claim, model.state)
        if holds or model.state.seq == claim.last:
            self._judge.expect(
                claim.invariant,
                holds,
                "{} of person {}, task {!r}, token {}: not so in states {}..{}",
                claim.record,
                claim.record.person,
                claim.record.task,
                claim.record.token,
                claim.first,
                claim.last,
            )
            return True
        return False


def lost(project: Project, record: Record) -> bool:
    """9: the log shows a release, a recall, a fence, lost eligibility, or a newer lease.

    Expiry alone is a cause for Start, Renew and Release, but not for Submit
    (MODEL invariant 3). A repeat of one's own submission is not lost.
    """
    if record.task:
        asked = [(*record.entry_slot, record.token)]
    else:
        asked = [(*entry_slot(task), token) for task, token in record.result.get("tasks", ())]
    person = int(record.person)
    return any(_dead(project, person, *task, submit=record.method == "Submit") for task in asked)


def nothing(project: Project, record: Record, *, exact: bool = True) -> bool:
    """10: there was nothing for this person; and, where the state is known, for this reason."""
    result = record.result
    if not record.queue:
        count = result.get("asked", 1)
        return expect_anywhere(project, int(record.person), count)[1].word == "nothing"
    answer = expect_reserve(
        project,
        int(record.person),
        int(record.queue),
        result.get("asked", 1),
        result.get("target", 0),
    )
    said = result.get("reason")
    if answer.word != "nothing" or not exact or not said or not answer.reasons:
        return answer.word == "nothing"
    return bool(answer.reasons[0].reason == said)


def _dead(
    project: Project, person: int, entry: int, number: int, token: int, *, submit: bool
) -> bool:
    found = project.entries.get(entry)
    if found is None or not 1 <= number <= found.k or token > project.seq:
        return False
    slot = found.slot(number)
    mine = slot.person == person and slot.token == token
    alive = token >= fence_of(project, found, number, person) and not project.covered(found)
    if slot.held and mine and alive:
        return False
    if submit and slot.state in FINISHED and mine:
        return False
    return not (submit and may_be_late(project, person, found, number, token))


def _holds(claim: Claim, project: Project) -> bool:
    if claim.invariant == LOST:
        return lost(project, claim.record)
    return nothing(project, claim.record, exact=claim.first == claim.last)


def _claim(record: Record) -> Claim | None:
    if record.outcome not in ("nothing", "LEASE_LOST"):
        return None
    if record.outcome == "LEASE_LOST" and not record.task and not record.result.get("tasks"):
        return None
    return Claim(record=record, first=record.seq, last=record.seq)


def _bound(claims: Iterable[Claim], records: Iterable[Record]) -> None:
    """The states that answers without a seq may have come from."""
    told = sorted((one.ended_ns, one.seq) for one in records if one.seq > 0)
    highest, newest = [], 0
    for _, seq in told:
        newest = max(newest, seq)
        highest.append(newest)
    later = sorted(
        (one.started_ns, one.seq) for one in records if one.changed and one.method in IN_LOG_ORDER
    )
    lowest, oldest = [0] * len(later), 0
    for at in range(len(later) - 1, -1, -1):
        oldest = min(oldest or later[at][1], later[at][1])
        lowest[at] = oldest
    for claim in claims:
        before = bisect_left(told, (claim.record.started_ns, 0))
        after = bisect_left(later, (claim.record.ended_ns + 1, 0))
        claim.first = highest[before - 1] if before else 1
        claim.last = max(lowest[after] - 1, claim.first) if after < len(later) else 0
