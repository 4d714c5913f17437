"""The committer: takes what Redis decided into the log, and tells who waits.

An elected role, and safe to run twice: appends are compare-and-append, so of
two committers one wins each run, and the other reads on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog

from dibs.errors import StoreUnavailable
from store import keys
from store.gate import Gate
from store.kernel import Kernel
from store.log import Head, Log, Logged
from store.notices import COMMITTED, Committed
from store.redis import Multiplexer
from store.redis_link import ReplyError
from store.redis_log import parsed
from store.stream import Hooks, Stream

BLOCK_MS: Final = 1_000
READ_EVENTS: Final = 1_000
KEEP_EVENTS: Final = 2_000
"""Committed events that Redis keeps: what a Postgres promoted a moment late gets from there."""
HELP_S: Final = 2.0
SCAN_S: Final = 5.0
SCAN_AT_ONCE: Final = 200
PAUSE_S: Final = 0.2

log = structlog.get_logger()


class Committer:
    """Commits the events of all projects."""

    def __init__(
        self,
        *,
        url: str,
        redis: Multiplexer,
        kernel: Kernel,
        log: Log,
        gate: Gate,
        condemned: Callable[[int, int, str], Awaitable[object]],
        lost_race: Callable[[], None] = lambda: None,
        keep: int = KEEP_EVENTS,
    ) -> None:
        self._url = url
        self._redis = redis
        self._kernel = kernel
        self._log = log
        self._gate = gate
        self._keep = keep
        self._hooks = Hooks(committed=self._committed, condemned=condemned, lost_race=lost_race)
        self._streams: dict[int, Stream] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._scan_now = asyncio.Event()
        self._reader: Multiplexer | None = None
        self._rounds = 0
        self._running = False
        self._helping: set[int] = set()

    async def run(self) -> None:
        """Commit until cancelled."""
        self._reader = Multiplexer(self._url, reply_timeout_s=BLOCK_MS / 1000 + 5)
        self._running = True
        await self._reader.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read_forever())
                group.create_task(self._scan_forever())
        finally:
            self._running = False
            await self._stop()

    def opened(self, project: int, epoch: int) -> None:
        """A project is served under a new epoch: take its events from now on."""
        if self._running:
            self._spawn(self._take(project, epoch))

    def scan(self) -> None:
        """Messages may have been lost: look for what they told."""
        self._scan_now.set()

    def help(self, project: int) -> None:
        """Answers wait for too long: commit for a while, elected or not.

        The elected one may be stopped or stuck while it holds its lock; if it is
        not, one of the two loses each race.
        """
        if project not in self._helping and not self._running:
            self._helping.add(project)
            self._spawn(self._help(project))

    async def _help(self, project: int) -> None:
        try:
            with suppress(StoreUnavailable, TimeoutError):
                head = await self._log.head(project)
                if head is not None:
                    log.warning("committer_stalled", project=project)
                    async with asyncio.timeout(HELP_S):
                        await self._stream(project, head).run()
        finally:
            self._helping.discard(project)

    def _stream(self, project: int, head: Head) -> Stream:
        return Stream(project, head, redis=self._redis, log=self._log, hooks=self._hooks)

    async def _stop(self) -> None:
        tasks = [*self._tasks.values(), *self._telling]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._streams.clear()
        if self._reader is not None:
            await self._reader.close()

    async def _take(self, project: int, epoch: int) -> None:
        with suppress(StoreUnavailable):  # the scan finds it later
            head = await self._log.head(project)
            if head is not None and head.epoch == epoch and self._begin(project, head):
                await self._interrupt()

    def _begin(self, project: int, head: Head) -> bool:
        known = self._streams.get(project)
        if known is not None and known.epoch >= head.epoch:
            return False
        stream = self._stream(project, head)
        self._streams[project] = stream
        if (old := self._tasks.pop(project, None)) is not None:
            old.cancel()
        task = asyncio.create_task(stream.run())
        self._tasks[project] = task
        task.add_done_callback(lambda done: self._ended(stream, done))
        self._changed.set()
        return True

    def _ended(self, stream: Stream, task: asyncio.Task[None]) -> None:
        """An epoch is over, or a stream broke: then the scan begins it again."""
        if self._streams.get(stream.project) is stream:
            del self._streams[stream.project]
            self._tasks.pop(stream.project, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("stream_broke", project=stream.project, exc_info=task.exception())
        self._gate.look_again(stream.project)

    async def _interrupt(self) -> None:
        """End the blocking read, so that the next one includes what changed."""
        seen = self._rounds
        while self._reader is not None and self._reader.server and self._rounds == seen:
            with suppress(StoreUnavailable, ReplyError):
                await self._redis.call("CLIENT", "UNBLOCK", self._reader.server.client_id)
            await asyncio.sleep(0.005)

    async def _read_forever(self) -> None:
        while True:
            self._rounds += 1
            if not self._streams:
                self._changed.clear()
                await self._changed.wait()
                continue
            try:
                await self._read_once()
            except StoreUnavailable:
                await asyncio.sleep(PAUSE_S)
            except ReplyError as error:
                if not str(error).startswith("UNBLOCKED"):
                    log.warning("log_not_read", error=str(error))
                    await asyncio.sleep(PAUSE_S)

    async def _read_once(self) -> None:
        assert self._reader is not None
        streams = {keys.log(s.project, s.epoch): s for s in self._streams.values()}
        after = [f"{s.epoch}-{s.read_seq}" for s in streams.values()]
        found: Sequence[Any] | None = await self._reader.call(
            *("XREAD", "COUNT", READ_EVENTS, "BLOCK", BLOCK_MS, "STREAMS", *streams, *after)
        )
        for name, entries in found or ():
            streams[name.decode()].feed(parsed(entries))

    async def _scan_forever(self) -> None:
        """Find what no message told: at the start, and whenever one was lost."""
        while True:
            try:
                await self._scan()
            except (StoreUnavailable, ReplyError) as error:
                log.warning("scan_failed", error=repr(error))
                await asyncio.sleep(PAUSE_S)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(SCAN_S):
                    await self._scan_now.wait()
            self._scan_now.clear()

    async def _scan(self) -> None:
        before = set(self._streams)
        known = await self._log.heads()
        self._let_go(before - known.keys())
        heads, begun = list(known.items()), False
        for i in range(0, len(heads), SCAN_AT_ONCE):
            some = heads[i : i + SCAN_AT_ONCE]
            calls = (self._kernel.header(project) for project, _ in some)
            headers = await asyncio.gather(*calls, return_exceptions=True)
            for (project, head), header in zip(some, headers, strict=True):
                if isinstance(header, BaseException) or header is None:
                    continue
                stream = self._streams.get(project)
                if header.epoch == head.epoch and (stream is None or stream.epoch < head.epoch):
                    begun = self._begin(project, head) or begun
                elif stream is not None and header.seq > stream.read_seq:
                    stream.look_again()
        if begun:
            await self._interrupt()

    def _let_go(self, purged: set[int]) -> None:
        """Projects without a head have no log any more."""
        for project in purged:
            self._streams.pop(project, None)
            if (task := self._tasks.pop(project, None)) is not None:
                task.cancel()

    def _committed(self, project: int, epoch: int, run: Sequence[Logged]) -> None:
        chains = [event.chain for event in run]
        self._gate.committed(project, run[0].seq, chains)
        self._spawn(self._tell(epoch, Committed(project, run[0].seq, chains), run[-1].seq))

    async def _tell(self, epoch: int, notice: Committed, last_seq: int) -> None:
        """Let the other processes and the functions know; both go out as one write."""
        keep = last_seq - self._keep
        for outcome in await asyncio.gather(
            self._redis.call("PUBLISH", COMMITTED, notice.pack()),
            self._kernel.durable(notice.project, epoch, seq=last_seq, keep=keep),
            return_exceptions=True,
        ):
            if isinstance(outcome, BaseException) and not isinstance(outcome, StoreUnavailable):
                log.warning("commit_not_told", project=notice.project, error=repr(outcome))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
