"""What is asked and answered about what happened: as requests.py and answers.py."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.model import Item, TaskId, TaskKind, TaskState
from allocator.requests import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTask:
    """A task that something happened to, and who had it before, if somebody else had.

    `state` None: not told; `token` 0: not theirs.
    """

    task: TaskId
    all_slots: bool
    queue_id: str
    item: Item
    person: str
    state: TaskState | None
    token: int
    before: str
    kind: TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that happened, as far as the caller may know."""

    seq: int
    change: str
    created_ms: int
    actor: str
    people: tuple[str, ...]
    queue_ids: tuple[str, ...]
    dataset_id: str
    tasks: tuple[ActivityTask, ...]
    count: int
    reason: str
    operation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Changes from event `from_seq` on (0: from now on), and a beat when nothing was said."""

    look: Look
    queue_id: str
    from_seq: int
    beat_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What happened with event `seq`, or only that everything up to it was said."""

    seq: int
    activity: Activity | None = None
