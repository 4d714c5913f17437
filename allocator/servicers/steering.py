"""The part of QueueService that steers queues in use."""

from __future__ import annotations

from typing import Any

from allocator.services.steering import Steering
from allocator.wire import queue as wire
from dibs.v1 import queue_pb2 as pb


class SteeringMethods:
    """Decode, call, encode; `QueueServicer` has the rest."""

    _steering: Steering

    async def UpdateQueue(
        self, request: pb.UpdateQueueRequest, context: Any
    ) -> pb.UpdateQueueResponse:
        return wire.updated_queue(await self._steering.update(wire.update_queue(request)))
