"""The part of QueueService that steers queues in use."""

from __future__ import annotations

from typing import Any

from allocator.services.steering import Steering
from allocator.wire import control as control_wire
from allocator.wire import queue as wire
from dibs.v1 import control_pb2
from dibs.v1 import queue_pb2 as pb


class SteeringMethods:
    """Decode, call, encode; `QueueServicer` has the rest."""

    _steering: Steering

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
