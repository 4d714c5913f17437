"""The RPCs about operations, and those that begin one, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dibs.call import Call, Scope, duration
from dibs.v1 import bulk_pb2, tasks_pb2
from dibs.v1 import operation_pb2 as pb
from dibs.v1.common_pb2 import Priority

_ALLOCATION = "/dibs.v1.AllocationService/"
_OPERATION = "/dibs.v1.OperationService/"
_QUEUE = "/dibs.v1.QueueService/"


def get_operation(
    scope: Scope, operation_id: str, *, min_seq: int = 0
) -> Call[pb.GetOperationResponse]:
    """Ask for an operation."""
    request = pb.GetOperationRequest(**scope.where(), operation_id=operation_id, min_seq=min_seq)
    return Call(_OPERATION + "GetOperation", request, pb.GetOperationResponse)


def list_operations(
    scope: Scope,
    *,
    state: pb.OperationState = pb.OPERATION_STATE_UNSPECIFIED,
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[pb.ListOperationsResponse]:
    """List the operations of the project, the newest first; see PROTOCOL.md for filters."""
    request = pb.ListOperationsRequest(
        **scope.where(),
        state=state,
        filter=filter,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_OPERATION + "ListOperations", request, pb.ListOperationsResponse)


def wait_operation(
    scope: Scope, operation_id: str, *, timeout: timedelta | None = None
) -> Call[pb.WaitOperationResponse]:
    """Ask for an operation when it runs no more, or after `timeout` (8 s at most)."""
    request = pb.WaitOperationRequest(
        **scope.where(), operation_id=operation_id, timeout=duration(timeout)
    )
    return Call(_OPERATION + "WaitOperation", request, pb.WaitOperationResponse)


def cancel_operation(scope: Scope, operation_id: str) -> Call[pb.CancelOperationResponse]:
    """End an operation that runs; what it has done stays."""
    request = pb.CancelOperationRequest(**scope.where(), operation_id=operation_id)
    return Call(_OPERATION + "CancelOperation", request, pb.CancelOperationResponse, scope.project)


def retry_operations(
    scope: Scope, operation_ids: Iterable[str]
) -> Call[pb.RetryOperationsResponse]:
    """Let failed operations run again, all or none."""
    request = pb.RetryOperationsRequest(**scope.where(), operation_ids=operation_ids)
    return Call(_OPERATION + "RetryOperations", request, pb.RetryOperationsResponse, scope.project)


def clean_history(scope: Scope) -> Call[pb.CleanHistoryResponse]:
    """Forget operations that ended more than 24 h ago."""
    request = pb.CleanHistoryRequest(**scope.where())
    return Call(_OPERATION + "CleanHistory", request, pb.CleanHistoryResponse, scope.project)


def remove_items(
    scope: Scope, queue: str, dataset: str, external_ids: Iterable[str]
) -> Call[pb.RemoveItemsResponse]:
    """Remove chosen items of a dataset from a queue; the answer is an operation."""
    request = pb.RemoveItemsRequest(
        **scope.where(), queue_id=queue, dataset_id=dataset, external_ids=external_ids
    )
    return Call(_QUEUE + "RemoveItems", request, pb.RemoveItemsResponse, scope.project)


def clear_waiting(scope: Scope, queue: str) -> Call[pb.ClearWaitingResponse]:
    """Remove every task of a queue that waits, at once."""
    request = pb.ClearWaitingRequest(**scope.where(), queue_id=queue)
    return Call(_QUEUE + "ClearWaiting", request, pb.ClearWaitingResponse, scope.project)


def detach_dataset(scope: Scope, queue: str, dataset: str) -> Call[pb.DetachDatasetResponse]:
    """Follow a dataset no more, and remove what is open of it; the answer is an operation."""
    request = pb.DetachDatasetRequest(**scope.where(), queue_id=queue, dataset_id=dataset)
    return Call(_QUEUE + "DetachDataset", request, pb.DetachDatasetResponse, scope.project)


def remove_matching_items(
    scope: Scope,
    queue: str,
    filter: str,  # noqa: A002 - the field's name
) -> Call[pb.RemoveMatchingItemsResponse]:
    """Remove the items of which a filter lets any task through; the answer is an operation."""
    request = pb.RemoveMatchingItemsRequest(**scope.where(), queue_id=queue, filter=filter)
    return Call(
        _QUEUE + "RemoveMatchingItems", request, pb.RemoveMatchingItemsResponse, scope.project
    )


def bulk_set_priority(
    scope: Scope,
    queue: str,
    priority: Priority = Priority.PRIORITY_UNSPECIFIED,
    *,
    priority_level: float | None = None,
    task_ids: Iterable[str] = (),
    filter: str = "",  # noqa: A002 - the field's name
) -> Call[bulk_pb2.BulkSetPriorityResponse]:
    """Give chosen tasks, or those of a filter, another priority; the answer is an operation."""
    request = bulk_pb2.BulkSetPriorityRequest(
        **scope.where(),
        queue_id=queue,
        task_ids=task_ids,
        filter=filter,
        priority=priority,
        priority_level=priority_level,
    )
    return Call(
        _QUEUE + "BulkSetPriority", request, bulk_pb2.BulkSetPriorityResponse, scope.project
    )


def bulk_reopen(
    scope: Scope,
    queue: str,
    *,
    task_ids: Iterable[str] = (),
    filter: str = "",  # noqa: A002 - the field's name
    to: tasks_pb2.ReopenTo = tasks_pb2.REOPEN_TO_UNSPECIFIED,
    person: str = "",
) -> Call[bulk_pb2.BulkReopenResponse]:
    """Let chosen tasks, or those of a filter, be done again; the answer is an operation."""
    request = bulk_pb2.BulkReopenRequest(
        **scope.where(), queue_id=queue, task_ids=task_ids, filter=filter, to=to, person=person
    )
    return Call(_ALLOCATION + "BulkReopen", request, bulk_pb2.BulkReopenResponse, scope.project)
