"""Mistakes of who drives operations, and a driver that is killed between two chunks."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.services import driving
from allocator.services.chunks import Chunks
from allocator.services.driving import Driving
from allocator.services.named_tasks import NamedTasks
from allocator.services.outcomes import value
from allocator.strategies import operations
from allocator.strategies.operations import Plan, Run
from tests.faults.field import Field
from tests.faults.protocol_bugs import Bug
from tests.store.stack import Stack

CHUNK = 3
PATIENCE_S = 4.0


def driver(stack: Stack) -> Driving:
    """Of another process: it knows what is in the stores, and nothing else."""
    store = stack.store
    chunks = Chunks(
        ledger=store.ledger,
        items=store.items,
        operations=store.operations,
        views=store.views,
        named=NamedTasks(store.items, store.views),
    )
    return Driving(store.ledger, store.content, store.operations, chunks.doers())


def what_is_left_is_numbered_anew(patch: pytest.MonkeyPatch) -> None:
    """Who takes over plans only what is left, and counts its chunks from where the other was."""
    made = Driving._made

    async def _made(self: Driving, one: Any) -> Plan:
        plan = await made(self, one)
        assert isinstance(plan, Plan)
        parts = [plan.part(n) for n in range(one.chunk + 1, plan.chunks + 1)]
        left = [
            Run(part.queue, entry, 1, class_, rank, slot)
            for part in parts
            if part
            for entry, class_, rank, slot in part.entries
        ]
        return Plan(left)

    patch.setattr(Driving, "_made", _made)


async def a_dataset_is_detached_by_two(field: Field, patch: pytest.MonkeyPatch) -> None:
    """The first driver dies after a chunk; when the fence falls nothing of the dataset is open."""
    patch.setattr(operations, "CHUNK", CHUNK)
    stack = field.stack
    await stack.change(
        "attach_dataset", queue=1, dataset=1, priority=3, not_before=0, skip=0, classes=[]
    )
    begun = await stack.change("detach_dataset", stack.key(), queue=1, dataset=1, total=20)
    found = await stack.store.ledger.read(stack.project, "operation", operation=begun.seq)
    assert await driver(stack).step(driving._running(stack.project, value(found)))
    await driver(stack).carry(stack.project, begun.seq, PATIENCE_S)
    ended = await stack.store.ledger.read(stack.project, "operation", operation=begun.seq)
    assert value(ended)["state"] == operations.OperationState.SUCCEEDED


BUGS = (
    Bug(
        name="a chunk is left out when a driver was killed",
        plant=what_is_left_is_numbered_anew,
        play=a_dataset_is_detached_by_two,
    ),
)
