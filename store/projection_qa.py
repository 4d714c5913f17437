"""What events about QA queues do to the views. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from allocator.model import REVIEWS, TaskState
from store.task_row import FINISHED

if TYPE_CHECKING:
    from store.events import Event
    from store.projection import Views

RETURNED: Final = "item_returned"
"""How the hold of a QA task ended whose item lost its status."""
WRITES: Final[Mapping[str, str]] = {
    "qa": "INSERT INTO view_qa SELECT $1, r.* FROM jsonb_to_recordset($2::jsonb) AS r ("
    "entry bigint, queue bigint, source bigint, source_entry bigint, people bigint[],"
    " submitted bigint[], made_seq bigint)",
}
"""How the rows of projection.Views.rows are written; $1 is the project."""


def named(event: Event, slots: Mapping[int, int]) -> list[tuple[int, int]]:
    """The tasks of the labeling queue whose items come in."""
    numbers = range(1, slots.get(event.body["source"], 1) + 1)
    return [(task[0], slot) for task in event.body["tasks"] for slot in numbers]


def ended(event: Event) -> list[int]:
    """The entries of QA tasks that end because their items have no status any more."""
    return [entry for entry in event.body.get("cancelled") or () if entry < REVIEWS]


def _added(views: Views, event: Event, body: Any) -> None:
    queue, source, rows = body["queue"], body["source"], []
    for entry, (of, item, _, _, people) in enumerate(body["tasks"], body["first"]):
        numbers = range(1, views.slots[source] + 1)
        row = {
            "entry": entry,
            "queue": queue,
            "source": source,
            "source_entry": of,
            "people": list(people or ()),
            "submitted": [views.tasks[of, slot].submitted_seq for slot in numbers],
            "made_seq": event.seq,
        }
        rows.append(row)
        views.rows.append(("dataset_of_item", (queue, item)))
    views.rows.append(("qa", (json.dumps(rows),)))
    views.count(queue, "entries", len(rows))
    views.count(queue, "queued", len(rows) * views.slots[queue])
    for rank, items in Counter(task[3] for task in body["tasks"]).items():
        views.entered.append((queue, rank, items * views.slots[queue]))


def returned(views: Views, event: Event) -> None:
    """QA tasks end with the status of their items, but for what was judged already."""
    for entry in ended(event):
        first = views.tasks.get((entry, 1))
        for slot in range(1, views.slots.get(first.queue, 1) + 1 if first else 1):
            if views.tasks[entry, slot].state in FINISHED:
                continue
            row = views.task(event, entry, slot)
            views.move(row, TaskState.REMOVED)
            row.person, row.token, row.deadline, row.ended = 0, 0, 0, RETURNED


CHANGES: Final[Mapping[str, Callable[[Views, Event, Any], None]]] = {"qa_added": _added}
