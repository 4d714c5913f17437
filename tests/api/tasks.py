"""Calls about tasks by their ids, as fresh requests of a world's administrator."""

from __future__ import annotations

from typing import Any

from dibs.v1 import common_pb2, tasks_pb2
from tests.api.world import World

HIGH = common_pb2.PRIORITY_HIGH
MEDIUM = common_pb2.PRIORITY_MEDIUM
LOW = common_pb2.PRIORITY_LOW
NONE = common_pb2.PRIORITY_NONE


async def set_priority(world: World, queue: str, ids: list[str], priority: Any, **more: Any) -> Any:
    return await world.stubs.queues.SetPriority(
        tasks_pb2.SetPriorityRequest(
            **(world.change() | more), queue_id=queue, task_ids=ids, priority=priority
        )
    )
