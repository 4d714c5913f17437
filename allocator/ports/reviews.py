"""Units, issues and reviews, as the projection knows them; who asks waits for it first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from allocator.filters import Filter
from allocator.model import TaskId
from allocator.ports.lists import ListAsk


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitView:
    """A unit of a task: what was submitted of it last, and what became of it.

    Unit 0 is the whole task, from MISSING on they are missing labels. `round` submitted it last,
    `first_round` first. `author` submitted it last. `action` is that of the last decision
    (0: none), by `reviewer` at `acted_ms`. `issue` is the decision that opened its issue, whether
    that is resolved or not; 0: there never was one. PENDING in a task that is not IN_REVIEW: it was
    to be reviewed, and is to be yet.
    """

    queue: int
    entry: int
    slot: int
    unit: int
    external_id: str
    class_name: str
    digest: bytes
    state: int
    round: int
    first_round: int
    author: int
    rejects: int
    reviewer: int
    action: int
    acted_ms: int
    issue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was submitted of a task before: `round` times, by `authors`.

    So many labels were reported `missing`.
    """

    round: int
    authors: Sequence[int]
    missing: int
    units: Sequence[UnitView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettingsView:
    """What a queue's reviews follow: `rules` of the event `set_seq`, and the content's number."""

    queue: int
    rules: Mapping[str, Any]
    content: int
    set_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """An objection to a unit, opened by decision `seq`; its `author` has to see to it.

    `content` has the reasons of the decision that opened it last, by `reviewer`. `kind`:
    1 rejected, 2 missing: then `place` says which of those of its content, from 0. Times are wall
    ms; 0: not yet.
    """

    queue: int
    entry: int
    slot: int
    unit: int
    seq: int
    item: int
    external_id: str
    class_name: str
    state: int
    kind: int
    author: int
    reviewer: int
    reason: str
    content: int
    place: int
    opened_ms: int
    fixed_ms: int
    closed_ms: int
    updated_seq: int
    updated_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """A review task `review` of round `round` of a task of `queue`; `kind`: 1 review, 2 expert.

    `mapped` is whom it waits for (0: anybody), `person` has it, or did it. `by`: 0 nothing chose
    the reviewer, 1 class, 2 annotator, 3 one was to be chosen, but none of them may. `units` are
    all it is about, `pending` undecided.
    """

    review: int
    queue: int
    kind: int
    entry: int
    slot: int
    item: int
    round: int
    author: int
    state: int
    mapped: int
    person: int
    token: int
    deadline: int
    by: int
    units: Sequence[int]
    pending: Sequence[int]
    made_ms: int
    granted_ms: int
    ended_ms: int
    updated_seq: int


class Backlog(NamedTuple):
    """What is to be reviewed of a queue in one stage, and since when the oldest of it waits."""

    queue: int
    kind: int
    waiting: int
    held: int
    units: int
    oldest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAsk:
    """What happened from `from_ms` until before `to_ms`, in `queues` (None: in all).

    Figures are of each combination of what `by` names: queue, author, class, reviewer; the first
    `limit` of them.
    """

    by: Sequence[str] = ()
    queues: Sequence[int] | None = None
    author: int = 0
    reviewer: int = 0
    from_ms: int = 0
    to_ms: int = 2**53
    limit: int = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Units that were reviewed a first time, and all decisions; 0 and "" are what is not asked by.

    `passed` of the `first` were approved. `rejected` of the `decided` decisions were rejects,
    `missing` labels were reported besides.
    """

    queue: int
    author: int
    class_name: str
    reviewer: int
    first: int
    passed: int
    decided: int
    approved: int
    rejected: int
    deleted: int
    missing: int


class Reason(NamedTuple):
    """How often a default reason was given; "": another one."""

    reason: str
    rejects: int


class Returns(NamedTuple):
    """Rounds of an author's tasks that ended, and those after which the task was returned."""

    queue: int
    author: int
    tasks: int
    rounds: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerFigures:
    """What one person reviewed, and has to review; medians None where nothing was done.

    `turnaround_ms` is from when a review was made until it was done, `handling_ms` from when they
    got it. Of `judged` of their decisions, an expert saw `agreed` the same way.
    """

    person: int
    waiting: int
    held: int
    done: int
    decided: int
    turnaround_ms: int | None
    handling_ms: int | None
    judged: int
    agreed: int


class Consistency(NamedTuple):
    """How far somebody's submissions agree with those of others; `person` 0: of all there."""

    queue: int
    person: int
    pairs: int
    agreement: float


class FirstReviews(NamedTuple):
    """Of the last units of an author and class: how many were reviewed a first time, and passed."""

    author: int
    class_name: str
    reviewed: int
    rejected: int


class WaitsFor(NamedTuple):
    """Reviews that wait for one person, and when the oldest of them was made."""

    person: int
    reviews: int
    oldest_ms: int


class Reviews(Protocol):
    """Units, issues and review tasks.

    The content of a decision is JSON: {"units": {"<unit>": {"reason": …, "text": …, …}}, "missing":
    [{"reason": …, "class_name": …, "text": …, …}]}; what is missing in the order of the
    numbers that it gets, see IssueView.place. `reason` is one of those that the queue offers.
    """

    async def settings(self, project: int, queue: int) -> ReviewSettingsView | None:
        """What the queue's reviews follow, if anything was ever said."""
        ...

    async def earlier(self, project: int, task: TaskId) -> Earlier:
        """What was submitted of a task; round 0: nothing was."""
        ...

    async def units(self, project: int, task: TaskId) -> Sequence[UnitView]:
        """The units of a task, by number."""
        ...

    async def find_units(
        self, project: int, external_id: str, after: tuple[int, int, int], limit: int
    ) -> Sequence[UnitView]:
        """Units with an external id in whatever tasks, by (entry, slot, unit) behind `after`."""
        ...

    async def issues(self, project: int, ask: ListAsk) -> Sequence[IssueView]:
        """Issues by create_time, whose key is (seq, entry, slot, unit), or update_time.

        That one begins with updated_seq. Fields of filters: queue, author, reviewer, state, kind,
        entry, slot, unit_id, class_name, reason, archived, create_time, update_time.
        """
        ...

    async def count_issues(self, project: int, chosen: Filter) -> int:
        """How many there are; at most MOST_COUNTED + 1 are counted."""
        ...

    async def issue(self, project: int, task: TaskId, unit: int, seq: int) -> IssueView | None:
        """One issue."""
        ...

    async def reviews(self, project: int, ask: ListAsk) -> Sequence[ReviewView]:
        """Reviews by create_time, whose key is (review,), or update_time: (updated_seq, review).

        Fields of filters: queue, kind, state, person, mapped, author, entry, slot (of the task),
        archived, create_time, end_time, update_time.
        """
        ...

    async def count_reviews(self, project: int, chosen: Filter) -> int:
        """How many there are; at most MOST_COUNTED + 1 are counted."""
        ...

    async def review(self, project: int, review: int) -> ReviewView | None:
        """One review, by the number of its entry."""
        ...

    async def waiting(self, project: int, queue: int, kind: int, limit: int) -> Sequence[WaitsFor]:
        """For whom reviews of a queue wait, by person; the first so many."""
        ...

    async def backlog(self, project: int, queues: Sequence[int] | None) -> Sequence[Backlog]:
        """What is to be reviewed, by queue and kind; None: of all that are not archived."""
        ...

    async def unclaimed(self, project: int, queue: int, kind: int, limit: int) -> Sequence[int]:
        """Reviews that wait for anybody, by the numbers of their entries, the oldest first."""
        ...

    async def reviewers(self, project: int, limit: int) -> Sequence[int]:
        """Active members with a role for review."""
        ...


class QualityReads(Protocol):
    """Figures about reviews, read when somebody asks, exact."""

    async def quality(self, project: int, ask: QualityAsk) -> Sequence[Quality]:
        """First reviews and decisions; one line, if nothing is asked by."""
        ...

    async def reasons(self, project: int, ask: QualityAsk) -> Sequence[Reason]:
        """Why units were rejected, the most frequent first; `by` is not looked at."""
        ...

    async def returns(self, project: int, ask: QualityAsk) -> Sequence[Returns]:
        """How often tasks came back, by queue and author."""
        ...

    async def reviewers(self, project: int, ask: QualityAsk) -> Sequence[ReviewerFigures]:
        """What people reviewed and have to review."""
        ...

    async def consistency(self, project: int, ask: QualityAsk) -> Sequence[Consistency]:
        """How far people agree who did the same items; `by` and `reviewer` are not looked at."""
        ...

    async def first_reviews(
        self, project: int, queue: int, author: int, classes: Sequence[str], last: int
    ) -> Sequence[FirstReviews]:
        """Of the last so many units of the author and each class that were reviewed at all."""
        ...

    async def submitted_units(
        self, project: int, queue: int, author: int, classes: Sequence[str], most: int
    ) -> tuple[int, Mapping[str, int]]:
        """How many units the author, and anybody of each class, submitted; `most` are counted."""
        ...
