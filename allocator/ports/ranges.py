"""Ranges as the projection knows them, and what lies in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from allocator.model import TaskId
from allocator.strategies.ranges import Range


class Extent(NamedTuple):
    """The entries at the ends of a range, and whose it is."""

    first: int
    last: int
    person: int


class HeldRange(NamedTuple):
    """A range of somebody: its number, its places, and the entries at its ends."""

    number: int
    first: int
    last: int
    first_entry: int
    last_entry: int


class Ranges(Protocol):
    """Reads of the views; who asks waits for them first."""

    async def of_queue(self, project: int, queue: int) -> tuple[Range, ...]:
        """The ranges of a queue, in order."""

    async def places(self, project: int, queue: int) -> int:
        """How many places the queue has by now: entries, also those that are gone."""

    async def of_person(self, project: int, queue: int, person: int) -> Sequence[HeldRange]:
        """Those that are the person's, in order."""

    async def extent(self, project: int, queue: int, number: int) -> Extent | None:
        """From which entry to which a range goes; None: there is no such range."""

    async def waiting(
        self, project: int, queue: int, first: int, last: int, person: int
    ) -> list[TaskId]:
        """What waits at these places: one task of each item of which the person has none."""
