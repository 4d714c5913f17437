"""Time for those who must wait for it: the loop's in production, a hand-moved one in tests."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Timer(Protocol):
    """A clock that never goes back, and sleep."""

    def now(self) -> float:
        """Seconds since some moment."""

    async def sleep(self, seconds: float) -> None:
        """Return `seconds` later."""


class LoopTimer:
    """The event loop's own time."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
