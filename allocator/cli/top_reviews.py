"""What is to be reviewed, queue by queue, as `dibs top` shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rich.box import SIMPLE
from rich.table import Table

from allocator.cli.ages import age
from dibs import Client
from dibs.errors import PermissionDenied
from dibs.v1 import quality_pb2 as pb

PASSED_IN: Final = timedelta(hours=24)
"""The first-pass rate is that of what was reviewed a first time in the last so many hours."""
TITLE: Final = "reviews (first pass: of the last 24 h)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """One queue: its tasks in review and returned, its reviews, its items with issues."""

    enabled: bool
    in_review: int
    waiting: int
    held: int
    expert_waiting: int
    expert_held: int
    oldest_s: float | None
    returned: int
    items_with_open_issues: int
    items_for_review: int
    backpressure: bool
    first_pass_rate: float | None
    """None: nothing was reviewed a first time, or the caller is not told."""


def first_passes(client: Client, queue: str) -> Mapping[str, float]:
    """By queue, of those where anything was reviewed a first time lately."""
    since = datetime.now(UTC) - PASSED_IN
    by = [pb.QUALITY_DIMENSION_QUEUE]
    try:
        told = client.get_quality(queue=queue, by=by, start_time=since).figures
    except PermissionDenied:
        return {}
    return {one.queue_id: one.first_pass_rate for one in told if one.HasField("first_pass_rate")}


def of_queue(
    queue: Any, depth: Any, states: Mapping[str, int], passes: Mapping[str, float]
) -> Reviewing | None:
    """None: it never had review."""
    if not depth.HasField("review"):
        return None
    found = depth.review
    waits = found.HasField("oldest_age")
    return Reviewing(
        enabled=found.enabled,
        in_review=states.get("IN_REVIEW", 0),
        waiting=found.waiting,
        held=found.held,
        expert_waiting=found.expert_waiting,
        expert_held=found.expert_held,
        oldest_s=found.oldest_age.ToTimedelta().total_seconds() if waits else None,
        returned=states.get("RETURNED", 0),
        items_with_open_issues=queue.items_with_open_issues,
        items_for_review=queue.items_for_review,
        backpressure=found.backpressure,
        first_pass_rate=passes.get(queue.queue_id),
    )


def fields(reviewing: Reviewing | None) -> Mapping[str, Any] | None:
    """The same for scripts."""
    return asdict(reviewing) if reviewing else None


def table(rows: Sequence[tuple[str, Reviewing]]) -> Table:
    """A line a queue."""
    made = Table(
        box=SIMPLE,
        title=TITLE,
        title_style="dim",
        title_justify="left",
        collapse_padding=True,
        pad_edge=False,
        caption=_marks(rows) or None,
        caption_justify="left",
    )
    made.add_column("queue", no_wrap=True)
    for name in ("waiting", "held", "for experts", "with experts"):
        made.add_column(name, justify="right")
    made.add_column("oldest", justify="right", no_wrap=True)
    for name in ("returned", "open issues", "first pass"):
        made.add_column(name, justify="right")
    for queue, one in rows:
        made.add_row(queue, *_cells(one))
    return made


def _cells(one: Reviewing) -> Iterator[str]:
    yield from map(_count, (one.waiting, one.held, one.expert_waiting, one.expert_held))
    yield age(one.oldest_s)
    yield from map(_count, (one.returned, one.items_with_open_issues))
    yield "" if one.first_pass_rate is None else f"{one.first_pass_rate:.0%}"


def _marks(rows: Sequence[tuple[str, Reviewing]]) -> str:
    """In which queues nobody is given new tasks, and in which review is off."""
    marked = {
        "back pressure": [queue for queue, one in rows if one.backpressure],
        "off": [queue for queue, one in rows if not one.enabled],
    }
    return "   ".join(f"{word}: {', '.join(found)}" for word, found in marked.items() if found)


def _count(count: int) -> str:
    return f"{count:,}" if count else ""
