"""Windows of calls that the server times itself: one kind of call at a time, checked for order."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from redis.asyncio import Redis

from loadtest.bench.bare import Project
from loadtest.bench.ground import NotSound
from loadtest.bench.results import Figure

CALLERS: Final = 64
FEW: Final = 1_000


@dataclass(slots=True, kw_only=True)
class Case:
    """One project under one kind of call; what it must give next, and the others in order."""

    name: str
    project: Project
    people: Sequence[int]
    first: int = 1
    take: Callable[[int], Awaitable[Sequence[int]]] | None = None
    """The call, by a person; None: Reserve of one task."""
    more: Callable[[int], Awaitable[None]] | None = None
    """Lets so many more wait; None: new entries."""
    means: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)


async def turns(
    redis: Redis, cases: Sequence[Case], number: int, *, windows: int, calls: int
) -> list[float]:
    """Windows of the cases in turn, order alternated: the mean of each.

    The first case gets back what it gave, so that it stays as small as it is.
    """
    means: dict[str, list[float]] = {case.name: [] for case in cases}
    for count in range(windows):
        turn = cases if (number + count) % 2 else cases[::-1]
        for case in turn:
            mean_us, slow = await window(redis, case, calls)
            means[case.name].append(mean_us)
            case.p99s.append(slow)
        await (cases[0].more or cases[0].project.fill)(calls)
    for case in cases:
        case.means.append(statistics.fmean(means[case.name]))
    return [case.means[-1] for case in cases]


async def window(redis: Redis, case: Case, calls: int) -> tuple[float, float]:
    """Mean and p99 of that many calls, as the server counts them.

    Raises NotSound if something else was given than the next in order.
    """
    await redis.config_resetstat()
    given: list[int] = []
    shares = [calls // CALLERS + (n < calls % CALLERS) for n in range(CALLERS)]
    take = case.take or case.project.reserve

    async def caller(person: int, share: int) -> None:
        for _ in range(share):
            given.extend(await take(person))

    await asyncio.gather(*map(caller, case.people, shares))
    if given != list(range(case.first, case.first + calls)):
        raise NotSound(f"{case.name}: given {given[:5]}…, not {case.first}…")
    case.first += calls
    told = (await redis.info("commandstats"))["cmdstat_fcall"]
    slow = (await redis.info("latencystats"))["latency_percentiles_usec_fcall"]
    if told["calls"] != calls:
        raise NotSound(f"{told['calls']} calls, not {calls}: somebody else is here")
    return told["usec"] / calls, slow["p99"]


def forget(*cases: Case) -> None:
    """What was measured so far was the warm-up."""
    for case in cases:
        case.means, case.p99s = [], []


def ratio(few: Case, many: Case, ratios: Sequence[float]) -> Figure:
    """How much longer it takes with many."""
    means = " against ".join(f"{statistics.median(case.means):.0f} µs" for case in (many, few))
    return Figure.of(
        ratios,
        name=f"mean with {many.name} ÷ with {few.name}",
        unit="×",
        reach=1.2,
        at_most=True,
        absolute=f"{means}; every grant in order, the small project audited.",
    )


def mean(case: Case, reach: int) -> Figure:
    """The mean of a case."""
    return Figure.of(
        case.means, name=f"mean with {case.name}", unit="µs", reach=reach, at_most=True
    )


def p99(case: Case, reach: int = 1_000) -> Figure:
    """The 99th percentile of a case."""
    return Figure.of(case.p99s, name=f"p99 with {case.name}", unit="µs", reach=reach, at_most=True)
