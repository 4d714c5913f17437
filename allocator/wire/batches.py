"""LoadBatch and ClearBatch on the wire, and the sizes of a queue's batches."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests_batches
from allocator.model import QueueSettings
from allocator.strategies import pulling
from allocator.wire import common
from allocator.wire.allocation import nothing, task
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import queue_pb2

SERVICE = "/dibs.v1.AllocationService/"


def load_batch(request: pb.LoadBatchRequest) -> requests_batches.LoadBatch:
    return requests_batches.LoadBatch(
        queue_id=request.queue_id,
        person=common.person(request),
        change=common.change(SERVICE + "LoadBatch", request),
    )


def clear_batch(request: pb.ClearBatchRequest) -> requests_batches.ClearBatch:
    return requests_batches.ClearBatch(
        queue_id=request.queue_id,
        person=common.person(request),
        include_started=request.include_started,
        change=common.change(SERVICE + "ClearBatch", request),
    )


def loaded(answer: answers.Reserved) -> pb.LoadBatchResponse:
    return pb.LoadBatchResponse(
        seq=answer.seq,
        tasks=[task(one) for one in answer.tasks],
        nothing=nothing(answer.nothing, answer.now_ms),
    )


def cleared(answer: answers.Cleared) -> pb.ClearBatchResponse:
    return pb.ClearBatchResponse(seq=answer.seq, cleared=answer.tasks)


def sizes(queue: queue_pb2.Queue) -> tuple[int, int]:
    """batch_size and max_batch_workload; 0 0 for a queue without batches."""
    if not queue.HasField("batches"):
        return 0, 0
    asked = queue.batches
    size = asked.batch_size if asked.HasField("batch_size") else pulling.DEFAULT_BATCH
    most = asked.max_batch_workload if asked.HasField("max_batch_workload") else 2 * size
    return size, most


def sizes_out(settings: QueueSettings, issued: int) -> queue_pb2.Batches | None:
    if not settings.batch_size:
        return None
    return queue_pb2.Batches(
        batch_size=settings.batch_size,
        max_batch_workload=settings.max_workload,
        next_index=issued + 1,
    )
