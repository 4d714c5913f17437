"""What the services that review answer, as in `answers`."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.answers import HeldTask, Reserved
from allocator.model import Item, TaskId, TaskKind, TaskState
from reviewqueue.record import Explanation
from reviewqueue.settings import ReviewSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules:
    """How the work of a queue is reviewed, with external ids; `seq` is set by a change."""

    queue_id: str
    settings: ReviewSettings
    etag: str
    rates: tuple[tuple[str, float], ...] = ()
    annotators: tuple[tuple[str, tuple[str, ...]], ...] = ()
    classes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    experts: tuple[str, ...] = ()
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedUnit:
    """A unit as it was submitted; unit_id empty: the whole task."""

    unit_id: str = ""
    class_name: str = ""
    frames: tuple[tuple[int, int], ...] = ()
    digest: bytes = b""

    def is_on(self, frame: int) -> bool:
        """Whether it is on a frame; without frames it is on each."""
        return not self.frames or any(start <= frame <= end for start, end in self.frames)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An objection that `author` has to see to. Times are wall ms; 0: not yet."""

    issue_id: str
    queue_id: str
    task: TaskId
    item: Item
    assignment: str
    unit_id: str
    kind: int
    state: int
    reason: str
    comment: str
    author: str
    reviewer: str
    opened_ms: int
    fixed_ms: int
    closed_ms: int
    updated_ms: int
    class_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitUnderReview:
    """A unit to decide about, with what was said of it before."""

    unit: SubmittedUnit
    rejections: int = 0
    issue: Issue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody said with event `seq`; `issue_id` "": of the task."""

    seq: int
    task: TaskId
    issue_id: str
    person: str
    text: str
    said_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review that somebody holds. `task` is what it is about."""

    review: TaskId
    kind: TaskKind
    task: HeldTask
    author: str
    round: int
    state: TaskState
    token: int
    expire_ms: int | None
    units: tuple[UnitUnderReview, ...]
    missing: tuple[Issue, ...] = ()
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedReviews:
    """Reviews, or (in `none`) why there are none; and the reasons to choose from."""

    seq: int
    reviews: tuple[Review, ...] = ()
    none: Reserved | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """About how many units was decided, and what came of it; then the next review, or why none."""

    seq: int
    units: int
    finished: bool
    task_state: TaskState
    next: Review | None = None
    none: Reserved | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The issues that were opened."""

    seq: int
    issue_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """How many units and missing labels are said to be fixed."""

    seq: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecord:
    """A unit of a task, and what became of it."""

    task: TaskId
    queue_id: str
    unit_id: str
    class_name: str
    state: int
    round: int
    author: str
    rejections: int
    action: int
    reviewer: str
    acted_ms: int
    issue_id: str
    missing: bool
    why: Explanation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """A review in a list. Times are wall ms; 0: not yet."""

    review: TaskId
    queue_id: str
    kind: TaskKind
    task: TaskId
    item: Item
    round: int
    author: str
    state: TaskState
    waits_for: str
    person: str
    units: int
    pending: int
    made_ms: int
    granted_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReturned:
    """Where a task stands that was returned, and the issues that were opened."""

    seq: int
    task: TaskId
    state: TaskState
    issue_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a check: so many reviews, or these issues."""

    seq: int
    reviews: int = 0
    issue_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a rule service said about a submission."""

    seq: int
    task: TaskId
    round: int
    rule: str
    verdict: int
    unit_ids: tuple[str, ...]
    text: str
    checker: str
    said_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsDeleted:
    """How many units are not there any more."""

    seq: int
    units: int
