"""One project's way from Redis into the log: contiguous, chained, in order.

A commit in flight gathers the next run; there are no timers. Whatever does not
fit ends in a barrier, which says where the log is, and in reading Redis again
from there; what then still does not fit condemns the epoch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from dibs.errors import StoreUnavailable
from store.events import EventError
from store.live import LiveViolated
from store.log import AppendUnknown, Head, Log, Logged
from store.redis_link import ReplyError
from store.redis_log import Caller, continues, read_log

RUN_EVENTS: Final = 1_000
RUN_BYTES: Final = 4 * 1024 * 1024
PENDING_EVENTS: Final = 10_000
"""Events kept in memory while Postgres is away; beyond, they are read again from Redis."""
PAUSE_S: Final = (0.02, 0.5)

log = structlog.get_logger()


class EpochOver(Exception):
    """The log is in another epoch: nothing of this one can be committed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What a stream tells its owner."""

    committed: Callable[[int, int, Sequence[Logged]], None]
    """project, epoch, the run: it is in the log."""
    condemned: Callable[[int, int, str], Awaitable[object]]
    """project, epoch, cause: this epoch contradicts the log; returns once a new one is served."""
    lost_race: Callable[[], None] = lambda: None
    """Another committer was first."""


class Stream:
    """Commits the events of one project in one epoch."""

    def __init__(self, project: int, head: Head, *, redis: Caller, log: Log, hooks: Hooks) -> None:
        self.project = project
        self.epoch = head.epoch
        self.read_seq = head.seq
        """The last event that was handed over by the reader."""
        self._head = head
        self._redis = redis
        self._log = log
        self._hooks = hooks
        self._pending: deque[Logged] = deque()
        self._expected = head.seq + 1
        self._read_again = True
        self._filling = False
        self._wake = asyncio.Event()
        self._wake.set()

    @property
    def committed_seq(self) -> int:
        """The last event known to be in the log."""
        return self._head.seq

    def feed(self, events: Iterable[Logged]) -> None:
        """Take what the reader found. Known ones are skipped, a gap is read again."""
        for event in events:
            self.read_seq = max(self.read_seq, event.seq)
            if self._read_again or self._filling or event.seq < self._expected:
                continue
            if event.seq > self._expected or len(self._pending) >= PENDING_EVENTS:
                self._read_again = True
                continue
            self._pending.append(event)
            self._expected += 1
        self._wake.set()

    def look_again(self) -> None:
        """Read Redis from the log's end on, in case the reader missed something."""
        self._read_again = True
        self._wake.set()

    async def run(self) -> None:
        """Commit until the epoch is over."""
        pause, longest = PAUSE_S
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending or self._read_again:
                try:
                    await self._step()
                    pause = PAUSE_S[0]
                except EpochOver:
                    return
                except (StoreUnavailable, ReplyError) as error:
                    log.warning("commit_waits", project=self.project, error=repr(error))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, longest)

    async def _step(self) -> None:
        if not self._pending:
            self._filling = True
            try:
                await self._fill()
            finally:
                self._filling = False
            return
        run = self._next_run()
        if not continues(self._head, run):
            await self._reconcile()
            return
        try:
            appended = await self._log.append(self.project, self._head, run)
        except (LiveViolated, EventError) as error:
            log.error("run_refused", project=self.project, epoch=self.epoch, error=str(error))
            await self._condemn("live" if isinstance(error, LiveViolated) else "payload")
            return
        except AppendUnknown:
            log.warning("commit_unknown", project=self.project, epoch=self.epoch)
            await self._reconcile()
            return
        if appended:
            self._done(run)
        else:
            self._hooks.lost_race()
            await self._reconcile()

    def _next_run(self) -> list[Logged]:
        run: list[Logged] = []
        size = 0
        for event in self._pending:
            size += len(event.payload)
            if run and (len(run) == RUN_EVENTS or size > RUN_BYTES):
                break
            run.append(event)
        return run

    def _done(self, run: Sequence[Logged]) -> None:
        for _ in run:
            self._pending.popleft()
        self._head = Head(self.epoch, run[-1].seq, run[-1].chain)
        self._hooks.committed(self.project, self.epoch, run)

    async def _fill(self) -> None:
        """Read Redis from the log's end on; what it has must continue the log."""
        self._read_again = False
        found = await read_log(self._redis, self.project, self.epoch, self._head.seq, RUN_EVENTS)
        self._expected = self._head.seq + 1
        if found and not continues(self._head, found[:1]):
            await self._reconcile()  # did somebody else commit in the meantime?
            self._read_again = False
            found = await read_log(
                self._redis, self.project, self.epoch, self._head.seq, RUN_EVENTS
            )
            if found and not continues(self._head, found[:1]):
                await self._condemn("fork" if found[0].seq == self._head.seq + 1 else "gap")
        self._pending.extend(found)
        self._expected = self._head.seq + 1 + len(found)
        # What the reader handed over meanwhile was skipped, and is in Redis: read it there.
        self._read_again = len(found) == RUN_EVENTS or self.read_seq >= self._expected
        self.read_seq = max(self.read_seq, self._expected - 1)

    async def _reconcile(self) -> None:
        """Learn where the log really ends, tell what of ours is in it, and read again."""
        head = await self._log.barrier(self.project)
        if head is None or head.epoch != self.epoch:
            raise EpochOver
        known = [event for event in self._pending if event.seq <= head.seq]
        if known and known[-1].seq == head.seq and known[-1].chain == head.chain:
            self._hooks.committed(self.project, self.epoch, known)
        self._head = head
        self._pending.clear()
        self._read_again = True

    async def _condemn(self, cause: str) -> None:
        """The epoch cannot go on. Nothing else may happen here until another one is served."""
        log.error("epoch_condemned", project=self.project, epoch=self.epoch, cause=cause)
        pause, longest = PAUSE_S
        while True:
            try:
                await self._hooks.condemned(self.project, self.epoch, cause)
                raise EpochOver
            except StoreUnavailable:
                await asyncio.sleep(pause)
                pause = min(pause * 2, longest)
