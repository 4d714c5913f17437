"""Comments in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator import answers_reviews as told
from allocator.model import TaskId
from allocator.ports import Comments, CommentView, Directory, Topic
from allocator.services.issue_ids import issue_id

MOST_SHOWN: Final = 100
"""Comments that come along with what they are about."""


class Said:
    """Reads of comments."""

    def __init__(self, *, comments: Comments, directory: Directory) -> None:
        self._comments = comments
        self._directory = directory

    async def last(self, project: int, topic: Topic) -> tuple[told.Comment, ...]:
        """What was said last of a task with its issues, or of an issue."""
        return await self._words(project, await self._comments.last(project, topic, MOST_SHOWN))

    async def behind(
        self, project: int, topic: Topic, after: int, limit: int
    ) -> tuple[told.Comment, ...]:
        """What was said behind event `after`."""
        rows = await self._comments.behind(project, topic, after, limit)
        return await self._words(project, rows)

    async def _words(self, project: int, rows: Sequence[CommentView]) -> tuple[told.Comment, ...]:
        if not rows:
            return ()
        people = await self._directory.people_ids(project, {row.person for row in rows})
        return tuple(
            told.Comment(
                seq=row.seq,
                task=TaskId(entry=row.topic.entry, slot=row.topic.slot),
                issue_id=issue_id(*row.topic) if row.topic.issue else "",
                person=people[row.person],
                text=row.text,
                said_ms=row.said_ms,
            )
            for row in rows
        )
