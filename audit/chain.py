"""Invariant 1: the log is one chain without a gap, epoch steps included (R1, R13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audit.report import Judge
from store import events

CHAIN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of table `event`."""

    seq: int
    epoch: int
    chain: bytes
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochStep:
    """A row of table `epoch_step`: from `seq` on, `epoch` continues with another chain."""

    epoch: int
    seq: int
    chain_before: bytes
    chain_after: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The row of table `head`: where the log ends."""

    epoch: int
    seq: int
    chain: bytes


class Chain:
    """Follows one project's log. Examines every row, every step and the head."""

    def __init__(self, external_id: str, steps: Iterable[EpochStep], judge: Judge) -> None:
        self.seq, self.epoch, self.value = 0, 1, events.genesis(external_id)
        self._steps = sorted(steps, key=lambda step: step.epoch)
        self._judge = judge

    def add(self, steps: Iterable[EpochStep]) -> None:
        """Steps beyond those known so far."""
        known = {(step.epoch, step.seq) for step in self._steps}
        fresh = [
            step
            for step in steps
            if step.epoch > self.epoch and (step.epoch, step.seq) not in known
        ]
        self._steps = sorted(self._steps + fresh, key=lambda step: step.epoch)

    def follow(self, row: Row) -> None:
        """The next row: its number, its epoch, its chain."""
        self._judge.seq = row.seq
        self._judge.expect(
            CHAIN, row.seq == self.seq + 1, "event {} after event {}", row.seq, self.seq
        )
        self._steps_to(row.epoch, self.seq)
        self._judge.expect(
            CHAIN, row.epoch == self.epoch, "epoch {}, the steps lead to {}", row.epoch, self.epoch
        )
        right = events.chain_of(self.value, row.payload)
        self._judge.expect(CHAIN, row.chain.hex() == right, "the chain is not that of the payload")
        self.seq, self.epoch, self.value = row.seq, row.epoch, row.chain.hex()

    def end(self, head: Head) -> None:
        """After the last row: what `head` says, and no step left over."""
        self._judge.seq = self.seq
        self._steps_to(head.epoch, self.seq)
        self._judge.expect(
            CHAIN,
            (head.epoch, head.seq, head.chain.hex()) == (self.epoch, self.seq, self.value),
            "the head is epoch {}, seq {}; the log ends at epoch {}, seq {}, or with another chain",
            head.epoch,
            head.seq,
            self.epoch,
            self.seq,
        )
        self._judge.expect(CHAIN, not self._steps, "epoch steps beyond the head: {}", self._steps)

    def _steps_to(self, epoch: int, seq: int) -> None:
        """Takes the steps up to `epoch`; each must begin where the log then ended."""
        while self._steps and self._steps[0].epoch <= epoch:
            step = self._steps.pop(0)
            self._judge.expect(
                CHAIN,
                step.epoch == self.epoch + 1
                and step.seq == seq
                and step.chain_before.hex() == self.value
                and step.chain_after.hex() == events.epoch_chain(self.value, step.epoch),
                "the step to epoch {} at seq {} does not continue epoch {} at seq {}",
                step.epoch,
                step.seq,
                self.epoch,
                seq,
            )
            self.epoch, self.value = step.epoch, step.chain_after.hex()
