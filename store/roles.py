"""Background roles: each runs in one process at a time, wherever that is.

The holder of a session's advisory lock runs the role. All others ask for the
lock again and again, so that somebody takes over soon after the holder dies. To
wait for it in one statement would keep a snapshot as long as the wait lasts,
which is for ever, and with it every row version of the database that died since.
The lock only avoids waste: every role is safe to run twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import structlog

from dibs.errors import StoreUnavailable
from store.postgres import Postgres, translated
from store.timing import LoopTimer, Timer

if TYPE_CHECKING:
    from store.postgres import Dedicated

LOCKS: Final = 0xD1B6 << 40
"""Advisory locks of roles: this plus the role's number."""
NUMBERS: Final = {"committer": 1, "sweeper": 2, "projector": 3, "snapshotter": 4}
PAUSE_S: Final = (0.05, 1.0)
PROBE_S: Final = 1.0
ASK_S: Final = 0.1
"""Between two attempts to get the lock."""

log = structlog.get_logger()


class Role:
    """Runs `work` while this process is elected, until `stop`."""

    def __init__(
        self,
        postgres: Postgres,
        name: str,
        work: Callable[[], Awaitable[None]],
        *,
        timer: Timer | None = None,
    ) -> None:
        self._postgres = postgres
        self._name = name
        self._work = work
        self._timer = timer or LoopTimer()
        self._task: asyncio.Task[None] | None = None
        self.held = asyncio.Event()
        """Set while this process has the role."""

    def start(self) -> None:
        """Stand for election."""
        self._task = asyncio.create_task(self._run_forever())

    async def stop(self) -> None:
        """Step down."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run_forever(self) -> None:
        pause, longest = PAUSE_S
        while True:
            try:
                await self._serve_one_term()
                pause = PAUSE_S[0]
            except StoreUnavailable:
                pass
            except Exception:
                log.exception("role_broke", role=self._name)
            await self._timer.sleep(pause)
            pause = min(pause * 2, longest)

    async def _serve_one_term(self) -> None:
        """Wait for the lock, work while its connection lives, then let go."""
        connection = await self._postgres.dedicated()
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            with translated():
                await self._elected(connection)
                log.info("role_begins", role=self._name)
                self.held.set()
                await self._work_until_lost(connection, lost)
        finally:
            if self.held.is_set():
                log.info("role_ends", role=self._name)
            self.held.clear()
            connection.terminate()

    async def _elected(self, connection: Dedicated) -> None:
        lock = LOCKS + NUMBERS[self._name]
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
            await self._timer.sleep(ASK_S)

    async def _work_until_lost(self, connection: Dedicated, lost: asyncio.Event) -> None:
        async def work() -> None:
            await self._work()

        tasks = [
            asyncio.create_task(work()),
            asyncio.create_task(_until_lost(connection, lost)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()


async def _until_lost(connection: Dedicated, lost: asyncio.Event) -> None:
    """Return once the lock is certainly not ours any more."""
    while not lost.is_set():
        try:
            async with asyncio.timeout(PROBE_S):
                await lost.wait()
        except TimeoutError:
            await connection.execute("SELECT 1", timeout=5 * PROBE_S)
