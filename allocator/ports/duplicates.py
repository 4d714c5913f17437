"""Items that are done in other queues already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class OnDuplicate(IntEnum):
    """What becomes of items that are done in another queue."""

    WARN = 1
    SKIP = 2
    REFUSE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneElsewhere:
    """Items that have a COMPLETED task in any other queue, and these queues.

    `at_least`: nobody looked for more.
    """

    items: frozenset[int]
    queues: frozenset[int]
    at_least: bool


class Duplicates(Protocol):
    """Reads of the views: who asks waits for them first, or takes what is at hand."""

    async def chosen(
        self, project: int, queue: int, runs: Sequence[tuple[int, int]]
    ) -> DoneElsewhere:
        """Of the items in runs of (first, count)."""

    async def of_dataset(self, project: int, queue: int, dataset: int) -> DoneElsewhere:
        """Of a dataset."""
