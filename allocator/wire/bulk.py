"""Bulk verbs over chosen tasks, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from typing import Any

from allocator import operation_words as words
from allocator import requests_tasks
from allocator.wire import common, operation
from allocator.wire.finished import reopened_to
from dibs import errors
from dibs.v1 import bulk_pb2 as pb

QUEUES = "/dibs.v1.QueueService/"
ALLOCATION = "/dibs.v1.AllocationService/"


def set_priority(request: pb.BulkSetPriorityRequest) -> words.BulkSetPriority:
    return words.BulkSetPriority(
        chosen=chosen(request),
        priority=common.priority_of(request, required=True),
        change=common.change(QUEUES + "BulkSetPriority", request),
    )


def reopen(request: pb.BulkReopenRequest) -> words.BulkReopen:
    to: requests_tasks.ReopenTo = reopened_to(request.to, request.person)
    return words.BulkReopen(
        chosen=chosen(request),
        to=to,
        person=request.person,
        change=common.change(ALLOCATION + "BulkReopen", request),
    )


def prioritising(answer: words.Operation) -> pb.BulkSetPriorityResponse:
    return pb.BulkSetPriorityResponse(seq=answer.seq, operation=operation.shown(answer))


def reopening(answer: words.Operation) -> pb.BulkReopenResponse:
    return pb.BulkReopenResponse(seq=answer.seq, operation=operation.shown(answer))


def chosen(request: Any) -> words.Chosen:
    """Tasks by their ids, or by a filter. Raises InvalidArgument for both, or neither."""
    if bool(request.task_ids) == bool(request.filter):
        raise errors.InvalidArgument("filter", "must be set if there are no task_ids, only then")
    return words.Chosen(
        queue_id=request.queue_id,
        tasks=tuple(map(common.task_id, request.task_ids)),
        filter=request.filter,
    )
