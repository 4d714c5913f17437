"""OperationService."""

from __future__ import annotations

from typing import Any

from allocator.services.operations import OperationsService
from allocator.wire import operation as wire
from dibs.v1 import operation_pb2 as pb
from dibs.v1 import operation_pb2_grpc


class OperationServicer(operation_pb2_grpc.OperationServiceServicer):
    """Decode, call, encode."""

    def __init__(self, operations: OperationsService) -> None:
        self._operations = operations

    async def GetOperation(
        self, request: pb.GetOperationRequest, context: Any
    ) -> pb.GetOperationResponse:
        return wire.operation(await self._operations.get(wire.get_operation(request)))

    async def ListOperations(
        self, request: pb.ListOperationsRequest, context: Any
    ) -> pb.ListOperationsResponse:
        return wire.operations(await self._operations.page(wire.list_operations(request)))

    async def WaitOperation(
        self, request: pb.WaitOperationRequest, context: Any
    ) -> pb.WaitOperationResponse:
        return wire.waited(await self._operations.wait(wire.wait_operation(request)))

    async def CancelOperation(
        self, request: pb.CancelOperationRequest, context: Any
    ) -> pb.CancelOperationResponse:
        return wire.cancelled(await self._operations.cancel(wire.cancel_operation(request)))

    async def RetryOperations(
        self, request: pb.RetryOperationsRequest, context: Any
    ) -> pb.RetryOperationsResponse:
        return wire.retried(await self._operations.retry(wire.retry_operations(request)))

    async def CleanHistory(
        self, request: pb.CleanHistoryRequest, context: Any
    ) -> pb.CleanHistoryResponse:
        return wire.cleaned(await self._operations.clean(wire.clean_history(request)))
