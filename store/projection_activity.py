"""What events do to the index of what happened: see store/activity.py. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from store import activity

if TYPE_CHECKING:
    from store.events import Event
    from store.projection import Views

_PARTS: Final = (
    "INSERT INTO view_activity (project, seq, part, queue, person, actor, change, operation, wall)"
    " SELECT $1, * FROM unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[],"
    " $6::bigint[], $7::text[], $8::bigint[], $9::bigint[])"
)
_TASKS: Final = (
    "INSERT INTO view_activity_task (project, entry, slot, seq, part)"
    " SELECT $1, * FROM unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::smallint[])"
    " ON CONFLICT DO NOTHING"
)
_RUNS: Final = (
    "INSERT INTO view_activity_run (project, first, size, seq)"
    " SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])"
)


@dataclass(slots=True)
class Index:
    """The rows that a run of events adds, in the order of the columns above."""

    parts: list[tuple[Any, ...]] = field(default_factory=list)
    tasks: list[tuple[int, int, int, int]] = field(default_factory=list)
    runs: list[tuple[int, int, int]] = field(default_factory=list)

    def writes(self) -> Iterator[tuple[str, list[list[Any]]]]:
        """Statements, and the columns that each takes behind the project."""
        for query, rows in ((_PARTS, self.parts), (_TASKS, self.tasks), (_RUNS, self.runs)):
            if rows:
                yield query, list(map(list, zip(*rows, strict=True)))


def record(views: Views, event: Event) -> None:
    """Index one event; the rows of tasks whose queue it does not name are among the views'."""
    told = activity.told(event)
    queues = {entry: row.queue for (entry, _), row in _rows(views, told)}
    tasks = told.in_queues(queues)
    parts = told.parts(tasks)
    of = (event.actor, event.kind, told.operation, event.wall_ms)
    number = {part: n for n, part in enumerate(parts)}
    index = views.activity
    index.parts += [(event.seq, n, *part, *of) for part, n in number.items()]
    for task in tasks:
        for part in task.parts():
            index.tasks.append((task.entry, task.slot, event.seq, number[part]))
    index.runs += [(first, size, event.seq) for first, size in activity.came_in(event)]


def _rows(views: Views, told: activity.Told) -> Iterator[tuple[tuple[int, int], Any]]:
    for task in told.tasks:
        row = None if task.queue else views.known(task.entry, task.slot)
        if row is not None:
            yield (task.entry, task.slot), row
