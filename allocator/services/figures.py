"""The figures of a queue, as it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocator.actions import Caller
from allocator.answers_figures import QueueFigures, percent
from allocator.eligibility import unseen
from allocator.model import QueueSettings, Stage, TaskState, WorkStatus
from allocator.ports import QueueView

UNASSIGNED = frozenset({TaskState.QUEUED, TaskState.DELAYED, TaskState.ESCALATED})
"""States of a task that nobody has, nor did."""


def by_state(counts: Mapping[str, int]) -> dict[TaskState, int]:
    """The tasks of each state that has any, from counters that have its name."""
    found = {state: counts.get(state.name.lower(), 0) for state in TaskState}
    return {state: tasks for state, tasks in found.items() if tasks}


def hidden_from(caller: Caller, rules: Mapping[str, Any]) -> bool:
    """Whether these rules of a queue keep from somebody what waits in it."""
    return unseen(
        hidden=bool(rules.get("hidden")),
        owner=int(rules["owner"]),
        person=caller.person,
        roles=caller.roles,
    )


def seen(tasks: Mapping[TaskState, int], *, hidden: bool) -> Mapping[TaskState, int]:
    """What is told of the tasks of each state: nothing of what waits, where that is `hidden`."""
    return {state: n for state, n in tasks.items() if not (hidden and state in UNASSIGNED)}


def of_queue(
    view: QueueView, settings: QueueSettings, now_ms: int, *, hidden: bool
) -> QueueFigures:
    """What a queue's tasks add up to; whether they are late is said as of `now_ms`.

    `hidden`: without those that wait.
    """
    found, by_state_ = view.figures, by_state(view.counts)
    waiting = sum(by_state_.get(state, 0) for state in UNASSIGNED) if hidden else 0
    total, remaining = found.total - waiting, found.remaining - waiting
    names = [status.name for status in settings.statuses]
    return QueueFigures(
        status=WorkStatus(found.status),
        stage=Stage(found.stage),
        submitted_ms=found.submitted_ms,
        total=total,
        remaining=remaining,
        progress=percent(total - remaining, total) if hidden else found.progress,
        annotated=found.annotated,
        with_issues=found.with_issues,
        for_review=found.for_review,
        overdue=0 < settings.due_ms <= now_ms and found.remaining > 0,
        by_state=seen(by_state_, hidden=hidden),
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
