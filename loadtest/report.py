"""What the demo shows: figures from the log and from the clients, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from audit.source import log, projects
from dibs.v1.common_pb2 import TaskState
from store.events import decode

ENDED: Final = (TaskState.TASK_STATE_COMPLETED, TaskState.TASK_STATE_DISCARDED)
COLUMNS: Final = 6
Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The demo in numbers."""

    items: int
    tasks: int
    finished: int
    expired: int
    released: int
    skipped: int
    turns: Sequence[str]
    """What happened in the middle."""
    calls_a_second: float
    tasks_a_second: float
    p50_ms: float
    p99_ms: float
    worked_s: float
    by_person: Mapping[str, int]
    total_s: float = 0.0

    def timed(self, *, total_s: float) -> Figures:
        """The same, with the time that all of it took."""
        return replace(self, total_s=total_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the people among whom work was dealt out."""

    name: str
    load: int
    """Their part in percent; 0: they came later."""
    dealt: int
    """Tasks they had to begin with."""
    took: int
    """What they got when somebody left; less than 0: what they left."""
    had: int
    """All that was theirs in the end, as the service counts it."""
    finished: int
    """Of that, as the service counts it."""
    submitted: int
    """Submissions that they were told OK of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The queue that was dealt out, in numbers."""

    tasks: int
    ended: int
    people: Sequence[Person]
    leaver: str
    open: int
    """What the leaver had not begun."""
    lent: int
    """Of these, what the stand-in had after the first redistribution."""
    came_back: int
    """Of these, what was the leaver's again after it was undone."""
    moved: int
    """What the second redistribution moved."""
    locked: bool
    """The leaver's assignment is kept for what they did, and takes nothing more."""


async def ends_of(dsn: str, project: str) -> Counter[str]:
    """Out of the log: tasks finished, leases expired, tasks released and skipped."""
    ends: Counter[str] = Counter()
    connection = await asyncpg.connect(dsn)
    try:
        [named] = await projects(connection, project)
        async for row in log(connection, named.project):
            event = decode(row.payload, project=named.project, seq=row.seq)
            if event.kind in ("expired", "released"):
                ends[event.kind] += len(event.body["tasks"])
            elif event.kind == "skipped":
                ends["skipped"] += 1
            elif event.kind == "submitted":
                ends["finished"] += 1
    finally:
        await connection.close()
    return ends


@contextmanager
def progress(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    """A bar; the function it gives moves it."""
    columns = (TextColumn("  tasks finished"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


def show(console: Console, figures: Figures, team: Team) -> None:
    """Tables."""
    console.print(_summary(figures))
    console.print(_people(figures.by_person))
    console.print(_team(team))


def _summary(figures: Figures) -> Table:
    table = Table(title="dibs demo", show_header=False)
    rows = (
        ("items", f"{figures.items:,}"),
        ("tasks", f"{figures.tasks:,}"),
        ("submissions", f"{figures.finished:,}"),
        ("leases expired", f"{figures.expired:,}"),
        ("tasks released", f"{figures.released:,}"),
        ("tasks skipped", f"{figures.skipped:,}"),
        ("in the middle", "\n".join(figures.turns)),
        (
            "throughput",
            f"{figures.tasks_a_second:.0f} tasks/s, {figures.calls_a_second:.0f} calls/s",
        ),
        ("call, p50 and p99", f"{figures.p50_ms:.1f} ms, {figures.p99_ms:.1f} ms"),
        ("time at work, and in all", f"{figures.worked_s:.1f} s, {figures.total_s:.1f} s"),
    )
    for row in rows:
        table.add_row(*row)
    return table


def _people(by_person: Mapping[str, int]) -> Table:
    table = Table(title="submissions by annotator", show_header=False)
    cells = iter(f"{person.rpartition('-')[2]}: {n}" for person, n in by_person.items())
    while row := list(islice(cells, COLUMNS)):
        table.add_row(*row)
    return table


def _team(team: Team) -> Table:
    table = Table(title=f"dealt out by load, until {team.leaver} left")
    for heading in ("person", "load", "dealt", "moved", "finished"):
        table.add_column(heading, justify="left" if heading == "person" else "right")
    for one in team.people:
        load = f"{one.load} %" if one.load else ""
        table.add_row(one.name, load, str(one.dealt), f"{one.took:+}", str(one.finished))
    moved = sum(max(one.took, 0) for one in team.people)
    dealt = sum(one.dealt for one in team.people)
    table.add_section()
    table.add_row("all", "100 %", str(dealt), str(moved), str(team.ended))
    return table
