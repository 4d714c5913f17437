"""A project's state, put together under keys of its own: from a snapshot and the log behind it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from store.kernel import Kernel
from store.log import Log, Logged
from store.redis import Multiplexer
from store.snapshots import Damaged, Snapshot, Snapshots

PAGE: Final = 2_000
"""Events read from Postgres at once."""
BATCH_EVENTS: Final = 300
BATCH_BYTES: Final = 64 * 1024
"""What one call replays at most: some 5 ms of Redis' only thread. The more, the less each costs."""
ADDS: Final = (b"\xadentries_added", b"\xa9undelayed")
"""How events go on, after their version, that bring entries: thousands, told in a few bytes."""
LOOK_PIECES: Final = 100
AHEAD: Final = 4
"""Calls that wait for Redis while the next events are read."""
PROGRESS_EVENTS: Final = 50_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How hard a build works Redis: calls at once, their share of the time, events a call."""

    ahead: int = AHEAD
    share: float = 1.0
    events: int = BATCH_EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Keys that hold all events up to the end, not opened yet."""

    clock: int
    wall: int


class Build:
    """Builds `epoch` of a project, up to event `end`, as `kernel` names its keys."""

    def __init__(
        self,
        *,
        redis: Multiplexer,
        kernel: Kernel,
        log: Log,
        snapshots: Snapshots,
        project: int,
        epoch: int,
        end: int,
        pace: Pace | None = None,
        look: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`look` is called now and then, and may raise whatever ends the build."""
        self._redis = redis
        self._kernel = kernel
        self._log = log
        self._snapshots = snapshots
        self._project = project
        self._epoch = epoch
        self._end = end
        self._pace = pace or Pace()
        self._look = look
        self._generation = redis.generation

    @property
    def undisturbed(self) -> bool:
        """Whether it is all on one connection, so on a server that has not been another one."""
        return self._redis.generation == self._generation

    async def run(self, base: Snapshot | None) -> Built | None:
        """All events, those that `base` contains from there. None: start again with other keys.

        Raises Damaged if the base is not what was written.
        """
        built: Built | None = Built(clock=0, wall=0)
        if base is not None:
            built = await self._restored(base)
        if built is not None and (base is None or base.seq < self._end):
            built = await self._replayed(0 if base is None else base.seq)
        return built if self.undisturbed else None

    async def _restored(self, base: Snapshot) -> Built | None:
        line, done = _Line(self._pace), 0
        try:
            held: bytes | None = None
            async for piece in self._snapshots.pieces(base):
                if held is not None:
                    if not await line.put(self._restore(done, held)):
                        return None
                    done += 1
                if done % LOOK_PIECES == 0:
                    await self._looked()
                held = piece
            if held is None:
                raise Damaged(base, "empty")
            if not (await line.put(self._restore(done, held, base.seq)) and await line.through()):
                return None
        finally:
            await line.close()
        return Built(clock=base.clock, wall=base.wall)

    async def _restore(self, after: int, piece: bytes, seq: int = 0) -> bool:
        return await self._kernel.restore(self._project, self._epoch, after, piece, seq=seq)

    async def _replayed(self, after: int) -> Built | None:
        """Batch after batch, a few on their way at once: out of order they are refused."""
        line, last = _Line(self._pace), after
        try:
            async for batch in self._batches(after):
                if not (self.undisturbed and await line.put(self._replay(batch, last))):
                    return None
                if batch[-1].seq // PROGRESS_EVENTS > last // PROGRESS_EVENTS:
                    log.info("build_goes_on", project=self._project, at=batch[-1].seq)
                last = batch[-1].seq
            if last != self._end or not await line.through():
                return None
        finally:
            await line.close()
        clock, wall = line.newest or (0, 0)
        return Built(clock=clock, wall=wall)

    async def _replay(self, batch: list[Logged], after: int) -> tuple[int, int] | None:
        events = [(event.seq, event.chain, event.payload) for event in batch]
        return await self._kernel.replay(self._project, self._epoch, after, events)

    async def _looked(self) -> None:
        if self._look is not None:
            await self._look()

    async def _batches(self, after: int) -> AsyncIterator[list[Logged]]:
        """The events behind `after`, cut for calls; reads one page ahead."""
        page = asyncio.create_task(self._log.read(self._project, after, PAGE))
        try:
            while True:
                events = [event for event in await page if event.seq <= self._end]
                if not events:
                    return
                page = asyncio.create_task(self._log.read(self._project, events[-1].seq, PAGE))
                await self._looked()
                for batch in cut(events, self._pace.events):
                    yield batch
        finally:
            page.cancel()
            await asyncio.gather(page, return_exceptions=True)


class _Line:
    """Calls on their way, in order, so many at once; each says whether it took its place."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._calls: deque[asyncio.Task[Any]] = deque()
        self.newest: Any = None
        """What the last one said that was heard."""

    async def put(self, call: Awaitable[Any]) -> bool:
        """Send one more, when there is room. False: one before it did not take its place."""
        if len(self._calls) == self._pace.ahead and not await self._heard():
            asyncio.ensure_future(call).cancel()
            return False
        self._calls.append(asyncio.create_task(_timed(call, self._pace.share)))
        return True

    async def through(self) -> bool:
        """Wait for all of them; whether each took its place."""
        while self._calls:
            if not await self._heard():
                return False
        return True

    async def close(self) -> None:
        """Wait for nobody."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _heard(self) -> bool:
        self.newest = await self._calls.popleft()
        return bool(self.newest)


async def _timed(call: Awaitable[Any], share: float) -> Any:
    """The call, and a rest after it, so that it has that share of the time."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    answer = await call
    if share < 1:
        await asyncio.sleep((loop.time() - started) * (1 / share - 1))
    return answer


def cut(events: list[Logged], most: int = BATCH_EVENTS) -> list[list[Logged]]:
    """Runs of at most so many events and about BATCH_BYTES; one that brings entries is alone."""
    batches: list[list[Logged]] = [[]]
    size = 0
    for event in events:
        weight = BATCH_BYTES if event.payload.startswith(ADDS, 2) else len(event.payload)
        if batches[-1] and (len(batches[-1]) == most or size + weight > BATCH_BYTES):
            batches.append([])
            size = 0
        batches[-1].append(event)
        size += weight
    return batches
