"""The RPCs about the stages of a queue, from plain values to a `Call`."""

from __future__ import annotations

from dibs.call import Call, Scope
from dibs.v1 import allocation_pb2 as allocation
from dibs.v1 import stages_pb2 as pb

_QUEUE = "/dibs.v1.QueueService/"
_ALLOCATION = "/dibs.v1.AllocationService/"


def start_annotation(scope: Scope, queue: str) -> Call[allocation.StartAnnotationResponse]:
    """Start the first task of a queue: the first that one holds, else one that is reserved."""
    request = allocation.StartAnnotationRequest(**scope.where(), queue_id=queue)
    kind = allocation.StartAnnotationResponse
    return Call(_ALLOCATION + "StartAnnotation", request, kind, scope.project)


def submit_for_review(
    scope: Scope, queue: str, *, min_seq: int = 0
) -> Call[pb.SubmitForReviewResponse]:
    """Say what is missing until the work of a queue can be reviewed."""
    request = pb.SubmitForReviewRequest(**scope.where(), queue_id=queue, min_seq=min_seq)
    return Call(_QUEUE + "SubmitForReview", request, pb.SubmitForReviewResponse)


def submit_data(scope: Scope, queue: str) -> Call[pb.SubmitDataResponse]:
    """Hand the work of a queue over; nothing of it changes from then on."""
    request = pb.SubmitDataRequest(**scope.where(), queue_id=queue)
    return Call(_QUEUE + "SubmitData", request, pb.SubmitDataResponse, scope.project)


def withdraw_data(scope: Scope, queue: str) -> Call[pb.WithdrawDataResponse]:
    """Take handed over work back, to change it again."""
    request = pb.WithdrawDataRequest(**scope.where(), queue_id=queue)
    return Call(_QUEUE + "WithdrawData", request, pb.WithdrawDataResponse, scope.project)
