"""Finished tasks, and how tasks and items stand, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from collections.abc import Sequence

from allocator import answers_tasks as answers
from allocator import requests_tasks as requests
from allocator.answers import Leased
from allocator.wire import allocation, common
from dibs import errors
from dibs.v1 import common_pb2
from dibs.v1 import tasks_pb2 as pb

SERVICE = "/dibs.v1.AllocationService/"


def set_status(request: pb.SetStatusRequest) -> requests.SetStatus:
    return requests.SetStatus(
        task=common.task_id(request.task_id),
        status=request.status,
        change=common.change(SERVICE + "SetStatus", request),
    )


def remove_status(request: pb.RemoveStatusRequest) -> requests.RemoveStatus:
    return requests.RemoveStatus(
        task=common.task_id(request.task_id),
        change=common.change(SERVICE + "RemoveStatus", request),
    )


def recall(request: pb.RecallSubmissionRequest) -> requests.RemoveStatus:
    return requests.RemoveStatus(
        task=common.task_id(request.task_id),
        recalled=True,
        change=common.change(SERVICE + "RecallSubmission", request),
    )


def reopen(request: pb.ReopenRequest) -> requests.Reopen:
    return requests.Reopen(
        queue_id=request.queue_id,
        tasks=tuple(map(common.task_id, request.task_ids)),
        to=reopened_to(request.to, request.person),
        person=request.person,
        change=common.change(SERVICE + "Reopen", request),
    )


def reopened_to(to: pb.ReopenTo, person: str) -> requests.ReopenTo:
    """Raises InvalidArgument for a person where none may be named, or none where one must."""
    where = requests.ReopenTo(to or pb.REOPEN_TO_AUTHOR)
    if (where is requests.ReopenTo.PERSON) != bool(person):
        raise errors.InvalidArgument(
            "person", "must be set with to = REOPEN_TO_PERSON, and only then"
        )
    return where


def get_task(request: pb.GetTaskRequest) -> requests.GetTask:
    return requests.GetTask(look=common.look(request), task=common.task_id(request.task_id))


def get_item_status(request: pb.GetItemStatusRequest) -> requests.GetItemStatus:
    return requests.GetItemStatus(
        look=common.look(request), dataset_id=request.dataset_id, external_id=request.external_id
    )


def status_set(answer: answers.StatusSet) -> pb.SetStatusResponse:
    return pb.SetStatusResponse(
        seq=answer.seq, state=common.number(answer.state), status=answer.status
    )


def status_removed(answer: answers.StatusRemoved) -> pb.RemoveStatusResponse:
    return pb.RemoveStatusResponse(seq=answer.seq, person=answer.author, lease=_lease(answer.lease))


def recalled(answer: answers.StatusRemoved) -> pb.RecallSubmissionResponse:
    return pb.RecallSubmissionResponse(seq=answer.seq, lease=_lease(answer.lease))


def reopened(answer: answers.Reopened) -> pb.ReopenResponse:
    return pb.ReopenResponse(
        seq=answer.seq, reopened=answer.tasks, state=common.number(answer.state)
    )


def task(answer: answers.TaskRecord) -> pb.GetTaskResponse:
    return pb.GetTaskResponse(record=_record(answer))


def item_status(rows: Sequence[answers.TaskRecord]) -> pb.GetItemStatusResponse:
    return pb.GetItemStatusResponse(records=[_record(row) for row in rows])


def _record(row: answers.TaskRecord) -> pb.TaskRecord:
    task = allocation.task(row.task)
    if not row.task.token:
        task.ClearField("lease")
    return pb.TaskRecord(
        task=task,
        status=row.status,
        person=row.person,
        submit_time=common.timestamp(row.submit_ms),
        allowed_actions=map(common.number, row.actions),
        changed_seq=row.changed_seq,
    )


def _lease(lease: Leased | None) -> common_pb2.Lease | None:
    if lease is None:
        return None
    return common_pb2.Lease(lease_token=lease.token, expire_time=common.timestamp(lease.expire_ms))
