"""One rebuild: the log's events, replayed under a new epoch's keys, then opened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

import structlog

from store.kernel import Kernel
from store.log import Head, Log, Logged
from store.redis import Multiplexer

PAGE: Final = 2_000
"""Events read from Postgres at once."""
BATCH_EVENTS: Final = 30
BATCH_BYTES: Final = 64 * 1024
"""What one call replays: a few milliseconds of Redis' only thread."""
AHEAD: Final = 4
"""Calls that wait for Redis while the next events are read."""
PROGRESS_EVENTS: Final = 50_000

log = structlog.get_logger()


class Rebuild:
    """Builds `begun.epoch` of a project, which Postgres knows already (R13)."""

    def __init__(
        self, redis: Multiplexer, kernel: Kernel, log: Log, project: int, begun: Head, cause: str
    ) -> None:
        self._redis = redis
        self._kernel = kernel
        self._log = log
        self._project = project
        self._begun = begun
        self._cause = cause
        self._generation = redis.generation
        self._clock = (0, 0)

    async def run(self) -> bool:
        """Replay and open. False if a later epoch was opened, or Redis lost what was built."""
        project, begun = self._project, self._begun
        started = asyncio.get_running_loop().time()
        log.info("rebuild", project=project, epoch=begun.epoch, events=begun.seq, cause=self._cause)
        await self._kernel.load()
        if not await self._replay_all() or not await self._open():
            return False
        took = round(asyncio.get_running_loop().time() - started, 3)
        log.info("rebuilt", project=project, epoch=begun.epoch, seconds=took, cause=self._cause)
        return True

    async def _replay_all(self) -> bool:
        """Replay batch after batch, a few on their way at once: out of order they are refused."""
        on_their_way: deque[asyncio.Task[tuple[int, int] | None]] = deque()
        replayed = 0
        try:
            async for batch in self._batches():
                if len(on_their_way) == AHEAD and not await self._replayed(on_their_way.popleft()):
                    return False
                on_their_way.append(asyncio.create_task(self._replay(batch, after=replayed)))
                if batch[-1].seq // PROGRESS_EVENTS > replayed // PROGRESS_EVENTS:
                    log.info("rebuild_goes_on", project=self._project, at=batch[-1].seq)
                replayed = batch[-1].seq
            while on_their_way:
                if not await self._replayed(on_their_way.popleft()):
                    return False
            return replayed == self._begun.seq
        finally:
            for task in on_their_way:
                task.cancel()
            await asyncio.gather(*on_their_way, return_exceptions=True)

    async def _replay(self, batch: list[Logged], *, after: int) -> tuple[int, int] | None:
        events = [(event.seq, event.chain, event.payload) for event in batch]
        return await self._kernel.replay(self._project, self._begun.epoch, after, events)

    async def _replayed(self, task: asyncio.Task[tuple[int, int] | None]) -> bool:
        """Whether a batch took its place, on the server that has those before it."""
        clock = await task
        if clock is None or self._redis.generation != self._generation:
            return False
        self._clock = clock
        return True

    async def _open(self) -> bool:
        clock, wall = self._clock
        begun = self._begun
        opened = await self._kernel.open(
            self._project, begun.epoch, seq=begun.seq, chain=begun.chain, clock=clock, wall=wall
        )
        return opened and self._redis.generation == self._generation

    async def _batches(self) -> AsyncIterator[list[Logged]]:
        """The events up to the new epoch's base, cut for calls; reads one page ahead."""
        page = asyncio.create_task(self._log.read(self._project, 0, PAGE))
        try:
            while True:
                events = [event for event in await page if event.seq <= self._begun.seq]
                if not events:
                    return
                page = asyncio.create_task(self._log.read(self._project, events[-1].seq, PAGE))
                for batch in _cut(events):
                    yield batch
        finally:
            page.cancel()
            await asyncio.gather(page, return_exceptions=True)


def _cut(events: list[Logged]) -> list[list[Logged]]:
    """Runs of at most BATCH_EVENTS events and about BATCH_BYTES."""
    batches: list[list[Logged]] = [[]]
    size = 0
    for event in events:
        if batches[-1] and (
            len(batches[-1]) == BATCH_EVENTS or size + len(event.payload) > BATCH_BYTES
        ):
            batches.append([])
            size = 0
        batches[-1].append(event)
        size += len(event.payload)
    return batches
