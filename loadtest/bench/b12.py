"""B12: lists far down, and counters of a large queue, against the same near the top and small."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from dibs import AsyncClient
from loadtest.bench import ground
from loadtest.bench.ground import DATASET, QUEUE, NotSound, Project
from loadtest.bench.results import Figure

MEASURES: Final = (
    "p50 of page 1,000 of a list against page 1, in turns, at 1,000,000 tasks of which some are"
    " touched; p50 of the counters at 1,000,000 tasks, and at 1,000"
)
MANY: Final = 1_000_000
FEW: Final = 1_000
SHORT: Final = 20_000
PAGE: Final = 1_000
TOUCHED: Final = 100
REPEATS: Final = 60
FILTER: Final = "state = QUEUED"
COUNTED: Final = (
    *("", "state = QUEUED", "priority = NONE", 'person = ""', 'status = ""', "remaining = true"),
)
CALLS: Final[dict[str, Callable[[AsyncClient], Awaitable[Any]]]] = {
    "GetQueueDepth": lambda client: client.get_queue_depth(QUEUE),
    "GetQueue with its figures": lambda client: client.get_queue(QUEUE),
    "ListQueues by progress": lambda client: client.list_queues(order_by="progress_percent"),
    "GetProject with its figures": lambda client: client.get_project(),
    "ListMembers with their figures": lambda client: client.list_members(),
}


async def run(*, short: bool) -> Sequence[Figure]:
    """See `Bench`."""
    many, repeats = (SHORT, 5) if short else (MANY, REPEATS)
    async with ground.opened() as here:
        small, large = await here.project("bench-small"), await here.project("bench-large")
        await _filled(small, FEW)
        await _filled(large, many)
        await here.settled()
        size = many // PAGE
        figures = [
            await _pages("ListTasks", _tasks(large.client, ""), size, repeats, many),
            await _pages(
                f"ListTasks, {FILTER}", _tasks(large.client, FILTER), size, repeats, many - TOUCHED
            ),
            await _pages("ListItems", _items(large.client), size, repeats, many),
        ]
        figures += [await _counter(small, large, text, repeats) for text in COUNTED]
        figures += [await _figures(small, large, name, repeats) for name in CALLS]
        await here.audited()
    return figures


async def _filled(project: Project, tasks: int) -> None:
    """That many tasks, of which some are held: rows among ranges."""
    await project.fill(tasks)
    [person] = await project.join(1)
    client = project.client.bound(actor=person)
    for _ in range(TOUCHED // 10):
        answer = await client.reserve(QUEUE, count=10)
        for task in answer.tasks:
            await client.submit(task.task_id, task.lease.lease_token)


Page = Callable[[int, str], Awaitable[Any]]


def _tasks(client: AsyncClient, text: str) -> Page:
    async def page(size: int, token: str) -> Any:
        return await client.list_tasks(queue=QUEUE, filter=text, page_size=size, page_token=token)

    return page


def _items(client: AsyncClient) -> Page:
    async def page(size: int, token: str) -> Any:
        return await client.list_items(DATASET, page_size=size, page_token=token)

    return page


async def _pages(name: str, page: Page, size: int, repeats: int, total: int) -> Figure:
    """The ratio of page 1,000 to the page behind page 1: both come with a token."""
    first = await page(size, "")
    near = far = first.next_page_token
    if first.total_size != total:
        raise NotSound(f"{name}: total_size {first.total_size}, not {total}")
    for _ in range(PAGE - 3):
        far = (await page(size, far)).next_page_token
    times: dict[str, list[float]] = {near: [], far: []}
    for _ in range(repeats):
        for token in (near, far):
            times[token].append(await _timed(lambda token=token: page(size, token)))  # type: ignore[misc]
    ratio = statistics.median(times[far]) / statistics.median(times[near])
    return Figure(
        name=f"{name}: page {PAGE:,} / page 1, {size} a page",
        unit="×",
        found=ratio,
        reach=1.2,
        at_most=True,
        absolute=f"p50 {_ms(times[far])} against {_ms(times[near])}.",
    )


async def _counter(small: Project, large: Project, text: str, repeats: int) -> Figure:
    """The time of a page of one task, whose total is of all."""
    few = await _repeated(repeats, lambda: _tasks(small.client, text)(1, ""))
    many = await _repeated(repeats, lambda: _tasks(large.client, text)(1, ""))
    return _at_most_50(f"total of {text or 'all tasks'}", few, many)


async def _figures(small: Project, large: Project, name: str, repeats: int) -> Figure:
    """The time of a call that tells what the tasks add up to."""
    few = await _repeated(repeats, lambda: CALLS[name](small.client))
    many = await _repeated(repeats, lambda: CALLS[name](large.client))
    return _at_most_50(name, few, many)


def _at_most_50(name: str, few: list[float], many: list[float]) -> Figure:
    return Figure(
        name=f"{name}, p50 of the large queue",
        unit="ms",
        found=statistics.median(many) * 1000,
        reach=50,
        at_most=True,
        absolute=f"{_ms(few)} of the small one.",
    )


async def _repeated(repeats: int, call: Callable[[], Awaitable[Any]]) -> list[float]:
    await call()
    return [await _timed(call) for _ in range(repeats)]


async def _timed(call: Callable[[], Awaitable[Any]]) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


def _ms(times: Sequence[float]) -> str:
    return f"{statistics.median(times) * 1000:.1f} ms"
