"""What people ask before they act: may I edit this, and why do I get what I get."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.model import TaskId, TaskKind
from allocator.requests import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class CanEdit:
    """Whether a person may edit an item, in one queue or ("") wherever it is."""

    look: Look
    person: str
    dataset_id: str
    external_id: str
    queue_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain:
    """Why a person gets what they get of a queue, or of a task; of a queue work of one `kind`."""

    look: Look
    person: str
    queue_id: str = ""
    task: TaskId | None = None
    kind: TaskKind = TaskKind.ANNOTATE
