"""Calls about ranges, as fresh requests of a world's administrator, and what they show."""

from __future__ import annotations

from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.v1 import assignment_pb2 as pb
from dibs.v1 import operation_pb2
from tests.api.assigned import WHY
from tests.api.world import World


async def create(
    world: World, person: str, first: int, last: int, *, whole: bool = True, **more: Any
) -> Any:
    """Made, and (`whole`) filled with what waits there."""
    fields = world.change() | {"queue_id": "q", "reason": WHY} | more
    request = pb.CreateRangeRequest(**fields, person=person, first=first, last=last)
    made = await world.stubs.assignments.CreateRange(request)
    if whole:
        done = await world.waited(made.operation, made.seq)
        assert done.state == operation_pb2.OPERATION_STATE_SUCCEEDED
    return made


async def split(world: World, of: str, at: int, **more: Any) -> Any:
    fields = world.change() | {"reason": WHY} | more
    request = pb.SplitRangeRequest(**fields, assignment_id=of, at=at)
    return await world.stubs.assignments.SplitRange(request)


async def merge(world: World, of: str, other: str, **more: Any) -> Any:
    fields = world.change() | {"reason": WHY} | more
    request = pb.MergeRangesRequest(**fields, assignment_id=of, other_assignment_id=other)
    return await world.stubs.assignments.MergeRanges(request)


async def say(world: World, of: str, *paths: str, **more: Any) -> Any:
    request = pb.UpdateAssignmentRequest(
        **(world.change() | {"reason": WHY} | more),
        assignment_id=of,
        update_mask=FieldMask(paths=paths),
    )
    return (await world.stubs.assignments.UpdateAssignment(request)).assignment


async def listed(world: World, filter_: str = "kind = RANGE", actor: str = "") -> list[Any]:
    request = pb.ListAssignmentsRequest(
        **world.where(actor), min_seq=(await world.depth("q")).seq, filter=filter_
    )
    return list((await world.stubs.assignments.ListAssignments(request)).assignments)


async def items_of(world: World, person: str) -> list[str]:
    return sorted(task.external_id for task in (await world.mine(person)).tasks)


async def next_of(world: World, actor: str, of: str) -> Any:
    request = pb.NextTaskRequest(**world.change(actor), assignment_id=of)
    return await world.stubs.assignments.NextTask(request)


def said(of: Any) -> tuple[Any, Any, str]:
    return (of.due_time, of.priority, of.note)


def places(*those: Any) -> list[tuple[str, int, int]]:
    return sorted((one.person_id, one.first_place, one.last_place) for one in those)
