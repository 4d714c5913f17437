"""Operations: bulk verbs, as the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from allocator.strategies.operations import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationView:
    """An operation as the projection has it; its number is the seq of its first event.

    `done` counts what chunks dealt with, `failed` what of that was left as it
    is. `ended_ms` is 0 while it runs.
    """

    operation: int
    verb: int
    queues: tuple[int, ...]
    dataset: int
    content: int
    total: int
    actor: int
    state: int
    chunk: int
    done: int
    failed: int
    error: str
    begun_ms: int
    updated_ms: int
    ended_ms: int


class Operations(Protocol):
    """What the projection made of events about operations."""

    async def operation(self, project: int, operation: int) -> OperationView | None:
        """One operation, until history is cleaned."""

    async def errors(
        self, project: int, operation: int, limit: int
    ) -> Sequence[tuple[int, int, str]]:
        """Entries, or single slots of them (0: all), that were left as they are, and why."""

    async def moved(self, project: int, timeout_s: float) -> None:
        """Return when the views have moved on, or at last after so long."""

    async def runs_of(
        self, project: int, queue: int, numbers: Sequence[int]
    ) -> Mapping[int, tuple[int, int, int]]:
        """Entry, class and rank of the newest entry of each item that has one in the queue."""

    async def places(self, project: int, entries: Sequence[int]) -> Sequence[Run]:
        """Where these entries came in, neighbours of one kind as one run."""

    async def followers(self, project: int, dataset: int) -> Sequence[int]:
        """The queues that the dataset is attached to."""

    async def runs_of_items(self, project: int, items: Sequence[int], last: int) -> Sequence[Run]:
        """All entries up to `last` of the items, in whatever queues."""

    async def runs_of_dataset(
        self, project: int, queues: Sequence[int], dataset: int, last: int
    ) -> Sequence[Run]:
        """All entries up to `last` of the dataset's items in these queues."""
