"""Strikes, one after the other, as the seed has it, and sees the service recover from each."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from loadtest.faults.ground import Ground
from loadtest.faults.kinds import ALL, EXTRAS, KINDS, TooSlow

BETWEEN = (100, 600)
"""Changes acknowledged between a recovery and the next strike …"""
BETWEEN_S = 2.5
"""… unless they take longer than this."""
TOGETHER = 0.15
"""How often two kinds strike at once."""
EXTRA = 0.15
"""How often something else strikes in between."""
RECOVERS_WITHIN_S = 40.0
LOAD = 10
"""Changes acknowledged in the two seconds before a strike that make it one under load."""


class NotRecovered(Exception):
    """Nothing was acknowledged any more after a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """One fault as it happened."""

    kind: str
    at_s: float
    under_load: bool
    took_s: float
    """From the strike to the first acknowledged call that was made after it was over."""


@dataclass(slots=True, kw_only=True)
class Driver:
    """A schedule of faults; `struck` is what has become of it."""

    ground: Ground
    rng: random.Random
    rounds: int
    """How often each kind must strike."""
    say: Callable[[str], None]
    struck: list[Struck] = field(default_factory=list)

    async def run(self, duration_s: float, stretch: float = 2.0) -> None:
        """Strike for `duration_s`; then, if a kind is still owed, go on a while for it.

        Raises NotRecovered.
        """
        started = time.monotonic()
        for kinds in self._schedule():
            left_s = started + duration_s - time.monotonic()
            if left_s <= 0 and (not self.owed() or -left_s > duration_s * (stretch - 1)):
                return
            await self.ground.history.after(self.rng.randint(*BETWEEN), within_s=BETWEEN_S)
            await self._strike(kinds, started)

    def under_load(self) -> Counter[str]:
        """How often each kind struck under load."""
        return Counter(one.kind for one in self.struck if one.under_load)

    def owed(self) -> list[str]:
        """Kinds that have not struck as often as they must."""
        counted = self.under_load()
        return [kind for kind in KINDS if counted[kind] < self.rounds]

    def _schedule(self) -> Iterator[tuple[str, ...]]:
        """All kinds in a new order each time; now and then two at once."""
        while True:
            kinds = list(KINDS)
            self.rng.shuffle(kinds)
            for kind in kinds:
                if not self.owed() and self.rng.random() < EXTRA:
                    yield (self.rng.choice(list(EXTRAS)),)
                if self.rng.random() < TOGETHER:
                    yield kind, self.rng.choice(_apart_from(kind))
                else:
                    yield (kind,)

    async def _strike(self, kinds: tuple[str, ...], started: float) -> None:
        history = self.ground.history
        load = history.in_flight > 0 and history.recently() >= LOAD
        began = time.monotonic()
        try:
            await asyncio.gather(*(ALL[kind](self.ground, self.rng) for kind in kinds))
        except TooSlow:
            load = False
        over_ns = time.monotonic_ns()
        if not await history.since(over_ns, within_s=RECOVERS_WITHIN_S):
            raise NotRecovered(f"nothing acknowledged {RECOVERS_WITHIN_S:.0f} s after {kinds}")
        took_s = time.monotonic() - began
        self.say(f"{began - started:6.1f} s  {' and '.join(kinds)}: back after {took_s:.2f} s")
        self.struck += [
            Struck(kind=kind, at_s=began - started, under_load=load, took_s=took_s)
            for kind in kinds
        ]


def _apart_from(kind: str) -> list[str]:
    """Kinds that another server suffers, so that both can strike at the same time."""
    return [other for other in KINDS if _server(other) != _server(kind)]


def _server(kind: str) -> str:
    return kind.split(maxsplit=1)[0].replace("backend", "postgres")
