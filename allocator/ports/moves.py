"""What people have open in a queue, as the projection knows it, for plans of who is to have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task that somebody holds, or that was returned to them.

    `others` have another slot of the item, or have skipped it. `annotated`: it has
    a draft, or was submitted once. `token` is 0 where it is RETURNED.
    """

    entry: int
    slot: int
    class_: int
    state: int
    token: int
    annotated: bool
    returned: bool
    others: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentView:
    """One person's work in one queue; `person` 0: the bucket, and `person_id` is its owner.

    `range` is the number of a range, whose places are `first` to `last`; 0: it is none.

    `changed`: the event that said something of it last; 0: none did.

    `rules` of the queue as JSON; `counts` are in tasks, by state's name.
    """

    queue: int
    person: int
    range: int
    first: int
    last: int
    queue_id: str
    person_id: str
    queue_name: str
    channel: int
    description: str
    note: str
    owner: int
    status: int
    priority: int
    due_ms: int
    archived: bool
    active: bool
    total: int
    remaining: int
    progress: int
    created_wall: int
    changed: int
    with_issues: int
    for_review: int
    rules: str
    counts: Mapping[str, int]


class Moves(Protocol):
    """Reads of the views; who asks waits for them first."""

    async def open_of(self, project: int, queue: int, person: int) -> Sequence[OpenTask]:
        """What the person has open, in the order of the queue."""

    async def loads(self, project: int, queue: int) -> Mapping[int, int]:
        """How many tasks each person has open in the queue."""

    async def known_in(self, project: int, queue: int) -> frozenset[int]:
        """Everybody who has, or ever finished, a task of the queue, or has a range there."""
