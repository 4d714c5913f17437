"""Rows of view_task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from allocator.model import TaskState

Task = tuple[int, int]

COUNTED: Final[Mapping[TaskState, str]] = {
    TaskState.DELAYED: "delayed",
    TaskState.QUEUED: "queued",
    TaskState.ASSIGNED: "assigned",
    TaskState.IN_PROGRESS: "in_progress",
    TaskState.IN_REVIEW: "in_review",
    TaskState.COMPLETED: "completed",
    TaskState.DISCARDED: "discarded",
    TaskState.RETURNED: "returned",
    TaskState.REMOVED: "removed",
    TaskState.ESCALATED: "escalated",
}
"""The column of view_queue that counts the tasks of a state."""
FINISHED: Final = frozenset({TaskState.COMPLETED, TaskState.DISCARDED, TaskState.REMOVED})


@dataclass(slots=True, kw_only=True)
class TaskRow:
    """A row of view_task."""

    entry: int
    slot: int
    queue: int
    item: int
    class_: int
    priority: int
    state: int = TaskState.QUEUED
    person: int = 0
    token: int = 0
    deadline: int = 0
    returned: bool = False
    ended: str = ""
    submitted_seq: int = 0
    status: int = 0
    meaning: int = 0
    late: bool = False
    spent_ms: int = 0
    units: int = 0
    content: int = 0
    draft: bool = False
    skipped: list[int] = field(default_factory=list)
    escalated: bool = False
    done: list[int] = field(default_factory=list)
    """Who is not given the item again, because they finished it before it was reopened."""
    submitter: int = 0
    submitted_wall: int = 0
    """Who submitted it last, and when."""
    editor: int = 0
    """Whose call changed it last; 0: nobody's."""
    updated_seq: int = 0
    updated_wall: int = 0
    round: int = 0
    """How often it was submitted."""
    reviews: int = 0
    reviewer: int = 0
    """How many reviews of it are finished, and whose the last one is."""
    open_issues: int = 0
    fixed_issues: int = 0
    """Issues of it that are open, and for review."""
    lot: int = 0
    """The lot whose end it waits for, by the event that opened it; 0: none."""
    cold: bool = False
    """In which partition it is, which only store/cold.py changes."""
