"""OperationService on the wire, and the operations that other services answer with."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator import operation_words as words
from allocator.wire import common
from dibs.v1 import operation_pb2 as pb

SERVICE = "/dibs.v1.OperationService/"
QUEUES = "/dibs.v1.QueueService/"
LONGEST_WAIT_MS = 8_000


def get_operation(request: pb.GetOperationRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.operation_id)


def list_operations(request: pb.ListOperationsRequest) -> words.ListOperations:
    return words.ListOperations(list_of=common.list_of(request), state=request.state)


def wait_operation(request: pb.WaitOperationRequest) -> words.WaitOperation:
    waits = request.timeout if request.HasField("timeout") else None
    return words.WaitOperation(
        look=common.look(request),
        id=request.operation_id,
        timeout_ms=LONGEST_WAIT_MS if waits is None else common.milliseconds(waits),
    )


def cancel_operation(request: pb.CancelOperationRequest) -> words.OnOperations:
    return words.OnOperations(
        ids=(request.operation_id,), change=common.change(SERVICE + "CancelOperation", request)
    )


def retry_operations(request: pb.RetryOperationsRequest) -> words.OnOperations:
    return words.OnOperations(
        ids=tuple(request.operation_ids),
        change=common.change(SERVICE + "RetryOperations", request),
    )


def clean_history(request: pb.CleanHistoryRequest) -> requests.Change:
    return common.change(SERVICE + "CleanHistory", request)


def remove_items(request: pb.RemoveItemsRequest) -> words.RemoveItems:
    return words.RemoveItems(
        queue_id=request.queue_id,
        dataset_id=request.dataset_id,
        external_ids=tuple(request.external_ids),
        change=common.change(QUEUES + "RemoveItems", request),
    )


def clear_waiting(request: pb.ClearWaitingRequest) -> words.OnQueue:
    return words.OnQueue(
        queue_id=request.queue_id, change=common.change(QUEUES + "ClearWaiting", request)
    )


def remove_matching(request: pb.RemoveMatchingItemsRequest) -> words.RemoveMatching:
    return words.RemoveMatching(
        queue_id=request.queue_id,
        filter=request.filter,
        change=common.change(QUEUES + "RemoveMatchingItems", request),
    )


def matching(answer: words.Operation) -> pb.RemoveMatchingItemsResponse:
    return pb.RemoveMatchingItemsResponse(seq=answer.seq, operation=shown(answer))


def detach_dataset(request: pb.DetachDatasetRequest) -> words.OnDataset:
    return words.OnDataset(
        queue_id=request.queue_id,
        dataset_id=request.dataset_id,
        change=common.change(QUEUES + "DetachDataset", request),
    )


def detaching(answer: words.Operation) -> pb.DetachDatasetResponse:
    return pb.DetachDatasetResponse(seq=answer.seq, operation=shown(answer))


def clearing(answer: words.Operation) -> pb.ClearWaitingResponse:
    return pb.ClearWaitingResponse(seq=answer.seq, operation=shown(answer))


def operation(answer: words.Operation) -> pb.GetOperationResponse:
    return pb.GetOperationResponse(operation=shown(answer))


def operations(answer: answers.Listed[words.Operation]) -> pb.ListOperationsResponse:
    return pb.ListOperationsResponse(
        operations=[shown(row) for row in answer.rows],
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def waited(answer: words.Operation) -> pb.WaitOperationResponse:
    return pb.WaitOperationResponse(operation=shown(answer))


def cancelled(answer: words.Operation) -> pb.CancelOperationResponse:
    return pb.CancelOperationResponse(seq=answer.seq, operation=shown(answer))


def retried(answer: answers.Seq) -> pb.RetryOperationsResponse:
    return pb.RetryOperationsResponse(seq=answer.seq)


def cleaned(answer: words.Cleaned) -> pb.CleanHistoryResponse:
    return pb.CleanHistoryResponse(seq=answer.seq, cleaned=answer.cleaned)


def removal(answer: words.Operation) -> pb.RemoveItemsResponse:
    return pb.RemoveItemsResponse(seq=answer.seq, operation=shown(answer))


def shown(answer: words.Operation) -> pb.Operation:
    return pb.Operation(
        operation_id=str(answer.operation),
        verb=common.number(answer.verb),
        state=common.number(answer.state),
        queue_ids=answer.queue_ids,
        dataset_id=answer.dataset_id,
        actor=answer.actor,
        total=answer.total,
        done=answer.done,
        failed=answer.failed,
        percent=answer.percent,
        error=answer.error,
        create_time=common.timestamp(answer.begun_ms),
        update_time=common.timestamp(answer.updated_ms),
        end_time=common.timestamp(answer.ended_ms),
        errors=[
            pb.OperationError(external_id=item, reason=reason, task_id=task)
            for item, reason, task in answer.errors
        ],
    )
