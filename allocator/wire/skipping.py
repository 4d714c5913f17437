"""Skip and ClearSkips on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator.model import SkipPolicy
from allocator.wire import common
from allocator.wire.allocation import task
from dibs.v1 import skipping_pb2 as pb

SERVICE = "/dibs.v1.AllocationService/"


def skip(request: pb.SkipRequest) -> requests.Skip:
    return requests.Skip(
        person=common.person(request),
        hold=common.hold(request),
        reason=request.reason,
        policy=SkipPolicy(request.policy) if request.policy else None,
        change=common.change(SERVICE + "Skip", request),
    )


def clear_skips(request: pb.ClearSkipsRequest) -> requests.ClearSkips:
    return requests.ClearSkips(
        queue_id=request.queue_id,
        tasks=tuple(common.task_id(text) for text in request.task_ids),
        change=common.change(SERVICE + "ClearSkips", request),
    )


def skipped(answer: answers.Skipped) -> pb.SkipResponse:
    return pb.SkipResponse(
        seq=answer.seq,
        state=common.number(answer.state),
        tasks=[task(one) for one in answer.tasks],
    )


def cleared(answer: answers.SkipsCleared) -> pb.ClearSkipsResponse:
    return pb.ClearSkipsResponse(seq=answer.seq, cleared=answer.cleared)
