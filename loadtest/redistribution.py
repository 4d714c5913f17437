"""What a manager does about work that is dealt out: shares, and tasks that move to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dibs import assigning_calls
from dibs.v1.assignment_pb2 import PlanRedistributionResponse
from dibs.v1.operation_pb2 import Operation
from dibs.v1.queue_pb2 import Distribution, Share
from loadtest.calls import About, Caller


def shares_of(parts: Mapping[str, int]) -> Distribution:
    """Percent in proportion to the parts."""
    whole = sum(parts.values())
    loads = [round(100 * part / whole, 2) for part in parts.values()]
    loads[0] = round(100 - sum(loads[1:]), 2)
    named = zip(parts, loads, strict=True)
    return Distribution(shares=[Share(person_id=person, load=load) for person, load in named])


async def plan(
    admin: Caller, queue: str, person: str, targets: Iterable[str] = (), **options: Any
) -> PlanRedistributionResponse:
    """Who would get what of a person's open tasks; without targets, of all contributors."""
    call = assigning_calls.plan_redistribution(
        admin.client.scope, queue, person, targets, **options
    )
    return await admin.made(call, About(method="PlanRedistribution", queue=queue))


async def apply(admin: Caller, queue: str, plan_id: str, reason: str) -> Operation:
    """What was planned begins to move."""
    call = assigning_calls.apply_redistribution(admin.client.scope, queue, plan_id, reason=reason)
    return (await admin.made(call, About(method="ApplyRedistribution", queue=queue))).operation


async def undo(admin: Caller, queue: str, operation_id: str, reason: str) -> Operation:
    """What an operation moved begins to go back."""
    call = assigning_calls.undo_redistribution(
        admin.client.scope, queue, operation_id, reason=reason
    )
    return (await admin.made(call, About(method="UndoRedistribution", queue=queue))).operation
