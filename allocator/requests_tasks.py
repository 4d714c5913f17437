"""What is asked of the services about finished tasks, and about how tasks and items stand.

One class an RPC, as in `requests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from allocator.model import TaskId
from allocator.requests import Change, Look


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """A task is to have this status."""

    change: Change
    task: TaskId
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveStatus:
    """A finished task goes back to its author; `recalled` by nobody but themselves."""

    change: Change
    task: TaskId
    recalled: bool = False


class ReopenTo(IntEnum):
    """Where reopened tasks go; the numbers are those of the log."""

    AUTHOR = 1
    POOL = 2
    PERSON = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Finished tasks of a queue are to be done again; `person` only with PERSON."""

    change: Change
    queue_id: str
    tasks: tuple[TaskId, ...]
    to: ReopenTo = ReopenTo.AUTHOR
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTask:
    """How a task stands."""

    look: Look
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetItemStatus:
    """How an item stands in every queue that it is or was in."""

    look: Look
    dataset_id: str
    external_id: str
