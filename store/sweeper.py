"""The sweeper turns time into events: no choice reads a clock, only it does.

Each tick moves the lease clock of every open project, by what went by and by
never more than two ticks: an outage ends nobody's lease (reliability.md §1.8).
What is due then comes back by events, at most 100 tasks each.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import structlog

from dibs.errors import DibsError, ProjectNotFound, StoreUnavailable
from store.kernel import Kernel, Tick
from store.ledger import Ledger
from store.log import Log
from store.project_purge import Purger
from store.recovery import Recovery, UnknownProject
from store.redis_link import ReplyError
from store.timing import LoopTimer, Timer

TICK_MS: Final = 100
CHUNK: Final = 100
PEOPLE: Final = 200
"""Looked at in one call, to see whether anybody is left who may do a skipped task."""
FOLLOW_TICKS: Final = 5
"""Ticks between two looks at what is attached."""
SCAN_TICKS: Final = 50
"""Ticks between two looks for projects that nobody has called yet."""
TICKS_AT_ONCE: Final = 500
BUSY_MS: Final = 30_000
"""A project with an event as young as this is looked at each time …"""
TURNS: Final = 100
"""… and all others in turn, one tick in so many; so are those ticked that rest as well: nothing
runs there that a clock ends soon. Thousands of idle projects cost little."""

Follower = Callable[[int], Awaitable[None]]
"""Called for each project now and then: adds what attached datasets have gained."""

log = structlog.get_logger()


class Sweeper:
    """Ticks, expires, takes back, ends sessions, and lets followers follow."""

    def __init__(
        self,
        *,
        kernel: Kernel,
        ledger: Ledger,
        log: Log,
        recovery: Recovery,
        purger: Purger | None = None,
        followers: Sequence[Follower] = (),
        swept: Callable[[str, Sequence[Any]], None] = lambda what, tasks: None,
        timer: Timer | None = None,
    ) -> None:
        self._kernel = kernel
        self._ledger = ledger
        self._log = log
        self._recovery = recovery
        self._purger = purger
        self._followers = list(followers)
        self._swept = swept
        self._timer = timer or LoopTimer()
        self._busy: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._projects: set[int] = set()
        self._resting: set[int] = set()
        self._noticed: set[int] = set()
        """Since the tick that is under way began: it may not know yet why."""
        self._turn = random.randrange(TURNS)  # whoever takes over soon dies at another place

    def follow(self, follower: Follower) -> None:
        """Have `follower` called for each open project."""
        self._followers.append(follower)

    def notice(self, project: int) -> None:
        """The project is in use: its leases run."""
        self._projects.add(project)
        self._resting.discard(project)
        self._noticed.add(project)

    async def run(self) -> None:
        """Sweep until cancelled."""
        ticks = 0
        try:
            while True:
                if ticks % SCAN_TICKS == 0:
                    self._begin("scan", 0, self._find_projects())
                    self._begin("go_on", 0, self.go_on())
                await self.tick(follow=ticks % FOLLOW_TICKS == 0)
                ticks += 1
                await self._timer.sleep(TICK_MS / 1000)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def tick(self, *, follow: bool = False) -> None:
        """One tick of every open project that does not rest; begins what it finds due."""
        self._turn += 1
        self._noticed.clear()
        projects = [
            one for one in self._projects if one not in self._resting or self._has_turn(one)
        ]
        for i in range(0, len(projects), TICKS_AT_ONCE):
            some = projects[i : i + TICKS_AT_ONCE]
            ticks = await asyncio.gather(*(self._tick_one(project) for project in some))
            for project, tick in zip(some, ticks, strict=True):
                if tick is not None:
                    self._after(project, tick, follow=follow)

    def _after(self, project: int, tick: Tick, *, follow: bool) -> None:
        if tick.purge_ms:
            self._begin_purge(project, tick)
            return
        self._begin_due(project, tick)
        quiet = tick.quiet_ms > BUSY_MS
        looks = self._has_turn(project) if quiet else follow
        if looks:
            self._begin("follow", project, self._follow(project))
        wakes = tick.leases_run or tick.recalls or tick.looks or tick.delayed_soon
        if quiet and not wakes and project not in self._noticed:
            self._resting.add(project)
        else:
            self._resting.discard(project)

    def _has_turn(self, project: int) -> bool:
        return (project + self._turn) % TURNS == 0

    async def settled(self) -> None:
        """Return once everything that was begun is done."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _tick_one(self, project: int) -> Tick | None:
        epoch = self._recovery.epoch(project)
        if epoch is None:
            self._begin("open", project, self._open(project))
            return None
        try:
            tick = await self._kernel.tick(
                project, epoch, most_ms=2 * TICK_MS, idle_ms=2 * TICK_MS * TURNS
            )
        except (StoreUnavailable, ReplyError):
            return None
        if tick is None:
            self._recovery.suspect(project, epoch)
        return tick

    def _begin_purge(self, project: int, tick: Tick) -> None:
        """Of a deleted project nothing is due but, some time, its end."""
        if self._purger is not None and self._purger.is_due(tick.purge_ms):
            self._begin("purge", project, self._purge(self._purger, project))

    def _begin_due(self, project: int, tick: Tick) -> None:
        if tick.leases_due:
            self._begin("expire", project, self._until_idle(project, "expire"))
        if tick.recalls:
            self._begin("take_back", project, self._until_idle(project, "take_back"))
            self._begin("recall_queue", project, self._until_idle(project, "recall_queue"))
        if tick.looks:
            self._begin("look", project, self._until_idle(project, "look"))
        if tick.quiet_sessions:
            self._begin("end_sessions", project, self._until_idle(project, "end_sessions"))
        if tick.reviews_due:
            self._begin("fall_back", project, self._until_idle(project, "fall_back"))
        if tick.delayed_due:
            self._begin("undelay", project, self._undelay(project))

    def _begin(self, what: str, project: int, work: Awaitable[None]) -> None:
        """Run `work` beside the ticks, unless the same is still running."""
        key = (what, project)
        if key in self._busy:
            _never_awaited(work)
            return
        task = asyncio.create_task(self._guarded(what, project, work))
        self._busy[key] = task
        task.add_done_callback(lambda _: self._busy.pop(key, None))

    async def _guarded(self, what: str, project: int, work: Awaitable[None]) -> None:
        try:
            await work
        except (StoreUnavailable, ReplyError, UnknownProject, ProjectNotFound):
            pass  # the next tick finds it again
        except DibsError as error:
            log.error("sweep_failed", what=what, project=project, error=repr(error))
        except Exception:
            log.exception("sweep_broke", what=what, project=project)

    async def _until_idle(self, project: int, name: str) -> None:
        while True:
            limit = PEOPLE if name == "look" else CHUNK
            outcome = await self._ledger.background(project, name, limit=limit)
            if outcome.event is None:
                return
            body = outcome.event.body
            self._swept(name, body.get("tasks", body.get("sessions", body.get("entries", ()))))

    async def _undelay(self, project: int) -> None:
        """Whatever waited for its time until now becomes entries, range by range."""
        while (await self._ledger.background(project, "undelay")).event is not None:
            self._swept("undelay", (1,))

    async def _follow(self, project: int) -> None:
        for follower in self._followers:
            await follower(project)

    async def _open(self, project: int) -> None:
        try:
            await self._recovery.ensure(project)
        except UnknownProject:
            self._projects.discard(project)  # it was purged

    async def _purge(self, purger: Purger, project: int) -> None:
        if await purger.begin(project):
            self._projects.discard(project)
            await purger.go_on()

    async def go_on(self) -> None:
        """Go on with purges that somebody has begun."""
        if self._purger is not None:
            await self._purger.go_on()

    async def _find_projects(self) -> None:
        """Leases run in every project that has any event, called or not."""
        heads = await self._log.heads()
        self._projects.update(project for project, head in heads.items() if head.seq > 0)


def _never_awaited(work: Awaitable[None]) -> None:
    close = getattr(work, "close", None)
    if close is not None:
        close()
