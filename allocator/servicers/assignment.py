"""AssignmentService."""

from __future__ import annotations

from typing import Any

from allocator.services.assigning import Assigning
from allocator.services.assignment_list import Assignments
from allocator.services.moving import Movings
from allocator.services.ranging import Ranging
from allocator.wire import assignment as wire
from dibs.v1 import assignment_pb2 as pb
from dibs.v1 import assignment_pb2_grpc


class AssignmentServicer(assignment_pb2_grpc.AssignmentServiceServicer):
    """Decode, call, encode."""

    def __init__(
        self, listed: Assignments, assigning: Assigning, movings: Movings, ranging: Ranging
    ) -> None:
        self._listed = listed
        self._assigning = assigning
        self._movings = movings
        self._ranging = ranging

    async def GetAssignment(
        self, request: pb.GetAssignmentRequest, context: Any
    ) -> pb.GetAssignmentResponse:
        return wire.assignment(await self._listed.get(wire.get_assignment(request)))

    async def ListAssignments(
        self, request: pb.ListAssignmentsRequest, context: Any
    ) -> pb.ListAssignmentsResponse:
        return wire.assignments(await self._listed.page(wire.list_assignments(request)))

    async def UpdateAssignment(
        self, request: pb.UpdateAssignmentRequest, context: Any
    ) -> pb.UpdateAssignmentResponse:
        return wire.updated(await self._listed.update(wire.update_assignment(request)))

    async def NextTask(self, request: pb.NextTaskRequest, context: Any) -> pb.NextTaskResponse:
        return wire.next_of(await self._listed.next_task(wire.next_task(request)))

    async def CreateRange(
        self, request: pb.CreateRangeRequest, context: Any
    ) -> pb.CreateRangeResponse:
        return wire.range_made(await self._ranging.create(wire.create_range(request)))

    async def SplitRange(
        self, request: pb.SplitRangeRequest, context: Any
    ) -> pb.SplitRangeResponse:
        return wire.range_split(await self._ranging.split(wire.split_range(request)))

    async def MergeRanges(
        self, request: pb.MergeRangesRequest, context: Any
    ) -> pb.MergeRangesResponse:
        return wire.ranges_merged(await self._ranging.merge(wire.merge_ranges(request)))

    async def AssignTasks(
        self, request: pb.AssignTasksRequest, context: Any
    ) -> pb.AssignTasksResponse:
        return wire.assigned(await self._assigning.assign(wire.assign_tasks(request)))

    async def ReleaseTasks(
        self, request: pb.ReleaseTasksRequest, context: Any
    ) -> pb.ReleaseTasksResponse:
        return wire.released(await self._assigning.assign(wire.release_tasks(request)))

    async def Reassign(self, request: pb.ReassignRequest, context: Any) -> pb.ReassignResponse:
        return wire.reassigned(await self._movings.reassign(wire.reassign(request)))

    async def PlanRedistribution(
        self, request: pb.PlanRedistributionRequest, context: Any
    ) -> pb.PlanRedistributionResponse:
        return wire.planned(await self._movings.plan(wire.plan_redistribution(request)))

    async def ApplyRedistribution(
        self, request: pb.ApplyRedistributionRequest, context: Any
    ) -> pb.ApplyRedistributionResponse:
        found = await self._movings.apply(wire.apply_redistribution(request))
        return wire.applied(found.operation)

    async def UndoRedistribution(
        self, request: pb.UndoRedistributionRequest, context: Any
    ) -> pb.UndoRedistributionResponse:
        found = await self._movings.undo(wire.undo_redistribution(request))
        return wire.undone(found.operation)
