"""What the services answer: external ids again, and times people can read.

An answer to a change is a function of its event and of rows that never
change, so that a repeated request gets the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from allocator.actions import Action
from allocator.answers_figures import MemberFigures, ProjectFigures, QueueFigures
from allocator.model import (
    Item,
    PauseMode,
    Priority,
    QueueSettings,
    ReasonForNothing,
    Role,
    TaskId,
    TaskState,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seq:
    """A change that happened, and nothing more to say about it."""

    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[T]):
    """One page of a list. `total` is a lower bound if it is `at_least` so many."""

    rows: tuple[T, ...]
    next_token: str = ""
    seq: int = 0
    total: int = 0
    at_least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project; `seq` is set when this call made or changed it."""

    project_id: str
    display_name: str
    fast: bool
    created_ms: int
    seq: int = 0
    ontology_ref: str = ""
    instruction_ref: str = ""
    tags: tuple[str, ...] = ()
    status_locks: bool = False
    etag: str = ""
    deleted_ms: int = 0
    purge_ms: int = 0
    figures: ProjectFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDeleted:
    """The event that deleted a project, and until when it can be undeleted."""

    seq: int
    deleted_ms: int
    purge_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a project."""

    person_id: str
    name: str
    domain: str
    active: bool
    roles: Role
    skills: tuple[str, ...]
    figures: MemberFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Members as an event wrote them."""

    seq: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset; `seq` is set when this call made it."""

    dataset_id: str
    display_name: str
    items: int
    created_ms: int
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineError:
    """Why a line of an import did not go in."""

    line: int
    external_id: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of chunk `n` of an import."""

    seq: int
    n: int
    added: int
    line_errors: tuple[LineError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue; `seq` is set when this call made it. `batches` were issued so far."""

    queue_id: str
    settings: QueueSettings
    allowed: tuple[str, ...]
    groups: tuple[str, ...]
    owner: str
    etag: str
    created_ms: int
    shares: tuple[tuple[str, float], ...] = ()
    paused: PauseMode = PauseMode.RUNNING
    archived: bool = False
    seq: int = 0
    batches: int = 0
    actions: tuple[Action, ...] = ()
    figures: QueueFigures | None = None
    source: str = ""
    """The labeling queue of one for QA."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDepth:
    """What of a queue's work is to be reviewed; `pressed`: so much that nobody gets new tasks."""

    enabled: bool
    waiting: int
    held: int
    expert_waiting: int
    expert_held: int
    oldest_age_ms: int | None
    pressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """The tasks of a queue, as of event `seq`."""

    seq: int
    tasks: Mapping[TaskState, int]
    available: int
    oldest_age_ms: int | None
    next_free_ms: int | None
    items_pending: int
    items_not_added: int
    paused: PauseMode
    archived: bool
    review: ReviewDepth | None

    @property
    def held(self) -> int:
        """Tasks that somebody holds."""
        return self.tasks.get(TaskState.ASSIGNED, 0) + self.tasks.get(TaskState.IN_PROGRESS, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyDone:
    """How many items are done in other queues, `at_least` so many if it says so, and in which."""

    items: int = 0
    at_least: bool = False
    queue_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A dataset was attached; what of it was done before."""

    seq: int
    done: AlreadyDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """How many items became tasks, and how many of those asked for were done before."""

    seq: int
    added: int
    done: AlreadyDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Prioritised:
    """How many items have another priority than before."""

    seq: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`secret` is 16 hex characters; a project's session number is its seq."""

    number: int
    secret: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTask:
    """A task that a person holds. `expire_ms` is wall time."""

    task: TaskId
    queue_id: str
    item: Item
    state: TaskState
    priority: Priority
    token: int
    expire_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """A task in a list. `person` has it, or did it; "": nobody.

    `submitter` submitted it last, `editor` changed it last; `reviewer` finished the last of its
    `reviews`.
    """

    task: TaskId
    queue_id: str
    item: Item
    state: TaskState
    priority: Priority
    person: str
    status: str
    updated_ms: int
    created_ms: int
    submitted_ms: int
    submitter: str
    editor: str
    reviews: int
    reviewer: str
    open_issues: int
    fixed_issues: int
    in_lot: bool
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Tasks, or the reasons for none; `now_ms` is what their times count from."""

    seq: int
    tasks: tuple[HeldTask, ...] = ()
    nothing: tuple[ReasonForNothing, ...] = field(default=())
    now_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Where a skipped task stands, and what was given instead."""

    seq: int
    state: TaskState
    tasks: tuple[HeldTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipsCleared:
    """How many items' skips were cleared."""

    seq: int
    cleared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The chosen task, started."""

    seq: int
    task: HeldTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A lease as of an event."""

    seq: int
    task: TaskId
    token: int
    expire_ms: int | None
    state: TaskState = TaskState.IN_PROGRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The leases that run anew."""

    seq: int
    leases: tuple[Leased, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """Where a task stands after its submission, and the batch that it brought.

    So many `units` are to be reviewed.
    """

    seq: int
    state: TaskState
    status: str
    late: bool
    units: int = 0
    batch: tuple[HeldTask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How many tasks of a person's batches went back."""

    seq: int
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Where a task stands after its release."""

    seq: int
    state: TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Kept work. `refused`: the body is that of a submission, with its status."""

    token: int
    refused: bool
    status: str
    body: bytes
    saved_ms: int
