"""What is to be distributed: queues whose work is dealt out, and what came into them since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Deals(Protocol):
    """Where distributions stand."""

    async def behind(self, project: int, limit: int) -> Sequence[int]:
        """Queues, not archived, that have entries of which is to be decided who gets them.

        As of the views, so one may be told that is done by now.
        """

    async def entries_after(
        self, project: int, queue: int, after: int, limit: int
    ) -> Sequence[int]:
        """The next entries of a queue, in order of entry."""
