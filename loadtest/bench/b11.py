"""B11: 100,000 tasks are dealt out, and redistributed, while others reserve."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dibs.v1.common_pb2 import TaskState
from dibs.v1.operation_pb2 import OPERATION_STATE_RUNNING
from dibs.v1.queue_pb2 import Distribution, Queue, Share
from loadtest.bench import ground
from loadtest.bench.generator import Kind, Tally
from loadtest.bench.ground import Ground, NotSound, Project
from loadtest.bench.results import Figure

MEASURES: Final = (
    "100,000 items of a dataset, from its attachment to a queue with a distribution over 250 people"
    " until the last of them is dealt; and from ApplyRedistribution of 100,000 tasks of one person"
    " over 250 others to the end of the operation; meanwhile 4 callers `Reserve(1)`, then `Submit`,"
    " in another queue of the project, in a closed loop; their p99 then, against undisturbed"
)
MANY: Final = 100_000
PEOPLE: Final = 250
CALLERS: Final = 4
WINDOW_S: Final = 2.0
WINDOWS: Final = 5
LOOK_S: Final = 0.05
WITHIN_S: Final = 600.0
PLANNED: Final = "planned"
REASON: Final = "a bench"


@dataclass(slots=True)
class Others:
    """Who works in another queue, window by window, until `over`."""

    here: Ground
    project: Project
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, windows: int = 1 << 30) -> list[Tally]:
        """What came of each window."""
        found: list[Tally] = []
        while len(found) < windows and not self.over.is_set():
            await self.project.fill(int(WINDOW_S * 2000))
            tally = await self.here.load(
                self.project, kind=Kind.WORK, seconds=WINDOW_S, connections=CALLERS
            )
            found.append(tally)
        return found


async def run(*, short: bool) -> Sequence[Figure]:
    """See `Bench`."""
    tasks, people, windows = (1_000, 10, 1) if short else (MANY, PEOPLE, WINDOWS)
    async with ground.opened() as here:
        project = await here.project("bench-planned")
        await project.seat(CALLERS)
        giver, *takers = await project.join(people + 1)
        await project.client.create_dataset(PLANNED)
        await project.client.import_items(PLANNED, ground.items(0, tasks))
        quiet = await Others(here, project).work(windows)

        dealt = await _beside(here, project, lambda: _dealt(project, "dealt", takers, tasks))
        await _dealt(project, "heap", [giver], tasks)
        moved = await _beside(here, project, lambda: _moved(project, giver, takers, tasks))
        audited = await here.audited()
    figures = _figures("dealt to 250 people", *dealt, quiet, audited)
    return [*figures, *_figures("redistributed over 250 people", *moved, quiet, audited)]


async def _beside(
    here: Ground, project: Project, what: Callable[[], Awaitable[float]]
) -> tuple[float, list[Tally]]:
    """How long it took, and what the others did meanwhile."""
    others = Others(here, project)
    working = asyncio.create_task(others.work())
    took = await what()
    others.over.set()
    return took, await working


async def _dealt(project: Project, queue: str, people: Sequence[str], tasks: int) -> float:
    """Until every item of the dataset is a task of somebody."""
    shares = [Share(person_id=person) for person in people]
    settings = Queue(distribution=Distribution(shares=shares))
    await project.client.create_queue(queue, settings=settings)
    started = time.perf_counter()
    await project.client.attach_dataset(queue, PLANNED)
    async with asyncio.timeout(WITHIN_S):
        while True:
            depth = await project.client.get_queue_depth(queue)
            counts = {one.state: one.count for one in depth.tasks}
            if counts.get(TaskState.TASK_STATE_ASSIGNED) == tasks:
                return time.perf_counter() - started
            await asyncio.sleep(LOOK_S)


async def _moved(project: Project, giver: str, takers: Sequence[str], tasks: int) -> float:
    """Until the operation has succeeded."""
    plan = await project.client.plan_redistribution("heap", giver, takers)
    started = time.perf_counter()
    begun = await project.client.apply_redistribution("heap", plan.plan_id, reason=REASON)
    operation = begun.operation
    async with asyncio.timeout(WITHIN_S):
        while operation.state == OPERATION_STATE_RUNNING:
            answer = await project.client.wait_operation(operation.operation_id)
            operation = answer.operation
    took = time.perf_counter() - started
    if (operation.done, operation.failed) != (tasks, 0):
        raise NotSound(f"{operation.done} moved, {operation.failed} not, of {tasks}")
    return took


def _figures(
    name: str, took: float, busy: Sequence[Tally], quiet: Sequence[Tally], audited: str
) -> list[Figure]:
    rate = statistics.median(tally.rate for tally in busy)
    p99, before = (statistics.median(tally.p99_ms for tally in some) for some in (busy, quiet))
    return [
        Figure(name=f"{name}, the last after", unit="s", found=took, reach=30, at_most=True),
        Figure(
            name=f"{name}: p99 of others / undisturbed",
            unit="×",
            found=p99 / before,
            reach=3,
            at_most=True,
            absolute=f"{p99:.1f} ms against {before:.1f} ms, at {rate:,.0f} calls/s. {audited}.",
        ),
    ]
