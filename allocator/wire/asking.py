"""CanEdit and Explain on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers_asking as answers
from allocator import requests_asking as requests
from allocator.answers_asking import Verdict
from allocator.model import TaskKind
from allocator.wire import common
from allocator.wire.allocation import nothing
from dibs.v1 import allocation_pb2, editing_pb2


def can_edit(request: editing_pb2.CanEditRequest) -> requests.CanEdit:
    return requests.CanEdit(
        look=common.look(request),
        person=common.person(request),
        dataset_id=request.dataset_id,
        external_id=request.external_id,
        queue_id=request.queue_id,
    )


def explain(request: allocation_pb2.ExplainRequest) -> requests.Explain:
    return requests.Explain(
        look=common.look(request),
        person=common.person(request),
        queue_id=request.queue_id,
        task=common.task_id(request.task_id) if request.task_id else None,
        kind=TaskKind(request.kind or TaskKind.ANNOTATE),
    )


def editable(answer: answers.Editable) -> editing_pb2.CanEditResponse:
    found = editing_pb2.CanEditResponse(
        allowed=answer.verdict is Verdict.ALLOWED, verdict=common.number(answer.verdict)
    )
    if answer.record is not None:
        task = answer.record.task
        found.task_id, found.queue_id = str(task.task), task.queue_id
        found.holder, found.status = answer.record.person, answer.record.status
        found.state = common.number(task.state)
        if answer.review is not None:
            found.review_id, found.reviewer = str(answer.review), answer.reviewer
        ends = common.timestamp(task.expire_ms)
        if ends is not None:
            found.expire_time.CopyFrom(ends)
    return found


def explained(answer: answers.Explained) -> allocation_pb2.ExplainResponse:
    return allocation_pb2.ExplainResponse(
        seq=answer.seq,
        next_task_id=str(answer.next_task) if answer.next_task else "",
        nothing=nothing(answer.nothing, answer.now_ms),
        state=common.number(answer.state) if answer.state else None,
        holder=answer.holder,
        mine=answer.mine,
        waiting=[
            allocation_pb2.WaitingReviews(
                reviewer=one.reviewer,
                reviews=one.reviews,
                oldest_time=common.timestamp(one.oldest_ms),
            )
            for one in answer.waiting
        ],
        causes=[f"INELIGIBILITY_{cause}" for cause in answer.causes],
    )
