"""What rule services said about submissions, as the projection knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from allocator.model import TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheckView:
    """What a person said of a task with event `seq`; `body`: the content, b"" if it was erased."""

    seq: int
    task: TaskId
    queue: int
    person: int
    body: bytes
    said_ms: int


class RuleChecks(Protocol):
    """Results of checks, in order."""

    async def behind(
        self, project: int, task: TaskId, after: int, limit: int
    ) -> Sequence[RuleCheckView]:
        """Those of a task behind event `after`."""
        ...
