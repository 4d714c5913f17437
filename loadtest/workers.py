"""What all people at work have in common: a client, a fate, and an end."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from dibs.errors import Conflict, Denied, Gone, NotFound, StoreUnavailable, WrongState
from loadtest.calls import Caller

REFUSALS = (Conflict, WrongState, NotFound, Denied, StoreUnavailable, Gone)
"""What may be answered to somebody who is late, wrong, no longer welcome, or cut off."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """One person, until `stop` is set."""

    caller: Caller
    rng: random.Random
    stop: asyncio.Event

    def _draws(self, probability: float) -> bool:
        return self.rng.random() < probability

    async def _pause(self, seconds: float) -> None:
        """A pause that the end of the run cuts short."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self.stop.wait()
        except TimeoutError:
            return
