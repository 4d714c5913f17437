"""How many tasks a queue has of each priority, status and holder: counted as rows change.

Pure, and apart from what events mean: whatever an event did to the rows, the
counts follow from the difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from allocator.model import TaskState
from store.projection import COUNTED, Task, TaskRow, Views

Tally = tuple[int, str, int]
"""Queue, dimension and value."""

WITH_STATUS: Final = frozenset({TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED})
ANNOTATED: Final = "annotated"
"""Counted in view_queue, where the status of the queue follows from it."""


def kept(tasks: Mapping[Task, TaskRow]) -> dict[Task, tuple[Tally, ...]]:
    """Where each of the rows is counted, before events change them."""
    return {task: places(row) for task, row in tasks.items()}


def places(row: TaskRow) -> tuple[Tally, ...]:
    """The counts that a task is in; of a person by state, whose dimension is the state's name."""
    holder = 0 if row.state == TaskState.QUEUED else row.person
    found = [
        (row.queue, "priority", row.priority),
        (row.queue, "status", row.status if row.state in WITH_STATUS else 0),
        (row.queue, "holder", holder),
    ]
    if holder:
        found.append((row.queue, COUNTED[TaskState(row.state)], holder))
    if (row.draft or row.submitted_seq) and row.state != TaskState.REMOVED:
        found.append((row.queue, ANNOTATED, 1))
    return tuple(found)


def differences(views: Views, before: Mapping[Task, tuple[Tally, ...]]) -> dict[Tally, int]:
    """What the counts change by: new tasks come in, touched ones move.

    What is counted of annotated tasks goes into `views`.
    """
    found: Counter[Tally] = Counter()
    for queue, rank, tasks in views.entered:
        for tally in ((queue, "priority", rank), (queue, "status", 0), (queue, "holder", 0)):
            found[tally] += tasks
    for task in views.touched:
        found.subtract(before[task])
        found.update(places(views.tasks[task]))
    for tally in [tally for tally in found if tally[1] == ANNOTATED]:
        views.add(tally[0], ANNOTATED, found.pop(tally))
    return {tally: difference for tally, difference in found.items() if difference}
