"""B6: µs of one Reserve inside Redis, by the server's own statistics."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from redis.asyncio import Redis

from loadtest.bench.bare import UNLIMITED, Project, Server, server
from loadtest.bench.ground import NotSound
from loadtest.bench.results import Figure

MEASURES: Final = (
    "µs of Redis per Reserve of one task, full path (header, event, chain, ring): mean of"
    " `INFO commandstats`, p99 of `INFO latencystats`, statistics reset before, only Reserve"
    " running, 64 callers"
)
CALLERS: Final = 64
FEW: Final = 1_000
AT_ONCE: Final = 100
"""Tasks one Reserve may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    many: int
    ahead: int
    repeats: int
    windows: int
    calls: int
    """In a window: at most half of FEW, so that few stay few."""


FULL: Final = Size(many=10_000_000, ahead=200_000, repeats=5, windows=8, calls=500)
SHORT: Final = Size(many=50_000, ahead=2_000, repeats=2, windows=2, calls=200)


@dataclass(slots=True, kw_only=True)
class Case:
    """One project under Reserve; the entries that it must grant next, in order."""

    name: str
    project: Project
    people: Sequence[int]
    first: int = 1
    means: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)


async def run(*, short: bool) -> Sequence[Figure]:
    """Measure on one Valkey; every grant is checked for order, the smallest project audited."""
    size = SHORT if short else FULL
    async with server() as bare:
        few, many, ahead = await _cases(bare, size)
        ratios = []
        for number in range(-1, size.repeats):  # the first one warms up
            found = await _repeat(bare.redis, size, (few, many, ahead), number)
            if number < 0:
                _forget(few, many, ahead)
            else:
                ratios.append(found)
        await few.project.audit(bare.redis)
    return (_ratio(few, many, ratios), _mean(ahead), *map(_p99, (few, many, ahead)))


async def _cases(bare: Server, size: Size) -> tuple[Case, Case, Case]:
    """Few tasks, many, and 200,000 that the one who asks has a slot of."""
    few = await bare.project(slots=1, people=CALLERS)
    await few.fill(FEW)
    many = await bare.project(slots=1, people=CALLERS)
    await many.fill(size.many)
    ahead = await bare.project(slots=2, people=1, max_held=UNLIMITED)
    await ahead.fill(size.ahead + (size.repeats + 1) * size.windows * size.calls)
    for _ in range(size.ahead // AT_ONCE):
        await ahead.reserve(ahead.people[0], AT_ONCE)
    return (
        Case(name=f"{FEW:,} queued", project=few, people=few.people),
        Case(name=f"{size.many:,} queued", project=many, people=many.people),
        Case(
            name=f"{size.ahead:,} ineligible ahead",
            project=ahead,
            people=ahead.people * CALLERS,
            first=size.ahead + 1,
        ),
    )


async def _repeat(redis: Redis, size: Size, cases: Sequence[Case], number: int) -> float:
    """Windows in turn, order alternated: mean of the second case over that of the first."""
    means: dict[str, list[float]] = {case.name: [] for case in cases}
    for window in range(size.windows):
        turn = cases if (number + window) % 2 else cases[::-1]
        for case in turn:
            mean, p99 = await _window(redis, case, size.calls)
            means[case.name].append(mean)
            case.p99s.append(p99)
        await cases[0].project.fill(size.calls)
    for case in cases:
        case.means.append(statistics.fmean(means[case.name]))
    return cases[1].means[-1] / cases[0].means[-1]


async def _window(redis: Redis, case: Case, calls: int) -> tuple[float, float]:
    """Mean and p99 of that many calls, as the server counts them.

    Raises NotSound if other entries were granted than the next in order.
    """
    await redis.config_resetstat()
    granted: list[int] = []
    shares = [calls // CALLERS + (n < calls % CALLERS) for n in range(CALLERS)]

    async def caller(person: int, share: int) -> None:
        for _ in range(share):
            granted.extend(await case.project.reserve(person))

    await asyncio.gather(*map(caller, case.people, shares))
    if granted != list(range(case.first, case.first + calls)):
        raise NotSound(f"{case.name}: granted {granted[:5]}…, not {case.first}…")
    case.first += calls
    told = (await redis.info("commandstats"))["cmdstat_fcall"]
    slow = (await redis.info("latencystats"))["latency_percentiles_usec_fcall"]
    if told["calls"] != calls:
        raise NotSound(f"{told['calls']} calls, not {calls}: somebody else is here")
    return told["usec"] / calls, slow["p99"]


def _forget(*cases: Case) -> None:
    for case in cases:
        case.means, case.p99s = [], []


def _ratio(few: Case, many: Case, ratios: Sequence[float]) -> Figure:
    means = " against ".join(f"{statistics.median(case.means):.0f} µs" for case in (many, few))
    return Figure.of(
        ratios,
        name=f"mean with {many.name} ÷ with {few.name}",
        unit="×",
        reach=1.2,
        at_most=True,
        absolute=f"{means}; every grant in order, the small project audited.",
    )


def _mean(ahead: Case) -> Figure:
    return Figure.of(
        ahead.means, name=f"mean with {ahead.name}", unit="µs", reach=150, at_most=True
    )


def _p99(case: Case) -> Figure:
    return Figure.of(case.p99s, name=f"p99 with {case.name}", unit="µs", reach=1_000, at_most=True)
