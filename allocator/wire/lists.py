"""ListTasks on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

import dataclasses

from allocator import answers, requests
from allocator.wire import common
from dibs.v1 import common_pb2
from dibs.v1 import lists_pb2 as pb


def list_tasks(request: pb.ListTasksRequest) -> requests.ListOf:
    ask = common.list_of(request, request.queue_id)
    return dataclasses.replace(
        ask,
        include_archived=request.include_archived,
        read_mask=common.read_mask(request, pb.ListedTask),
        after_task=common.task_id(request.after_task_id) if request.after_task_id else None,
    )


def tasks(
    answer: answers.Listed[answers.TaskLine], read_mask: tuple[str, ...]
) -> pb.ListTasksResponse:
    return pb.ListTasksResponse(
        tasks=[common.masked(_line(row), read_mask) for row in answer.rows],
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def _line(row: answers.TaskLine) -> pb.ListedTask:
    return pb.ListedTask(
        task=common_pb2.Task(
            task_id=str(row.task),
            queue_id=row.queue_id,
            dataset_id=row.item.dataset,
            external_id=row.item.external_id,
            item_number=row.item.number,
            weight=row.item.weight,
            classes=row.item.classes,
            attributes=row.item.attributes,
            kind=common_pb2.TASK_KIND_ANNOTATE,
            state=common.number(row.state),
            slot=row.task.slot,
            priority=common.priority_out(row.priority),
        ),
        person=row.person,
        status=row.status,
        update_time=common.timestamp(row.updated_ms),
        create_time=common.timestamp(row.created_ms or None),
        submit_time=common.timestamp(row.submitted_ms or None),
        submitted_by=row.submitter,
        edited_by=row.editor,
        reviews=row.reviews,
        reviewed_by=row.reviewer,
        open_issues=row.open_issues,
        issues_for_review=row.fixed_issues,
        waits_for_lot=row.in_lot,
        allowed_actions=map(common.number, row.actions),
    )
