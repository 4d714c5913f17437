"""Who plans the work of the queue that is dealt out: other shares, and work that moves."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from dibs import assigning_calls, control_calls
from dibs.errors import Conflict, Denied, InvalidRequest, NotFound, StoreUnavailable, WrongState
from dibs.v1.queue_pb2 import Distribution, Queue, Share
from loadtest.calls import About, Caller

REASON = "a fault run"
REFUSED = (StoreUnavailable, Conflict, Denied, InvalidRequest, NotFound, WrongState)


@dataclass(slots=True, kw_only=True)
class Planner:
    """Changes shares, redistributes what one has, undoes it, all the time."""

    admin: Caller
    queue: str
    people: Sequence[str]
    stop: asyncio.Event
    rng: random.Random
    every_s: float = 0.5
    moved: str = ""
    """The operation of the last redistribution."""

    async def run(self) -> None:
        """One change after the other, until `stop`."""
        changes = (self._share, self._redistribute, self._redistribute, self._undo)
        while not self.stop.is_set():
            with contextlib.suppress(*REFUSED):
                await self.rng.choice(changes)()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self.stop.wait()

    async def _share(self) -> None:
        some = self.rng.sample(self.people, self.rng.randint(2, len(self.people)))
        loads = [self.rng.randint(1, 9) for _ in some]
        queue = Queue(distribution=shares_of(dict(zip(some, loads, strict=True))))
        call = control_calls.update_queue(
            self.admin.client.scope, self.queue, queue, ["distribution"]
        )
        await self.admin.made(call, About(method="UpdateQueue", queue=self.queue))

    async def _redistribute(self) -> None:
        scope, one = self.admin.client.scope, self.rng.choice(self.people)
        plan = assigning_calls.plan_redistribution(
            scope,
            self.queue,
            one,
            include_returned=self.rng.random() < 0.5,
            include_started=self.rng.random() < 0.3,
        )
        about = About(method="PlanRedistribution", queue=self.queue)
        planned = await self.admin.made(plan, about)
        apply = assigning_calls.apply_redistribution(
            scope, self.queue, planned.plan_id, reason=REASON
        )
        about = About(method="ApplyRedistribution", queue=self.queue)
        self.moved = (await self.admin.made(apply, about)).operation.operation_id

    async def _undo(self) -> None:
        if not self.moved:
            return
        call = assigning_calls.undo_redistribution(
            self.admin.client.scope, self.queue, self.moved, reason=REASON
        )
        await self.admin.made(call, About(method="UndoRedistribution", queue=self.queue))


def shares_of(parts: dict[str, int]) -> Distribution:
    """Percent in proportion to the parts."""
    whole = sum(parts.values())
    loads = [round(100 * part / whole, 2) for part in parts.values()]
    loads[0] = round(100 - sum(loads[1:]), 2)
    named = zip(parts, loads, strict=True)
    return Distribution(shares=[Share(person_id=person, load=load) for person, load in named])


async def hand_out(admin: Caller, queue: str, person: str, others: Sequence[str]) -> None:
    """What nobody will finish any more is one person's, as far as they may have it."""
    scope = admin.client.scope
    held = " AND ".join(f'person != "{one}"' for one in others)
    with contextlib.suppress(*REFUSED):
        release = assigning_calls.release_tasks(
            *(scope, queue),
            reason=REASON,
            filter=f"(state = ASSIGNED OR state = IN_PROGRESS) AND {held}",
            allow_partial=True,
            include_started=True,
        )
        await admin.made(release, About(method="ReleaseTasks", queue=queue))
    with contextlib.suppress(*REFUSED):
        assign = assigning_calls.assign_tasks(
            *(scope, queue, person),
            reason=REASON,
            filter="state = QUEUED",
            allow_partial=True,
        )
        await admin.made(assign, About(method="AssignTasks", queue=queue))
