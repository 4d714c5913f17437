"""B5: what it costs to answer only when the event is on disk."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from loadtest.bench import ground
from loadtest.bench.generator import Kind
from loadtest.bench.ground import Ground, Phase, Project
from loadtest.bench.results import Figure

MEASURES = (
    "`Reserve(1)`, then `Submit`, in a DURABLE and in a FAST project of the same service, 64"
    " callers in a closed loop: calls/s, and how much longer half of the calls take."
)
CALLERS = 64
CONNECTIONS = 16
REPEATS = 5
SECONDS = 5.0

Pair = tuple[Phase, Phase]


async def run(*, short: bool) -> Sequence[Figure]:
    """See `Bench`."""
    seconds, repeats = (1.0, 1) if short else (SECONDS, REPEATS)
    async with ground.opened() as here:
        durable = await here.project("durable")
        fast = await here.project("fast", fast=True)
        for project in (durable, fast):
            await project.seat(CALLERS)
        pairs = [
            await _pair(here, (durable, fast), seconds, CALLERS, first=repeat % 2)
            for repeat in range(repeats + 1)
        ][1:]
        alone = [
            await _pair(here, (durable, fast), seconds / 2, 1, first=repeat % 2)
            for repeat in range(repeats)
        ]
        audited = await here.audited()
    return figures(pairs, alone, audited)


async def _pair(
    here: Ground, projects: tuple[Project, Project], seconds: float, callers: int, *, first: int
) -> Pair:
    """Both, in one order or the other."""
    phases: dict[int, Phase] = {}
    for which in (first, 1 - first):
        await projects[which].fill(int(seconds * 2000))
        phases[which] = await here.phase(
            projects[which],
            callers=callers,
            kind=Kind.WORK,
            seconds=seconds,
            connections=min(CONNECTIONS, callers),
        )
    return phases[0], phases[1]


def figures(pairs: Sequence[Pair], alone: Sequence[Pair], audited: str) -> list[Figure]:
    """Throughput, and the time that durability adds, with 64 callers and with one."""
    durable, fast = (
        statistics.median(pair[which].tally.rate for pair in pairs) for which in (0, 1)
    )
    middle = pairs[len(pairs) // 2]
    return [
        Figure.of(
            [one.tally.rate / other.tally.rate for one, other in pairs],
            name="durable calls/s against fast",
            unit="×",
            reach=0.9,
            absolute=f"{durable:,.0f} against {fast:,.0f} calls/s; {audited}.",
            profile=f"µs of CPU per call: durable {middle[0].per_call()};"
            f" fast {middle[1].per_call()}.",
        ),
        _added(pairs, "p50 added, 64 callers"),
        _added(alone, "p50 added, one caller"),
    ]


def _added(pairs: Sequence[Pair], name: str) -> Figure:
    durable, fast = (
        statistics.median(pair[which].tally.p50_ms for pair in pairs) for which in (0, 1)
    )
    return Figure.of(
        [one.tally.p50_ms - other.tally.p50_ms for one, other in pairs],
        name=name,
        unit="ms",
        reach=10,
        at_most=True,
        absolute=f"{durable:.1f} ms against {fast:.1f} ms.",
    )
