"""What tasks add up to, as the services answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.model import Stage, TaskState, WorkStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """Of a queue: tasks, items with issues, the datasets they are of, and its owner's groups."""

    status: WorkStatus
    stage: Stage
    submitted_ms: int
    total: int
    remaining: int
    progress: int
    annotated: int
    with_issues: int
    for_review: int
    overdue: bool
    by_state: Mapping[TaskState, int]
    by_status: Sequence[tuple[str, int]]
    updated_ms: int
    datasets: Sequence[str]
    dataset_count: int
    owner_groups: Sequence[str]
    distributed: bool
    assignments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFigures:
    """Of all queues of a project that are not archived."""

    queues: int
    open_queues: int
    overdue_queues: int
    assignments: int
    total: int
    remaining: int
    annotated: int
    with_issues: int
    for_review: int
    overdue: int
    by_state: Mapping[TaskState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFigures:
    """Of one person: tasks that they have or did."""

    remaining: int
    overdue: int
    by_state: Mapping[TaskState, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_state.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFigures:
    """Of a dataset in a queue: its tasks there."""

    dataset_id: str
    display_name: str
    attached: bool
    status: WorkStatus
    total: int
    remaining: int
    annotated: int
    by_state: Mapping[TaskState, int]


def percent(done: int, total: int) -> int:
    """How many of 100 are done, rounded down."""
    return done * 100 // total if total else 0
