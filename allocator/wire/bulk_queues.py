"""Bulk verbs over queues, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from typing import Any

from allocator import operation_words as words
from allocator import requests_control as asked
from allocator.wire import common, operation, queue
from dibs import errors
from dibs.v1 import bulk_queues_pb2 as pb
from dibs.v1 import queue_pb2

SERVICE = "/dibs.v1.QueueService/"


def delete_queues(request: pb.BulkDeleteQueuesRequest) -> asked.BulkDeleteQueues:
    return asked.BulkDeleteQueues(
        chosen=_chosen(request, archived=request.include_archived),
        force=request.force,
        change=common.change(SERVICE + "BulkDeleteQueues", request),
    )


def update_queues(request: queue_pb2.BulkUpdateQueuesRequest) -> asked.BulkUpdateQueues:
    change = common.change(SERVICE + "BulkUpdateQueues", request)
    update = asked.UpdateQueue(
        queue=queue.settled(request, "", change),
        paths=tuple(request.update_mask.paths),
        change=change,
    )
    return asked.BulkUpdateQueues(
        chosen=_chosen(request, archived=False), update=update, change=change
    )


def deleting(answer: words.BulkOfQueues) -> pb.BulkDeleteQueuesResponse:
    return pb.BulkDeleteQueuesResponse(
        seq=answer.operation.seq,
        operation=operation.shown(answer.operation),
        refused=_refused(answer),
    )


def updating(answer: words.BulkOfQueues) -> queue_pb2.BulkUpdateQueuesResponse:
    return queue_pb2.BulkUpdateQueuesResponse(
        seq=answer.operation.seq,
        operation=operation.shown(answer.operation),
        refused=_refused(answer),
    )


def _refused(answer: words.BulkOfQueues) -> list[pb.RefusedQueue]:
    return [
        pb.RefusedQueue(queue_id=queue_id, reason=reason, message=message)
        for queue_id, reason, message in answer.refused
    ]


def _chosen(request: Any, *, archived: bool) -> asked.ChosenQueues:
    """Queues by their ids, or by a filter. Raises InvalidArgument for both, or neither."""
    if bool(request.queue_ids) == bool(request.filter):
        raise errors.InvalidArgument("filter", "must be set if there are no queue_ids, only then")
    return asked.ChosenQueues(
        queue_ids=tuple(request.queue_ids), filter=request.filter, archived=archived
    )
