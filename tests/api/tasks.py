"""Calls about tasks by their ids, as fresh requests of a world's administrator."""

from __future__ import annotations

from typing import Any

from dibs.v1 import bulk_pb2, common_pb2, tasks_pb2
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


async def set_status(world: World, actor: str, task_id: str, status: str) -> Any:
    return await world.stubs.allocation.SetStatus(
        tasks_pb2.SetStatusRequest(**world.change(actor), task_id=task_id, status=status)
    )


async def remove_status(world: World, actor: str, task_id: str) -> Any:
    return await world.stubs.allocation.RemoveStatus(
        tasks_pb2.RemoveStatusRequest(**world.change(actor), task_id=task_id)
    )


async def recall(world: World, actor: str, task_id: str) -> Any:
    return await world.stubs.allocation.RecallSubmission(
        tasks_pb2.RecallSubmissionRequest(**world.change(actor), task_id=task_id)
    )


async def reopen(world: World, queue: str, ids: list[str], **more: Any) -> Any:
    return await world.stubs.allocation.Reopen(
        tasks_pb2.ReopenRequest(**(world.change() | more), queue_id=queue, task_ids=ids)
    )


async def bulk_set_priority(world: World, queue: str, priority: Any, **more: Any) -> Any:
    return await world.stubs.queues.BulkSetPriority(
        bulk_pb2.BulkSetPriorityRequest(
            **(world.change() | more), queue_id=queue, priority=priority
        )
    )


async def bulk_reopen(world: World, queue: str, **more: Any) -> Any:
    return await world.stubs.allocation.BulkReopen(
        bulk_pb2.BulkReopenRequest(**(world.change() | more), queue_id=queue)
    )


async def record(world: World, task_id: str, *, min_seq: int = 0, actor: str = "") -> Any:
    """How a task stands now."""
    min_seq = min_seq or (await world.mine(world.actor)).seq
    answer = await world.stubs.allocation.GetTask(
        tasks_pb2.GetTaskRequest(**world.where(actor), task_id=task_id, min_seq=min_seq)
    )
    return answer.record


async def item_status(world: World, dataset: str, item: str, *, min_seq: int = 0) -> list[Any]:
    """How an item stands now."""
    min_seq = min_seq or (await world.mine(world.actor)).seq
    answer = await world.stubs.allocation.GetItemStatus(
        tasks_pb2.GetItemStatusRequest(
            **world.where(), dataset_id=dataset, external_id=item, min_seq=min_seq
        )
    )
    return list(answer.records)
