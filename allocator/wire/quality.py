"""ReportService.GetQuality on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import quality_words as words
from allocator.model import TaskKind
from allocator.ports import Backlog, Consistency, Quality, Returns, ReviewerFigures
from allocator.wire import common
from dibs.v1 import quality_pb2 as pb

BY = {
    pb.QUALITY_DIMENSION_QUEUE: "queue",
    pb.QUALITY_DIMENSION_AUTHOR: "author",
    pb.QUALITY_DIMENSION_CLASS: "class",
    pb.QUALITY_DIMENSION_REVIEWER: "reviewer",
}


def get_quality(request: pb.GetQualityRequest) -> words.GetQuality:
    ends = request.HasField("end_time")
    return words.GetQuality(
        look=common.look(request),
        queue_id=request.queue_id,
        author=request.author,
        reviewer=request.reviewer,
        by=tuple(BY[one] for one in request.by),
        from_ms=common.epoch_ms(request.start_time),
        to_ms=common.epoch_ms(request.end_time) if ends else common.LARGEST,
    )


def quality(answer: words.QualityReport) -> pb.GetQualityResponse:
    return pb.GetQualityResponse(
        total=_figures(answer, answer.total),
        figures=[_figures(answer, row) for row in answer.figures],
        reasons=[
            pb.RejectionReason(reason=row.reason, rejections=row.rejects) for row in answer.reasons
        ],
        returns=[_returns(answer, row) for row in answer.returns],
        reviewers=[_reviewer(answer, row) for row in answer.reviewers],
        backlog=[_backlog(answer, row) for row in answer.backlog],
        truncated=answer.truncated,
        consistency=[_consistency(answer, row) for row in answer.consistency],
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _figures(answer: words.QualityReport, row: Quality) -> pb.QualityFigures:
    return pb.QualityFigures(
        queue_id=answer.queue_ids.get(row.queue, ""),
        author=answer.people_ids.get(row.author, ""),
        class_name=row.class_name,
        reviewer=answer.people_ids.get(row.reviewer, ""),
        first_reviewed=row.first,
        first_passed=row.passed,
        first_pass_rate=_share(row.passed, row.first),
        decided=row.decided,
        approved=row.approved,
        rejected=row.rejected,
        deleted=row.deleted,
        rejection_rate=_share(row.rejected, row.decided),
        missing=row.missing,
        completeness_rate=_share(row.first, row.first + row.missing),
        accuracy_rate=_share(row.passed, row.first + row.missing),
    )


def _returns(answer: words.QualityReport, row: Returns) -> pb.TaskReturns:
    return pb.TaskReturns(
        queue_id=answer.queue_ids[row.queue],
        author=answer.people_ids.get(row.author, ""),
        tasks=row.tasks,
        rounds=row.rounds,
        returned=row.returned,
        returns_per_task=row.returned / row.tasks,
    )


def _consistency(answer: words.QualityReport, row: Consistency) -> pb.Consistency:
    return pb.Consistency(
        queue_id=answer.queue_ids[row.queue],
        person=answer.people_ids.get(row.person, ""),
        pairs=row.pairs,
        agreement=row.agreement,
    )


def _reviewer(answer: words.QualityReport, row: ReviewerFigures) -> pb.ReviewerFigures:
    return pb.ReviewerFigures(
        reviewer=answer.people_ids.get(row.person, ""),
        waiting_reviews=row.waiting,
        held_reviews=row.held,
        done_reviews=row.done,
        decided=row.decided,
        median_turnaround=common.duration(row.turnaround_ms),
        median_handling=common.duration(row.handling_ms),
        judged=row.judged,
        agreed=row.agreed,
        agreement_rate=_share(row.agreed, row.judged),
    )


def _backlog(answer: words.QualityReport, row: Backlog) -> pb.ReviewBacklog:
    return pb.ReviewBacklog(
        queue_id=answer.queue_ids[row.queue],
        kind=common.number(TaskKind(row.kind + 1)),
        waiting_reviews=row.waiting,
        held_reviews=row.held,
        pending_units=row.units,
        oldest_time=common.timestamp(row.oldest_ms),
    )
