"""Long histories of work under review: the views are what the reference model makes of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

from allocator.model import REVIEWS
from reviewqueue.model import UnitState
from store.embedded import EmbeddedRedis
from store.events import Event, decode
from store.live import effects_of
from store.postgres import Postgres
from store.projections import project_events
from store.recount import recount
from tests.conftest import ON_ONE_KIND
from tests.store import told
from tests.store.review_machine import ReviewMachine

pytestmark = ON_ONE_KIND
STEPS = 120
SEEDS = 4
DONE = {5, 6, 7, 9}
"""Under review, finished or removed."""


def _steps(machine: ReviewMachine, fate: random.Random) -> list[Callable[[], object]]:
    def pick() -> int:
        return fate.randrange(10_000)

    def person() -> int:
        return fate.randint(1, 5)

    return [
        lambda: machine.a_round(fate.randint(1, 4), pick()),
        lambda: machine.a_round(fate.randint(1, 4), pick()),
        lambda: machine.review_some(queue=1, kind=fate.randint(1, 2), person=person(), pick=pick()),
        lambda: machine.reserve_reviews(queue=1, kind=1, person=person(), count=2),
        lambda: machine.decide(pick(), pick()),
        lambda: machine.mark_fixed(pick=pick(), own=True, wrong=0),
        lambda: machine.fall_back(3),
        lambda: machine.a_lot(pick()),
        lambda: machine.a_lot(pick()),
        lambda: machine.object(pick(), person(), [fate.randint(0, 5)]),
        lambda: machine.add_reviews(pick()),
        lambda: machine.comment(pick(), fate.randint(1, 6)),
        lambda: machine.check(pick()),
        lambda: machine.delete_units(pick()),
        lambda: machine.release(pick()),
        lambda: machine.time_passes(10_000),
        lambda: machine.expire(3),
        lambda: machine.take_back(3),
        lambda: machine.somebody_changes(fate.randint(2, 5), fate.randint(0, 1), 32),
        lambda: machine.somebody_changes(fate.randint(2, 5), 1, 32),
        lambda: machine.reopen([pick()], fate.randint(1, 3), fate.randint(1, 4)),
        lambda: machine.remove_entries([pick()], 1),
    ]


def _events(machine: ReviewMachine) -> list[Event]:
    return [
        decode(payload, project=machine.project, seq=seq, epoch=1, chain=chain)
        for seq, chain, payload in machine.log
    ]


async def _projected(connection: Any, events: Sequence[Event], size: int) -> None:
    """The views of the events, so many at a time, as the projector makes them."""
    project = events[0].project
    runs = effects_of([event for event in events if event.kind in ("entries_added", "undelayed")])
    for at in range(0, len(runs.entries), 7):
        await connection.execute(
            "INSERT INTO entry_range (project, first, count, queue, class, priority, first_item,"
            " wall) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            *(project, *runs.entries[at : at + 7]),
        )
    await connection.execute(
        "INSERT INTO queue (project, queue, external_id) VALUES ($1, 1, 'q')", project
    )
    for at in range(0, len(events), size):
        async with connection.transaction():
            await project_events(connection, project, events[at : at + size])
    await connection.execute("INSERT INTO view_position VALUES ($1, $2)", project, len(events))


async def _compared(connection: asyncpg.Connection, machine: ReviewMachine) -> None:
    project, shown = machine.project, told.shown(machine.state)
    tasks = await connection.fetch("SELECT * FROM view_task WHERE project = $1", project)
    reviews = await connection.fetch("SELECT * FROM view_review WHERE project = $1", project)
    rows = {(row["entry"], row["slot"]): row for row in tasks}
    rows |= {(row["review"], 1): row for row in reviews}
    assert {entry for entry, _ in shown if entry > REVIEWS} == {row["review"] for row in reviews}
    for task, row in rows.items():
        state, person = shown[task]
        if task in machine.state.cycles:
            assert row["lot"] == machine.state.cycles[task].lot, (task, dict(row))
        assert row["state"] == state, (task, dict(row), shown[task])
        if state not in (2, 9, 10):
            assert row["person"] == person, (task, dict(row), shown[task])
    units = await connection.fetch("SELECT * FROM view_unit WHERE project = $1", project)
    for (entry, slot), cycle in machine.state.cycles.items():
        of_task = [unit for unit in units if (unit["entry"], unit["slot"]) == (entry, slot)]
        rejects = {unit["unit"]: unit["rejects"] for unit in of_task if unit["rejects"]}
        assert rejects == cycle.rejects, (entry, slot, rejects, cycle)
        if shown[entry, slot][0] not in DONE:
            returned, resolved = (
                {unit["unit"] for unit in of_task if unit["state"] == state}
                for state in (UnitState.RETURNED, UnitState.RESOLVED)
            )
            assert returned == cycle.in_state(UnitState.RETURNED), (entry, slot, cycle)
            assert resolved >= cycle.in_state(UnitState.RESOLVED), (entry, slot, cycle)


async def test_the_views_are_what_the_model_makes_of_reviews(
    redis_server: EmbeddedRedis, dsn: str
) -> None:
    connection, postgres = await asyncpg.connect(dsn), Postgres(dsn)
    await postgres.start()
    ReviewMachine.url = redis_server.url
    for seed in range(SEEDS):
        machine = await asyncio.to_thread(_lived, seed)
        await _projected(connection, _events(machine), (1, 7, 50, 500)[seed % 4])
        await _compared(connection, machine)
        found = await recount(postgres, machine.project, 0)
        assert found is not None
        assert not found.wrong, vars(found)
        await asyncio.to_thread(machine.teardown)
    await postgres.close()
    await connection.close()


def _lived(seed: int) -> ReviewMachine:
    fate, machine = random.Random(seed), ReviewMachine()
    machine.begin(
        slots=seed % 2 + 1,
        max_held=100,
        threshold=seed % 3,
        early=int(seed == 3),
        fallback_ms=3_000,
        backlog=0,
        lot_size=seed % 2 * 4,
    )
    steps = _steps(machine, fate)
    for _ in range(STEPS):
        fate.choice(steps)()
    return machine
