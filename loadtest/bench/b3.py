"""B3: handing out by the hundred, against a queue that is a table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from loadtest.bench import ground, skiplocked
from loadtest.bench.generator import Kind
from loadtest.bench.ground import Ground, Phase, Project
from loadtest.bench.results import Figure
from loadtest.bench.skiplocked import Table

MEASURES = (
    "Tasks/s by `Reserve(count=100)`, durable, against `UPDATE … FOR UPDATE SKIP LOCKED` by"
    " pgbench on the same Postgres in turns: row by row, and a hundred at a time."
)
CALLERS = 16
CONNECTIONS = 8
COUNT = 100
MAX_HELD = 1000
REPEATS = 5
SECONDS = 2.0
MOST_A_SECOND = 60_000
"""Tasks: so many are imported at first."""


async def run(*, short: bool) -> Sequence[Figure]:
    """See `Bench`."""
    found = skiplocked.find_pgbench()
    if found is None:
        return [Figure(name="all", unit="×", found=None, void="there is no pgbench here")]
    seconds, repeats = (0.5, 1) if short else (SECONDS, REPEATS)
    async with (
        ground.opened() as here,
        skiplocked.opened(here.service.postgres_dsn, found) as table,
    ):
        project = await here.project("hundreds", max_held=MAX_HELD)
        clients = await table.best_clients(1.0 if short else SECONDS)
        await _phase(here, project, seconds / 2)
        rounds = [await _round(here, project, table, clients, seconds) for _ in range(repeats)]
        audited = await here.audited()
    return figures(rounds, clients, audited)


Round = tuple[Phase, float, float]


async def _round(
    here: Ground, project: Project, table: Table, clients: int, seconds: float
) -> Round:
    """All three, one after the other."""
    single = await table.rows_per_second(1, clients, max(1, round(seconds)))
    ours = await _phase(here, project, seconds)
    hundred = await table.rows_per_second(COUNT, clients, max(1, round(seconds)))
    return ours, single, hundred


async def _phase(here: Ground, project: Project, seconds: float) -> Phase:
    """People that hold nothing yet take a hundred at a time."""
    rate = project.rate or MOST_A_SECOND / 2
    tasks = int(min(rate * 1.5, MOST_A_SECOND) * seconds) + CALLERS * COUNT
    project.seats.clear()
    await project.seat(CALLERS, people_each=2 * tasks // CALLERS // MAX_HELD + 2)
    await project.fill(tasks)
    phase = await here.phase(
        project,
        kind=Kind.RESERVE,
        seconds=seconds,
        connections=CONNECTIONS,
        count=COUNT,
        calls_a_person=MAX_HELD // COUNT,
    )
    project.rate = phase.tally.tasks / phase.tally.seconds
    return phase


def figures(rounds: Sequence[Round], clients: int, audited: str) -> list[Figure]:
    """The two ratios."""
    rates = [ours.tally.tasks / ours.tally.seconds for ours, _, _ in rounds]
    single = [rows for _, rows, _ in rounds]
    hundred = [rows for _, _, rows in rounds]
    phase = rounds[len(rounds) // 2][0]
    return [
        Figure.of(
            [rate / base for rate, base in zip(rates, single, strict=True)],
            name="tasks/s against SKIP LOCKED row by row",
            unit="×",
            reach=10,
            absolute=f"{statistics.median(rates):,.0f} tasks/s against"
            f" {statistics.median(single):,.0f} rows/s of pgbench with {clients} clients;"
            f" {audited}.",
            profile=f"µs of CPU per call of {COUNT} tasks: {phase.per_call()}.",
        ),
        Figure.of(
            [rate / base for rate, base in zip(rates, hundred, strict=True)],
            name=f"tasks/s against SKIP LOCKED LIMIT {COUNT}",
            unit="×",
            absolute=f"against {statistics.median(hundred):,.0f} rows/s.",
        ),
    ]
