"""Who has how much, and when the rest will be done, as `dibs top` shows it.

People are told of by one GetWorkload, a queue by one GetForecast.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from allocator.cli import show
from allocator.cli.ages import age
from dibs import Client
from dibs.errors import QueueNotFound
from dibs.v1 import report_pb2 as pb

MOST_PEOPLE: Final = 40
MOST_FORECASTS: Final = 20
"""A forecast is drawn a thousand times over: more would not be done in the second of a frame."""
MOST_ASSIGNMENTS: Final = 20
REMAINS: Final = "remaining_tasks > 0"
ESTIMATES: Final = ("done in", "80 % between", "due in", "risk")
PERSON_MARKS: Final = ("overloaded", "idle")
FORECAST_MARKS: Final = ("overdue", "at_risk")
ASSIGNMENT_MARKS: Final = ("aging", "too_large", "too_small")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What each of them has to do and did."""

    report: pb.GetWorkloadResponse
    now_s: float

    def drawn(self) -> RenderableType:
        """As people see it: who is overloaded first, then who has most."""
        rows = self.report.workloads
        shown = sorted(rows, key=lambda one: (not one.overloaded, -one.open_weight))[:MOST_PEOPLE]
        return Group(Text(_urgency(self.report)), _people(shown, len(rows), self.now_s))

    def fields(self) -> Mapping[str, Any]:
        """The same for scripts."""
        return show.fields(self.report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """When each queue, and what stands out in it, will be done."""

    forecasts: Sequence[tuple[str, pb.GetForecastResponse]]
    queues: int

    def drawn(self) -> RenderableType:
        """As people see it: queues by their dates, assignments by what stands out."""
        left = self.queues - len(self.forecasts)
        table = Table(box=SIMPLE, caption=f"and {left} more queues" if left else None)
        _columns(table, "queue")
        for queue, told in self.forecasts:
            table.add_row(queue, *_estimate(told.queue, told.now), _marks(told.queue))
        every = [(queue, told) for queue, told in self.forecasts if told.assignments]
        return Group(table, Panel(_assignments(every), title="assignments", border_style="dim"))

    def fields(self) -> Mapping[str, Any]:
        """The same for scripts."""
        told = [{"queue_id": queue, **show.fields(each)} for queue, each in self.forecasts]
        return {"queues": told, "total_queues": self.queues}


def people(client: Client, queue: str) -> People:
    """Whoever is told of, in the project or a queue."""
    return People(report=client.get_workload(queue=queue), now_s=time.time())


def deadlines(client: Client, queue: str) -> Deadlines:
    """The queues in which something remains, those that are due first before others; or one."""
    if queue:
        return Deadlines(forecasts=[(queue, client.get_forecast(queue))], queues=1)
    found = client.list_queues(filter=REMAINS, order_by="due_time", page_size=MOST_FORECASTS)
    told = [*_forecasts(client, [each.queue_id for each in found.queues])]
    return Deadlines(forecasts=told, queues=found.total_size - len(found.queues) + len(told))


def _forecasts(
    client: Client, queues: Sequence[str]
) -> Iterator[tuple[str, pb.GetForecastResponse]]:
    """One a queue, but for those that were deleted a moment ago."""
    for queue in queues:
        with suppress(QueueNotFound):
            yield queue, client.get_forecast(queue)


def _urgency(report: pb.GetWorkloadResponse) -> str:
    counts = [sum(getattr(one, mark) for one in report.workloads) for mark in PERSON_MARKS]
    words = [f"{count:,} {mark}" for count, mark in zip(counts, PERSON_MARKS, strict=True)]
    if report.HasField("urgent_share"):
        words.append(f"{report.urgent_share:.0%} of {report.tasks:,} tasks urgent")
    return "   ".join([f"{len(report.workloads):,} people", *words])


def _people(shown: Sequence[pb.PersonWorkload], every: int, now_s: float) -> Table:
    left = every - len(shown)
    table = Table(box=SIMPLE, caption=f"and {left} more people" if left else None)
    table.add_column("person", no_wrap=True)
    for name in ("open", "weight", "started", "returned", "done today", "done", "half take"):
        table.add_column(name, justify="right")
    table.add_column("last seen", justify="right", no_wrap=True)
    table.add_column("")
    for one in shown:
        counts = (one.started_tasks, one.returned_tasks, one.done_today, one.done_tasks)
        load = _count(one.open_tasks), f"{one.open_weight:,g}" if one.open_weight else ""
        took = age(one.median_handling.ToTimedelta().total_seconds() or None)
        seen = _ago(one.last_seen_time, now_s) if one.HasField("last_seen_time") else "never"
        table.add_row(one.person_id, *load, *map(_count, counts), took, seen, _marks(one))
    return table


def _assignments(forecasts: Sequence[tuple[str, pb.GetForecastResponse]]) -> Table | str:
    """Those of which most is to be said first; then those that nobody touched for longest."""
    every = [(queue, told.now, one) for queue, told in forecasts for one in told.assignments]
    if not every:
        return "nobody has anything open"
    every.sort(key=lambda row: (-len(_set(row[2])), row[2].last_change_time.ToNanoseconds()))
    left = len(every) - MOST_ASSIGNMENTS
    table = Table(box=None, caption=f"and {left} more assignments" if left > 0 else None)
    table.add_column("assignment", no_wrap=True)
    table.add_column("queue", no_wrap=True)
    _columns(table, "person", "touched")
    for queue, now, one in every[:MOST_ASSIGNMENTS]:
        touched = _ago(one.last_change_time, now.ToNanoseconds() / 1e9)
        first = one.assignment_id, queue, one.person_id, touched
        table.add_row(*first, *_estimate(one.forecast, now), _marks(one))
    return table


def _columns(table: Table, *names: str) -> None:
    for name in names:
        table.add_column(name, no_wrap=True)
    for name in ("left", "weight", *ESTIMATES):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")


def _estimate(forecast: pb.Forecast, now: Timestamp) -> Iterator[str]:
    """What is left, when it will be done, and how sure that is, from now on."""
    yield _count(forecast.remaining_tasks)
    yield f"{forecast.remaining_weight:,g}"
    if forecast.HasField("finish_time"):
        ends = forecast.earliest_finish_time, forecast.latest_finish_time
        yield _until(forecast.finish_time, now)
        yield " and ".join(_until(end, now) for end in ends)
    else:
        yield from ("no telling", "")
    yield _due(forecast, now)
    yield f"{forecast.deadline_risk:.0%}" if forecast.HasField("deadline_risk") else ""


def _due(forecast: pb.Forecast, now: Timestamp) -> str:
    if not forecast.HasField("due_time"):
        return ""
    if forecast.due_time.ToNanoseconds() <= now.ToNanoseconds():
        return _ago(forecast.due_time, now.ToNanoseconds() / 1e9)
    return _until(forecast.due_time, now)


def _set(one: Any) -> list[str]:
    """What stands out, in the words of the report."""
    found = [mark for mark in _own(one) if getattr(one, mark)]
    return found + (_set(one.forecast) if isinstance(one, pb.AssignmentForecast) else [])


def _own(one: Any) -> tuple[str, ...]:
    if isinstance(one, pb.PersonWorkload):
        return PERSON_MARKS
    return ASSIGNMENT_MARKS if isinstance(one, pb.AssignmentForecast) else FORECAST_MARKS


def _marks(one: Any) -> str:
    return ", ".join(mark.replace("_", " ") for mark in _set(one))


def _count(count: int) -> str:
    return f"{count:,}" if count else ""


def _until(later: Timestamp, now: Timestamp) -> str:
    return age((later.ToNanoseconds() - now.ToNanoseconds()) / 1e9)


def _ago(earlier: Timestamp, now_s: float) -> str:
    return f"{age(max(0.0, now_s - earlier.ToNanoseconds() / 1e9))} ago"
