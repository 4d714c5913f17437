"""B16: what it costs that a submission is sampled: one of 200 units, a fifth of them drawn."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Final

from dibs import AsyncClient
from dibs.v1.allocation_pb2 import ReviewUnit
from dibs.v1.common_pb2 import Task
from dibs.v1.review_settings_pb2 import ReviewSettings
from loadtest.bench import ground
from loadtest.bench.ground import QUEUE, Ground, NotSound, Project
from loadtest.bench.results import Figure

MEASURES: Final = (
    "`Submit` of 200 units, durable, in a queue of whose units a fifth is drawn for review, and in"
    " one without review, in turns, order alternated: p50 of one caller, and of 16 at once"
)
UNITS: Final = [ReviewUnit(unit_id=f"unit-{n}", class_name=f"class-{n % 7}") for n in range(200)]
SETTINGS: Final = ReviewSettings(enabled=True, sampling_rate=0.2, seed=7)
CALLERS: Final = (1, 16)
EACH: Final = 40
"""Submissions of a caller in a round."""
REPEATS: Final = 5


async def run(*, short: bool) -> Sequence[Figure]:
    """See `Bench`."""
    each, repeats = (3, 1) if short else (EACH, REPEATS)
    async with ground.opened() as here:
        projects = [await _project(here, name) for name in ("plain", "reviewed")]
        _, reviewed = projects
        await reviewed.client.update_review_settings(
            QUEUE, SETTINGS, paths=[field.name for field, _ in SETTINGS.ListFields()]
        )
        found = {}
        for callers in CALLERS:
            rounds = [
                await _round(projects, callers, each, number) for number in range(repeats + 1)
            ]
            found[callers] = rounds[1:]
        audited = await here.audited()
    return [_figure(callers, rounds, audited) for callers, rounds in found.items()]


async def _project(here: Ground, name: str) -> Project:
    project = await here.project(name, max_held=EACH)
    await project.join(max(CALLERS))
    return project


async def _round(
    projects: Sequence[Project], callers: int, each: int, number: int
) -> tuple[float, float]:
    """Median ms of a submission in each of the projects."""
    found = dict[str, float]()
    for project in projects if number % 2 else projects[::-1]:
        await project.fill(callers * each)
        found[project.name] = await _median_ms(project, callers, each)
    plain, reviewed = (found[project.name] for project in projects)
    return plain, reviewed


async def _median_ms(project: Project, callers: int, each: int) -> float:
    clients = [project.client.bound(actor=person) for person in project.people[:callers]]
    held = [(await client.reserve(QUEUE, count=each)).tasks for client in clients]
    if any(len(tasks) != each for tasks in held):
        raise NotSound(f"{project.name}: {sum(map(len, held))} tasks for {callers} callers")
    took = await asyncio.gather(
        *(_submit_all(client, tasks) for client, tasks in zip(clients, held, strict=True))
    )
    return statistics.median(ms for one in took for ms in one)


async def _submit_all(client: AsyncClient, tasks: Sequence[Task]) -> list[float]:
    took = []
    for task in tasks:
        started = time.perf_counter()
        await client.submit(task.task_id, task.lease.lease_token, units=UNITS)
        took.append(1000 * (time.perf_counter() - started))
    return took


def _figure(callers: int, rounds: Sequence[tuple[float, float]], audited: str) -> Figure:
    plain, reviewed = (statistics.median(one[n] for one in rounds) for n in (0, 1))
    who = "one caller" if callers == 1 else f"{callers} callers"
    return Figure.of(
        [reviewed / plain for plain, reviewed in rounds],
        name=f"p50 of a sampled Submit ÷ of a plain one, {who}",
        unit="×",
        absolute=f"{reviewed:.1f} ms against {plain:.1f} ms; {audited}.",
    )
