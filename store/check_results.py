"""What rule services said about submissions; implements allocator.ports.RuleChecks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.model import TaskId
from allocator.ports import RuleCheckView
from store.postgres import Postgres

_BEHIND: Final = """
SELECT v.*, coalesce(c.bytes, '') AS bytes
  FROM view_check v
  JOIN view_queue q ON q.project = v.project AND q.queue = v.queue
  LEFT JOIN content c ON c.project = v.project AND c.content = v.content
 WHERE v.project = $1 AND v.entry = $2 AND v.slot = $3 AND v.seq > $4
 ORDER BY v.seq LIMIT $5"""


class RuleCheckReads:
    """Reads of the results of checks."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def behind(
        self, project: int, task: TaskId, after: int, limit: int
    ) -> Sequence[RuleCheckView]:
        """Those of a task behind event `after`."""
        found = (project, task.entry, task.slot, after, limit)
        return [
            RuleCheckView(
                seq=row["seq"],
                task=task,
                queue=row["queue"],
                person=row["person"],
                body=bytes(row["bytes"]),
                said_ms=row["wall"],
            )
            for row in await self._postgres.fetch(_BEHIND, *found)
        ]
