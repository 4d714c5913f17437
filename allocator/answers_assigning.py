"""What the services that give and move assignments answer, as in `answers`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from allocator.model import Priority, TaskId, TaskState, WorkStatus
from allocator.operation_words import Operation
from allocator.origin import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """How many tasks were assigned, and (task, why) of those left; or what does it."""

    seq: int
    tasks: int = 0
    left: tuple[tuple[TaskId, str], ...] = ()
    operation: Operation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """Tasks move in an operation; `staying` counts those that stay, by why; `ranges` go whole."""

    operation: Operation
    staying: Mapping[str, int] = field(default_factory=dict)
    ranges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTasks:
    """What somebody would get, and which ranges whole."""

    person: str
    tasks: int
    weight: float
    ranges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What each would get, and which ranges would be no more; it can be applied until `expire_ms`.

    That is wall time.
    """

    seq: int
    expire_ms: int
    planned: tuple[PlannedTasks, ...]
    staying: Mapping[str, int]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One person's work in one queue; of a bucket, what waits there for its owner to assign.

    Of a range, `first` and `last` are its places; else 0.

    `locked`: they work there no more, and it is kept for what they did.
    """

    id: str
    first: int
    last: int
    queue_id: str
    queue_name: str
    channel: Channel
    person_id: str
    description: str
    note: str
    bucket: bool
    qa: bool
    status: WorkStatus
    priority: Priority
    due_ms: int
    overdue: bool
    active: bool
    locked: bool
    total: int
    remaining: int
    progress: int
    with_issues: int
    for_review: int
    by_state: Mapping[TaskState, int]
    created_ms: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """An assignment as of an event, or later."""

    seq: int
    assignment: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeMade:
    """A range, unless it was merged since, and the operation that gives what waits there."""

    seq: int
    operation: Operation
    assignment: Assignment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranged:
    """The ranges that an event made of others, as of it or later, in order."""

    seq: int
    ranges: tuple[Assignment, ...]
