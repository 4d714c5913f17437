"""What a project's reviews are, as plain values.

A stage of the reviews of a queue is a queue like any other, numbered kind * STAGE + queue, and a
review task an entry of it, numbered from REVIEWS + 1 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

STAGE: Final = 2**32
REVIEWS: Final = 2**45
MISSING: Final = 2**20
"""Labels that were reported missing are the units of a task from here on."""
REVIEW: Final = 1
EXPERT: Final = 2

PENDING: Final = 2
APPROVED: Final = 3
RETURNED_UNIT: Final = 4
RESOLVED: Final = 5
REJECTED: Final = 6
DELETED: Final = 7
DECIDED: Final = frozenset({APPROVED, REJECTED, DELETED})
"""The states in which a sampled unit may stay for ever."""

APPROVE: Final = 1
REJECT: Final = 2
DELETE: Final = 3
ACTIONS: Final = frozenset({APPROVE, REJECT, DELETE})

RELIEVED: Final = 0.8
"""Of the most reviews that may wait: below it people are given work again."""

MAY_REVIEW: Final = 1 | 2 | 4 | 8 | 32
"""ADMIN, TEAM_MANAGER, OWNER, REVIEWER, ANNOTATOR_AND_REVIEWER; not ANNOTATOR (16)."""


def stage_of(queue: int, kind: int = REVIEW) -> int:
    """The number of a stage of the queue's reviews."""
    return kind * STAGE + queue


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules:
    """How a queue's work is reviewed, as far as the live state needs to know."""

    on: bool
    lease_ms: int
    max_held: int
    fallback_ms: int
    early: bool
    threshold: int
    same: bool
    backlog: int
    lot_size: int = 0
    lot_ms: int = 0
    drawn: int = 0
    accepted: int = 0

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> ReviewRules:
        """From an event's map, which has exactly these fields. Raises TypeError otherwise."""
        flags = {name: bool(written[name]) for name in ("on", "early", "same")}
        return cls(**dict(written) | flags)


@dataclass(slots=True, kw_only=True)
class Settings:
    """The review settings of a queue, and the event that wrote them.

    `backlog`: its reviews that are not finished. `pressed`: they are too many, and nobody is given
    new work in the queue.
    """

    rules: ReviewRules
    content: int
    set_seq: int
    backlog: int = 0
    pressed: bool = False

    def press(self, by: int) -> bool:
        """So many more reviews are not finished. Returns whether people are given work again."""
        most, before = self.rules.backlog, self.pressed
        self.backlog += by
        if most == 0 or self.backlog < RELIEVED * most:
            self.pressed = False
        elif self.backlog > most:
            self.pressed = True
        return before and not self.pressed


@dataclass(slots=True, kw_only=True)
class Lot:
    """Submissions of a queue that wait together; of their units a few are reviewed for all.

    `till`: when it is over its time, on the lease clock; 0: it is full. `sample`: what was drawn,
    as (entry, slot, unit); of that, `rejected` is what reviewers reject, `overruled` what experts
    decided, and whether they rejected it.
    """

    queue: int
    till: int
    drawn: int
    accepted: int
    submissions: int = 0
    units: int = 0
    closed: bool = False
    sample: set[tuple[int, int, int]] = field(default_factory=set)
    rejected: set[tuple[int, int, int]] = field(default_factory=set)
    overruled: dict[tuple[int, int, int], bool] = field(default_factory=dict)

    def refused(self) -> bool:
        """Whether more of the sample are rejected than may be."""
        said = dict.fromkeys(self.rejected, True) | self.overruled
        return sum(said.values()) > self.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a QA task is about: (labeling queue, entry there), and who may not have it."""

    source: tuple[int, int]
    barred: frozenset[int]


@dataclass(slots=True, kw_only=True)
class Review:
    """What a review task is about: units of one submission, and how often they were rejected.

    `barred` may never have it: the authors; of what an expert is asked, its reviewers too; who
    has decided about one of its units in another review of the stage.
    `mapped`: whom it waits for, 0 if for nobody; `falls`: until when only, on the lease clock, 0 if
    for ever. `candidates`: among whom it was chosen. `held`: what goes to an expert when it ends.
    """

    task: tuple[int, int]
    barred: frozenset[int]
    units: dict[int, int]
    by: int
    mapped: int
    falls: int
    candidates: tuple[int, ...] = ()
    held: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Cycle:
    """A task's reviews, over all its submissions from the first one on that could be reviewed.

    `open`: the review tasks of this round that are not finished. `back`: something is to be
    returned when it ends. `units` are those that were ever sampled, `rejects` in how many
    rounds each was rejected, `rejected` the ones in this round. `status` and `meaning`: what the
    task is, once the round has ended well. `begun`: the event of the round's last decision;
    `passed`: it has ended so.
    """

    round: int = 0
    meaning: int = 0
    status: int = 0
    open: list[int] = field(default_factory=list)
    back: bool = False
    units: dict[int, int] = field(default_factory=dict)
    rejects: dict[int, int] = field(default_factory=dict)
    rejected: set[int] = field(default_factory=set)
    missing: int = 0
    authors: frozenset[int] = frozenset()
    begun: int = 0
    passed: bool = False
    known: bool = False
    """Whether the live state knows of it: it forgets what is finished."""
    lot: int = 0
    """The lot whose end it waits for; 0: none."""
    noted: bool = False
    """Whether the record of the task says anything, if only that it was submitted."""

    def in_state(self, *states: int) -> set[int]:
        """The units that are in one of these states."""
        return {unit for unit, state in self.units.items() if state in states}
