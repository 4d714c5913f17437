"""What a project is, as plain values: the state that the events add up to.

Written apart from the product (DESIGN, "audit/"), from MODEL.md and
the kinds of events alone. Numbers are those of the log.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from audit.ordered import Ordered
from audit.review_state import Check, Cycle, Lot, Review, Settings

DELAYED: Final = 1
QUEUED: Final = 2
ASSIGNED: Final = 3
IN_PROGRESS: Final = 4
IN_REVIEW: Final = 5
COMPLETED: Final = 6
DISCARDED: Final = 7
RETURNED: Final = 8
REMOVED: Final = 9
ESCALATED: Final = 10
HELD: Final = frozenset({ASSIGNED, IN_PROGRESS})
FINISHED: Final = frozenset({COMPLETED, DISCARDED})
ENDED: Final = FINISHED | {REMOVED}
BY_MEANING: Final[Mapping[int, int]] = {1: COMPLETED, 2: DISCARDED}
WORDS: Final[Mapping[int, str]] = {
    DELAYED: "delayed",
    QUEUED: "queued",
    ASSIGNED: "assigned",
    IN_PROGRESS: "in_progress",
    IN_REVIEW: "in_review",
    COMPLETED: "completed",
    DISCARDED: "discarded",
    RETURNED: "returned",
    REMOVED: "removed",
    ESCALATED: "escalated",
}

MAY_ANNOTATE: Final = 1 | 2 | 4 | 16 | 32
"""ADMIN, TEAM_MANAGER, OWNER, ANNOTATOR, ANNOTATOR_AND_REVIEWER; not REVIEWER (8)."""
ADMIN: Final = 1
TEAM_MANAGER: Final = 2
WINDOW: Final = 16
MAX_GROUPS: Final = 32
OPERATIONS: Final = 2**52
"""The chunks of operation n come as requests of "session" OPERATIONS + n."""
OUTSIDE: Final = 2**51
"""Session s without a project asks in a project as "session" OUTSIDE + s."""
RUNNING: Final = 1
SUCCEEDED: Final = 2
FAILED: Final = 3
CANCELLED: Final = 4
CLEAR_WAITING: Final = 2
"""The verb of an operation that its first event has done."""
DETACH_DATASET: Final = 3
DELETE_DATASET: Final = 4
DELETE_QUEUE: Final = 7
RECALL_QUEUE: Final = 9
REMOVE_CONTRIBUTORS: Final = 10
REMOVE_MEMBERS: Final = 11
ASSIGN: Final = 12
MOVE: Final = 13
MOST_RANGES: Final = 1000
"""Of a queue."""
PLAN_MS: Final = 900_000
"""So long a plan may be applied, and what was done be undone, on the lease clock."""
RECALLS: Final = frozenset({RECALL_QUEUE, REMOVE_CONTRIBUTORS, REMOVE_MEMBERS})
"""Verbs of operations that watch what is taken back."""
UNDIVIDED: Final = frozenset({DETACH_DATASET, DELETE_DATASET, DELETE_QUEUE})
"""Verbs of operations that raise a fence, and so may not be cancelled."""
DAY_MS: Final = 86_400_000
QUIET_MS: Final = 30_000
"""A draft of a hold that was touched this lately needs no event."""
MINUTE_MS: Final = 60_000
MAX_CLASSES: Final = 64
RANK_STEP: Final = 2**46
FOREVER: Final = 2**53
"""The deadline of a hold that does not end by itself."""
TAIL: Final = 2**52
"""What is skipped for oneself stands from here on, by the seq of the skip."""


def score_of(rank: int, entry: int) -> int:
    """Where an entry stands in its queue: priority first, then first entry."""
    return rank * RANK_STEP + entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's record. Below `fence` every token of theirs is dead, in a queue below `fences`."""

    person: int
    member: bool = False
    active: bool = False
    roles: int = 0
    skills: frozenset[int] = frozenset()
    fence: int = 0
    changed: int = 0
    groups: frozenset[int] = frozenset()
    fences: Mapping[int, int] = field(default_factory=dict)

    def is_admin(self) -> bool:
        """An active member with the role ADMIN."""
        return self.member and self.active and bool(self.roles & ADMIN)

    def lost_to(self, after: Member) -> bool:
        """Whether anything that this record has is missing in `after`."""
        return (
            (self.member and not after.member)
            or (self.active and not after.active)
            or bool(self.roles & ~after.roles)
            or not self.skills <= after.skills
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One task. `person` is its holder, its author when finished, or whose correction it is.

    `correction` is set once the task was returned to its author, until it is
    finished again or goes to the pool. `last` is the (person, token) of a
    lease that ended by expiry, until the slot is given again. While it is held,
    `draft` says that one was saved under the token, and `touched` is the clock
    of the last Start, Renew or SaveDraft (0: none). While it is returned, `tail`
    is the seq of the skip that put it behind the rest of its author's (0: none).
    `given`: its holder did not pull it, and keeps it when their lease ends.
    """

    state: int = QUEUED
    person: int = 0
    token: int = 0
    deadline: int = 0
    correction: bool = False
    given: bool = False
    last: tuple[int, int] | None = None
    finished: int = 0
    draft: bool = False
    touched: int = 0
    tail: int = 0

    @property
    def held(self) -> bool:
        """Whether somebody has a lease on it."""
        return self.state == ASSIGNED or self.state == IN_PROGRESS


FREE: Final = Slot()


NOBODY: Final[Mapping[int, frozenset[int]]] = {}
"""One for all entries: it is never changed."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """An item in a queue. Slots are 1..k; `slots` is empty while nobody touched it.

    `came` is the rank it came in with, which its entry range keeps for ever. `soft`: from whom
    it was cleared, and nobody else has leased it since.
    """

    entry: int
    queue: int
    lane: int
    rank: int
    came: int
    item: int
    k: int
    slots: list[Slot] = field(default_factory=list)
    soft: frozenset[int] = frozenset()
    gone: bool = False
    skipped: frozenset[int] = frozenset()
    escalated: bool = False
    done: frozenset[int] = frozenset()
    """Who finished it before it was reopened, and is not given it again by asking."""
    review: Review | None = None
    """What it is a review of; None: it is an item."""
    check: Check | None = None
    """Of an item in a QA queue."""
    past: Mapping[int, frozenset[int]] = field(default_factory=lambda: NOBODY)
    """Who submitted each slot, and is its author no more."""

    @property
    def score(self) -> int:
        """Its place in the queue."""
        return score_of(self.rank, self.entry)

    def slot(self, number: int) -> Slot:
        """The slot of this number; an untouched entry has only free ones."""
        return self.slots[number - 1] if self.slots else FREE

    def all(self) -> list[Slot]:
        """Every slot, in order."""
        return self.slots or [FREE] * self.k

    def shown(self, slot: Slot) -> int:
        """The state that one of its slots counts as: a free one may be ESCALATED."""
        return ESCALATED if self.escalated and slot.state == QUEUED else slot.state

    def place_in_own(self, number: int) -> int:
        """Where a returned slot stands among what was returned to its author."""
        tail = self.slot(number).tail
        return TAIL + tail if tail else self.score

    def first_free(self) -> int:
        """The lowest slot that is free for anybody, 0 if none or if the entry left."""
        if self.gone or self.escalated:
            return 0
        if not self.slots:
            return 1
        return next((i for i, slot in enumerate(self.slots, 1) if slot.state == QUEUED), 0)


@dataclass(slots=True, kw_only=True)
class Delayed:
    """Items of a queue that wait for their time, wall `due`: item -> (class, rank), in order.

    Due at 0: its queue was cleared, or its dataset detached, and they are dropped.
    """

    queue: int
    dataset: int
    due: int
    items: dict[int, tuple[int, int]]


@dataclass(slots=True, kw_only=True)
class Attachment:
    """A dataset whose items follow into a queue, up to item number `cursor`."""

    priority: int
    not_before: int = 0
    skip: int = 0
    """1: items that are done in other queues are passed over."""
    cursor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What allocation in a queue depends on, as the event wrote it."""

    slots: int
    lease_ms: int
    max_held: int
    priority: int
    allowed: frozenset[int]
    groups: frozenset[int]
    restricted: bool
    statuses: tuple[int, ...]
    batch_size: int
    max_workload: int
    skip_policy: int
    max_skips: int
    allow_pick: bool
    owner: int
    due_ms: int
    distributed: int
    shares: tuple[tuple[int, int], ...]
    manual: bool = False
    hidden: bool = False
    reassess: bool = False
    source: int = 0
    takes: tuple[int, ...] = ()
    upto: int = 0

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> Rules:
        """From an event's map, which has exactly these fields. Raises TypeError otherwise.

        It may lack `manual`, `hidden` and `reassess`, which then are not so, and what only a QA
        queue has.
        """
        shaped = dict(written)
        for name in ("allowed", "groups"):
            shaped[name] = frozenset(shaped[name])
        for name in ("restricted", "allow_pick"):
            shaped[name] = bool(shaped[name])
        for name in ("manual", "hidden", "reassess"):
            shaped[name] = bool(shaped.get(name, 0))
        shaped["takes"] = tuple(shaped.get("takes") or ())
        shaped["shares"] = tuple((person, load) for person, load in shaped["shares"])
        return cls(**shaped | {"statuses": tuple(shaped["statuses"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """How a queue is steered. `recall` and `narrow` are fences over what is only assigned."""

    paused: int = 0
    archived: int = 0
    submitted: int = 0
    recall: int = 0
    narrow: int = 0


class Terms(NamedTuple):
    """What was said of an assignment, by the event `changed`; a rank of -1 is the queue's."""

    due_ms: int
    priority: int
    content: int
    changed: int

    @property
    def may_be(self) -> bool:
        """Whether there are such a date and rank."""
        return self.due_ms >= 0 and -1 <= self.priority <= 3


class Places(NamedTuple):
    """A range: which places of a queue's order are whose, and what was said of it."""

    first: int
    last: int
    person: int
    due_ms: int
    priority: int
    content: int
    changed: int


@dataclass(slots=True, kw_only=True)
class Queue:
    """A queue: its rules, and who has what in it.

    `lanes` are the entries with a free slot, by score, per requirement class.
    `held` and `own` are entry -> slot per person.
    `together`: with batches, the deadline of all that a person holds. `batches`: issued so far.
    `served`: its last project-wide grant; `gained`: the last event that made work to be had.
    """

    queue: int
    rules: Rules
    content: int
    set_seq: int
    control: Control = Control()
    pressed: bool = False
    """Nobody is given new work: too much of it waits for its review."""
    may: int = MAY_ANNOTATE
    """The roles that may work there."""
    added_seq: int = 0
    not_added: int = 0
    generation: int = 0
    fences: tuple[tuple[int, int], ...] = ()
    """(dataset, last): entries of the dataset up to this one leave the queue."""
    cleared_seq: int = 0
    classes: dict[int, frozenset[int]] = field(default_factory=dict)
    attached: dict[int, Attachment] = field(default_factory=dict)
    brought: dict[int, set[int]] = field(default_factory=dict)
    """What each item is there by: its entries, and -seq of the event since which it waits."""
    lanes: dict[int, Ordered] = field(default_factory=dict)
    held: dict[int, dict[int, int]] = field(default_factory=dict)
    own: dict[int, dict[int, int]] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)
    together: dict[int, int] = field(default_factory=dict)
    batches: int = 0
    served: int = 0
    gained: int = 0
    upto: int = 0
    """The entries up to which it is decided who is dealt them."""
    among: str = ""
    terms: dict[int, Terms] = field(default_factory=dict)
    """Of whose assignments something was said."""
    ranges: dict[int, Places] = field(default_factory=dict)
    dealt: dict[int, float] = field(default_factory=dict)
    """What each person was dealt since people and loads were `among`."""

    @property
    def items(self) -> KeysView[int]:
        """Those that have an entry, or wait for their time."""
        return self.brought.keys()

    def bring(self, item: int, by: int) -> None:
        """An item is there, by one more."""
        self.brought.setdefault(item, set()).add(by)

    def lose(self, item: int, by: int) -> None:
        """It is there by that no more; if it has come in anew meanwhile, it stays."""
        left = self.brought.get(item, set())
        left.discard(by)
        if not left:
            self.brought.pop(item, None)

    @property
    def order(self) -> tuple[int, float, int, int]:
        """Its place among the queues of the project, for who asks in none (SEMANTICS §1)."""
        due = self.rules.due_ms or float("inf")
        return (self.rules.priority, due, self.served, self.queue)

    def workload(self, person: int) -> int:
        """Their tasks without a status, corrections that wait included (SEMANTICS §3)."""
        return len(self.held.get(person, ())) + len(self.own.get(person, ()))

    def deadline(self, slot: Slot) -> int:
        """When a held slot's lease ends."""
        return self.together.get(slot.person, 0) if self.rules.batch_size else slot.deadline


class Queues(dict[int, Queue]):
    """The queues by number. The stages of their reviews are found here too, but not listed."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: dict[int, Queue] = {}

    def __missing__(self, number: int) -> Queue:
        return self.stages[number]

    def get(self, number: int, default: Any = None) -> Any:
        """The queue or stage of this number."""
        return super().get(number) or self.stages.get(number, default)

    def places(self) -> Iterator[Queue]:
        """All in which somebody may hold something: the queues, and the stages of their reviews."""
        yield from self.values()
        yield from self.stages.values()


def used_until(clock_ms: int) -> int:
    """Until when a change at this clock makes its session count as used: the end of the minute."""
    return (clock_ms // MINUTE_MS + 1) * MINUTE_MS


@dataclass(slots=True, kw_only=True)
class Session:
    """A session and its window of answers: n mod 16 -> (n, hash, seq, chain)."""

    secret: str
    used_ms: int
    newest: int = 0
    answers: dict[int, tuple[int, str, int, str]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Operation:
    """A bulk verb: which chunk was the last one, and at which event (seq, chain)."""

    verb: int
    actor: int
    queues: tuple[int, ...]
    dataset: int
    content: int
    total: int
    last_entry: int = 0
    people: tuple[int, ...] = ()
    state: int = RUNNING
    chunk: int = 0
    last: tuple[int, str] | None = None
    ended_ms: int = 0
    moves: Moves | None = None


class Passed(NamedTuple):
    """A range that is another person's: `person` 0: it is no more; `before` 0: it was not."""

    number: int
    first: int
    last: int
    before: int
    person: int
    due_ms: int
    priority: int
    content: int


@dataclass(slots=True, kw_only=True)
class Moves:
    """What an operation moves from `sources`; since when it has, and by which it is undone."""

    why: int
    reason: int
    sources: tuple[int, ...]
    ranges: tuple[Passed, ...]
    ended: int = 0
    undone: int = 0


@dataclass(slots=True, kw_only=True)
class Plan:
    """Moves that somebody may apply, once, while people and settings are as after event `as_of`."""

    queue: int
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    ranges: tuple[tuple[int, ...], ...]
    """Number, places, whose it is and whose it is to be, of each range that is passed on."""
    as_of: int
    content: int
    total: int
    clock: int
    used: int = 0


@dataclass(slots=True, kw_only=True)
class Dataset:
    """Which item numbers belong to it: (first, last) ranges, ascending."""

    ranges: list[tuple[int, int]] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)

    def count_in(self, after: int, upto: int) -> int:
        """How many of its items have a number in (after, upto]."""
        ever = sum(
            max(0, min(last, upto) - max(first, after + 1) + 1) for first, last in self.ranges
        )
        return ever - sum(after < item <= upto for item in self.removed)

    def contains(self, first: int, last: int) -> bool:
        """Whether every item of first..last is its own."""
        return self.count_in(first - 1, last) == last - first + 1


@dataclass(slots=True, kw_only=True)
class Project:
    """One project after event `seq`; `at` is the event that is being applied.

    `left` has the entries with nothing left to do, by the event that made them so.
    """

    seq: int = 0
    at: int = 0
    chain: str = ""
    clock: int = 0
    wall: int = 0
    created: bool = False
    fast: bool = False
    content: int = 0
    status_locks: bool = False
    set_seq: int = 0
    deleted_seq: int = 0
    """The event that deleted it; 0: it is there."""
    purge_ms: int = 0
    outside: dict[tuple[int, int], tuple[str, int, str]] = field(default_factory=dict)
    """(session, n) of a session without a project -> (hash, seq, chain)."""
    settings_seq: int = 0
    entries_last: int = 0
    items_last: int = 0
    members: dict[int, Member] = field(default_factory=dict)
    groups: dict[int, bool] = field(default_factory=dict)
    """Every group there ever was, and whether it still is."""
    sessions: dict[int, Session] = field(default_factory=dict)
    datasets: dict[int, Dataset] = field(default_factory=dict)
    imports: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    queues: Queues = field(default_factory=Queues)
    reviews_last: int = 0
    reviewing: dict[int, Settings] = field(default_factory=dict)
    """The review settings of the queues that ever had any."""
    cycles: dict[tuple[int, int], Cycle] = field(default_factory=dict)
    """(entry, slot) -> its reviews."""
    lots: dict[int, Lot] = field(default_factory=dict)
    """Those that are not judged, by the event that opened them."""
    lot_of: dict[int, int] = field(default_factory=dict)
    """Queue -> its lot that takes more submissions."""
    cancelled: list[int] = field(default_factory=list)
    """The reviews, and QA tasks, that the event ended which is being applied, unfinished ones."""
    checks: dict[int, list[int]] = field(default_factory=dict)
    """The QA tasks that there ever were of an entry."""
    entries: dict[int, Entry] = field(default_factory=dict)
    recalls: dict[int, str] = field(default_factory=dict)
    operations: dict[int, Operation] = field(default_factory=dict)
    queue_recalls: dict[int, str] = field(default_factory=dict)
    deleted: dict[int, dict[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    """Queues that were deleted: (entry, slot) -> (person, token) of leases still to be ended."""
    deleted_datasets: set[int] = field(default_factory=set)
    removed_items: set[int] = field(default_factory=set)
    delayed_seq: int = 0
    removed_seq: int = 0
    item_runs: list[tuple[int, int]] = field(default_factory=list)
    """(first item, dataset) of runs of items of one dataset, ascending."""
    left: dict[int, int] = field(default_factory=dict)
    delayed: dict[int, Delayed] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    moving: dict[tuple[int, int], int] = field(default_factory=dict)
    """(queue, person) -> the operation by which tasks of theirs move to others."""

    @property
    def known(self) -> int:
        """The last event that made items wait, or took some out of their dataset."""
        return max(self.delayed_seq, self.removed_seq)

    def added_seq(self, queue: Queue) -> int:
        """The last event by which the queue had other items, or a dataset fewer."""
        return max(queue.added_seq, self.removed_seq)

    def admins(self) -> list[int]:
        """The active members with the role ADMIN."""
        return [number for number, one in self.members.items() if one.is_admin()]

    def dataset_of(self, item: int) -> int:
        """The dataset that an item came into, 0 if there is no such item."""
        at = bisect_right(self.item_runs, (item, 2**53)) - 1
        return self.item_runs[at][1] if at >= 0 else 0

    def covered(self, entry: Entry) -> bool:
        """Whether a dataset's fence covers it: neither given, nor started, nor submitted.

        It covers the reviews of what it covers.
        """
        if entry.review:
            return self.covered(self.entries[entry.review.task[0]])
        fences = self.queues[entry.queue].fences
        return any(
            entry.entry <= last and self.dataset_of(entry.item) == dataset
            for dataset, last in fences
        )

    def member(self, person: int) -> Member:
        """The record of a person; of one nobody ever added, an empty one."""
        return self.members.get(person) or Member(person=person)
