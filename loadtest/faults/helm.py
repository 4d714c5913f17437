"""Who steers the queues while people work in them: pauses, settings, who may work there."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dibs import control_calls
from dibs.call import duration
from dibs.errors import Conflict, InvalidRequest, StoreUnavailable, WrongState
from dibs.v1.control_pb2 import PauseMode
from dibs.v1.queue_pb2 import Queue
from loadtest.calls import About, Caller
from loadtest.faults.crew import SUPPLIES

PAUSED_S = 0.2
ARCHIVED_S = 0.3


@dataclass(slots=True, kw_only=True)
class Helm:
    """Pauses, archives, changes settings, takes people out and lets them in, all the time."""

    admin: Caller
    closed: str
    people: Sequence[str]
    lease_s: float
    stop: asyncio.Event
    rng: random.Random
    every_s: float = 0.8

    async def run(self) -> None:
        """One change after the other, until `stop`; then every queue gives work again."""
        changes = (self._pause, self._archive, self._update, self._expel)
        while not self.stop.is_set():
            with contextlib.suppress(StoreUnavailable, Conflict, InvalidRequest, WrongState):
                await self.rng.choice(changes)()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self.stop.wait()

    async def _pause(self) -> None:
        """Drained or recalled for a moment; resumed however long that takes."""
        queue, scope = self.rng.choice(SUPPLIES).queue, self.admin.client.scope
        mode = self.rng.choice([PauseMode.PAUSE_MODE_DRAIN, PauseMode.PAUSE_MODE_RECALL])
        try:
            call = control_calls.pause_queue(scope, queue, mode)
            await self.admin.made(call, About(method="PauseQueue", queue=queue))
            await asyncio.sleep(PAUSED_S)
        finally:
            await self._resume(queue)

    async def _resume(self, queue: str) -> None:
        while True:
            call = control_calls.resume_queue(self.admin.client.scope, queue)
            with contextlib.suppress(StoreUnavailable):
                await self.admin.made(call, About(method="ResumeQueue", queue=queue))
                return

    async def _archive(self) -> None:
        """Put away while people hold tasks of it, and taken out again however long that takes."""
        queue = self.rng.choice(SUPPLIES).queue
        try:
            await put_away(self.admin, queue)
            await asyncio.sleep(ARCHIVED_S)
        finally:
            await self._unarchive(queue)

    async def _unarchive(self, queue: str) -> None:
        while True:
            call = control_calls.unarchive_queue(self.admin.client.scope, queue)
            with contextlib.suppress(StoreUnavailable):
                await self.admin.made(call, About(method="UnarchiveQueue", queue=queue))
                return

    async def _update(self) -> None:
        queue = self.rng.choice(SUPPLIES).queue
        lease = duration(timedelta(seconds=self.lease_s * self.rng.choice([1, 1.5, 2])))
        settings = Queue(max_held=self.rng.randint(5, 20), lease_duration=lease)
        call = control_calls.update_queue(
            self.admin.client.scope, queue, settings, ["max_held", "lease_duration"]
        )
        await self.admin.made(call, About(method="UpdateQueue", queue=queue))

    async def _expel(self) -> None:
        """Out of the queue that is not open to all, and in again."""
        scope, person = self.admin.client.scope, self.rng.choice(self.people)
        out = control_calls.remove_contributors(scope, self.closed, [person])
        await self.admin.made(out, About(method="RemoveContributors", queue=self.closed))
        back = control_calls.add_contributors(scope, self.closed, [person])
        await self.admin.made(back, About(method="AddContributors", queue=self.closed))


async def put_away(admin: Caller, queue: str) -> None:
    """Archive a queue."""
    call = control_calls.archive_queue(admin.client.scope, queue)
    await admin.made(call, About(method="ArchiveQueue", queue=queue))
