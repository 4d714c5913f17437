"""The stages of a queue, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, answers_stages
from allocator import requests_control as asked
from allocator.requests import LookAt
from allocator.wire import allocation, common, figures
from dibs.v1 import allocation_pb2
from dibs.v1 import stages_pb2 as pb

QUEUES = "/dibs.v1.QueueService/"
ALLOCATION = "/dibs.v1.AllocationService/"


def start_annotation(request: allocation_pb2.StartAnnotationRequest) -> asked.StartAnnotation:
    return asked.StartAnnotation(
        queue_id=request.queue_id,
        person=request.actor,
        change=common.change(ALLOCATION + "StartAnnotation", request),
    )


def submit_for_review(request: pb.SubmitForReviewRequest) -> LookAt:
    return LookAt(look=common.look(request), id=request.queue_id)


def submit_data(request: pb.SubmitDataRequest) -> asked.OnQueue:
    change = common.change(QUEUES + "SubmitData", request)
    return asked.OnQueue(queue_id=request.queue_id, change=change)


def withdraw_data(request: pb.WithdrawDataRequest) -> asked.OnQueue:
    change = common.change(QUEUES + "WithdrawData", request)
    return asked.OnQueue(queue_id=request.queue_id, change=change)


def annotation_started(answer: answers.Reserved) -> allocation_pb2.StartAnnotationResponse:
    reserved = allocation.reserved(answer)
    return allocation_pb2.StartAnnotationResponse(
        seq=answer.seq,
        task=reserved.tasks[0] if reserved.tasks else None,
        nothing=reserved.nothing if reserved.HasField("nothing") else None,
    )


def for_review(answer: answers_stages.ForReview) -> pb.SubmitForReviewResponse:
    return pb.SubmitForReviewResponse(
        ready=answer.ready,
        stage=common.number(answer.stage),
        remaining_tasks=answer.remaining,
        remaining_by_state=figures.by_state(answer.by_state),
        own_task_ids=map(str, answer.own),
        items_with_open_issues=answer.with_issues,
        items_pending=answer.pending,
    )


def data_submitted(answer: answers.Seq) -> pb.SubmitDataResponse:
    return pb.SubmitDataResponse(seq=answer.seq)


def data_withdrawn(answer: answers.Seq) -> pb.WithdrawDataResponse:
    return pb.WithdrawDataResponse(seq=answer.seq)
