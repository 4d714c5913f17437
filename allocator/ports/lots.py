"""Reads of lots of submissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from allocator.model import TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """A lot that is not judged, with the tasks that wait for it.

    So many units are to be drawn, and so many of them may be rejected. Of what was drawn:
    `rejected`, and `pending`, which nobody has decided about.
    """

    queue: int
    drawn: int
    accepted: int
    rejected: int
    pending: int
    tasks: Sequence[TaskId]


class LotReads(Protocol):
    """Reads of the views."""

    async def lot(self, project: int, number: int) -> LotView | None:
        """A lot, by the event that opened it; None: it is judged, or never was."""
