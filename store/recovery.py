"""Redis is disposable: what it says is believed only after it was verified.

Any doubt ends in a new epoch. It is committed in Postgres first, then built
under keys of its own from a snapshot and the log, then opened (reliability.md
§1.5, R7, R13). Events of the old epoch that were never committed are gone, and
nobody was told of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog

from dibs.errors import StoreUnavailable
from store import keys
from store.gate import Gate
from store.heads import heard
from store.kernel import Kernel
from store.leftovers import unlink_epochs
from store.log import Head, Log
from store.notices import OPENED, Opened
from store.postgres import Postgres, translated
from store.rebuild import Rebuild
from store.redis import Multiplexer
from store.redis_link import ReplyError
from store.redis_log import continues, read_log
from store.snapshots import Snapshots
from store.translate import Doubt, doubt_of

LOCKS: Final = 0xD1B5 << 40
"""Advisory locks of rebuilds: this plus the project's number."""
AT_ONCE: Final = 4
"""Rebuilds that one process works on, or waits for."""
ATTEMPTS: Final = 5

log = structlog.get_logger()


class UnknownProject(LookupError):
    """Postgres has no such project."""


@dataclass(frozen=True, slots=True)
class _Open:
    epoch: int
    generation: int


class Recovery:
    """Says under which epoch a project may be called, and makes it so."""

    def __init__(
        self,
        *,
        redis: Multiplexer,
        kernel: Kernel,
        log: Log,
        postgres: Postgres,
        gate: Gate,
        snapshots: Snapshots,
        rebuilt: Callable[[str], None] = lambda cause: None,
        rebuild_ended: Callable[[str, float], None] = lambda source, seconds: None,
    ) -> None:
        self._redis = redis
        self._kernel = kernel
        self._log = log
        self._postgres = postgres
        self._gate = gate
        self._snapshots = snapshots
        self._rebuilt = rebuilt
        self._rebuild_ended = rebuild_ended
        self._open: dict[int, _Open] = {}
        self._doubted: dict[int, tuple[int, str]] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._background: set[asyncio.Task[None]] = set()
        self._on_opened: list[Callable[[int, int], None]] = []

    def on_opened(self, callback: Callable[[int, int], None]) -> None:
        """Have `callback(project, epoch)` called when this process opened an epoch."""
        self._on_opened.append(callback)

    def epoch(self, project: int) -> int | None:
        """The epoch to call now, without waiting; None if it must be verified first."""
        known = self._open.get(project)
        if known is None or known.generation != self._redis.generation:
            return None
        return known.epoch

    async def ensure(self, project: int) -> int:
        """The epoch to call, after whatever it takes.

        Who stops waiting does not stop the work. Raises UnknownProject or
        StoreUnavailable.
        """
        while True:
            epoch = self.epoch(project)
            if epoch is not None:
                return epoch
            running = self._running.get(project)
            if running is None:
                running = asyncio.create_task(self._recover(project))
                running.add_done_callback(heard)
                self._running[project] = running
            await asyncio.shield(running)

    def suspect(self, project: int, epoch: int) -> None:
        """`epoch` did not answer as expected: verify before the next call."""
        known = self._open.get(project)
        if known is not None and known.epoch <= epoch:
            del self._open[project]

    def condemn(self, project: int, epoch: int, cause: str) -> None:
        """`epoch` and those before it must never be served again, verified or not."""
        doubted, _ = self._doubted.get(project, (0, ""))
        if epoch > doubted:
            self._doubted[project] = (epoch, cause)
        self.suspect(project, epoch)

    async def fence(self, project: int, epoch: int, cause: str) -> int:
        """Condemn `epoch`, and wait for one that may be served; returns it."""
        self.condemn(project, epoch, cause)
        return await self.ensure(project)

    async def close(self) -> None:
        """Stop what runs; a half-built epoch is never opened."""
        tasks = [*self._running.values(), *self._background]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _recover(self, project: int) -> None:
        try:
            await self._recover_now(project)
        except ReplyError as error:
            log.warning("recovery_waits", project=project, error=str(error))
            raise StoreUnavailable(retry_after_s=1.0) from error
        finally:
            del self._running[project]

    async def _recover_now(self, project: int) -> None:
        for _ in range(ATTEMPTS):
            generation = self._redis.generation
            epoch = await self._adopt(project) or await self._rebuild_under_lock(project)
            doubted, _ = self._doubted.get(project, (0, ""))
            if epoch and epoch > doubted and generation == self._redis.generation:
                self._open[project] = _Open(epoch, generation)
                self._announce(project, epoch)
                return
        raise StoreUnavailable(retry_after_s=1.0)

    async def _adopt(self, project: int) -> int | None:
        """The epoch that Redis serves, if it is a continuation of the log."""
        head = await self._log.head(project)
        if head is None:
            raise UnknownProject(project)
        return head.epoch if await self.verified(project, head) else None

    async def verified(self, project: int, head: Head) -> bool:
        """Whether the live state contains the log's end: header, and chain there (R7)."""
        doubted, _ = self._doubted.get(project, (0, ""))
        if head.epoch <= doubted:
            return False
        try:
            header = await self._kernel.header(project)
        except (TypeError, ValueError, ReplyError):  # half of a header, or no hash at all
            return False
        if header is None or header.epoch != head.epoch or header.state != "open":
            return False
        if header.seq == head.seq:
            return header.chain == head.chain
        return header.seq > head.seq and await self._redis_continues(project, head)

    async def _redis_continues(self, project: int, head: Head) -> bool:
        """Whether Redis has the log's end, or goes on from it: a base is no entry."""
        try:
            found = await read_log(self._redis, project, head.epoch, head.seq - 1, 2)
        except ReplyError:
            return False
        if found and found[0].seq == head.seq:
            return found[0].chain == head.chain
        return bool(found) and continues(head, found[:1])

    async def _rebuild_under_lock(self, project: int) -> int | None:
        """Build a new epoch, or adopt what somebody else built while we waited."""
        async with self._places:
            connection = await self._postgres.dedicated()
            try:
                with translated():
                    await connection.execute("SELECT pg_advisory_lock($1)", LOCKS + project)
                head = await self._log.barrier(project)
                if head is None:
                    raise UnknownProject(project)
                if await self.verified(project, head):
                    return head.epoch
                return await self._rebuild(project, head)
            finally:
                connection.terminate()  # the lock goes with it

    async def _rebuild(self, project: int, head: Head) -> int | None:
        doubted, why = self._doubted.get(project, (0, ""))
        cause = why if doubted >= head.epoch else "not_verified"
        begun = await self._log.bump_epoch(project, head, cause)
        if begun is None:
            return None
        if not await self._run(self._rebuild_of(project, begun, cause)):
            await self._clear_the_way(project)
            return None
        self._rebuilt(cause)
        self._gate.reset(project, begun)
        self._spawn(unlink_epochs(self._redis, project, lambda epoch: epoch < begun.epoch))
        return begun.epoch

    def _rebuild_of(self, project: int, begun: Head, cause: str) -> Rebuild:
        return Rebuild(
            redis=self._redis,
            kernel=self._kernel,
            log=self._log,
            snapshots=self._snapshots,
            project=project,
            begun=begun,
            cause=cause,
            ended=self._rebuild_ended,
        )

    async def _run(self, rebuild: Rebuild) -> bool:
        try:
            return await rebuild.run()
        except ReplyError as error:
            if doubt_of(error) is Doubt.NOT_NOW:
                raise
            log.warning("rebuild_refused", error=str(error))
            return False

    async def _clear_the_way(self, project: int) -> None:
        """Remove what cannot be of this log: a header that is none, epochs it never had.

        Epochs are begun in Postgres first (R13). A later one in Redis belongs to
        another database, or to commits that this Postgres has lost.
        """
        head = await self._log.barrier(project)
        if head is None:
            return
        newest = head.epoch
        try:
            header = await self._kernel.header(project)
            foreign = header is not None and header.epoch > newest
        except (TypeError, ValueError, ReplyError):
            foreign = True
        if foreign:
            log.error("foreign_state_removed", project=project, epoch=newest)
            await self._redis.call("UNLINK", keys.header(project))
        await unlink_epochs(self._redis, project, lambda epoch: epoch > newest)

    def _announce(self, project: int, epoch: int) -> None:
        """Tell this process's committer, and the others: its events are to be taken."""
        for callback in self._on_opened:
            callback(project, epoch)
        self._spawn(self._redis.call("PUBLISH", OPENED, Opened(project, epoch).pack()))

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(_quietly(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    """Housekeeping: what fails is found again by the next scan."""
    with suppress(StoreUnavailable, ReplyError):
        await work
