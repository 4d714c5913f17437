"""What concerns tasks by their ids, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator.wire import common
from dibs.v1 import tasks_pb2 as pb

QUEUE_SERVICE = "/dibs.v1.QueueService/"


def set_priority(request: pb.SetPriorityRequest) -> requests.SetPriority:
    return requests.SetPriority(
        queue_id=request.queue_id,
        tasks=tuple(map(common.task_id, request.task_ids)),
        priority=common.priority_of(request, required=True),
        change=common.change(QUEUE_SERVICE + "SetPriority", request),
    )


def prioritised(answer: answers.Prioritised) -> pb.SetPriorityResponse:
    return pb.SetPriorityResponse(seq=answer.seq, changed=answer.changed)
