"""Deleting a queue, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import operation_words as words
from allocator.wire import common, operation
from dibs.v1 import deleting_pb2 as pb


def delete_queue(request: pb.DeleteQueueRequest) -> words.DeleteQueue:
    return words.DeleteQueue(
        queue_id=request.queue_id,
        force=request.force,
        change=common.change("/dibs.v1.QueueService/DeleteQueue", request),
    )


def deleted_queue(answer: words.Operation) -> pb.DeleteQueueResponse:
    return pb.DeleteQueueResponse(seq=answer.seq, operation=operation.shown(answer))
