"""Where a project's log ends *now*: one read for all who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from store.log import Head

ReadHead = Callable[[int], Awaitable[Head | None]]


@dataclass(slots=True)
class _Read:
    started: float
    task: asyncio.Task[Head | None]


class FreshHeads:
    """Single-flight reads of `head`, each of which began after its callers arrived."""

    def __init__(self, read: ReadHead) -> None:
        self._read = read
        self._running: dict[int, _Read] = {}

    async def since(self, project: int, arrived: float) -> Head | None:
        """The head, read by a query that started at or after loop time `arrived`."""
        while True:
            running = self._running.get(project)
            if running is None:
                running = self._begin(project)
            head = await asyncio.shield(running.task)
            if running.started >= arrived:
                return head

    def _begin(self, project: int) -> _Read:
        loop = asyncio.get_running_loop()
        read = _Read(loop.time(), loop.create_task(self._perform(project)))
        read.task.add_done_callback(heard)
        self._running[project] = read
        return read

    async def _perform(self, project: int) -> Head | None:
        try:
            return await self._read(project)
        finally:
            del self._running[project]


def heard(task: asyncio.Task[Any]) -> None:
    """Its failure was told to those who waited; if they all left, to nobody."""
    if not task.cancelled():
        task.exception()
