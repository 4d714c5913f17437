"""What is answered to people who ask before they act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from allocator.answers_tasks import TaskRecord
from allocator.model import Cause, ReasonForNothing, TaskId, TaskState


class Verdict(IntEnum):
    """What stands in the way of editing an item."""

    ALLOWED = 1
    HELD = 2
    HAS_STATUS = 3
    NOT_HELD = 4
    IN_REVIEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable:
    """The verdict, and the task that decides, if one does; and a review of it, and whose it is."""

    verdict: Verdict
    record: TaskRecord | None = None
    review: TaskId | None = None
    reviewer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """So many reviews wait for one person; the oldest was made then (wall ms)."""

    reviewer: str
    reviews: int
    oldest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Of a queue: what would be given, or why nothing. Of a task: how it stands to them."""

    seq: int
    next_task: TaskId | None = None
    nothing: tuple[ReasonForNothing, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    now_ms: int = 0
    state: TaskState | None = None
    holder: str = ""
    mine: bool = False
    causes: tuple[Cause, ...] = ()
