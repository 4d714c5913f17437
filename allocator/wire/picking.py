"""StartTask on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator.wire import common
from allocator.wire.allocation import task
from dibs.v1 import picking_pb2 as pb

START = "/dibs.v1.AllocationService/StartTask"


def start_task(request: pb.StartTaskRequest) -> requests.StartTask:
    return requests.StartTask(
        person=common.person(request),
        task=common.task_id(request.task_id),
        change=common.change(START, request),
    )


def started(answer: answers.Picked) -> pb.StartTaskResponse:
    return pb.StartTaskResponse(seq=answer.seq, task=task(answer.task))
