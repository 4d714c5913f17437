"""Where the distributions of queues stand; implements allocator.ports.Deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from store.postgres import Postgres

_BEHIND: Final = """
SELECT q.queue FROM view_queue q
 WHERE q.project = $1 AND q.dealt >= 0 AND NOT q.archived
   AND EXISTS (SELECT FROM entry_range e
                WHERE e.project = q.project AND e.queue = q.queue
                  AND e.first + e.count - 1 > q.dealt)
 ORDER BY q.queue LIMIT $2"""
_AFTER: Final = """
SELECT n.entry FROM entry_range e
 CROSS JOIN LATERAL generate_series(greatest(e.first, $3 + 1), e.first + e.count - 1) AS n (entry)
 WHERE e.project = $1 AND e.queue = $2 AND e.first + e.count - 1 > $3
 ORDER BY e.first, n.entry LIMIT $4"""


class Deals:
    """Read from the views, and from the ranges of entries, which are written with their events."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def behind(self, project: int, limit: int) -> Sequence[int]:
        """Queues, not archived, that have entries of which is to be decided who gets them."""
        rows = await self._postgres.fetch(_BEHIND, project, limit)
        return [row["queue"] for row in rows]

    async def entries_after(
        self, project: int, queue: int, after: int, limit: int
    ) -> Sequence[int]:
        """The next entries of a queue, in order of entry."""
        rows = await self._postgres.fetch(_AFTER, project, queue, after, limit)
        return [row["entry"] for row in rows]
