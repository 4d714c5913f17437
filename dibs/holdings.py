"""What a person holds while they work through a queue: no I/O here."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dibs.errors import DibsError, LeaseLost, TaskNotFound, WrongTaskState
from dibs.v1.allocation_pb2 import Nothing, RenewResponse
from dibs.v1.common_pb2 import Task

RENEW_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """How often to ask again where there is nothing."""

    first_pause_s: float = 0.25
    longest_pause_s: float = 10.0

    def pause_s(self, rounds: int, nothing: Nothing, draw: float) -> float:
        """The pause after so many `rounds` without a task, from 0.

        Doubles up to the longest; shorter when a lease is known to end sooner.
        `draw`, 0 to 1, spreads those who wait for the same.
        """
        longest = min(self.longest_pause_s, self.first_pause_s * 2.0 ** min(rounds, 16))
        pause = longest * (0.5 + draw / 2)
        if nothing.HasField("next_free"):
            until = nothing.next_free.ToNanoseconds() / 1e9 - time.time()
            pause = min(pause, max(until, 0) + self.first_pause_s * draw)
        return pause


class Holdings:
    """Tasks held: those reserved ahead, and those handed to the caller.

    The synchronous client renews in a thread of its own: nothing here iterates
    over what another method changes.
    """

    def __init__(self) -> None:
        self._held: dict[str, Task] = {}
        self._ahead: deque[Task] = deque()

    def reserved(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._held[task.task_id] = task
            self._ahead.append(task)

    def next(self) -> Task | None:
        """The first task that was reserved ahead and is still held."""
        while self._ahead:
            task = self._ahead.popleft()
            if task.task_id in self._held:
                return task
        return None

    def holds(self, task: Task) -> bool:
        return self._held.get(task.task_id) is task

    def ended(self, task: Task) -> None:
        """Submitted, released or lost: no longer ours to renew or release."""
        if self.holds(task):
            del self._held[task.task_id]

    def without(
        self, error: DibsError, leases: list[tuple[str, int]]
    ) -> list[tuple[str, int]] | None:
        """What is left to renew once Renew refused all because of one task.

        That task is forgotten: it was lost, or was just submitted. None if the
        error is about no task of `leases`.
        """
        if not isinstance(error, LeaseLost | TaskNotFound | WrongTaskState):
            return None
        lost = error.metadata.get("task_id")
        self._held.pop(lost or "", None)
        rest = [lease for lease in leases if lease[0] != lost]
        return rest if len(rest) < len(leases) else None

    def all(self) -> list[Task]:
        return list(self._held.values())

    def leases(self) -> Iterator[list[tuple[str, int]]]:
        """All that is held, as many at a time as one Renew takes."""
        held = [(task.task_id, task.lease.lease_token) for task in self.all()]
        for first in range(0, len(held), RENEW_AT_ONCE):
            yield held[first : first + RENEW_AT_ONCE]

    def renewed(self, response: RenewResponse) -> None:
        for renewed in response.renewed:
            task = self._held.get(renewed.task_id)
            if task is not None:
                task.lease.CopyFrom(renewed.lease)
