"""Who takes work out of queues: items, all that waits, datasets, whole queues; and puts it back."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from dibs import deleting_calls, operation_calls
from dibs.errors import AlreadyExists, NotFound, StoreUnavailable, WrongState
from dibs.v1.common_pb2 import Priority
from loadtest.calls import About, Caller
from loadtest.faults.crew import SUPPLIES, Feeder, Supply
from loadtest.swarm import attach, create_queue

REMOVED_AT_ONCE = 150
"""More than one chunk: a fault finds an operation half done."""
CLEARS = 0.05
DETACHES = 0.1
MATCHES = 0.2
PASSES = 0.1
PASSES_S = 1.0
"""How long a queue is there that is deleted then; who asks in no queue works in it."""
TRIES_S = 0.2


@dataclass(slots=True, kw_only=True)
class Steward:
    """Removes items, clears queues, detaches datasets, deletes queues, and makes them anew."""

    admin: Caller
    feeder: Feeder
    stop: asyncio.Event
    rng: random.Random
    every_s: float = 1.0
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def run(self) -> None:
        """One bulk verb after the other, until `stop`; what was detached is attached again."""
        while not self.stop.is_set():
            supply = self.rng.choice(SUPPLIES)
            with contextlib.suppress(StoreUnavailable, NotFound, AlreadyExists, WrongState):
                await self._one(supply)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self.stop.wait()

    async def _one(self, supply: Supply) -> None:
        chance = self.rng.random()
        if chance < CLEARS:
            await self._clear(supply)
        elif chance < CLEARS + DETACHES:
            await self._detach(supply)
        elif chance < CLEARS + DETACHES + PASSES:
            await self._pass(supply)
        elif chance < CLEARS + DETACHES + PASSES + MATCHES:
            await self._match(supply)
        else:
            await self._remove(supply)

    async def _remove(self, supply: Supply) -> None:
        """Some of the items that came last; many of them nobody has touched yet."""
        chosen = self.feeder.newest(supply.dataset, REMOVED_AT_ONCE)
        call = operation_calls.remove_items(
            self.admin.client.scope, supply.queue, supply.dataset, chosen
        )
        await self.admin.made(call, About(method="RemoveItems", queue=supply.queue))

    async def _match(self, supply: Supply) -> None:
        """What waits for its time, and some of what was added first and nobody has taken."""
        filter_ = self.rng.choice(["state = DELAYED", "priority = LOW AND state = QUEUED"])
        call = operation_calls.remove_matching_items(self.admin.client.scope, supply.queue, filter_)
        await self.admin.made(call, About(method="RemoveMatchingItems", queue=supply.queue))

    async def _clear(self, supply: Supply) -> None:
        call = operation_calls.clear_waiting(self.admin.client.scope, supply.queue)
        await self.admin.made(call, About(method="ClearWaiting", queue=supply.queue))

    async def _detach(self, supply: Supply) -> None:
        """And attached again, whatever became of the first call."""
        scope = self.admin.client.scope
        call = operation_calls.detach_dataset(scope, supply.queue, supply.dataset)
        with contextlib.suppress(StoreUnavailable):
            await self.admin.made(call, About(method="DetachDataset", queue=supply.queue))
        while True:
            with contextlib.suppress(AlreadyExists):
                if await self._attached(supply):
                    return
            if self.stop.is_set():
                return

    async def _attached(self, supply: Supply) -> bool:
        """Attach it; a queue that is archived takes it a moment later."""
        with contextlib.suppress(StoreUnavailable):
            try:
                await attach(self.admin, supply.queue, supply.dataset, Priority.PRIORITY_MEDIUM)
            except WrongState:
                await asyncio.sleep(TRIES_S)
            else:
                return True
        return False

    async def _pass(self, supply: Supply) -> None:
        """A queue that is deleted while people hold tasks of it, whatever became of the calls."""
        queue = f"passing-{next(self.numbers)}"
        with contextlib.suppress(StoreUnavailable):
            await create_queue(self.admin, queue, priority=Priority.PRIORITY_HIGH)
            await attach(self.admin, queue, supply.dataset)
        await asyncio.sleep(PASSES_S)
        call = deleting_calls.delete_queue(self.admin.client.scope, queue, force=True)
        while True:
            with contextlib.suppress(StoreUnavailable):
                await self.admin.made(call, About(method="DeleteQueue", queue=queue))
                return
            await asyncio.sleep(TRIES_S)
