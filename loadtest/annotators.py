"""People at work: they take tasks, think, submit, and also do what people do wrong.

A `Manner` says how somebody works; the demo and the fault runs differ in it
only. Nobody sleeps through the end of a run: every pause ends with `stop`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from dibs.errors import OpenIssues
from dibs.v1.allocation_pb2 import ReviewUnit
from dibs.v1.common_pb2 import Task
from loadtest.workers import REFUSALS, Worker

LARGE_UNITS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a person works. Numbers without a unit are probabilities, per task unless said."""

    queues: tuple[str, ...]
    most: int = 1
    """Most tasks asked for at once; how many is drawn each time."""
    think_s: float = 0.0
    """Mean time from start to submission."""
    idle_s: float = 0.2
    """Pause when there is nothing."""
    starts: float = 1.0
    renews: float = 0.0
    takes_over: float = 0.0
    releases: float = 0.0
    discards: float = 0.0
    drafts: float = 0.0
    """Saves unfinished work before submitting."""
    skips: float = 0.0
    """Will not do it, and goes on with what is given instead."""
    ensures: float = 0.0
    """Asks by EnsureReservations, as a page does that was loaded again; per round."""
    begins: float = 0.0
    """Asks by StartAnnotation, for one task that is started at once; per round."""
    lists: float = 0.0
    """Asks first what is still held, and goes on with that; per round."""
    vanishes: float = 0.0
    """Leaves with whatever is held."""
    away_s: float = 1.0
    late: float = 0.0
    """Submits when the lease is over."""
    lease_s: float = 0.0
    large: float = 0.0
    """Submits more units than an event takes in."""
    errs: float = 0.0
    """Tries first with a token that is not the task's."""
    classes: tuple[str, ...] = ("",)
    """Of which the units that they submit are."""


@dataclass(slots=True, kw_only=True)
class Annotator(Worker):
    """One person, until `stop` is set."""

    manner: Manner
    label: Callable[[Task], Sequence[ReviewUnit]] | None = None
    """What they submit of a task; None: a few units, or very many."""
    submitted: int = 0
    vanished: int = 0
    tokens: list[tuple[str, int]] = field(default_factory=list)
    """Leases of the past: what somebody with an old page would still send."""

    async def run(self) -> None:
        """Work until the end. Raises what no annotator should be answered."""
        while not self.stop.is_set():
            try:
                tasks = await self._take()
                if not tasks:
                    await self._pause(self.manner.idle_s)
                for task in tasks:
                    if self._draws(self.manner.vanishes):
                        await self._vanish()
                        break
                    if self.stop.is_set():
                        break
                    await self._work_on(task)
            except REFUSALS:
                await self._pause(self.manner.idle_s * self.rng.random())

    async def _take(self) -> Sequence[Task]:
        if self._draws(self.manner.lists) and (held := await self.caller.holding()):
            return held
        queue = self.rng.choice(self.manner.queues)
        if queue and self._draws(self.manner.begins):
            return await self.caller.begin(queue)
        count = self.rng.randint(1, self.manner.most)
        ensures = queue and self._draws(self.manner.ensures)
        take = self.caller.ensure if ensures else self.caller.reserve
        answer = await take(queue, count)
        return answer.tasks

    async def _work_on(self, task: Task) -> None:
        """One task from start to submission; a refusal ends it."""
        try:
            await self._submit(task, await self._before(task))
        except REFUSALS:
            return

    async def _before(self, task: Task) -> int:
        """All that precedes a submission; returns the token that counts then."""
        token, manner = task.lease.lease_token, self.manner
        if self._draws(manner.errs):
            await self._err(task.task_id, token)
        if self._draws(manner.starts):
            await self.caller.start(task.task_id, token)
        if self._draws(manner.renews):
            await self._renew(task.task_id, token)
        await self._pause(self.rng.expovariate(1 / manner.think_s) if manner.think_s else 0)
        if self._draws(manner.drafts):
            await self.caller.save_draft(task.task_id, token, b"half of it")
        if self._draws(manner.takes_over):
            taken = await self.caller.renew([(task.task_id, token)], takeover=True)
            token = taken.renewed[0].lease.lease_token
        if self._draws(manner.late):
            await self._pause(manner.lease_s * (1 + self.rng.random()))
        return token

    async def _submit(self, task: Task, token: int) -> None:
        self.tokens = [*self.tokens[-20:], (task.task_id, token)]
        if self._draws(self.manner.skips):
            for instead in (await self.caller.skip(task.task_id, token)).tasks:
                await self._work_on(instead)
            return
        if self._draws(self.manner.releases):
            await self.caller.release(task.task_id, token)
            return
        status = "discarded" if self._draws(self.manner.discards) else ""
        await self._hand_in(task.task_id, token, status, (self.label or self._units)(task))
        self.submitted += 1

    def _units(self, _: Task) -> Sequence[ReviewUnit]:
        """Some of the first few: a later submission may lack one that an earlier one had."""
        if self._draws(self.manner.large):
            return [ReviewUnit(unit_id=f"unit-{n}") for n in range(LARGE_UNITS)]
        some = sorted(self.rng.sample(range(4), self.rng.randint(0, 3)))
        names = [self.rng.choice(self.manner.classes) for _ in some]
        given = zip(some, names, strict=True)
        return [ReviewUnit(unit_id=f"unit-{n}", class_name=name) for n, name in given]

    async def _hand_in(
        self, task: str, token: int, status: str, units: Sequence[ReviewUnit]
    ) -> None:
        """Submit; of what was returned first say that all of it is corrected."""
        try:
            await self.caller.submit(task, token, status, units)
        except OpenIssues:
            await self.caller.mark_fixed(task)
            await self.caller.submit(task, token, status, units)

    async def _renew(self, task: str, token: int) -> None:
        if self.rng.random() < 0.5:
            await self.caller.renew([(task, token)])
        else:
            await self.caller.renew_all()

    async def _err(self, task: str, token: int) -> None:
        """A call that must be refused; what it was refused with is in the history."""
        old_task, old_token = self.rng.choice(self.tokens or [(task, token - 1)])
        wrong = self.rng.choice([(task, token - 1), (old_task, old_token)])
        ways: tuple[Callable[..., Awaitable[object]], ...]
        ways = (self.caller.start, self.caller.submit, self.caller.release)
        try:
            await self.rng.choice(ways)(*wrong)
        except REFUSALS:
            return

    async def _vanish(self) -> None:
        self.vanished += 1
        await self._pause(self.manner.away_s * (0.5 + self.rng.random()))
