"""ReviewService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from collections.abc import Iterable, Sequence

from allocator import answers, requests
from allocator import answers_reviews as told
from allocator import requests_reviews as asked
from allocator.model import TaskKind
from allocator.wire import allocation, comments, common, review_lists
from dibs.v1 import allocation_pb2, common_pb2, issues_pb2
from dibs.v1 import review_pb2 as pb
from dibs.v1 import reviewing_again_pb2 as again_pb

SERVICE = "/dibs.v1.ReviewService/"


def reserve_reviews(request: pb.ReserveReviewsRequest) -> asked.ReserveReviews:
    return asked.ReserveReviews(
        kind=TaskKind(request.kind or TaskKind.REVIEW),
        queue_id=request.queue_id,
        person=common.person(request),
        count=request.count if request.HasField("count") else 1,
        change=common.change(SERVICE + "ReserveReviews", request),
    )


def list_my_reviews(request: pb.ListMyReviewsRequest) -> requests.ListMyTasks:
    return requests.ListMyTasks(
        look=common.look(request),
        page=common.page(request),
        person=common.person(request),
        queue_id=request.queue_id,
    )


def decide(request: pb.DecideRequest) -> asked.Decide:
    several, frame = None, None
    if request.HasField("all"):
        several = _verdict(request.all)
    elif request.HasField("frame"):
        several, frame = _verdict(request.frame.verdict), request.frame.frame
    return asked.Decide(
        person=common.person(request),
        hold=_hold(request),
        units=tuple(
            asked.OfUnit(
                unit_id=one.unit_id,
                issue_id=one.issue_id,
                verdict=_verdict(one.verdict, one.edits),
            )
            for one in request.decisions
        ),
        several=several,
        frame=frame,
        then_next=request.next,
        change=common.change(SERVICE + "Decide", request),
    )


def report_missing(request: pb.ReportMissingRequest) -> asked.ReportMissing:
    return asked.ReportMissing(
        person=common.person(request),
        hold=_hold(request),
        labels=_labels(request.labels),
        change=common.change(SERVICE + "ReportMissing", request),
    )


def mark_fixed(request: pb.MarkFixedRequest) -> asked.MarkFixed:
    return asked.MarkFixed(
        person=common.person(request),
        task=common.task_id(request.task_id),
        unit_ids=tuple(request.unit_ids),
        issue_ids=tuple(request.issue_ids),
        comment=request.comment,
        change=common.change(SERVICE + "MarkFixed", request),
    )


def return_task(request: again_pb.ReturnTaskRequest) -> asked.ReturnTask:
    return asked.ReturnTask(
        task=common.task_id(request.task_id),
        objections=_objections(request.objections),
        missing=_labels(request.missing),
        change=common.change(SERVICE + "ReturnTask", request),
    )


def report_issues(request: again_pb.ReportIssuesRequest) -> asked.ReportIssues:
    return asked.ReportIssues(
        person=common.person(request),
        hold=requests.Hold(task=common.task_id(request.task_id), token=request.lease_token),
        slot=request.slot if request.HasField("slot") else 1,
        objections=_objections(request.objections),
        missing=_labels(request.missing),
        change=common.change(SERVICE + "ReportIssues", request),
    )


def _objections(objections: Iterable[again_pb.Objection]) -> tuple[asked.Objection, ...]:
    return tuple(
        asked.Objection(unit_id=one.unit_id, reason=one.reason, comment=one.comment)
        for one in objections
    )


def submitted_units(body: bytes) -> Sequence[told.SubmittedUnit]:
    """The units of a submission, from its bytes in the log."""
    return [
        told.SubmittedUnit(
            unit_id=unit.unit_id,
            class_name=unit.class_name,
            frames=_frames(unit.frames),
            digest=unit.digest,
        )
        for unit in allocation_pb2.SubmitRequest.FromString(body).units
    ]


def reserved_reviews(answer: told.ReservedReviews) -> pb.ReserveReviewsResponse:
    return pb.ReserveReviewsResponse(
        seq=answer.seq,
        reviews=[_review(one) for one in answer.reviews],
        nothing=_nothing(answer.none),
        rejection_reasons=answer.reasons,
    )


def my_reviews(answer: answers.Listed[told.Review]) -> pb.ListMyReviewsResponse:
    return pb.ListMyReviewsResponse(
        reviews=[_review(one) for one in answer.rows],
        next_page_token=answer.next_token,
        seq=answer.seq,
    )


def decided(answer: told.Decided) -> pb.DecideResponse:
    return pb.DecideResponse(
        seq=answer.seq,
        decided=answer.units,
        finished=answer.finished,
        task_state=common.number(answer.task_state),
        next=_review(answer.next) if answer.next else None,
        nothing=_nothing(answer.none),
    )


def reported(answer: told.Reported) -> pb.ReportMissingResponse:
    return pb.ReportMissingResponse(seq=answer.seq, issue_ids=answer.issue_ids)


def returned(answer: told.TaskReturned) -> again_pb.ReturnTaskResponse:
    return again_pb.ReturnTaskResponse(
        seq=answer.seq, state=common.number(answer.state), issue_ids=answer.issue_ids
    )


def issues_reported(answer: told.TaskReturned) -> again_pb.ReportIssuesResponse:
    return again_pb.ReportIssuesResponse(
        seq=answer.seq,
        labeling_task_id=str(answer.task),
        state=common.number(answer.state),
        issue_ids=answer.issue_ids,
    )


def marked(answer: told.Marked) -> pb.MarkFixedResponse:
    return pb.MarkFixedResponse(seq=answer.seq, marked=answer.units)


def _hold(request: pb.DecideRequest | pb.ReportMissingRequest) -> requests.Hold:
    return requests.Hold(task=common.task_id(request.review_id), token=request.lease_token)


def _labels(labels: Iterable[issues_pb2.MissingLabel]) -> tuple[asked.MissingLabel, ...]:
    return tuple(
        asked.MissingLabel(
            class_name=one.class_name, frames=_frames(one.frames), comment=one.comment
        )
        for one in labels
    )


def _verdict(verdict: pb.Verdict, edits: str = "") -> asked.Verdict:
    return asked.Verdict(
        action=asked.Action(verdict.action),
        reason=verdict.reason,
        comment=verdict.comment,
        edits=edits,
    )


def _frames(ranges: Iterable[allocation_pb2.FrameRange]) -> tuple[tuple[int, int], ...]:
    return tuple((one.start, one.end) for one in ranges)


def _nothing(answer: answers.Reserved | None) -> allocation_pb2.Nothing | None:
    return allocation.nothing(answer.nothing, answer.now_ms) if answer else None


def _review(held: told.Review) -> pb.Review:
    task = allocation.task(held.task)
    task.ClearField("lease")
    return pb.Review(
        review_id=str(held.review),
        queue_id=held.task.queue_id,
        kind=common.number(held.kind),
        task=task,
        author=held.author,
        round=held.round,
        state=common.number(held.state),
        lease=_lease(held),
        units=[_unit(one) for one in held.units],
        missing=[review_lists.issue(one) for one in held.missing],
        comments=map(comments.comment, held.comments),
    )


def _lease(held: told.Review) -> common_pb2.Lease | None:
    if not held.token:
        return None
    return common_pb2.Lease(lease_token=held.token, expire_time=common.timestamp(held.expire_ms))


def _unit(one: told.UnitUnderReview) -> pb.UnitUnderReview:
    unit = one.unit
    return pb.UnitUnderReview(
        unit=allocation_pb2.ReviewUnit(
            unit_id=unit.unit_id,
            class_name=unit.class_name,
            frames=[allocation_pb2.FrameRange(start=start, end=end) for start, end in unit.frames],
            digest=unit.digest,
        ),
        rejections=one.rejections,
        issue=review_lists.issue(one.issue) if one.issue else None,
    )
