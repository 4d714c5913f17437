"""Calls of AssignmentService, as fresh requests of a world's administrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dibs.v1 import assignment_pb2 as pb
from tests.api.world import World

WHY = "ann is on holiday"


async def assign(world: World, queue: str, person: str, *tasks: str, **more: Any) -> Any:
    fields = {"reason": WHY, "task_ids": tasks} | more
    return await world.stubs.assignments.AssignTasks(
        pb.AssignTasksRequest(**world.change(), queue_id=queue, person=person, **fields)
    )


async def release(world: World, queue: str, *tasks: str, **more: Any) -> Any:
    fields = {"reason": WHY, "task_ids": tasks} | more
    return await world.stubs.assignments.ReleaseTasks(
        pb.ReleaseTasksRequest(**world.change(), queue_id=queue, **fields)
    )


async def reassign(world: World, queue: str, source: str, target: str, **more: Any) -> Any:
    fields = {"reason": WHY} | more
    return await world.stubs.assignments.Reassign(
        pb.ReassignRequest(
            **world.change(), queue_id=queue, from_person=source, to_person=target, **fields
        )
    )


async def plan(
    world: World, queue: str, source: str, targets: Sequence[Any] = (), **more: Any
) -> Any:
    listed = [
        pb.RedistributionTarget(person_id=one) if isinstance(one, str) else one for one in targets
    ]
    return await world.stubs.assignments.PlanRedistribution(
        pb.PlanRedistributionRequest(
            **world.change(), queue_id=queue, from_person=source, targets=listed, **more
        )
    )


async def apply(world: World, queue: str, plan_id: str, **more: Any) -> Any:
    return await world.stubs.assignments.ApplyRedistribution(
        pb.ApplyRedistributionRequest(
            **world.change(), queue_id=queue, plan_id=plan_id, **({"reason": WHY} | more)
        )
    )


async def undo(world: World, queue: str, operation: Any, **more: Any) -> Any:
    return await world.stubs.assignments.UndoRedistribution(
        pb.UndoRedistributionRequest(
            **world.change(),
            queue_id=queue,
            operation_id=operation.operation_id,
            **({"reason": WHY} | more),
        )
    )
