"""What the services answer about finished tasks, and about how tasks and items stand."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.actions import Action
from allocator.answers import HeldTask, Leased
from allocator.model import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSet:
    """The status that a task has from now on, and what state that is."""

    seq: int
    state: TaskState
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRemoved:
    """The author holds the task again; `lease` only if they asked themselves."""

    seq: int
    author: str
    lease: Leased | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """How many tasks are to be done again, and the state they are in."""

    seq: int
    tasks: int
    state: TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """How a task stands. `person` is its holder or author; "" and None: there is none."""

    task: HeldTask
    status: str
    person: str
    submit_ms: int | None
    changed_seq: int
    actions: tuple[Action, ...] = ()
