"""How many tasks a queue has of each priority, status and holder: counted as rows change.

Pure, and apart from what events mean: whatever an event did to the rows, the
counts follow from the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from allocator.model import TaskState
from store.projection import Views
from store.review_rows import Tally
from store.task_row import COUNTED, Task, TaskRow

OPEN_STATES: Final = frozenset(TaskState) - {
    *(TaskState.DELAYED, TaskState.IN_REVIEW),
    *(TaskState.COMPLETED, TaskState.DISCARDED, TaskState.REMOVED),
}
WITH_STATUS: Final = frozenset({TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED})
ANNOTATED: Final = "annotated"
CORRECTIONS: Final = "corrections"
OF_QUEUE: Final = -1
"""The value of what is counted in view_queue, where the status of the queue follows from it."""
WITH_ISSUES: Final = "with_issues"
FOR_REVIEW: Final = "for_review"
"""Items; of a person, who has no item twice, tasks."""
_OPEN: Final = ", ".join(str(int(state)) for state in sorted(OPEN_STATES))
OF_ISSUES: Final[Mapping[str, str]] = {
    CORRECTIONS: f"t.open_issues + t.fixed_issues > 0 AND t.state IN ({_OPEN})",
    WITH_ISSUES: "t.open_issues > 0",
    FOR_REVIEW: "t.fixed_issues > 0",
}
"""Which rows of view_task are counted under these names."""


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
        found.append((row.queue, ANNOTATED, OF_QUEUE))
    if row.open_issues or row.fixed_issues:
        found += _of_issues(row, holder)
    return tuple(found)


def _of_issues(row: TaskRow, holder: int) -> Iterator[Tally]:
    """What a queue and a person have of a task with issues."""
    if row.state in OPEN_STATES:
        yield row.queue, CORRECTIONS, OF_QUEUE
    if not holder:
        return
    if row.state in OPEN_STATES:
        yield row.queue, CORRECTIONS, holder
    if row.open_issues:
        yield row.queue, WITH_ISSUES, holder
    if row.fixed_issues:
        yield row.queue, FOR_REVIEW, holder


def issues(tasks: Mapping[Task, TaskRow]) -> set[Tally]:
    """Items with issues, open or for review: queue, which, and the entry."""
    found = set()
    for row in tasks.values():
        if row.open_issues:
            found.add((row.queue, WITH_ISSUES, row.entry))
        if row.fixed_issues:
            found.add((row.queue, FOR_REVIEW, row.entry))
    return found


def count_issues(views: Views, before: set[Tally]) -> None:
    """Count in queues which items have issues and had none before, and the other way round."""
    after = issues(views.tasks)
    for queue, name, _ in after - before:
        views.add(queue, name, 1)
    for queue, name, _ in before - after:
        views.add(queue, name, -1)


def differences(views: Views, before: Mapping[Task, tuple[Tally, ...]]) -> dict[Tally, int]:
    """What the counts change by: new tasks come in, touched ones move.

    What is counted in view_queue goes into `views`.
    """
    found = views.reviews.differences()
    for queue, rank, tasks in views.entered:
        for tally in ((queue, "priority", rank), (queue, "status", 0), (queue, "holder", 0)):
            found[tally] += tasks
    for task in views.touched:
        found.subtract(before[task])
        found.update(places(views.tasks[task]))
    for tally in [tally for tally in found if tally[2] == OF_QUEUE]:
        views.add(*tally[:2], found.pop(tally))
    return {tally: difference for tally, difference in found.items() if difference}
