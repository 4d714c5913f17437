"""B6: µs of one Reserve inside Redis, by the server's own statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loadtest.bench.bare import UNLIMITED, Project, Server, server
from loadtest.bench.results import Figure
from loadtest.bench.windows import CALLERS, FEW, Case, forget, mean, p99, ratio, turns

MEASURES: Final = (
    "µs of Redis per Reserve of one task, full path (header, event, chain, ring): mean of"
    " `INFO commandstats`, p99 of `INFO latencystats`, statistics reset before, only Reserve"
    " running, 64 callers"
)
AT_ONCE: Final = 100
"""Tasks one Reserve may ask for."""


LANES: Final = 64
HIGH, RANKS = 0, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    many: int
    ahead: int
    ahead_each: int
    """In each lane."""
    ranked: int
    repeats: int
    windows: int
    calls: int
    """In a window: at most half of FEW, so that few stay few."""

    @property
    def measured(self) -> int:
        """Calls of one case, the warm-up included."""
        return (self.repeats + 1) * self.windows * self.calls


FULL: Final = Size(
    many=10_000_000,
    ahead=200_000,
    ahead_each=3_000,
    ranked=1_000_000,
    repeats=5,
    windows=8,
    calls=500,
)
SHORT: Final = Size(
    many=50_000, ahead=2_000, ahead_each=50, ranked=2_000, repeats=2, windows=2, calls=200
)


async def run(*, short: bool) -> Sequence[Figure]:
    """Measure on one Valkey; every grant is checked for order, the smallest project audited."""
    size = SHORT if short else FULL
    async with server() as bare:
        few, many, ahead, lanes, each, ranked = cases = [
            await make(bare, size) for make in (_few, _many, _ahead, _lanes, _ahead_each, _ranked)
        ]
        ratios = []
        for number in range(-1, size.repeats):  # the first one warms up
            means = await turns(bare.redis, cases, number, windows=size.windows, calls=size.calls)
            if number < 0:
                forget(*cases)
            else:
                ratios.append(means[1] / means[0])
        await few.project.audit(bare.redis)
    return (
        ratio(few, many, ratios),
        mean(ahead, 150),
        mean(lanes, 250),
        mean(each, 2_000),
        *map(p99, (few, many, ahead, ranked)),
    )


async def _few(bare: Server, size: Size) -> Case:
    few = await bare.project(slots=1, people=CALLERS)
    await few.fill(FEW)
    return Case(name=f"{FEW:,} queued", project=few, people=few.people)


async def _many(bare: Server, size: Size) -> Case:
    many = await bare.project(slots=1, people=CALLERS)
    await many.fill(size.many)
    return Case(name=f"{size.many:,} queued", project=many, people=many.people)


async def _ahead(bare: Server, size: Size) -> Case:
    """All that is touched is held by the one who asks; there is a slot left of each."""
    ahead = await bare.project(slots=2, people=1, max_held=UNLIMITED)
    await ahead.fill(size.ahead + size.measured)
    await _take(ahead, ahead.people[0], size.ahead)
    return Case(
        name=f"{size.ahead:,} ineligible ahead",
        project=ahead,
        people=ahead.people * CALLERS,
        first=size.ahead + 1,
    )


async def _lanes(bare: Server, size: Size) -> Case:
    """Every lane has tasks of every priority."""
    project = await bare.project(slots=1, people=CALLERS, lanes=LANES)
    for rank in reversed(range(RANKS)):
        first = project.entries + 1
        await project.fill(size.measured, rank)
    return Case(
        name=f"{LANES} lanes of {RANKS} priorities",
        project=project,
        people=project.people,
        first=first,
    )


async def _ahead_each(bare: Server, size: Size) -> Case:
    """Behind what the one who asks holds comes, in every lane, what another one has a slot of."""
    project = await bare.project(slots=3, people=2, max_held=UNLIMITED, lanes=LANES)
    asks, other = project.people
    ahead = size.ahead_each * LANES
    await project.fill(ahead)
    await _take(project, asks, ahead)
    await project.fill(size.measured)
    await _take(project, other, ahead + size.measured)
    return Case(
        name=f"{size.ahead_each:,} ineligible ahead in each of {LANES} lanes",
        project=project,
        people=[asks] * CALLERS,
        first=ahead + 1,
    )


async def _ranked(bare: Server, size: Size) -> Case:
    """All in front has got another priority, one after the other."""
    project = await bare.project(slots=1, people=CALLERS)
    await project.fill(size.ranked + AT_ONCE)
    for first in range(1, size.ranked, AT_ONCE):
        await project.rank(range(first, first + AT_ONCE), HIGH)
    return Case(name=f"{size.ranked:,} re-prioritised", project=project, people=project.people)


async def _take(project: Project, person: int, count: int) -> None:
    while count > 0:
        count -= len(await project.reserve(person, min(AT_ONCE, count)))
