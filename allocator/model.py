"""The words of the domain: pure values, no I/O, no clock.

Numbers are those of the log and of Redis: an id inside dibs is a small
integer, and its external name lives in Postgres only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, IntFlag, StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from allocator.origin import NO_PIPELINE, Channel, Pipeline

OUTSIDE = 2**51
"""Session s without a project asks in a project as "session" OUTSIDE + s."""
CLOCK_STEP_MS = 200
"""The lease clock moves in steps of at most this much, so a lease can end this
much before the time that its length alone would tell: times that we tell are
that much earlier, and a lease lasts longer, never shorter."""


class Role(IntFlag):
    """What a member may do; a mask, because a member may have several."""

    NONE = 0
    ADMIN = 1
    TEAM_MANAGER = 2
    OWNER = 4
    REVIEWER = 8
    ANNOTATOR = 16
    ANNOTATOR_AND_REVIEWER = 32


MAY_ANNOTATE = (
    Role.ADMIN | Role.TEAM_MANAGER | Role.OWNER | Role.ANNOTATOR | Role.ANNOTATOR_AND_REVIEWER
)
MANAGES = Role.ADMIN | Role.TEAM_MANAGER
"""Who manages every queue; its owner manages one besides."""


MAY_REVIEW = (
    Role.ADMIN | Role.TEAM_MANAGER | Role.OWNER | Role.REVIEWER | Role.ANNOTATOR_AND_REVIEWER
)


HIGH_FROM: Final = 0.67
MEDIUM_FROM: Final = 0.34


class Priority(IntEnum):
    """Rank of a task in its queue, first served first."""

    HIGH = 0
    MEDIUM = 1
    LOW = 2
    NONE = 3

    @classmethod
    def of_level(cls, level: float) -> Priority:
        """The rank of an urgency from 0 to 1."""
        if level >= HIGH_FROM:
            return cls.HIGH
        if level >= MEDIUM_FROM:
            return cls.MEDIUM
        return cls.LOW if level > 0 else cls.NONE


class PauseMode(IntEnum):
    """Whether a queue is paused, and what of it was taken back."""

    RUNNING = 0
    DRAIN = 1
    RECALL = 2


class Meaning(IntEnum):
    """What setting a status does to the task."""

    DONE = 1
    DISCARD = 2


class SkipPolicy(IntEnum):
    """What becomes of a task that somebody skips."""

    REQUEUE_FOR_OTHERS = 1
    REQUEUE_FOR_ME = 2
    DISCARD = 3


class Durability(IntEnum):
    """When an answer leaves: after the Postgres log, or after Redis."""

    DURABLE = 0
    FAST = 1


class TaskState(IntEnum):
    """Where a task is in its life; the drawing is in MODEL.md."""

    DELAYED = 1
    QUEUED = 2
    ASSIGNED = 3
    IN_PROGRESS = 4
    IN_REVIEW = 5
    COMPLETED = 6
    DISCARDED = 7
    RETURNED = 8
    REMOVED = 9
    ESCALATED = 10


class TaskKind(IntEnum):
    """What kind of work a task is; of a review also the kind of its stage, plus one."""

    ANNOTATE = 1
    REVIEW = 2
    EXPERT_REVIEW = 3


class WorkStatus(IntEnum):
    """How far a queue is: computed where it is counted (store/sql), never set."""

    TODO = 1
    IN_PROGRESS = 2
    COMPLETED = 3
    COMPLETED_WITH_ISSUES = 4


class Stage(IntEnum):
    """Where a queue stands on its way to whoever asked for the work; computed likewise."""

    PENDING = 1
    IN_PROGRESS = 2
    PENDING_REVIEW = 3
    REVIEW_PASSED = 4
    DATA_SUBMITTED = 5


_S = TaskState
_SUBMITTED = frozenset({_S.IN_REVIEW, _S.COMPLETED, _S.DISCARDED})
_TAKEN_BACK = frozenset({_S.QUEUED, _S.RETURNED, _S.REMOVED, _S.ESCALATED})
_REOPENED = frozenset({_S.QUEUED, _S.ASSIGNED, _S.RETURNED, _S.REMOVED})

ALLOWED: dict[TaskState, frozenset[TaskState]] = {
    _S.DELAYED: frozenset({_S.QUEUED, _S.REMOVED}),
    _S.QUEUED: frozenset({_S.ASSIGNED, _S.ESCALATED, _S.REMOVED}),
    # Submit of a task that nobody started starts it in the same event.
    _S.ASSIGNED: _TAKEN_BACK | _SUBMITTED | {_S.IN_PROGRESS},
    _S.IN_PROGRESS: _TAKEN_BACK | _SUBMITTED | {_S.ASSIGNED},
    _S.IN_REVIEW: _REOPENED | {_S.COMPLETED, _S.DISCARDED},
    _S.COMPLETED: _REOPENED | {_S.DISCARDED},
    _S.DISCARDED: _REOPENED | {_S.COMPLETED, _S.IN_REVIEW},
    _S.RETURNED: _SUBMITTED | {_S.ASSIGNED, _S.IN_PROGRESS, _S.QUEUED, _S.REMOVED},
    _S.REMOVED: frozenset(),
    _S.ESCALATED: _SUBMITTED | {_S.QUEUED, _S.ASSIGNED, _S.REMOVED},
}

FINISHED = frozenset({_S.COMPLETED, _S.DISCARDED, _S.REMOVED})


def may_become(before: TaskState, after: TaskState) -> bool:
    """Whether the drawing has an arrow from `before` to `after`."""
    return after in ALLOWED[before]


class Cause(StrEnum):
    """Why a person may not have a task."""

    NOT_A_MEMBER = "NOT_A_MEMBER"
    ROLE = "ROLE"
    NOT_ALLOWED = "NOT_ALLOWED"
    SKILL = "SKILL"
    EXCLUDED = "EXCLUDED"
    PAUSED = "PAUSED"
    ARCHIVED = "ARCHIVED"
    NOT_ASSIGNED = "NOT_ASSIGNED"


class Nothing(StrEnum):
    """Why a queue has nothing for a person, in the order they are told."""

    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    PAUSED = "PAUSED"
    AT_CAP = "AT_CAP"
    BACKPRESSURE = "BACKPRESSURE"
    ALL_LEASED = "ALL_LEASED"
    NOT_BEFORE = "NOT_BEFORE"
    QUEUE_EMPTY = "QUEUE_EMPTY"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseSize:
    """A cause, and how many available tasks it withholds."""

    cause: Cause
    tasks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonForNothing:
    """One reason that holds now. `next_free_ms` is a lower bound, if any."""

    reason: Nothing
    causes: tuple[CauseSize, ...] = ()
    next_free_ms: int | None = None
    held: int = 0
    cap: int = 0
    manual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's record in a project, whole: the last one written stands."""

    person: int
    member: bool = True
    active: bool = True
    roles: Role = Role.ANNOTATOR
    skills: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()

    def lost_to(self, after: Member) -> bool:
        """Whether `after` may do less than this."""
        gone = (self.member and not after.member) or (self.active and not after.active)
        less = not (self.skills <= after.skills and self.groups <= after.groups)
        return gone or bool(self.roles & ~after.roles) or less


