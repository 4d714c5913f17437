"""What tasks add up to, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocator.answers_figures import MemberFigures, ProjectFigures, QueueFigures, percent
from allocator.model import TaskState
from allocator.wire import common
from dibs.v1 import figures_pb2 as pb


def by_state(counts: Mapping[TaskState, int]) -> list[pb.StateCount]:
    """The counts of the states that have any tasks."""
    return [
        pb.StateCount(state=common.number(state), count=count)
        for state, count in sorted(counts.items())
    ]


def of_queue(found: QueueFigures) -> dict[str, Any]:
    """The fields of Queue that are figures."""
    method = (
        pb.ALLOCATION_METHOD_DISTRIBUTION if found.distributed else pb.ALLOCATION_METHOD_PULLING
    )
    return {
        "status": common.number(found.status),
        "stage": common.number(found.stage),
        "submit_data_time": common.timestamp(found.submitted_ms or None),
        "total_tasks": found.total,
        "remaining_tasks": found.remaining,
        "progress_percent": found.progress,
        "annotated_tasks": found.annotated,
        "items_with_open_issues": found.with_issues,
        "items_for_review": found.for_review,
        "overdue": found.overdue,
        "state_counts": by_state(found.by_state),
        "status_counts": [
            pb.StatusCount(status=name, count=count) for name, count in found.by_status
        ],
        "update_time": common.timestamp(found.updated_ms),
        "dataset_ids": found.datasets,
        "dataset_count": found.dataset_count,
        "owner_groups": found.owner_groups,
        "allocation_method": method,
        "assignment_count": found.assignments,
    }


def of_project(found: ProjectFigures | None) -> pb.ProjectFigures | None:
    """The figures of a project, where they are told."""
    if found is None:
        return None
    return pb.ProjectFigures(
        queues=found.queues,
        open_queues=found.open_queues,
        overdue_queues=found.overdue_queues,
        assignments=found.assignments,
        total_tasks=found.total,
        remaining_tasks=found.remaining,
        progress_percent=percent(found.total - found.remaining, found.total),
        annotated_tasks=found.annotated,
        items_with_open_issues=found.with_issues,
        items_for_review=found.for_review,
        overdue_tasks=found.overdue,
        state_counts=by_state(found.by_state),
    )


def of_member(found: MemberFigures | None) -> pb.MemberFigures | None:
    """The figures of a member, where they are told."""
    if found is None:
        return None
    return pb.MemberFigures(
        total_tasks=found.total,
        remaining_tasks=found.remaining,
        progress_percent=percent(found.total - found.remaining, found.total),
        overdue_tasks=found.overdue,
        state_counts=by_state(found.by_state),
    )
