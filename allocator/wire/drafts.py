"""Drafts on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator.wire import common
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2

SAVE = "/dibs.v1.AllocationService/SaveDraft"


def save_draft(request: pb.SaveDraftRequest) -> requests.SaveDraft:
    return requests.SaveDraft(
        person=common.person(request),
        hold=common.hold(request),
        body=request.content,
        change=common.change(SAVE, request),
    )


def get_draft(request: pb.GetDraftRequest) -> requests.GetDraft:
    return requests.GetDraft(
        look=common.look(request),
        person=common.person(request),
        task=common.task_id(request.task_id),
    )


def saved(answer: answers.Leased) -> pb.SaveDraftResponse:
    lease = common_pb2.Lease(
        lease_token=answer.token, expire_time=common.timestamp(answer.expire_ms)
    )
    return pb.SaveDraftResponse(seq=answer.seq, lease=lease)


def draft(answer: answers.Draft | None) -> pb.GetDraftResponse:
    if answer is None:
        return pb.GetDraftResponse()
    units = pb.SubmitRequest.FromString(answer.body).units if answer.refused else ()
    return pb.GetDraftResponse(
        draft=pb.Draft(
            lease_token=answer.token,
            save_time=common.timestamp(answer.saved_ms),
            content=b"" if answer.refused else answer.body,
            refused=answer.refused,
            units=units,
            status=answer.status,
        )
    )
