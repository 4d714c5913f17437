"""LOT: submissions wait until enough are together, then a few units speak for all (SEMANTICS §6).

A lot is consecutive submissions of a queue. It closes when it has `size`
units or 100 submissions, or when `timeout` has passed since its first. Of its
units the `drawn` with the lowest draws are reviewed. When at most `accepted`
of them are rejected, the rest is COMPLETED unseen; when more are, all the
others are reviewed as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from heapq import nsmallest
from typing import Final, NamedTuple

from allocator.strategies.wrong import WrongInputError
from reviewqueue.record import Applied, Rule

DEFAULT_SIZE: Final = 200
MOST_SUBMISSIONS: Final = 100


class Closing(IntEnum):
    """Why a lot is full."""

    UNITS = 1
    SUBMISSIONS = 2
    TIMEOUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """The plan. Raises WrongInputError."""

    drawn: int
    accepted: int
    timeout_ms: int
    size: int = DEFAULT_SIZE

    def __post_init__(self) -> None:
        if self.size < 1:
            raise WrongInputError("lot_size", "must be 1 or more")
        if not 1 <= self.drawn <= self.size:
            raise WrongInputError("drawn", f"must be 1 to {self.size}, the lot_size")
        if not 0 <= self.accepted < self.drawn:
            raise WrongInputError(
                "accepted", f"must be 0 to {self.drawn - 1}, fewer than are drawn"
            )
        if self.timeout_ms < 1:
            raise WrongInputError("lot_timeout", "must be above 0")


def held(_class_name: str) -> Applied:
    """What applies to units that wait for their lot: none is sampled yet."""
    return Applied(rule=Rule.LOT, rate=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A lot that is not full, as far as it matters for when it is."""

    units: int = 0
    submissions: int = 0
    first_ms: int = 0

    def with_one(self, units: int, at_ms: int) -> Open:
        """The same with one more submission, of so many units."""
        first_ms = self.first_ms if self.submissions else at_ms
        return Open(units=self.units + units, submissions=self.submissions + 1, first_ms=first_ms)

    def closes(self, plan: Lots, now_ms: int) -> Closing | None:
        """Why it is full, if it is. A lot of nothing never is."""
        if not self.submissions:
            return None
        if self.units >= plan.size:
            return Closing.UNITS
        if self.submissions >= MOST_SUBMISSIONS:
            return Closing.SUBMISSIONS
        if now_ms - self.first_ms >= plan.timeout_ms:
            return Closing.TIMEOUT
        return None


class Member(NamedTuple):
    """A unit of a lot, by its task and number, with its draw of purpose `lot`."""

    draw: int
    entry: int
    slot: int
    unit: int


def lowest(n: int, members: Iterable[Member]) -> tuple[Member, ...]:
    """Which units speak for all: the n with the lowest draws, in their order."""
    return tuple(nsmallest(n, members))


class Verdict(IntEnum):
    """What the decisions so far say of a lot."""

    OPEN = 1
    ACCEPTED = 2
    REFUSED = 3


def verdict(accepted: int, *, rejected: int, pending: int) -> Verdict:
    """What becomes of a lot of whose drawn units so many are rejected, and so many undecided.

    One too many refuses it, whatever the others would say.
    """
    if rejected > accepted:
        return Verdict.REFUSED
    return Verdict.OPEN if pending else Verdict.ACCEPTED


def rest(members: Sequence[Member], taken: Iterable[Member]) -> tuple[Member, ...]:
    """The units of a lot that were not drawn: COMPLETED if it is accepted, else reviewed."""
    reviewed: Set[Member] = frozenset(taken)
    return tuple(one for one in members if one not in reviewed)
