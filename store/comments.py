"""What people said about tasks and issues; implements allocator.ports.Comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from allocator.ports import CommentView, Topic
from store.postgres import Postgres

_COMMENTS: Final = """
SELECT v.*, coalesce(c.bytes, '') AS bytes
  FROM view_comment v
  JOIN view_queue q ON q.project = v.project AND q.queue = v.queue
  LEFT JOIN content c ON c.project = v.project AND c.content = v.content
 WHERE v.project = $1 AND v.entry = $2 AND v.slot = $3
   AND ($5 = 0 OR v.unit = $4 AND v.issue = $5)"""
_BEHIND: Final = f"{_COMMENTS} AND v.seq > $6 ORDER BY v.seq LIMIT $7"
_LAST: Final = f"SELECT * FROM ({_COMMENTS} ORDER BY v.seq DESC LIMIT $6) AS l ORDER BY seq"


class CommentReads:
    """Reads of comments."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def behind(
        self, project: int, topic: Topic, after: int, limit: int
    ) -> Sequence[CommentView]:
        """Those behind event `after`."""
        rows = await self._postgres.fetch(_BEHIND, project, *topic, after, limit)
        return [_view(row) for row in rows]

    async def last(self, project: int, topic: Topic, limit: int) -> Sequence[CommentView]:
        """The last so many."""
        rows = await self._postgres.fetch(_LAST, project, *topic, limit)
        return [_view(row) for row in rows]


def _view(row: Any) -> CommentView:
    return CommentView(
        seq=row["seq"],
        topic=Topic(row["entry"], row["slot"], row["unit"], row["issue"]),
        person=row["person"],
        text=bytes(row["bytes"]).decode(),
        said_ms=row["wall"],
    )
