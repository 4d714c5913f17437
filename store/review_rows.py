"""Rows of the views of reviews, and those of them that a run of events needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from allocator.model import TaskState
from reviewqueue.model import IssueState, UnitState
from store.submitted_units import Submitted
from store.task_row import FINISHED, Task, TaskRow

OPEN, FOR_REVIEW, CLOSED = map(int, IssueState)
ISSUE_OF: Final[Mapping[UnitState, int]] = {
    UnitState.RETURNED: OPEN,
    UnitState.RESOLVED: FOR_REVIEW,
    UnitState.PENDING: FOR_REVIEW,
}
"""What an issue is while its unit is in a state; in every other one it is closed."""
REJECTED, LACKS = 1, 2
"""The kinds of issues: of what is wrong, and of what is missing."""

Tally = tuple[int, str, int]
"""Queue, dimension and value."""
Place = tuple[int, int, int]
"""Entry, slot and number of a unit."""


@dataclass(slots=True, kw_only=True)
class ReviewRow(TaskRow):
    """A row of view_review: a task of its own, about another one."""

    kind: int
    of_entry: int
    of_slot: int
    author: int
    mapped: int
    chosen_by: int
    pending: list[int]
    all_units: list[int]
    made_wall: int
    granted_wall: int = 0
    ended_wall: int = 0

    def tallies(self) -> Counter[Tally]:
        """Where it is counted: by kind and state, and with its units that are pending."""
        found = Counter({(self.queue, "review", self.kind * 16 + self.state): 1})
        if self.state not in FINISHED:
            found[self.queue, "review_units", self.kind] = len(self.pending)
        return found


@dataclass(slots=True, kw_only=True)
class UnitRow:
    """A row of view_unit."""

    entry: int
    slot: int
    unit: int
    queue: int
    external_id: str = ""
    class_name: str = ""
    digest: bytes = b""
    state: UnitState = UnitState.NOT_SAMPLED
    round: int = 0
    first_round: int = 0
    author: int = 0
    rejects: int = 0
    rejected_round: int = 0
    """In how many rounds it was rejected, and in which one last."""
    reviewer: int = 0
    action: int = 0
    acted_wall: int = 0
    issue: int = 0

    @property
    def place(self) -> Place:
        """Its key."""
        return self.entry, self.slot, self.unit


@dataclass(slots=True, kw_only=True)
class IssueRow:
    """A row of view_issue."""

    entry: int
    slot: int
    unit: int
    seq: int
    queue: int
    item: int
    external_id: str
    class_name: str
    state: int = 0
    kind: int = REJECTED
    author: int = 0
    reviewer: int = 0
    reason: str = ""
    content: int = 0
    position: int = 0
    opened_wall: int = 0
    fixed_wall: int = 0
    closed_wall: int = 0
    updated_seq: int = 0
    updated_wall: int = 0


class DecisionRow(NamedTuple):
    """A row of view_decision."""

    seq: int
    unit: int
    queue: int
    kind: int
    entry: int
    slot: int
    round: int
    author: int
    reviewer: int
    class_name: str
    action: int
    first: bool
    before: int
    before_by: int
    reason: str
    wall: int


class RoundRow(NamedTuple):
    """A row of view_round."""

    entry: int
    slot: int
    round: int
    queue: int
    author: int
    submitted_wall: int
    ended_wall: int
    result: int


class Verdicts(NamedTuple):
    """What the content of a decision says: reasons, and what is missing."""

    reasons: Mapping[int, str]
    missing: Sequence[tuple[str, str]]
    """Class and reason."""
    check: bool = False
    """Whether a rule service says it."""


NO_VERDICTS: Final = Verdicts({}, ())


@dataclass(slots=True)
class ReviewRows:
    """The rows about reviews that a run of events needs, and then what became of them."""

    tasks: dict[int, ReviewRow] = field(default_factory=dict)
    """Review tasks by the numbers of their entries."""
    touched: set[int] = field(default_factory=set)
    units: dict[Task, dict[int, UnitRow]] = field(default_factory=dict)
    """Of each task that is submitted, or under review, by number."""
    changed: set[Place] = field(default_factory=set)
    issues: dict[Place, IssueRow] = field(default_factory=dict)
    """Of each unit the one that is not closed."""
    stirred: dict[tuple[int, int, int, int], IssueRow] = field(default_factory=dict)
    """Issues whose row is new or changed."""
    authors: set[tuple[int, int, int, int]] = field(default_factory=set)
    """Entry, slot, queue and person."""
    decisions: list[DecisionRow] = field(default_factory=list)
    rounds: dict[tuple[int, int, int], RoundRow] = field(default_factory=dict)
    submitted: dict[int, Sequence[Submitted]] = field(default_factory=dict)
    """Event → the units that were submitted by it."""
    verdicts: dict[int, Verdicts] = field(default_factory=dict)
    """Content → what the decisions say that it is of."""
    counted: dict[int, Counter[Tally]] = field(default_factory=dict)
    """Where each review task is counted before the events."""

    def task(self, entry: int) -> ReviewRow:
        """A review task, to be changed; of a queue that is deleted it may be gone already."""
        if entry in self.tasks:
            self.touched.add(entry)
            return self.tasks[entry]
        return ReviewRow(
            entry=entry,
            slot=1,
            queue=0,
            item=0,
            class_=0,
            priority=0,
            kind=0,
            of_entry=0,
            of_slot=0,
            author=0,
            mapped=0,
            chosen_by=0,
            pending=[],
            all_units=[],
            made_wall=0,
        )

    def unfinished(self, task: Task) -> Iterator[ReviewRow]:
        """The reviews of a task that are not finished."""
        for row in self.tasks.values():
            if (row.of_entry, row.of_slot) == task and row.state not in FINISHED:
                yield row

    def unit(self, task: TaskRow, number: int) -> UnitRow:
        """A unit of the task, to be changed; made, if it is not there."""
        of_task = self.units.setdefault((task.entry, task.slot), {})
        if number not in of_task:
            of_task[number] = UnitRow(
                entry=task.entry, slot=task.slot, unit=number, queue=task.queue, round=task.round
            )
            of_task[number].first_round = task.round
        self.changed.add(of_task[number].place)
        return of_task[number]

    def differences(self) -> Counter[Tally]:
        """What counts of review tasks change by."""
        found: Counter[Tally] = Counter()
        for number in self.touched:
            found.update(self.tasks[number].tallies())
            found.subtract(self.counted.get(number, Counter()))
        return found


def move(row: ReviewRow, state: TaskState, wall: int) -> None:
    """Put a review task into a state."""
    if state == TaskState.ASSIGNED and row.state != TaskState.ASSIGNED:
        row.granted_wall = wall
    if state in FINISHED:
        row.ended_wall = wall
    if state == TaskState.QUEUED:
        row.person = 0
    row.state = state


def numbered(units: Mapping[int, UnitRow], work: Iterable[Submitted]) -> dict[int, Submitted]:
    """What was submitted by its numbers: a unit keeps the one that it has, new ones get the next.

    What has no external id is the whole task.
    """
    known = {unit.external_id: number for number, unit in units.items() if unit.external_id}
    last = max(known.values(), default=0)
    found = {}
    for one in work:
        number = known.get(one.external_id) if one.external_id else 0
        if number is None:
            number = last = last + 1
        found[number] = one
    return found
