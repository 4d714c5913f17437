"""`dibs top`: queues, rates, lag and who holds what, live in a terminal."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from allocator.cli import figures
from allocator.cli.answers import all_pages
from allocator.cli.figures import Figures
from dibs import Client
from dibs.errors import QueueNotFound
from dibs.v1.common_pb2 import TaskState
from dibs.v1.figures_pb2 import WorkStatus

MOST_QUEUES = 30
MOST_HOLDERS = 12
MOST_METHODS = 6
HELD = "state = ASSIGNED OR state = IN_PROGRESS"
STATES = ("QUEUED", "ASSIGNED", "IN_PROGRESS", "RETURNED", "COMPLETED", "DISCARDED", "ESCALATED")
RATES = {
    "granted": "dibs_leases_total granted",
    "submitted": "dibs_submissions_total",
    "expired": "dibs_expiries_total",
    "imported": "dibs_imported_items_total",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One queue."""

    queue: str
    status: str
    percent: int
    states: Mapping[str, int]
    available: int
    oldest_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All that is shown at a moment."""

    project: str
    rows: list[Row]
    queues: int
    held: Counter[tuple[str, str]]
    """Person and state to tasks."""
    now: Figures
    before: Figures


def run(client: Client, pages: str, *, interval_s: float, once: bool) -> None:
    """Show frames until Ctrl-C, or one of them."""
    before = figures.look(pages)
    time.sleep(interval_s)
    if once:
        Console().print(drawn(_frame(client, figures.look(pages), before)))
        return
    with Live(screen=True, auto_refresh=False) as live:
        while True:
            now = figures.look(pages)
            live.update(drawn(_frame(client, now, before)), refresh=True)
            before = now
            time.sleep(interval_s)


def as_json(client: Client, pages: str, *, interval_s: float) -> dict[str, Any]:
    """One frame for scripts."""
    before = figures.look(pages)
    time.sleep(interval_s)
    frame = _frame(client, figures.look(pages), before)
    return {
        "project": frame.project,
        "queues": [
            {
                "queue": row.queue,
                "status": row.status,
                "progress_percent": row.percent,
                "states": dict(row.states),
                "available": row.available,
                "oldest_waiting_s": row.oldest_s,
            }
            for row in frame.rows
        ],
        "held": [
            {"person": person, "state": state, "tasks": tasks}
            for (person, state), tasks in frame.held.most_common()
        ],
        "rates": dict(_rates(frame)),
        "commit_lag_events": frame.now.lag.get(frame.project, 0),
    }


def _frame(client: Client, now: Figures, before: Figures) -> Frame:
    queues = all_pages(client.list_queues, {}).queues
    held = all_pages(client.list_tasks, {"filter": HELD}).tasks
    return Frame(
        project=client.scope.project,
        rows=list(_rows(client, queues[:MOST_QUEUES])),
        queues=len(queues),
        held=Counter((each.person, _state(each.task.state)) for each in held),
        now=now,
        before=before,
    )


def _rows(client: Client, queues: Iterable[Any]) -> Iterator[Row]:
    """One a queue, but for those that were deleted a moment ago."""
    for queue in queues:
        with suppress(QueueNotFound):
            yield _row(queue, client.get_queue_depth(queue.queue_id))


def _row(queue: Any, depth: Any) -> Row:
    waits = depth.HasField("oldest_waiting_age")
    return Row(
        queue=queue.queue_id,
        status=WorkStatus.Name(queue.status).removeprefix("WORK_STATUS_"),
        percent=queue.progress_percent,
        states={_state(count.state): count.count for count in depth.tasks},
        available=depth.available,
        oldest_s=depth.oldest_waiting_age.ToTimedelta().total_seconds() if waits else None,
    )


def _state(state: Any) -> str:
    return TaskState.Name(state).removeprefix("TASK_STATE_")


def drawn(frame: Frame) -> RenderableType:
    """A frame, as people see it."""
    people = Panel(_people(frame), title="who holds what", border_style="dim")
    return Group(_head(frame), _queues(frame), people)


def _head(frame: Frame) -> Text:
    rates = "   ".join(f"{name} {rate:,.1f}/s" for name, rate in _rates(frame))
    calls = list(frame.now.calls_a_second(frame.before).items())[:MOST_METHODS]
    lag = frame.now.lag.get(frame.project, 0)
    lines = (
        f"{frame.project}   commit lag {lag:,.0f} events   {rates}",
        "calls: " + (", ".join(f"{name} {rate:,.0f}/s" for name, rate in calls) or "none"),
    )
    return Text("\n".join(lines))


def _rates(frame: Frame) -> Iterator[tuple[str, float]]:
    for name, counter in RATES.items():
        yield name, round(frame.now.a_second(frame.before, counter), 1)


def _queues(frame: Frame) -> Table:
    states = [s for s in STATES if any(row.states.get(s) for row in frame.rows)]
    others = sorted({s for row in frame.rows for s in row.states} - set(STATES))
    left = frame.queues - len(frame.rows)
    table = Table(box=SIMPLE, caption=f"and {left} more queues" if left else None)
    table.add_column("queue", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("done", justify="right")
    for name in ("available", *(s.lower().replace("_", " ") for s in [*states, *others])):
        table.add_column(name, justify="right")
    table.add_column("oldest waits", justify="right")
    for row in frame.rows:
        counts = (row.states.get(state, 0) for state in [*states, *others])
        figures_ = [f"{count:,}" if count else "" for count in (row.available, *counts)]
        words = (row.queue, row.status.lower().replace("_", " "), f"{row.percent} %")
        table.add_row(*words, *figures_, _age(row.oldest_s))
    return table


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def _people(frame: Frame) -> Table | str:
    by_person: Counter[str] = Counter()
    for (person, _), tasks in frame.held.items():
        by_person[person] += tasks
    if not by_person:
        return "nobody holds a task"
    left = len(by_person) - MOST_HOLDERS
    table = Table(box=None, caption=f"and {left} more people" if left > 0 else None)
    table.add_column("person", no_wrap=True)
    table.add_column("assigned", justify="right")
    table.add_column("in progress", justify="right")
    for person, _ in by_person.most_common(MOST_HOLDERS):
        counts = (frame.held.get((person, state), 0) for state in ("ASSIGNED", "IN_PROGRESS"))
        table.add_row(person, *(f"{count:,}" if count else "" for count in counts))
    return table
