"""What tasks add up to, of more than one queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from allocator.answers_figures import MemberFigures, ProjectFigures


class Sums(Protocol):
    """Sums of counters; what is overdue is so at `now_ms`."""

    async def project(self, project: int, now_ms: int) -> ProjectFigures:
        """Of all queues that are not archived."""

    async def people(
        self, project: int, people: Sequence[int], now_ms: int
    ) -> Mapping[int, MemberFigures]:
        """Of each of them, in all queues."""
