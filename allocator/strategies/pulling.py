"""Pulling in batches: how many new tasks a person gets, and when (SEMANTICS §3).

B is the size of a batch, M the most work a person may have, P what they have:
their tasks in the queue without a status, corrections included. A *refill* is
due when P ≤ M − B and gives one whole batch: when they finish a task, or when
they open the queue with less than a batch in hand, so that who opens it twice
gets one batch and not two. A *load* is asked for by hand and fills up to M, by
one batch at most. Corrections are work but no new tasks, so P may exceed M
through them; then none of these gives anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from allocator.strategies.wrong import WrongInputError

LEAST_BATCH: Final = 3
MOST_BATCH: Final = 100
DEFAULT_BATCH: Final = 5
DEFAULT_WORKLOAD: Final = 10


class OutOfBoundsError(WrongInputError):
    """A setting outside of its range, which `str` of this names."""

    def __init__(self, name: str, least: int, most: int, why: str = "") -> None:
        super().__init__(name, f"must be {least} to {most}{why}")


def workloads(batch_size: int) -> range:
    """The max_batch_workload that goes with a batch size: B + 2 to 2 B."""
    return range(batch_size + 2, 2 * batch_size + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulling:
    """The two numbers of a queue with batches, within their bounds.

    Raises OutOfBoundsError.
    """

    batch_size: int = DEFAULT_BATCH
    max_batch_workload: int = DEFAULT_WORKLOAD

    def __post_init__(self) -> None:
        if not LEAST_BATCH <= self.batch_size <= MOST_BATCH:
            raise OutOfBoundsError("batch_size", LEAST_BATCH, MOST_BATCH)
        fits = workloads(self.batch_size)
        if self.max_batch_workload not in fits:
            why = f" with a batch_size of {self.batch_size}"
            raise OutOfBoundsError("max_batch_workload", fits[0], fits[-1], why)

    def refill(self, workload: int) -> int:
        """New tasks that finishing one brings to who has this much left: a batch, or none."""
        return self.batch_size if workload <= self.max_batch_workload - self.batch_size else 0

    def open(self, workload: int) -> int:
        """New tasks that opening the queue brings to who has this much work."""
        return self.refill(workload) if workload < self.batch_size else 0

    def load(self, workload: int) -> int:
        """New tasks that a load by hand brings: what fits below M, a batch at most."""
        return max(0, min(self.batch_size, self.max_batch_workload - workload))
