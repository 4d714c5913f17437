"""AddReviews, Resample and DeleteUnits on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers_reviews as told
from allocator import operation_words as words
from allocator import requests_reviews as asked
from allocator.wire import bulk, common, operation
from dibs.v1 import reviewing_again_pb2 as pb

SERVICE = "/dibs.v1.ReviewService/"


def add_reviews(request: pb.AddReviewsRequest) -> words.AddReviews:
    return words.AddReviews(
        chosen=bulk.chosen(request),
        unit_ids=tuple(request.unit_ids),
        reviewers=tuple(request.reviewers),
        change=common.change(SERVICE + "AddReviews", request),
    )


def resample(request: pb.ResampleRequest) -> words.Resample:
    return words.Resample(
        chosen=bulk.chosen(request), change=common.change(SERVICE + "Resample", request)
    )


def adding(answer: words.Operation) -> pb.AddReviewsResponse:
    return pb.AddReviewsResponse(seq=answer.seq, operation=operation.shown(answer))


def resampling(answer: words.Operation) -> pb.ResampleResponse:
    return pb.ResampleResponse(seq=answer.seq, operation=operation.shown(answer))


def delete_units(request: pb.DeleteUnitsRequest) -> asked.DeleteUnits:
    return asked.DeleteUnits(
        task=common.task_id(request.task_id),
        unit_ids=tuple(request.unit_ids),
        reason=request.reason,
        change=common.change(SERVICE + "DeleteUnits", request),
    )


def units_deleted(answer: told.UnitsDeleted) -> pb.DeleteUnitsResponse:
    return pb.DeleteUnitsResponse(seq=answer.seq, units=answer.units)
