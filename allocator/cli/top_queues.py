"""The queues of a project, and who holds what, as `dibs top` shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from allocator.cli import top_reviews
from allocator.cli.ages import age
from allocator.cli.answers import all_pages
from allocator.cli.top_reviews import Reviewing
from dibs import Client
from dibs.errors import PermissionDenied, QueueNotFound
from dibs.v1.common_pb2 import TaskState
from dibs.v1.control_pb2 import PAUSE_MODE_UNSPECIFIED
from dibs.v1.figures_pb2 import WorkStatus

MOST_QUEUES = 30
MOST_HOLDERS = 12
HELD = "state = ASSIGNED OR state = IN_PROGRESS"
STATES = (
    *("QUEUED", "ASSIGNED", "IN_PROGRESS", "IN_REVIEW"),
    *("RETURNED", "COMPLETED", "DISCARDED", "ESCALATED"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One queue."""

    queue: str
    status: str
    paused: bool
    manual: bool
    percent: int
    states: Mapping[str, int]
    available: int
    oldest_s: float | None
    reviewing: Reviewing | None = None
    """None: its work never was to be reviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """What waits in them, and who holds what."""

    rows: list[Row]
    queues: int
    held: Counter[tuple[str, str]]
    """Person and state to tasks."""

    def drawn(self) -> RenderableType:
        """As people see it."""
        people = Panel(_people(self.held), title="who holds what", border_style="dim")
        reviewed = [(row.queue, row.reviewing) for row in self.rows if row.reviewing]
        reviews = [top_reviews.table(reviewed)] if reviewed else []
        return Group(_table(self), *reviews, people)

    def fields(self) -> Mapping[str, Any]:
        """The same for scripts."""
        return {
            "queues": [
                {
                    "queue": row.queue,
                    "status": row.status,
                    "paused": row.paused,
                    "manual_mode": row.manual,
                    "progress_percent": row.percent,
                    "states": dict(row.states),
                    "available": row.available,
                    "oldest_waiting_s": row.oldest_s,
                    "review": top_reviews.fields(row.reviewing),
                }
                for row in self.rows
            ],
            "held": [
                {"person": person, "state": state, "tasks": tasks}
                for (person, state), tasks in self.held.most_common()
            ],
        }


def look(client: Client, queue: str) -> Queues:
    """The queues, or one of them, as they are."""
    if queue:
        queues = [client.get_queue(queue).queue]
    else:
        queues = list(all_pages(client.list_queues, {}).queues)
    return Queues(
        rows=list(_rows(client, queues[:MOST_QUEUES], top_reviews.first_passes(client, queue))),
        queues=len(queues),
        held=_held(client, queue),
    )


def _held(client: Client, queue: str) -> Counter[tuple[str, str]]:
    """By the one report that counts them; who may not have it is told of their own tasks."""
    held: Counter[tuple[str, str]] = Counter()
    try:
        report = client.get_workload(queue=queue, window=timedelta(minutes=1))
    except PermissionDenied:
        tasks = all_pages(client.list_tasks, {"queue": queue, "filter": HELD}).tasks
        return Counter((each.person, _state(each.task.state)) for each in tasks)
    for one in report.workloads:
        held[one.person_id, "ASSIGNED"] = one.open_tasks - one.started_tasks - one.returned_tasks
        held[one.person_id, "IN_PROGRESS"] = one.started_tasks
    return +held


def _rows(client: Client, queues: Iterable[Any], passes: Mapping[str, float]) -> Iterator[Row]:
    """One a queue, but for those that were deleted a moment ago."""
    for queue in queues:
        with suppress(QueueNotFound):
            yield _row(queue, client.get_queue_depth(queue.queue_id), passes)


def _row(queue: Any, depth: Any, passes: Mapping[str, float]) -> Row:
    waits = depth.HasField("oldest_waiting_age")
    states = {_state(count.state): count.count for count in depth.tasks}
    return Row(
        queue=queue.queue_id,
        status=WorkStatus.Name(queue.status).removeprefix("WORK_STATUS_"),
        paused=queue.pause_mode != PAUSE_MODE_UNSPECIFIED,
        manual=queue.manual_mode,
        percent=queue.progress_percent,
        states=states,
        available=depth.available,
        oldest_s=depth.oldest_waiting_age.ToTimedelta().total_seconds() if waits else None,
        reviewing=top_reviews.of_queue(queue, depth, states, passes),
    )


def _state(state: Any) -> str:
    return TaskState.Name(state).removeprefix("TASK_STATE_")


def _table(screen: Queues) -> Table:
    states = [s for s in STATES if any(row.states.get(s) for row in screen.rows)]
    others = sorted({s for row in screen.rows for s in row.states} - set(STATES))
    left = screen.queues - len(screen.rows)
    table = Table(box=SIMPLE, caption=f"and {left} more queues" if left else None)
    table.add_column("queue", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("done", justify="right")
    for name in ("available", *(s.lower().replace("_", " ") for s in [*states, *others])):
        table.add_column(name, justify="right")
    table.add_column("oldest waits", justify="right")
    for row in screen.rows:
        counts = (row.states.get(state, 0) for state in [*states, *others])
        figures_ = [f"{count:,}" if count else "" for count in (row.available, *counts)]
        table.add_row(row.queue, _status(row), f"{row.percent} %", *figures_, age(row.oldest_s))
    return table


def _status(row: Row) -> str:
    """How far it is, and why nobody pulls although something is available."""
    words = [row.status.lower().replace("_", " ")]
    words += [word for word, set_ in (("paused", row.paused), ("manual", row.manual)) if set_]
    return ", ".join(words)


def _people(held: Counter[tuple[str, str]]) -> Table | str:
    by_person: Counter[str] = Counter()
    for (person, _), tasks in held.items():
        by_person[person] += tasks
    if not by_person:
        return "nobody holds a task"
    left = len(by_person) - MOST_HOLDERS
    table = Table(box=None, caption=f"and {left} more people" if left > 0 else None)
    table.add_column("person", no_wrap=True)
    table.add_column("assigned", justify="right")
    table.add_column("in progress", justify="right")
    for person, _ in by_person.most_common(MOST_HOLDERS):
        counts = (held.get((person, state), 0) for state in ("ASSIGNED", "IN_PROGRESS"))
        table.add_row(person, *(f"{count:,}" if count else "" for count in counts))
    return table
