"""`for task in client.work(queue)`: the synchronous twin of `dibs.work`."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from dibs.errors import DibsError, LeaseLost
from dibs.holdings import Holdings, Idle
from dibs.v1.allocation_pb2 import Nothing, ReviewUnit, SubmitResponse
from dibs.v1.common_pb2 import Task

if TYPE_CHECKING:
    from dibs.sync import Client

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

    def start(self) -> None:
        """Say that work begins."""
        answer = self._work.client.start(
            self.task.task_id, self.task.lease.lease_token, person=self._work.person
        )
        self.task.lease.CopyFrom(answer.lease)
        self.task.state = answer.state

    def submit(
        self,
        status: str = "",
        *,
        units: Iterable[ReviewUnit] = (),
        time_spent: timedelta | None = None,
    ) -> SubmitResponse:
        """Finish the task; without a status as "completed"."""
        try:
            answer = self._work.client.submit(
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

    def release(self) -> None:
        """Give the task back to its first place."""
        self._work.holdings.ended(self.task)
        self._work.client.release(
            self.task.task_id, self.task.lease.lease_token, person=self._work.person
        )


class Work:
    """The tasks of a queue for one person. See `Client.work`."""

    def __init__(
        self,
        client: Client,
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
        self._renewing = False
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[WorkItem]:
        try:
            while (task := self._next()) is not None:
                item = WorkItem(self, task)
                yield item
                if item.is_held:
                    self._release(task)
        finally:
            self.close()

    def close(self) -> None:
        """Stop renewing, and release what was not submitted."""
        self._closed.set()
        for task in self.holdings.all():
            self._release(task)

    def _next(self) -> Task | None:
        rounds = 0
        while not self._closed.is_set():
            if (task := self.holdings.next()) is not None:
                return task
            answer = self.client.reserve(self._queue, person=self.person, count=self._prefetch)
            if answer.tasks:
                self.nothing = None
                self.holdings.reserved(answer.tasks)
                self._keep_renewing()
                continue
            self.nothing = answer.nothing
            if not self._wait:
                return None
            self._closed.wait(self._idle.pause_s(rounds, answer.nothing, random.random()))
            rounds += 1
        return None

    def _release(self, task: Task) -> None:
        """Release and do not mind: a lease that is lost needs no release."""
        try:
            WorkItem(self, task).release()
        except LeaseLost:
            pass
        except DibsError as error:
            log.warning("release_failed", extra={"task_id": task.task_id, "error": str(error)})

    def _keep_renewing(self) -> None:
        if self._renewing:
            return
        queue = self.client.get_queue(self._queue).queue
        every_s = queue.lease_duration.ToTimedelta().total_seconds() / 3
        self._renewing = True
        threading.Thread(
            target=self._renew_every, args=(every_s,), name="dibs-renew", daemon=True
        ).start()

    def _renew_every(self, every_s: float) -> None:
        while not self._closed.wait(every_s):
            for leases in self.holdings.leases():
                self._renew(leases)

    def _renew(self, leases: list[tuple[str, int]]) -> None:
        left: list[tuple[str, int]] | None = leases
        while left:
            try:
                self.holdings.renewed(self.client.renew(left, person=self.person))
                return
            except DibsError as error:
                left = self.holdings.without(error, left)
                if left is None:
                    log.warning("renew_failed", extra={"error": str(error)})
