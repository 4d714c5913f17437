"""AllocationService."""

from __future__ import annotations

from typing import Any

from allocator.services.allocation import Allocation
from allocator.services.batches import Batches
from allocator.services.bulk import Bulk
from allocator.services.drafting import Drafting
from allocator.services.explaining import Explaining
from allocator.services.finishing import Finishing
from allocator.services.first_task import FirstTask
from allocator.services.picking import Picking
from allocator.services.reserving import Reserving
from allocator.services.skipping import Skipping
from allocator.services.standing import Standing
from allocator.services.submitting import Submitting
from allocator.wire import allocation as wire
from allocator.wire import asking as wire_asking
from allocator.wire import batches, drafts, finished, picking, skipping, stages
from allocator.wire import bulk as bulk_wire
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import allocation_pb2_grpc, bulk_pb2, editing_pb2, picking_pb2, skipping_pb2, tasks_pb2


class AllocationServicer(allocation_pb2_grpc.AllocationServiceServicer):
    """Decode, call, encode."""

    def __init__(
        self,
        allocation: Allocation,
        submitting: Submitting,
        drafting: Drafting,
        skipping: Skipping,
        picking: Picking,
        reserving: Reserving,
        batches: Batches,
        finishing: Finishing,
        standing: Standing,
        explaining: Explaining,
        bulk: Bulk,
        first_task: FirstTask,
    ) -> None:
        self._allocation = allocation
        self._submitting = submitting
        self._drafting = drafting
        self._picking = picking
        self._reserving = reserving
        self._batches = batches
        self._finishing = finishing
        self._standing = standing
        self._skipping = skipping
        self._explaining = explaining
        self._bulk = bulk
        self._first_task = first_task

    async def StartAnnotation(
        self, request: pb.StartAnnotationRequest, context: Any
    ) -> pb.StartAnnotationResponse:
        return stages.annotation_started(
            await self._first_task.start(stages.start_annotation(request))
        )

    async def OpenSession(
        self, request: pb.OpenSessionRequest, context: Any
    ) -> pb.OpenSessionResponse:
        return wire.opened(await self._allocation.open_session(wire.open_session(request)))

    async def Ping(self, request: pb.PingRequest, context: Any) -> pb.PingResponse:
        return wire.pong(request)

    async def Reserve(self, request: pb.ReserveRequest, context: Any) -> pb.ReserveResponse:
        return wire.reserved(await self._reserving.reserve(wire.reserve(request)))

    async def EnsureReservations(
        self, request: pb.EnsureReservationsRequest, context: Any
    ) -> pb.EnsureReservationsResponse:
        return wire.ensured(await self._reserving.ensure(wire.ensure(request)))

    async def LoadBatch(self, request: pb.LoadBatchRequest, context: Any) -> pb.LoadBatchResponse:
        return batches.loaded(await self._batches.load(batches.load_batch(request)))

    async def ClearBatch(
        self, request: pb.ClearBatchRequest, context: Any
    ) -> pb.ClearBatchResponse:
        return batches.cleared(await self._batches.clear(batches.clear_batch(request)))

    async def Start(self, request: pb.StartRequest, context: Any) -> pb.StartResponse:
        return wire.started(await self._allocation.start(wire.start(request)))

    async def StartTask(
        self, request: picking_pb2.StartTaskRequest, context: Any
    ) -> picking_pb2.StartTaskResponse:
        return picking.started(await self._picking.start(picking.start_task(request)))

    async def Renew(self, request: pb.RenewRequest, context: Any) -> pb.RenewResponse:
        return wire.renewed(await self._allocation.renew(wire.renew(request)))

    async def Submit(self, request: pb.SubmitRequest, context: Any) -> pb.SubmitResponse:
        return wire.submitted(await self._submitting.submit(wire.submit(request)))

    async def Release(self, request: pb.ReleaseRequest, context: Any) -> pb.ReleaseResponse:
        return wire.released(await self._allocation.release(wire.release(request)))

    async def CanEdit(
        self, request: editing_pb2.CanEditRequest, context: Any
    ) -> editing_pb2.CanEditResponse:
        return wire_asking.editable(await self._explaining.can_edit(wire_asking.can_edit(request)))

    async def Explain(self, request: pb.ExplainRequest, context: Any) -> pb.ExplainResponse:
        return wire_asking.explained(await self._explaining.explain(wire_asking.explain(request)))

    async def Skip(
        self, request: skipping_pb2.SkipRequest, context: Any
    ) -> skipping_pb2.SkipResponse:
        return skipping.skipped(await self._skipping.skip(skipping.skip(request)))

    async def ClearSkips(
        self, request: skipping_pb2.ClearSkipsRequest, context: Any
    ) -> skipping_pb2.ClearSkipsResponse:
        return skipping.cleared(await self._skipping.clear(skipping.clear_skips(request)))

    async def SaveDraft(self, request: pb.SaveDraftRequest, context: Any) -> pb.SaveDraftResponse:
        return drafts.saved(await self._drafting.save(drafts.save_draft(request)))

    async def GetDraft(self, request: pb.GetDraftRequest, context: Any) -> pb.GetDraftResponse:
        return drafts.draft(await self._drafting.get(drafts.get_draft(request)))

    async def SetStatus(
        self, request: tasks_pb2.SetStatusRequest, context: Any
    ) -> tasks_pb2.SetStatusResponse:
        return finished.status_set(await self._finishing.set_status(finished.set_status(request)))

    async def RemoveStatus(
        self, request: tasks_pb2.RemoveStatusRequest, context: Any
    ) -> tasks_pb2.RemoveStatusResponse:
        ask = finished.remove_status(request)
        return finished.status_removed(await self._finishing.remove_status(ask))

    async def RecallSubmission(
        self, request: tasks_pb2.RecallSubmissionRequest, context: Any
    ) -> tasks_pb2.RecallSubmissionResponse:
        ask = finished.recall(request)
        return finished.recalled(await self._finishing.remove_status(ask))

    async def Reopen(
        self, request: tasks_pb2.ReopenRequest, context: Any
    ) -> tasks_pb2.ReopenResponse:
        return finished.reopened(await self._finishing.reopen(finished.reopen(request)))

    async def BulkReopen(
        self, request: bulk_pb2.BulkReopenRequest, context: Any
    ) -> bulk_pb2.BulkReopenResponse:
        return bulk_wire.reopening(await self._bulk.reopen(bulk_wire.reopen(request)))

    async def GetTask(
        self, request: tasks_pb2.GetTaskRequest, context: Any
    ) -> tasks_pb2.GetTaskResponse:
        return finished.task(await self._standing.task(finished.get_task(request)))

    async def GetItemStatus(
        self, request: tasks_pb2.GetItemStatusRequest, context: Any
    ) -> tasks_pb2.GetItemStatusResponse:
        ask = finished.get_item_status(request)
        return finished.item_status(await self._standing.item(ask))

    async def ListMyTasks(
        self, request: pb.ListMyTasksRequest, context: Any
    ) -> pb.ListMyTasksResponse:
        return wire.my_tasks(await self._allocation.page(wire.list_my_tasks(request)))
