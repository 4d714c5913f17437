"""The end of logs, for those who watch them: what is committed, as it comes.

What was just committed is read once for all who watch the project in this
process, and kept for a moment; who is further behind reads the log for
themselves, so that nothing piles up for them here. Committers tell that a log
has grown; whoever hears nothing looks, as the gate does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from allocator.ports import ActivityView
from dibs.errors import StoreUnavailable
from store.activity_log import ActivityLog
from store.gate import Gate
from store.log import Log

KEPT: Final = 1_000
"""Events of a project that are kept for who comes a moment later."""
REST_S: Final = 0.01
"""Between two reads of one log: what is committed meanwhile is one read, not ten."""
LOOK_S: Final = 0.5
"""Without a notice for this long, who waits looks for itself."""
AGAIN_S: Final = 0.1
"""When to come again to a process that stops: another one serves."""


@dataclass(slots=True)
class _Project:
    """What this process keeps of the end of one log."""

    watchers: int = 0
    kept: list[ActivityView] = field(default_factory=list)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    rested: float = 0.0

    def behind(self, seq: int, limit: int) -> list[ActivityView]:
        """What is kept of the events behind `seq`, if the next one is."""
        if not self.kept or not self.kept[0].seq <= seq + 1 <= self.kept[-1].seq:
            return []
        start = seq + 1 - self.kept[0].seq
        return self.kept[start : start + limit]

    def keep(self, views: Sequence[ActivityView]) -> None:
        """Keep what was read, if nothing is missing before it."""
        if self.kept and views and views[0].seq != self.kept[-1].seq + 1:
            self.kept = []
        self.kept = [*self.kept, *views][-KEPT:]


class Tail:
    """Reads the ends of logs; implements allocator.ports.Tail."""

    def __init__(self, log: Log, gate: Gate, activity: ActivityLog) -> None:
        self._log = log
        self._gate = gate
        self._activity = activity
        self._projects: dict[int, _Project] = {}
        self._closed = False

    def committed(self, project: int) -> None:
        """The gate has heard that the log of a project has grown."""
        known = self._projects.get(project)
        if known is not None:
            known.news.set()

    def close(self) -> None:
        """Send away whoever watches: this process stops."""
        self._closed = True
        for known in self._projects.values():
            known.news.set()

    @contextmanager
    def watched(self, project: int) -> Iterator[None]:
        """Keep what comes, for as long as somebody watches."""
        known = self._projects.setdefault(project, _Project())
        known.watchers += 1
        try:
            yield
        finally:
            known.watchers -= 1
            if not known.watchers:
                del self._projects[project]

    async def head(self, project: int) -> int:
        """The last event that is in the log and stays there; 0 if the log is gone."""
        head = await self._log.head(project)
        if head is not None and head.seq > self._gate.durable(project):
            # A read may show what a failover would still lose; a commit after it may not (R14).
            head = await self._log.barrier(project)
        if head is None:
            return 0
        self._gate.note(project, head)
        return head.seq

    async def after(self, project: int, seq: int, limit: int) -> Sequence[ActivityView]:
        """The events behind `seq`, in order, at most `limit`; none, if there are none yet."""
        self._let_go()
        known = self._projects[project]
        found = known.behind(seq, limit)
        if found:
            return found
        durable = self._gate.durable(project)
        if seq >= durable:
            return []
        if known.kept and seq < known.kept[0].seq:
            return await self._activity.behind(project, seq, min(limit, durable - seq))
        async with known.reading:
            found = known.behind(seq, limit)
            if not found:
                found = await self._read(project, known, seq, limit)
            return found

    async def grown(self, project: int, seq: int, timeout_s: float) -> None:
        """Return when the log has more than `seq`, or at last after so long."""
        known = self._projects[project]
        deadline = asyncio.get_running_loop().time() + timeout_s
        while self._gate.durable(project) <= seq:
            self._let_go()
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(min(left, LOOK_S)):
                    await known.news.wait()
                known.news.clear()
            except TimeoutError:
                await self.head(project)

    async def _read(
        self, project: int, known: _Project, seq: int, limit: int
    ) -> list[ActivityView]:
        """Read on behind what is kept; called by one at a time."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, known.rested - loop.time()))
        size = min(limit, self._gate.durable(project) - seq)
        found = list(await self._activity.behind(project, seq, size))
        known.rested = loop.time() + REST_S
        known.keep(found)
        return found

    def _let_go(self) -> None:
        if self._closed:
            raise StoreUnavailable(retry_after_s=AGAIN_S)
