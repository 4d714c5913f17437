"""Who plans the work of the queue that is dealt out: other shares, and work that moves."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from dibs import assigning_calls, control_calls
from dibs.errors import Conflict, Denied, InvalidRequest, NotFound, StoreUnavailable, WrongState
from dibs.v1.queue_pb2 import Queue
from loadtest import redistribution
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
        queue = Queue(distribution=redistribution.shares_of(dict(zip(some, loads, strict=True))))
        call = control_calls.update_queue(
            self.admin.client.scope, self.queue, queue, ["distribution"]
        )
        await self.admin.made(call, About(method="UpdateQueue", queue=self.queue))

    async def _redistribute(self) -> None:
        planned = await redistribution.plan(
            *(self.admin, self.queue, self.rng.choice(self.people)),
            include_returned=self.rng.random() < 0.5,
            include_started=self.rng.random() < 0.3,
        )
        moving = await redistribution.apply(self.admin, self.queue, planned.plan_id, REASON)
        self.moved = moving.operation_id

    async def _undo(self) -> None:
        if self.moved:
            await redistribution.undo(self.admin, self.queue, self.moved, REASON)


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
