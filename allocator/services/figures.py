"""The figures of a queue, as it is answered with."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.answers_figures import QueueFigures
from allocator.model import QueueSettings, Stage, TaskState, WorkStatus
from allocator.ports import QueueView

COUNTED = tuple(state for state in TaskState if state is not TaskState.IN_REVIEW)


def by_state(counts: Mapping[str, int]) -> dict[TaskState, int]:
    """The tasks of each state that has any, from counters that have its name."""
    found = {state: counts.get(state.name.lower(), 0) for state in COUNTED}
    return {state: tasks for state, tasks in found.items() if tasks}


def of_queue(view: QueueView, settings: QueueSettings, now_ms: int) -> QueueFigures:
    """What a queue's tasks add up to; whether they are late is said as of `now_ms`."""
    found = view.figures
    names = [status.name for status in settings.statuses]
    return QueueFigures(
        status=WorkStatus(found.status),
        stage=Stage(found.stage),
        submitted_ms=found.submitted_ms,
        total=found.total,
        remaining=found.remaining,
        progress=found.progress,
        annotated=found.annotated,
        with_issues=found.with_issues,
        for_review=found.for_review,
        overdue=0 < settings.due_ms <= now_ms and found.remaining > 0,
        by_state=by_state(view.counts),
        by_status=[
            (names[number - 1], found.by_status[number]) for number in sorted(found.by_status)
        ],
        updated_ms=found.updated_ms,
        datasets=found.datasets,
        dataset_count=found.dataset_count,
        owner_groups=found.owner_groups,
        assignments=found.assignments,
        distributed=bool(settings.distributed),
    )
