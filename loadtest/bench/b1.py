"""B1: what a durable change costs, in no-ops."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from loadtest.bench import ground
from loadtest.bench.generator import Kind
from loadtest.bench.ground import Ground, Phase, Project
from loadtest.bench.results import Figure

MEASURES = (
    "Unary `Reserve(1)`, then `Submit`, durable, 64 callers in a closed loop, against `Ping` with"
    " an answer of Reserve's size through the same interceptors. Where the generator takes more"
    " than 15 % of the CPU, the ratio is that of CPU per call of all other processes."
)
CALLERS = 64
CONNECTIONS = 16
REPEATS = 5
SECONDS = 5.0
LARGEST_SHARE = 0.15
PAYLOAD_HEAD = 3
"""Bytes of a Ping's answer beside its payload."""

Pair = tuple[Phase, Phase]


async def run(*, short: bool) -> Sequence[Figure]:
    """See `Bench`."""
    seconds, repeats = (1.0, 1) if short else (SECONDS, REPEATS)
    async with ground.opened() as here:
        project = await here.project("bench-one")
        await project.seat(CALLERS)
        pairs = await _pairs(here, project, seconds, repeats)
        audited = await here.audited()
    return figures(pairs, audited)


async def _pairs(here: Ground, project: Project, seconds: float, repeats: int) -> list[Pair]:
    """Ping and work, in turns, the order changing; the first of each warms up."""
    needed, size = int(seconds * 2000), 0
    pairs = []
    for repeat in range(repeats + 1):
        await project.fill(needed)
        phases: dict[Kind, Phase] = {}
        for kind in [Kind.WORK, Kind.PING] if repeat % 2 == 0 else [Kind.PING, Kind.WORK]:
            phases[kind] = await here.phase(
                project, kind=kind, seconds=seconds, connections=CONNECTIONS, size=size
            )
            if not size:
                size = round(phases[kind].tally.answer_bytes) - PAYLOAD_HEAD
        needed = int(phases[Kind.WORK].tally.tasks * 1.5) + CALLERS
        if repeat:
            pairs.append((phases[Kind.PING], phases[Kind.WORK]))
    return pairs


def figures(pairs: Sequence[Pair], audited: str) -> list[Figure]:
    """The ratio that counts, the other one, and what is behind them."""
    share = statistics.median(max(ping.share, work.share) for ping, work in pairs)
    by_cpu = [ping.others_us / work.others_us for ping, work in pairs]
    by_rate = [work.tally.rate / ping.tally.rate for ping, work in pairs]
    counts = by_cpu if share > LARGEST_SHARE else by_rate
    ping, work = pairs[len(pairs) // 2]
    absolute = (
        f"Ping {_median(p.tally.rate for p, _ in pairs):,.0f} calls/s,"
        f" Reserve and Submit {_median(w.tally.rate for _, w in pairs):,.0f} calls/s"
        f" (p50 {work.tally.p50_ms:.1f} ms, p99 {work.tally.p99_ms:.1f} ms);"
        f" answers of {work.tally.answer_bytes:.0f} bytes; the generator takes {share:.0%} of the"
        f" CPU; {audited}."
    )
    profile = f"µs of CPU per call: Ping {ping.per_call()}; Reserve, Submit {work.per_call()}."
    names = {
        "calls per CPU second against Ping": by_cpu,
        "calls/s against Ping": by_rate,
    }
    return [
        Figure.of(
            ratios,
            name=name,
            unit="×",
            reach=0.6 if ratios is counts else None,
            absolute=absolute if ratios is counts else "",
            profile=profile if ratios is counts else "",
        )
        for name, ratios in sorted(names.items(), key=lambda one: one[1] is not counts)
    ]


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)
