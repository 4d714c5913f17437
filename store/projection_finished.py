"""What events about priorities and finished tasks do to the rows of the views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allocator.model import Meaning, TaskState
from store import projection_reviews
from store.activity import given_of

if TYPE_CHECKING:
    from store.events import Event
    from store.projection import Views
    from store.task_row import TaskRow

TO_AUTHOR: Final = 1
TO_PERSON: Final = 3


def prioritised(views: Views, event: Event, body: Any) -> None:
    """Every slot of the items has the priority."""
    for entry, *_ in body["entries"]:
        for slot in range(1, views.slots[body["queue"]] + 1):
            views.task(event, entry, slot).priority = body["rank"]


def status_set(views: Views, event: Event, body: Any) -> None:
    """Another status; of what waited, the first one."""
    done = body["meaning"] == Meaning.DONE
    for task in body["tasks"]:
        entry, slot, _, _, author, *_ = task
        row = views.task(event, entry, slot)
        views.move(row, TaskState.COMPLETED if done else TaskState.DISCARDED)
        row.person, row.status, row.meaning = author, body["status"], body["meaning"]
        row.deadline, row.returned = 0, False
        row.ended = row.ended or event.kind
        if given_of(task):
            projection_reviews.add(views, event, row, task)


def status_removed(views: Views, event: Event, body: Any) -> None:
    """Held by its author again."""
    for task in body["tasks"]:
        _done(views, body["queue"], task)
        entry, slot, _, _, author, *_ = task
        row = views.task(event, entry, slot)
        _without_status(row, person=author, returned=True)
        _held(views, row, event)


def _done(views: Views, queue: int, task: Any) -> None:
    """The same on every row of the item."""
    done = sorted(task[8] or ()) if len(task) > 8 else []
    for slot in range(1, views.slots[queue] + 1) if done else ():
        views.touched.add((task[0], slot))
        views.tasks[task[0], slot].done = done


def reopened(views: Views, event: Event, body: Any) -> None:
    """With its author, in the pool, or held by one person."""
    for task in body["tasks"]:
        _done(views, body["queue"], task)
        entry, slot, _, _, author, *_ = task
        row = views.task(event, entry, slot)
        if body["to"] == TO_PERSON:
            _without_status(row, person=body["person"], returned=body["person"] == author)
            _held(views, row, event)
            continue
        to_author = body["to"] == TO_AUTHOR
        _without_status(row, person=author if to_author else 0, returned=to_author)
        views.move(row, TaskState.RETURNED if to_author else TaskState.QUEUED)
        row.ended = event.kind


def _without_status(row: TaskRow, *, person: int, returned: bool) -> None:
    row.person, row.token, row.deadline, row.returned = person, 0, 0, returned
    row.status, row.meaning = 0, 0


def _held(views: Views, row: TaskRow, event: Event) -> None:
    views.move(row, TaskState.ASSIGNED)
    row.token, row.deadline, row.ended = event.seq, event.body["deadline"], ""
