"""Who has how much to do and what they did, as the projection knows it, for reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Done(NamedTuple):
    """One finished task: by whom, when (wall ms), what it weighs, and how long it took by them.

    `spent_ms` 0: nobody said.
    """

    person: int
    wall: int
    weight: float
    spent_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLoad:
    """What one person has open and did; `seen_ms` None: they never did anything.

    `done` and `weight_done` since the time asked for, `today` since the other.
    """

    person: int
    person_id: str
    active: bool
    open: int
    weight: float
    started: int
    returned: int
    done: int
    today: int
    handling_ms: int | None
    seen_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLoad:
    """What one person has open of one assignment, and when something of it changed last (wall ms).

    `range` 0: their share.
    """

    person: int
    range: int
    open: int
    weight: float
    touched_ms: int


class Left(NamedTuple):
    """What has no status in a queue."""

    tasks: int
    weight: float


class Marked(NamedTuple):
    """How many tasks are of the highest priority, and how many there are."""

    urgent: int
    tasks: int


class Loads(Protocol):
    """Reads of the views; who asks waits for them first. `queues` None: all of the project.

    What is archived does not count.
    """

    async def people(
        self, project: int, queues: Sequence[int] | None, since_ms: int, today_ms: int
    ) -> Sequence[PersonLoad]:
        """Active members and whoever has something open; of some queues who has a share in one."""
        ...

    async def marked(self, project: int, queues: Sequence[int] | None) -> Marked:
        """How much is marked urgent."""
        ...

    async def done(self, project: int, queue: int) -> Sequence[Done]:
        """What was finished last in a queue, in the order of time; 20,000 tasks at most."""
        ...

    async def shares(self, project: int, queue: int) -> Sequence[ShareLoad]:
        """What people have open in a queue, by person and range."""
        ...

    async def left(self, project: int, queue: int) -> Left:
        """What is to be done in a queue."""
        ...
