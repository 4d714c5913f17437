"""What events about items that wait for their time do to the views. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from store.events import Event
    from store.projection import Views

WRITES: Final[Mapping[str, str]] = {
    "delayed": "INSERT INTO view_delayed (project, delayed, queue, dataset, not_before,"
    " first_item, count) SELECT $1, $2, $3, $4, $5, *"
    " FROM unnest($6::bigint[], $7::bigint[])",
    "delayed_dropped": "WITH was AS (DELETE FROM view_delayed WHERE project = $1 AND delayed = $2"
    " RETURNING *), rest AS (SELECT w.*, s.item, s.item - row_number() OVER (ORDER BY s.item) run"
    " FROM was w CROSS JOIN LATERAL generate_series(w.first_item, w.first_item + w.count - 1)"
    " AS s (item) WHERE s.item <> ALL ($3::bigint[])) INSERT INTO view_delayed (project, delayed,"
    " queue, dataset, not_before, first_item, count) SELECT $1, $2, queue, dataset, not_before,"
    " min(item), count(*) FROM rest GROUP BY queue, dataset, not_before, run",
    "delayed_fewer": "UPDATE view_queue q SET delayed = q.delayed - $3::bigint * q.slots"
    " FROM (SELECT queue FROM view_delayed WHERE project = $1 AND delayed = $2 LIMIT 1) AS d"
    " WHERE q.project = $1 AND q.queue = d.queue",
    "undelayed": "DELETE FROM view_delayed WHERE project = $1 AND delayed = $2",
}
"""How the rows of projection.Views.rows are written; $1 is the project."""


def _delayed(views: Views, event: Event, body: Any) -> None:
    """In the queue, but no entries yet."""
    queue, runs = body["queue"], body["runs"]
    firsts, counts = [run[1] for run in runs], [run[2] for run in runs]
    values = (event.seq, queue, body["dataset"], body["not_before"], firsts, counts)
    views.rows.append(("delayed", values))
    views.count(queue, "delayed", body["count"] * views.slots[queue])
    views.count(queue, "not_added", body["not_added"])
    if body["dataset"]:
        moved = (queue, body["dataset"], body["cursor"], body["not_added"])
        views.rows.append(("cursor", moved))


def dropped(views: Views, body: Any) -> None:
    """Items that wait no more, by the event that made them wait."""
    for delayed, items in body["delayed"] or ():
        views.rows.append(("delayed_fewer", (delayed, len(items))))
        views.rows.append(("delayed_dropped", (delayed, items)))


def _undelayed(views: Views, event: Event, body: Any) -> None:
    """Their time has come: entries like others from now on."""
    queue, tasks = body["queue"], body["count"] * views.slots[body["queue"]]
    views.rows.append(("undelayed", (body["delayed"],)))
    views.count(queue, "delayed", -tasks - body["dropped"] * views.slots[queue])
    views.count(queue, "queued", tasks)
    views.count(queue, "entries", body["count"])
    views.entered.append((queue, body["priority"], tasks))


CHANGES: Final[Mapping[str, Callable[[Views, Event, Any], None]]] = {
    "delayed": _delayed,
    "undelayed": _undelayed,
}
