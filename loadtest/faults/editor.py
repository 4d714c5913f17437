"""Who changes what waits or is finished: ranks, statuses, reopening, one by one and in bulk."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from dibs import assigning_calls, named_calls, operation_calls, task_calls
from dibs.errors import Conflict, Denied, InvalidRequest, NotFound, StoreUnavailable, WrongState
from dibs.v1.common_pb2 import Priority
from dibs.v1.tasks_pb2 import REOPEN_TO_PERSON, REOPEN_TO_POOL
from loadtest.calls import About, Caller
from loadtest.turns import listed

PRIORITIES = (Priority.PRIORITY_HIGH, Priority.PRIORITY_MEDIUM, Priority.PRIORITY_LOW)
STATUSES = ("completed", "discarded")
REFUSED = (StoreUnavailable, Conflict, Denied, InvalidRequest, NotFound, WrongState)


@dataclass(slots=True, kw_only=True)
class Editor:
    """Ranks, settles, reopens, picks, assigns and moves tasks, all the time."""

    admin: Caller
    queues: Sequence[str]
    finishers: Sequence[str]
    """To whom tasks may be reopened: people who are there at the end to finish them."""
    stop: asyncio.Event
    rng: random.Random
    every_s: float = 0.15
    moved: tuple[str, str] = ("", "")
    """Queue and operation of the last Reassign."""

    async def run(self) -> None:
        """One change after the other, until `stop`."""
        changes = (
            *(self._rank, self._settle, self._reopen, self._pick, self._in_bulk),
            *(self._assign, self._release, self._range, self._reassign, self._undo),
        )
        while not self.stop.is_set():
            with contextlib.suppress(*REFUSED):
                await self.rng.choice(changes)()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self.stop.wait()

    async def _rank(self) -> None:
        queue, tasks = await self._waiting()
        priority = self.rng.choice(PRIORITIES)
        call = named_calls.set_priority(self.admin.client.scope, queue, tasks, priority)
        await self.admin.made(call, About(method="SetPriority", queue=queue))

    async def _settle(self) -> None:
        _, [task] = self._given()
        call = named_calls.set_status(self.admin.client.scope, task, self.rng.choice(STATUSES))
        await self.admin.made(call, About(method="SetStatus"))

    async def _reopen(self) -> None:
        queue, tasks = self._given()
        person = self.rng.choice(["", *self.finishers])
        to = REOPEN_TO_PERSON if person else REOPEN_TO_POOL
        call = named_calls.reopen(self.admin.client.scope, queue, tasks, to=to, person=person)
        await self.admin.made(call, About(method="Reopen", queue=queue))

    async def _pick(self) -> None:
        """Taken out of turn and left: it comes back when its lease ends."""
        _, tasks = await self._waiting()
        task, person = self.rng.choice(tasks), self.rng.choice(self.finishers)
        call = task_calls.start_task(self.admin.client.scope, task, person=person)
        await self.admin.made(call, About(method="StartTask"))

    async def _in_bulk(self) -> None:
        """Operations of more than one chunk: a fault finds them half done."""
        queue, scope = self.rng.choice(self.queues), self.admin.client.scope
        if self.rng.random() < 0.8:
            ranked = operation_calls.bulk_set_priority(
                scope,
                queue,
                self.rng.choice(PRIORITIES),
                filter="state = QUEUED OR state = DELAYED",
            )
            await self.admin.made(ranked, About(method="BulkSetPriority", queue=queue))
        else:
            reopened = operation_calls.bulk_reopen(
                scope, queue, filter="status = discarded", to=REOPEN_TO_POOL
            )
            await self.admin.made(reopened, About(method="BulkReopen", queue=queue))

    async def _assign(self) -> None:
        """What waits is somebody's without an end; they do nothing with it until the end."""
        queue, tasks = await self._waiting()
        call = assigning_calls.assign_tasks(
            self.admin.client.scope,
            queue,
            self.rng.choice(self.finishers),
            reason="a fault run",
            task_ids=tasks,
            allow_partial=True,
        )
        await self.admin.made(call, About(method="AssignTasks", queue=queue))

    async def _range(self) -> None:
        """A few places are somebody's, and soon two ranges, which are passed on with their work."""
        queue, first = self.rng.choice(self.queues), self.rng.randint(1, 500)
        person = self.rng.choice(self.finishers)
        made = await self.admin.made(
            assigning_calls.create_range(
                *(self.admin.client.scope, queue, person, first, first + 4),
                reason="a fault run",
                note="seen by nobody",
            ),
            About(method="CreateRange", queue=queue),
        )
        divided = assigning_calls.split_range(
            *(self.admin.client.scope, made.assignment.assignment_id, first + 2),
            reason="a fault run",
        )
        await self.admin.made(divided, About(method="SplitRange", queue=queue))

    async def _release(self) -> None:
        queue, person = self.rng.choice(self.queues), self.rng.choice(self.finishers)
        call = assigning_calls.release_tasks(
            self.admin.client.scope,
            queue,
            reason="a fault run",
            filter=f'person = "{person}" AND state = ASSIGNED',
            allow_partial=True,
        )
        await self.admin.made(call, About(method="ReleaseTasks", queue=queue))

    async def _reassign(self) -> None:
        queue = self.rng.choice(self.queues)
        one, other = self.rng.sample(self.finishers, 2)
        call = assigning_calls.reassign(
            self.admin.client.scope,
            queue,
            one,
            other,
            reason="a fault run",
            move_rest_to_pool=self.rng.random() < 0.5,
        )
        answer = await self.admin.made(call, About(method="Reassign", queue=queue))
        self.moved = queue, answer.operation.operation_id

    async def _undo(self) -> None:
        queue, operation = self.moved
        if not operation:
            return
        call = assigning_calls.undo_redistribution(
            self.admin.client.scope, queue, operation, reason="a fault run"
        )
        await self.admin.made(call, About(method="UndoRedistribution", queue=queue))

    async def _waiting(self) -> tuple[str, list[str]]:
        """A queue, and some of what waits in it: first or returned, not too far from the front."""
        queue = self.rng.choice(self.queues)
        tasks = await listed(self.admin, queue, "state = QUEUED")
        if not tasks:
            raise NotFound(queue)
        return queue, self.rng.sample(tasks, min(5, len(tasks)))

    def _given(self) -> tuple[str, list[str]]:
        """A queue, and the first slot of an entry of it that somebody was given."""
        known = self.admin.history.witness.entries
        queue = self.rng.choice(self.queues)
        entries = [entry for entry, shown in known.items() if shown.queue == queue]
        return queue, [f"{self.rng.choice(entries or [1])}-1"]
