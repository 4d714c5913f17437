"""`async for task in client.work(queue)`: reserve, renew, submit or release."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from dibs.errors import DibsError, LeaseLost
from dibs.holdings import Holdings, Idle
from dibs.v1.allocation_pb2 import Nothing, ReserveResponse, ReviewUnit, SubmitResponse
from dibs.v1.common_pb2 import Task

if TYPE_CHECKING:
    from dibs.client import AsyncClient

log = logging.getLogger(__name__)


class WorkItem:
    """One task in hand. Its lease is renewed until it is submitted or released."""

    def __init__(self, work: Work, task: Task) -> None:
        self.task = task
        self._work = work

    @property
    def task_id(self) -> str:
        return self.task.task_id

    @property
    def external_id(self) -> str:
        return self.task.external_id

    @property
    def is_held(self) -> bool:
        """Whether it is neither submitted nor released nor known to be lost."""
        return self._work.holdings.holds(self.task)

    async def start(self) -> None:
        """Say that work begins."""
        answer = await self._work.client.start(
            self.task.task_id, self.task.lease.lease_token, person=self._work.person
        )
        self.task.lease.CopyFrom(answer.lease)
        self.task.state = answer.state

    async def submit(
        self,
        status: str = "",
        *,
        units: Iterable[ReviewUnit] = (),
        time_spent: timedelta | None = None,
    ) -> SubmitResponse:
        """Finish the task; without a status as "completed"."""
        try:
            answer = await self._work.client.submit(
                self.task.task_id,
                self.task.lease.lease_token,
                person=self._work.person,
                status=status,
                units=units,
                time_spent=time_spent,
            )
        except LeaseLost:
            self._work.holdings.ended(self.task)
            raise
        self._work.holdings.ended(self.task)
        return answer

    async def release(self) -> None:
        """Give the task back to its first place."""
        self._work.holdings.ended(self.task)
        await self._work.client.release(
            self.task.task_id, self.task.lease.lease_token, person=self._work.person
        )


class Work:
    """The tasks of a queue for one person. See `AsyncClient.work`.

    Iterating without `async with` works too; after a `break` the tasks left
    over are then released only when the loop gets round to it.
    """

    def __init__(
        self,
        client: AsyncClient,
        queue: str,
        *,
        person: str,
        prefetch: int,
        wait: bool,
        idle: Idle,
    ) -> None:
        self.client = client
        self.person = person
        self.holdings = Holdings()
        # Why there was nothing, when last asked.
        self.nothing: Nothing | None = None
        self._queue = queue
        self._prefetch = prefetch
        self._wait = wait
        self._idle = idle
        self._renewer: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[ReserveResponse] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[WorkItem]:
        try:
            while (task := await self._next()) is not None:
                item = WorkItem(self, task)
                yield item
                if item.is_held:
                    await self._release(task)
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop renewing, and release what was not submitted.

        A Reserve that was under way is waited for, for as long as one attempt
        may take: what it gives is released too.
        """
        if self._renewer is not None:
            self._renewer.cancel()
            self._renewer = None
        if self._asking is not None:
            asking, self._asking = self._asking, None
            done, _ = await asyncio.wait({asking}, timeout=self.client.patience.timeout_s)
            if not done:
                asking.cancel()
            elif not asking.cancelled() and asking.exception() is None:
                self.holdings.reserved(asking.result().tasks)
        for task in self.holdings.all():
            await self._release(task)

    async def _next(self) -> Task | None:
        rounds = 0
        while True:
            if (task := self.holdings.next()) is not None:
                return task
            answer = await self._ask()
            if answer.tasks:
                self.nothing = None
                self.holdings.reserved(answer.tasks)
                await self._keep_renewing()
                continue
            self.nothing = answer.nothing
            if not self._wait:
                return None
            await asyncio.sleep(self._idle.pause_s(rounds, answer.nothing, random.random()))
            rounds += 1

    async def _ask(self) -> ReserveResponse:
        """Reserve, in a task that outlives the cancellation of this one."""
        self._asking = asyncio.create_task(
            self.client.reserve(self._queue, person=self.person, count=self._prefetch)
        )
        answer = await asyncio.shield(self._asking)
        self._asking = None
        return answer

    async def _release(self, task: Task) -> None:
        """Release and do not mind: a lease that is lost needs no release."""
        try:
            await WorkItem(self, task).release()
        except LeaseLost:
            pass
        except DibsError as error:
            log.warning("release_failed", extra={"task_id": task.task_id, "error": str(error)})

    async def _keep_renewing(self) -> None:
        if self._renewer is None:
            queue = (await self.client.get_queue(self._queue)).queue
            every_s = queue.lease_duration.ToTimedelta().total_seconds() / 3
            self._renewer = asyncio.create_task(self._renew_every(every_s))

    async def _renew_every(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            for leases in self.holdings.leases():
                await self._renew(leases)

    async def _renew(self, leases: list[tuple[str, int]]) -> None:
        left: list[tuple[str, int]] | None = leases
        while left:
            try:
                self.holdings.renewed(await self.client.renew(left, person=self.person))
                return
            except DibsError as error:
                left = self.holdings.without(error, left)
                if left is None:
                    log.warning("renew_failed", extra={"error": str(error)})
