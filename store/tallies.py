"""How many tasks a queue has of each priority, status and holder: counted as rows change.

Pure, and apart from what events mean: whatever an event did to the rows, the
counts follow from the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from allocator.model import TaskState
from store.projection import Task, TaskRow, Views

Tally = tuple[int, str, int]
"""Queue, dimension and value."""

WITH_STATUS: Final = frozenset({TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED})


def kept(tasks: Mapping[Task, TaskRow]) -> dict[Task, tuple[Tally, ...]]:
    """Where each of the rows is counted, before events change them."""
    return {task: places(row) for task, row in tasks.items()}


def places(row: TaskRow) -> tuple[Tally, ...]:
    """The three counts that a task is in."""
    return (
        (row.queue, "priority", row.priority),
        (row.queue, "status", row.status if row.state in WITH_STATUS else 0),
        (row.queue, "holder", 0 if row.state == TaskState.QUEUED else row.person),
    )


def differences(views: Views, before: Mapping[Task, tuple[Tally, ...]]) -> dict[Tally, int]:
    """What the counts change by: new tasks come in, touched ones move."""
    found: dict[Tally, int] = {}
    for queue, rank, tasks in views.entered:
        for tally in ((queue, "priority", rank), (queue, "status", 0), (queue, "holder", 0)):
            found[tally] = found.get(tally, 0) + tasks
    for task in views.touched:
        for old, new in zip(before[task], places(views.tasks[task]), strict=True):
            found[old] = found.get(old, 0) - 1
            found[new] = found.get(new, 0) + 1
    return {tally: difference for tally, difference in found.items() if difference}
