"""Steering queues, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers
from allocator import operation_words as words
from allocator import requests_control as asked
from allocator.model import PauseMode
from allocator.wire import common, operation
from dibs.v1 import control_pb2 as pb

SERVICE = "/dibs.v1.QueueService/"


def pause_queue(request: pb.PauseQueueRequest) -> asked.PauseQueue:
    return asked.PauseQueue(
        queue_id=request.queue_id,
        mode=PauseMode(request.mode or PauseMode.DRAIN),
        change=common.change(SERVICE + "PauseQueue", request),
    )


def resume_queue(request: pb.ResumeQueueRequest) -> asked.PauseQueue:
    change = common.change(SERVICE + "ResumeQueue", request)
    return asked.PauseQueue(queue_id=request.queue_id, mode=PauseMode.RUNNING, change=change)


def archive_queue(request: pb.ArchiveQueueRequest) -> asked.ArchiveQueue:
    change = common.change(SERVICE + "ArchiveQueue", request)
    return asked.ArchiveQueue(queue_id=request.queue_id, archived=True, change=change)


def unarchive_queue(request: pb.UnarchiveQueueRequest) -> asked.ArchiveQueue:
    change = common.change(SERVICE + "UnarchiveQueue", request)
    return asked.ArchiveQueue(queue_id=request.queue_id, archived=False, change=change)


def paused_queue(answer: words.Paused) -> pb.PauseQueueResponse:
    recall = operation.shown(answer.operation) if answer.operation else None
    return pb.PauseQueueResponse(seq=answer.seq, operation=recall)


def resumed_queue(answer: words.Paused) -> pb.ResumeQueueResponse:
    return pb.ResumeQueueResponse(seq=answer.seq)


def archived_queue(answer: answers.Seq) -> pb.ArchiveQueueResponse:
    return pb.ArchiveQueueResponse(seq=answer.seq)


def unarchived_queue(answer: answers.Seq) -> pb.UnarchiveQueueResponse:
    return pb.UnarchiveQueueResponse(seq=answer.seq)
