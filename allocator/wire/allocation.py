"""AllocationService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from collections.abc import Sequence

from allocator import answers, requests
from allocator.model import Nothing, ReasonForNothing
from allocator.wire import common
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2

SERVICE = "/dibs.v1.AllocationService/"
DEFAULT_STATUS = "completed"


def open_session(request: pb.OpenSessionRequest) -> requests.OpenSession:
    return requests.OpenSession(actor=request.actor, project=request.project_id)


def reserve(request: pb.ReserveRequest) -> requests.Reserve:
    return requests.Reserve(
        queue_id=request.queue_id,
        person=common.person(request),
        count=request.count if request.HasField("count") else 1,
        change=common.change(SERVICE + "Reserve", request),
    )


def ensure(request: pb.EnsureReservationsRequest) -> requests.Reserve:
    return requests.Reserve(
        queue_id=request.queue_id,
        person=common.person(request),
        count=request.count,
        change=common.change(SERVICE + "EnsureReservations", request),
    )


def start(request: pb.StartRequest) -> requests.OnHold:
    return requests.OnHold(
        person=common.person(request),
        hold=common.hold(request),
        change=common.change(SERVICE + "Start", request),
    )


def release(request: pb.ReleaseRequest) -> requests.Release:
    return requests.Release(
        person=common.person(request),
        hold=common.hold(request),
        reason=request.reason,
        change=common.change(SERVICE + "Release", request),
    )


def renew(request: pb.RenewRequest) -> requests.Renew:
    return requests.Renew(
        person=common.person(request),
        holds=tuple(common.hold(task) for task in request.tasks),
        queue_id=request.queue_id,
        takeover=request.takeover,
        change=common.change(SERVICE + "Renew", request),
    )


def submit(request: pb.SubmitRequest) -> requests.Submit:
    return requests.Submit(
        person=common.person(request),
        hold=common.hold(request),
        status=request.status or DEFAULT_STATUS,
        work=_work(request.units),
        spent_ms=common.milliseconds(request.time_spent),
        resolve=request.resolve_issues,
        change=common.change(SERVICE + "Submit", request),
    )


def list_my_tasks(request: pb.ListMyTasksRequest) -> requests.ListMyTasks:
    return requests.ListMyTasks(
        look=common.look(request),
        page=common.page(request),
        person=common.person(request),
        queue_id=request.queue_id,
    )


def opened(answer: answers.Session) -> pb.OpenSessionResponse:
    return pb.OpenSessionResponse(
        seq=answer.seq, session_id=common.session_id(answer.number, answer.secret)
    )


def pong(request: pb.PingRequest) -> pb.PingResponse:
    return pb.PingResponse(payload=bytes(request.size))


def reserved(answer: answers.Reserved) -> pb.ReserveResponse:
    return pb.ReserveResponse(
        seq=answer.seq,
        tasks=[task(one) for one in answer.tasks],
        nothing=nothing(answer.nothing, answer.now_ms),
    )


def ensured(answer: answers.Reserved) -> pb.EnsureReservationsResponse:
    return pb.EnsureReservationsResponse(
        seq=answer.seq,
        tasks=[task(one) for one in answer.tasks],
        nothing=nothing(answer.nothing, answer.now_ms),
    )


def started(answer: answers.Leased) -> pb.StartResponse:
    return pb.StartResponse(seq=answer.seq, lease=lease(answer), state=common.number(answer.state))


def released(answer: answers.Released) -> pb.ReleaseResponse:
    return pb.ReleaseResponse(seq=answer.seq, state=common.number(answer.state))


def renewed(answer: answers.Renewed) -> pb.RenewResponse:
    return pb.RenewResponse(
        seq=answer.seq,
        renewed=[pb.RenewedLease(task_id=str(one.task), lease=lease(one)) for one in answer.leases],
    )


def submitted(answer: answers.Submitted) -> pb.SubmitResponse:
    return pb.SubmitResponse(
        seq=answer.seq,
        state=common.number(answer.state),
        status=answer.status,
        late=answer.late,
        batch=[task(one) for one in answer.batch],
        units_to_review=answer.units,
    )


def my_tasks(answer: answers.Listed[answers.HeldTask]) -> pb.ListMyTasksResponse:
    return pb.ListMyTasksResponse(
        tasks=[task(row) for row in answer.rows],
        next_page_token=answer.next_token,
        seq=answer.seq,
    )


def task(held: answers.HeldTask) -> common_pb2.Task:
    return common_pb2.Task(
        task_id=str(held.task),
        queue_id=held.queue_id,
        dataset_id=held.item.dataset,
        external_id=held.item.external_id,
        item_number=held.item.number,
        weight=held.item.weight,
        classes=held.item.classes,
        attributes=held.item.attributes,
        kind=common_pb2.TASK_KIND_ANNOTATE,
        state=common.number(held.state),
        slot=held.task.slot,
        priority=common.priority_out(held.priority),
        lease=lease(held),
    )


def _work(units: Sequence[pb.ReviewUnit]) -> requests.Work:
    """The units as they came, for the log; and their classes, to be checked."""
    body = pb.SubmitRequest(units=units).SerializeToString(deterministic=True)
    return requests.Work(
        body=body,
        units=len(units),
        classes=tuple(unit.class_name for unit in units),
        ids=tuple(unit.unit_id for unit in units),
        digests=tuple(unit.digest for unit in units),
    )


def lease(held: answers.HeldTask | answers.Leased) -> common_pb2.Lease:
    return common_pb2.Lease(lease_token=held.token, expire_time=common.timestamp(held.expire_ms))


def nothing(reasons: Sequence[ReasonForNothing], now_ms: int) -> pb.Nothing | None:
    if not reasons:
        return None
    free = [one.next_free_ms for one in reasons if one.next_free_ms is not None]
    return pb.Nothing(
        reason=_reason(reasons[0].reason),
        causes=[
            pb.IneligibilityCount(
                cause=f"INELIGIBILITY_{one.cause}",
                count=one.tasks,
            )
            for reason in reasons
            for one in reason.causes
        ],
        next_free=common.timestamp(now_ms + min(free)) if free else None,
        other_reasons=[_reason(one.reason) for one in reasons[1:]],
        manual_mode=any(one.manual for one in reasons),
    )


def _reason(reason: Nothing) -> str:
    return f"NOTHING_REASON_{reason}"
