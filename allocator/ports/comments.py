"""What people said about tasks and issues, as the projection knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Topic(NamedTuple):
    """What comments are about: a task with its issues, or one `issue` of its `unit`.

    `issue` is the decision that opened it; 0: the task.
    """

    entry: int
    slot: int
    unit: int = 0
    issue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """What a person said with event `seq`; `text` is empty if it was erased."""

    seq: int
    topic: Topic
    person: int
    text: str
    said_ms: int


class Comments(Protocol):
    """Comments, in order."""

    async def behind(
        self, project: int, topic: Topic, after: int, limit: int
    ) -> Sequence[CommentView]:
        """Those behind event `after`."""
        ...

    async def last(self, project: int, topic: Topic, limit: int) -> Sequence[CommentView]:
        """The last so many."""
        ...
