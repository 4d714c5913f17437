"""The part of QueueService that steers queues in use."""

from __future__ import annotations

from typing import Any

from allocator.services.stages import Stages
from allocator.services.steering import Steering
from allocator.wire import control as control_wire
from allocator.wire import queue as wire
from allocator.wire import stages as stages_wire
from dibs.v1 import control_pb2, stages_pb2
from dibs.v1 import queue_pb2 as pb


class SteeringMethods:
    """Decode, call, encode; `QueueServicer` has the rest."""

    _steering: Steering
    _stages: Stages

    async def SubmitForReview(
        self, request: stages_pb2.SubmitForReviewRequest, context: Any
    ) -> stages_pb2.SubmitForReviewResponse:
        return stages_wire.for_review(
            await self._stages.for_review(stages_wire.submit_for_review(request))
        )

    async def SubmitData(
        self, request: stages_pb2.SubmitDataRequest, context: Any
    ) -> stages_pb2.SubmitDataResponse:
        return stages_wire.data_submitted(
            await self._stages.submit(stages_wire.submit_data(request))
        )

    async def WithdrawData(
        self, request: stages_pb2.WithdrawDataRequest, context: Any
    ) -> stages_pb2.WithdrawDataResponse:
        return stages_wire.data_withdrawn(
            await self._stages.withdraw(stages_wire.withdraw_data(request))
        )

    async def UpdateQueue(
        self, request: pb.UpdateQueueRequest, context: Any
    ) -> pb.UpdateQueueResponse:
        return wire.updated_queue(await self._steering.update(wire.update_queue(request)))

    async def PauseQueue(
        self, request: control_pb2.PauseQueueRequest, context: Any
    ) -> control_pb2.PauseQueueResponse:
        return control_wire.paused_queue(
            await self._steering.pause(control_wire.pause_queue(request))
        )

    async def ResumeQueue(
        self, request: control_pb2.ResumeQueueRequest, context: Any
    ) -> control_pb2.ResumeQueueResponse:
        return control_wire.resumed_queue(
            await self._steering.pause(control_wire.resume_queue(request))
        )

    async def ArchiveQueue(
        self, request: control_pb2.ArchiveQueueRequest, context: Any
    ) -> control_pb2.ArchiveQueueResponse:
        return control_wire.archived_queue(
            await self._steering.archive(control_wire.archive_queue(request))
        )

    async def UnarchiveQueue(
        self, request: control_pb2.UnarchiveQueueRequest, context: Any
    ) -> control_pb2.UnarchiveQueueResponse:
        return control_wire.unarchived_queue(
            await self._steering.archive(control_wire.unarchive_queue(request))
        )

    async def AddContributors(
        self, request: pb.AddContributorsRequest, context: Any
    ) -> pb.AddContributorsResponse:
        return wire.added_contributors(
            await self._steering.contributors(wire.add_contributors(request))
        )

    async def RemoveContributors(
        self, request: pb.RemoveContributorsRequest, context: Any
    ) -> pb.RemoveContributorsResponse:
        return wire.removed_contributors(
            await self._steering.contributors(wire.remove_contributors(request))
        )