NOBODY = Member(person=0, member=False, active=False, roles=Role.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A way to finish a task in one queue."""

    name: str
    meaning: Meaning


DEFAULT_STATUSES = (
    Status(name="completed", meaning=Meaning.DONE),
    Status(name="discarded", meaning=Meaning.DISCARD),
)
QA_STATUSES = (
    Status(name="approved", meaning=Meaning.DONE),
    Status(name="discarded", meaning=Meaning.DISCARD),
)
"""The same of a QA queue: as many, with the same meanings."""


class Dealing(IntEnum):
    """How what comes into a queue gets to people."""

    NONE = 0
    """They pull it."""
    BY_NUMBER = 1
    BY_WEIGHT = 2


EQUAL = -1.0
"""The load of everybody, where all get equal shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """What a queue was made with. `settings_seq` says as of when.

    Only people of `allowed` and `groups` may work in a `restricted` queue,
    be there any or none. `batch_size` 0: no batches. `due_ms` 0: no due date.
    `shares` are (person, load in percent) among whom work is distributed, in order.
    `related` are queues by their external ids. Of a QA queue: `source` is the labeling
    queue whose finished items are looked at, those with a status of `source_statuses`
    (none: with any; `takes` has their numbers); without `follow` those that had one by
    event `upto`.
    """

    queue: int
    settings_seq: int = 0
    display_name: str = ""
    slots: int = 1
    lease_ms: int = 3_600_000
    max_held: int = 100
    priority: Priority = Priority.NONE
    allowed: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    restricted: bool = False
    statuses: tuple[Status, ...] = DEFAULT_STATUSES
    classes: tuple[str, ...] = ()
    batch_size: int = 0
    max_workload: int = 0
    distributed: Dealing = Dealing.NONE
    shares: tuple[tuple[int, float], ...] = ()
    skip_policy: SkipPolicy = SkipPolicy.REQUEUE_FOR_OTHERS
    max_skips: int = 3
    allow_pick: bool = False
    manual: bool = False
    hidden: bool = False
    reassess: bool = False
    owner: int = 0
    due_ms: int = 0
    description: str = ""
    recipe_ref: str = ""
    instruction_ref: str = ""
    source_query: str = ""
    tags: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    channel: Channel = Channel.WORKFLOW
    pipeline: Pipeline = NO_PIPELINE
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    source: int = 0
    source_statuses: tuple[str, ...] = ()
    takes: tuple[int, ...] = ()
    follow: bool = True
    upto: int = 0
    paused: bool = False
    archived: bool = False

    @property
    def is_qa(self) -> bool:
        """Whether finished items are looked at there."""
        return self.source > 0

    def index_of(self, status: str) -> int | None:
        """The place of a status by name, as the log counts them (from 1)."""
        names = [one.name for one in self.statuses]
        return names.index(status) + 1 if status in names else None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TaskId:
    """A slot of an entry; "<entry>-<slot>" to the outside, of a review "r<n>".

    While an item waits for its time, its tasks have a number from WAITING on in place of
    the entry, which they get when that comes.
    """

    entry: int
    slot: int

    @property
    def waits(self) -> bool:
        """Whether it is DELAYED."""
        return self.entry >= WAITING

    @property
    def packed(self) -> int:
        """Both in one number."""
        return self.entry << SLOT_BITS | self.slot

    @property
    def is_review(self) -> bool:
        """Whether it is a review of another task."""
        return REVIEWS < self.entry < WAITING

    @classmethod
    def of_review(cls, number: int) -> TaskId:
        """The n-th review of a project."""
        return cls(entry=REVIEWS + number, slot=1)

    def __str__(self) -> str:
        return f"r{self.entry - REVIEWS}" if self.is_review else f"{self.entry}-{self.slot}"


SLOT_BITS = 6
"""No queue has 64 slots."""
STAGE = 2**32
"""The review stage of kind k of queue q is queue k * STAGE + q."""
REVIEWS = 2**45
"""Review n is entry REVIEWS + n, in one slot."""
MISSING = 2**20
"""Labels that were reported missing in a task are its units MISSING + 1, …"""
WAITING = 2**52
"""From here on are numbers of items that wait for their time, in place of entries."""
MOST_WAITING = 2**14
"""No event makes more items wait."""


def first_waiting(seq: int) -> int:
    """The number of the first item that waits since event `seq`; the others follow in order."""
    return WAITING + seq * MOST_WAITING


def waits_since(entry: int) -> int:
    """Since which event what has this number waits."""
    return (entry - WAITING) // MOST_WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The exclusive hold of one person on one task."""

    task: TaskId
    person: int
    token: int
    deadline_ms: int | None

    def is_live(self, clock_ms: int) -> bool:
        """Whether the lease runs at `clock_ms` of the logical clock."""
        return self.deadline_ms is None or clock_ms < self.deadline_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One unit of work on one item, as the predicate needs to see it.

    `others` are the people who hold or finished another slot of the item, or have skipped it, or
    did it before it was reopened,
    `fence` is the highest fence that covers the task.
    """

    task: TaskId
    queue: int
    state: TaskState = TaskState.QUEUED
    priority: Priority = Priority.NONE
    required_skills: frozenset[int] = frozenset()
    others: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """Who asks for a change, for the how-manieth time, and for what.

    `hash` is xxh3_64 of the method's full name, NUL and the body, so a
    number that is used again for something else is found out.
    """

    session: int
    secret: str
    n: int
    hash: str

    def from_outside(self) -> RequestKey:
        """The same, in a project that its session is not of: who asks was looked up before."""
        return replace(self, session=OUTSIDE + self.session, secret="")


class NewItem(NamedTuple):
    """An item on its way in: one line of an import."""

    external_id: str
    weight: float = 1.0
    classes: Sequence[str] = ()
    required_skills: Sequence[str] = ()
    attributes: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One data asset. It has a number once its import's event is in the log."""

    external_id: str
    dataset: str = ""
    number: int = 0
    weight: float = 1.0
    classes: tuple[str, ...] = ()
    required_skills: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
