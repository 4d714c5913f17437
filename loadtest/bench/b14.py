"""B14: how long it takes until who watches is told."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from dibs import AsyncClient
from loadtest.bench import ground
from loadtest.bench.generator import Kind
from loadtest.bench.ground import Ground, NotSound, Project
from loadtest.bench.results import Figure

MEASURES: Final = (
    "from the decision about an event, which its commit is still to follow, until each of 4 clients"
    " that watch the project has it in hand, while 24 callers `Reserve(1)`, then `Submit`, in a"
    " closed loop, about 1,000 events/s; every event told once, in order"
)
CALLERS: Final = 24
WATCHERS: Final = 4
REPEATS: Final = 5
SECONDS: Final = 10.0


@dataclass(slots=True)
class Watcher:
    """What one client was told, and how late."""

    seqs: list[int] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)

    async def watch(self, client: AsyncClient, from_seq: int, until: asyncio.Event) -> None:
        """Note what comes, until somebody says that it is enough."""
        async with aclosing(client.watch(from_seq=from_seq)) as watching:
            async for happened in watching:
                self.seqs.append(happened.seq)
                decided_ms = happened.create_time.ToMilliseconds()
                self.late_ms.append(time.time() * 1000 - decided_ms)
                if until.is_set():
                    return


async def run(*, short: bool) -> Sequence[Figure]:
    """See `Bench`."""
    seconds, repeats = (1.0, 1) if short else (SECONDS, REPEATS)
    async with ground.opened() as here:
        project = await here.project("watched")
        await project.seat(CALLERS)
        rounds = [await _round(here, project, seconds) for _ in range(repeats + 1)][1:]
        audited = await here.audited()
    rate = statistics.median(rate for rate, _ in rounds)
    return [
        Figure.of(
            [_quantile(late, share) for _, late in rounds],
            name=f"told after the decision, {name}",
            unit="ms",
            reach=100 if share > 0.5 else None,
            at_most=True,
            absolute=f"at {rate:,.0f} events/s, to {WATCHERS} watchers; {audited}.",
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


async def _round(here: Ground, project: Project, seconds: float) -> tuple[float, list[float]]:
    """Events a second, and how late they were told. Raises NotSound."""
    await project.fill(int(seconds * 2000))
    await here.settled()
    first = (await project.client.update_project(display_name="begins")).seq + 1
    over, watchers = asyncio.Event(), [Watcher() for _ in range(WATCHERS)]
    watching = [asyncio.create_task(one.watch(project.client, first, over)) for one in watchers]
    phase = await here.phase(project, kind=Kind.WORK, seconds=seconds, connections=CALLERS)
    over.set()
    last = (await project.client.update_project(display_name="is over")).seq
    await asyncio.gather(*watching)
    if any(one.seqs != list(range(first, last + 1)) for one in watchers):
        raise NotSound("a watcher was not told every event once, in order")
    return phase.tally.rate, [late for one in watchers for late in one.late_ms]


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]
