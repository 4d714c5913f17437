"""What is asked of the services that give and move assignments. One class an RPC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from allocator.operation_words import Chosen
from allocator.requests import Change
from allocator.strategies.redistribution import Scope, Sharing

NO_RANK: Final = -1
"""In place of a priority: that of the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTasks:
    """Chosen tasks are to be this person's, or ("") nobody's; with `partial` as far as may be."""

    change: Change
    chosen: Chosen
    person: str
    reason: str
    partial: bool
    started: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    """What one person has open in a queue, or (not "") in an assignment, is to be another's."""

    change: Change
    queue_id: str
    source: str
    target: str
    assignment: str
    reason: str
    rest_to_pool: bool
    all_domains: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRedistribution:
    """Who would get what; `targets` are people with a load in percent, None: an equal part."""

    change: Change
    queue_id: str
    source: str
    targets: tuple[tuple[str, float | None], ...]
    everybody: bool
    only_unassigned: bool
    all_domains: bool
    filter: str
    scope: Scope
    sharing: Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRedistribution:
    """What was planned is to be done."""

    change: Change
    queue_id: str
    plan: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRedistribution:
    """What an operation moved is to go back."""

    change: Change
    queue_id: str
    operation: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTask:
    """The next thing to do of an assignment."""

    change: Change
    id: str

    @property
    def person(self) -> str:
        """Whose work it is where the assignment does not say: the actor's own."""
        return self.change.actor


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAssignment:
    """What is said of an assignment. None leaves it.

    `due_ms` 0 and `priority` NO_RANK are as the queue has them; `etag` "": whichever they were.
    """

    change: Change
    id: str
    due_ms: int | None
    priority: int | None
    note: str | None
    etag: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRange:
    """Places of a queue's order are to be somebody's.

    `due_ms` 0 and `priority` NO_RANK are as the queue has them.
    """

    change: Change
    queue_id: str
    person: str
    first: int
    last: int
    due_ms: int
    priority: int
    note: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRange:
    """The places of a range from `at` on are to be a range of their own."""

    change: Change
    id: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRanges:
    """Two ranges are to be one."""

    change: Change
    id: str
    other: str
    reason: str
