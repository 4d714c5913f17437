"""What events do to the rows of the views. Pure: rows and events in, rows out.

The projector loads the rows that a run of events touches, has them changed
here, and writes them back with the position, in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from allocator.model import Meaning, SkipPolicy, TaskState
from store import projection_activity, projection_delays, projection_operations, projection_qa
from store import projection_finished as finished
from store import projection_reviews as reviewed
from store.events import Event
from store.queue_texts import NO_TEXTS, Texts
from store.review_rows import ReviewRow, ReviewRows, move
from store.task_row import COUNTED, FINISHED, Task, TaskRow

WITH_TASKS: Final = frozenset(
    {
        *("granted", "picked", "renewed", "released", "expired", "revoked", "recalled", "pooled"),
        *("batch_cleared", "status_set", "status_removed", "reopened", "assigned"),
    }
)
"""Kinds whose body lists `tasks`, each of which begins with entry and slot."""
TAKEN_BACK: Final = frozenset({"revoked", "recalled"})
FOREVER: Final = 2**53
"""The deadline of a hold that does not end by itself; 0 in view_task."""


@dataclass(slots=True)
class Views:
    """The rows that a run of events needs, and then what became of them."""

    tasks: dict[Task, TaskRow] = field(default_factory=dict)
    touched: set[Task] = field(default_factory=set)
    """Tasks whose row is new or changed."""
    slots: dict[int, int] = field(default_factory=dict)
    """Slots per queue; those of queues created in the run included."""
    cleared: dict[int, int] = field(default_factory=dict)
    """Up to which entry what waited in a queue was cleared."""
    archived: set[int] = field(default_factory=set)
    """Queues that were archived when the run began."""
    portions: dict[int, projection_delays.Portion] = field(default_factory=dict)
    """What waits for its time since an event."""
    stirred: set[int] = field(default_factory=set)
    """Events since which something else waits than before."""
    deleted: set[int] = field(default_factory=set)
    """Queues that the run deletes."""
    counts: dict[tuple[int, str], int] = field(default_factory=dict)
    """(queue, column of view_queue) → difference."""
    updated: dict[int, int] = field(default_factory=dict)
    """Queue → when something of it changed, wall ms."""
    texts: dict[int, Texts] = field(default_factory=dict)
    """What contents that queues are written with say."""
    reviews: ReviewRows = field(default_factory=ReviewRows)
    event: Event = field(init=False)
    """The one that is applied."""
    entered: list[tuple[int, int, int]] = field(default_factory=list)
    """(queue, rank, tasks) that came in."""
    activity: projection_activity.Index = field(default_factory=projection_activity.Index)
    rows: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    """What else is to be written, in order: a name of projections.WRITES, its arguments."""

    def count(self, queue: int, column: str, difference: int) -> None:
        """Count `difference` more in a column of the queue."""
        if difference:
            self.add(queue, column, difference)
            self.update(queue)

    def add(self, queue: int, column: str, difference: int) -> None:
        """Count `difference` more, which by itself is no change of the queue."""
        self.counts[queue, column] = self.counts.get((queue, column), 0) + difference

    def update(self, queue: int) -> None:
        """Something of the queue changes by the event that is applied."""
        self.updated[queue] = self.event.wall_ms

    def task(self, event: Event, entry: int, slot: int) -> TaskRow:
        """The row of a task, or of a review task, that `event` changes."""
        if reviewed.is_review(entry):
            row: TaskRow = self.reviews.task(entry)
        else:
            row = self.tasks[entry, slot]
            self.touched.add((entry, slot))
        row.updated_seq, row.updated_wall, row.editor = event.seq, event.wall_ms, event.actor
        return row

    def known(self, entry: int, slot: int) -> TaskRow | None:
        """The row of a task, or of a review task, if it is there."""
        return self.reviews.tasks.get(entry) or self.tasks.get((entry, slot))

    def move(self, row: TaskRow, state: TaskState) -> None:
        """Put the task into `state`, and count it there.

        A free one of an escalated item is ESCALATED; who finishes one has brought it back.
        """
        if isinstance(row, ReviewRow):
            move(row, state, self.event.wall_ms)
            return
        if state == TaskState.REMOVED or row.state == TaskState.IN_REVIEW != state:
            reviewed.left(self, row, state)
        if state in FINISHED and row.escalated:
            self.escalate(row.entry, escalated=False)
        if state == TaskState.QUEUED and row.escalated:
            state = TaskState.ESCALATED
        self.count(row.queue, COUNTED[TaskState(row.state)], -1)
        self.count(row.queue, COUNTED[state], 1)
        row.state = state

    def escalate(self, entry: int, *, escalated: bool) -> None:
        """An item's free slots are ESCALATED from now on, or QUEUED again."""
        free = {TaskState.QUEUED, TaskState.ESCALATED}
        for task, row in self.tasks.items():
            if task[0] == entry:
                self.touched.add(task)
                row.escalated = escalated
                if row.state in free:
                    self.move(row, TaskState.QUEUED)


def apply(views: Views, events: Iterable[Event]) -> None:
    """Change `views` by `events`, in order."""
    for event in events:
        change = _CHANGES.get(event.kind)
        views.event = event
        if change is not None:
            change(views, event, event.body)
        projection_qa.returned(views, event)
        projection_operations.chunk(views, event)
        projection_activity.record(views, event)


def tasks_of(event: Event, slots: Mapping[int, int]) -> list[Task]:
    """The tasks whose rows the event changes."""
    body = event.body
    if event.kind in ("removed", "prioritised", "escalated", "skips_cleared"):
        numbers = range(1, slots.get(body["queue"], 1) + 1)
        return [(entry[0], slot) for entry in body["entries"] or () for slot in numbers]
    if event.kind == "qa_added":
        return projection_qa.named(event, slots)
    if event.kind in reviewed.KINDS:
        return reviewed.named(event)
    if event.kind in ("started", "drafted", "submitted"):
        return [(body["entry"], body["slot"]), *((t[0], t[1]) for t in body.get("refill", ()))]
    if event.kind == "skipped":
        numbers = range(1, slots.get(body["queue"], 1) + 1)
        item = [(body["entry"], slot) for slot in numbers]
        return [*item, *((task[0], task[1]) for task in body["tasks"] or ())]
    if event.kind in ("status_removed", "reopened"):
        numbers = range(1, slots.get(body["queue"], 1) + 1)
        return [(task[0], slot) for task in body["tasks"] or () for slot in numbers]
    if event.kind in WITH_TASKS:
        return [(task[0], task[1]) for task in body["tasks"] or ()]
    return []


def _project_created(views: Views, event: Event, body: Any) -> None:
    created = (body["admin"], bool(body["fast"]), event.seq, event.wall_ms)
    views.rows.append(("project", created))
    _member(views, event, [body["admin"], 1, 1, 1, []])


def _project_changed(views: Views, event: Event, body: Any) -> None:
    row = (body["content"], bool(body["status_locks"]), event.seq)
    views.rows.append(("project_changed", row))


def _project_deleted(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("project_deleted", (event.wall_ms, body["purge_ms"])))


def _project_undeleted(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("project_deleted", (0, 0)))


def _members_changed(views: Views, event: Event, body: Any) -> None:
    for member in body["members"]:
        _member(views, event, member)
    projection_operations.watch(views, event, projection_operations.REMOVE_MEMBERS, [])


def _member(views: Views, event: Event, member: Any) -> None:
    person, is_member, active, roles, skills = member
    row = (person, bool(is_member), bool(active), roles, list(skills), event.seq, event.wall_ms)
    views.rows.append(("member", row))
    if not is_member:
        views.rows.append(("left_groups", (person,)))


def _group_created(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("group", (body["group"], body["content"], event.seq, event.wall_ms)))


def _group_named(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("group_name", (body["group"], body["content"])))


def _group_changed(views: Views, event: Event, body: Any) -> None:
    for name, people in (("group_joined", body["added"]), ("group_left", body["removed"])):
        if people:
            views.rows.append((name, (body["group"], list(people))))


def _group_deleted(views: Views, event: Event, body: Any) -> None:
    views.rows += [("group_emptied", (body["group"],)), ("group_deleted", (body["group"],))]


def _dataset_created(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("dataset", (body["dataset"], event.seq, event.wall_ms)))


def _dataset_named(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("dataset_named", (body["dataset"], body["content"])))


def _items_added(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("items", (body["dataset"], body["count"])))


def _queue_created(views: Views, event: Event, body: Any) -> None:
    queue = body["queue"]
    rules = body["rules"]
    views.slots[queue] = rules["slots"]
    columns = (rules["slots"], rules["priority"], rules["owner"], rules["due_ms"])
    texts = views.texts.get(body["content"], NO_TEXTS)
    row = (queue, *columns, json.dumps(rules), body["content"], event.seq, event.wall_ms, *texts)
    views.rows.append(("queue", row))
    if rules["distributed"]:
        views.rows.append(("queue_dealt", (queue, 0)))
    views.update(queue)


def _queue_changed(views: Views, event: Event, body: Any) -> None:
    rules = body["rules"]
    columns = (rules["priority"], rules["owner"], rules["due_ms"], json.dumps(rules))
    texts = views.texts.get(body["content"], NO_TEXTS)
    row = (body["queue"], *columns, body["content"], event.seq, *texts)
    views.rows.append(("queue_rules", row))
    views.update(body["queue"])
    verb = projection_operations.REMOVE_CONTRIBUTORS
    projection_operations.watch(views, event, verb, [body["queue"]])


def _queue_paused(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("queue_paused", (body["queue"], body["mode"])))
    views.update(body["queue"])
    projection_operations.watch(views, event, projection_operations.RECALL_QUEUE, [body["queue"]])


def _queue_archived(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("queue_archived", (body["queue"], bool(body["archived"]))))
    views.update(body["queue"])


def _data_submitted(views: Views, event: Event, body: Any) -> None:
    since = event.wall_ms if body["submitted"] else 0
    views.rows.append(("data_submitted", (body["queue"], since)))
    views.update(body["queue"])


def _assignment_changed(views: Views, event: Event, body: Any) -> None:
    said = (body["due_ms"], body["priority"], body["content"])
    if body["range"]:
        views.rows.append(("range_said", (body["queue"], body["range"], *said, event.seq)))
        return
    row = (body["queue"], body["person"], *said, event.seq, event.wall_ms)
    views.rows.append(("assignment", row))


def _range_created(views: Views, event: Event, body: Any) -> None:
    row = (body["queue"], event.seq, body["person"], body["first"], body["last"])
    said = (body["due_ms"], body["priority"], body["note"], event.seq)
    views.rows.append(("range", (*row, *said)))
    projection_operations.assigning(views, event)


def _range_split(views: Views, event: Event, body: Any) -> None:
    queue, number, at = body["queue"], body["range"], body["at"]
    views.rows.append(("range_part", (queue, number, event.seq, at)))
    views.rows.append(("range_rest", (queue, number, at - 1)))


def _range_merged(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("ranges_merged", (body["queue"], body["range"], body["other"])))


def _dataset_attached(views: Views, event: Event, body: Any) -> None:
    values = (body["queue"], body["dataset"], body["priority"], body["not_before"])
    views.rows.append(("attachment", values))
    views.rows.append(("dataset_of_queue", (body["queue"], body["dataset"])))
    views.update(body["queue"])


def _entries_added(views: Views, event: Event, body: Any) -> None:
    queue = body["queue"]
    views.count(queue, "entries", body["count"])
    tasks = body["count"] * views.slots[queue]
    views.count(queue, "queued", tasks)
    views.entered.append((queue, body["priority"], tasks))
    views.count(queue, "not_added", body["not_added"])
    if body["dataset"]:
        moved = (queue, body["dataset"], body["cursor"], body["not_added"])
        views.rows.append(("cursor", moved))
    projection_delays.came_from(views, body)


def _granted(views: Views, event: Event, body: Any) -> None:
    _grant(views, event, body["tasks"])
    views.count(body["queue"], "batches", int(body["batch"] == 1))


def _grant(views: Views, event: Event, tasks: Any) -> None:
    body = event.body
    for task in tasks:
        row = views.task(event, task[0], task[1])
        row.returned = row.returned or row.state == TaskState.RETURNED
        views.move(row, TaskState.ASSIGNED)
        row.person, row.token, row.deadline = body["person"], event.seq, body["deadline"]
        row.ended = ""


def _picked(views: Views, event: Event, body: Any) -> None:
    _grant(views, event, body["tasks"])
    for task in body["tasks"]:
        views.move(views.task(event, task[0], task[1]), TaskState.IN_PROGRESS)


def _started(views: Views, event: Event, body: Any) -> None:
    row = views.task(event, body["entry"], body["slot"])
    views.move(row, TaskState.IN_PROGRESS)
    row.deadline = body["deadline"]


def _renewed(views: Views, event: Event, body: Any) -> None:
    for entry, slot, deadline, *_ in body["tasks"]:
        row = views.task(event, entry, slot)
        row.deadline = deadline if deadline < FOREVER else 0
        if body["takeover"]:
            row.token = event.seq


def _drafted(views: Views, event: Event, body: Any) -> None:
    row = views.task(event, body["entry"], body["slot"])
    row.deadline, row.draft = body["deadline"], True
    views.update(row.queue)


def _submitted(views: Views, event: Event, body: Any) -> None:
    row = views.task(event, body["entry"], body["slot"])
    views.move(row, TaskState(body["state"]))
    row.person, row.token, row.deadline = body["person"], body["token"], 0
    row.returned, row.ended, row.submitted_seq = False, "submitted", event.seq
    row.submitter, row.submitted_wall = body["person"], event.wall_ms
    row.draft = False
    row.status, row.meaning, row.late = body["status"], body["meaning"], bool(body["late"])
    row.spent_ms, row.units, row.content = body["spent_ms"], body["units"], body["content"]
    reviewed.submitted(views, event, row)
    _grant(views, event, body["refill"])
    views.count(body["queue"], "batches", 1 if body["refill"] else 0)


def _skipped(views: Views, event: Event, body: Any) -> None:
    row = views.task(event, body["entry"], body["slot"])
    row.token, row.deadline, row.ended = 0, 0, "skipped"
    policy = SkipPolicy(body["policy"])
    if policy is SkipPolicy.DISCARD:
        views.move(row, TaskState.DISCARDED)
        row.person, row.token, row.returned, row.draft = body["person"], body["token"], False, False
        row.status, row.meaning, row.content = body["status"], Meaning.DISCARD, 0
    elif policy is SkipPolicy.REQUEUE_FOR_ME:
        row.returned = True
        views.move(row, TaskState.RETURNED)
    else:
        row.person = 0
        views.move(row, TaskState.QUEUED)
        _skippers(views, body["entry"], {*row.skipped, body["person"]})
        if body["escalated"]:
            views.escalate(body["entry"], escalated=True)
    _grant(views, event, body["tasks"])
    views.count(body["queue"], "batches", body["batch"])


def _skippers(views: Views, entry: int, people: set[int]) -> None:
    for task, row in views.tasks.items():
        if task[0] == entry:
            views.touched.add(task)
            row.skipped = sorted(people)


def _escalated(views: Views, event: Event, body: Any) -> None:
    for (entry,) in body["entries"]:
        views.escalate(entry, escalated=True)


def _skips_cleared(views: Views, event: Event, body: Any) -> None:
    for (entry,) in body["entries"] or ():
        _skippers(views, entry, set())
        views.escalate(entry, escalated=False)


def _expired(views: Views, event: Event, body: Any) -> None:
    """To its first place, or to its author; or it stays with whom it was given to."""
    for entry, slot, _, stays in body["tasks"] or ():
        row = views.task(event, entry, slot)
        row.deadline, row.ended = 0, event.kind
        if stays:
            views.move(row, TaskState.ASSIGNED)
        else:
            views.move(row, TaskState.RETURNED if row.returned else TaskState.QUEUED)


def _assigned(views: Views, event: Event, body: Any) -> None:
    """Somebody has tasks they did not pull, and without an end; or nobody has them any more."""
    if body["among"]:
        views.rows.append(("queue_dealt", (body["queue"], body["upto"])))
    for entry, slot, _, _, _, person, _, state, _, _ in body["tasks"] or ():
        row = views.task(event, entry, slot)
        if person and row.escalated:
            views.escalate(entry, escalated=False)
        views.move(row, TaskState(state))
        row.person, row.deadline, row.draft = person, 0, False
        row.token = event.seq if state == TaskState.ASSIGNED else 0
        row.returned = state == TaskState.RETURNED
        row.ended = "" if state == TaskState.ASSIGNED else "revoked"


def _ended(views: Views, event: Event, body: Any) -> None:
    """Released, cleared or taken back: to its first place, or to its author.

    A task that is taken back says in its last place whether it goes to the pool in any case.
    """
    for task in body["tasks"]:
        row = views.task(event, task[0], task[1])
        row.returned = row.returned and not (event.kind in TAKEN_BACK and task[-1])
        views.move(row, TaskState.RETURNED if row.returned else TaskState.QUEUED)
        if not row.returned:
            row.person = 0
        row.token, row.deadline = 0, 0
        row.ended = "revoked" if event.kind in TAKEN_BACK else event.kind


def _pooled(views: Views, event: Event, body: Any) -> None:
    """Corrections of somebody who is out are for anybody; a review, for whoever is chosen now."""
    for task in body["tasks"]:
        row = views.task(event, task[0], task[1])
        if isinstance(row, ReviewRow) and task[4]:
            row.person = row.mapped = task[4]
            continue
        views.move(row, TaskState.QUEUED)
        row.person, row.token, row.returned, row.ended = 0, 0, False, "revoked"


def _prioritised(views: Views, event: Event, body: Any) -> None:
    finished.prioritised(views, event, body)
    views.update(body["queue"])
    projection_delays.reranked(views, event, body)


def _removed(views: Views, event: Event, body: Any) -> None:
    projection_delays.dropped(views, body)
    views.rows.append(("entries_removed", ([entry[0] for entry in body["entries"] or ()],)))
    for entry, slot in tasks_of(event, views.slots):
        if views.tasks[entry, slot].state in FINISHED:
            continue
        row = views.task(event, entry, slot)
        views.move(row, TaskState.REMOVED)
        row.person, row.token, row.deadline, row.ended = 0, 0, 0, event.kind


_CHANGES: Final[dict[str, Callable[[Views, Event, Any], None]]] = {
    "project_created": _project_created,
    "project_changed": _project_changed,
    "project_deleted": _project_deleted,
    "project_undeleted": _project_undeleted,
    "members_changed": _members_changed,
    "group_created": _group_created,
    "group_named": _group_named,
    "group_changed": _group_changed,
    "group_deleted": _group_deleted,
    "dataset_created": _dataset_created,
    "dataset_named": _dataset_named,
    "items_added": _items_added,
    "queue_created": _queue_created,
    "queue_changed": _queue_changed,
    "queue_paused": _queue_paused,
    "queue_archived": _queue_archived,
    "data_submitted": _data_submitted,
    "assignment_changed": _assignment_changed,
    "range_created": _range_created,
    "range_split": _range_split,
    "range_merged": _range_merged,
    "dataset_attached": _dataset_attached,
    "entries_added": _entries_added,
    **projection_delays.CHANGES,
    "granted": _granted,
    "picked": _picked,
    "started": _started,
    "renewed": _renewed,
    "drafted": _drafted,
    "submitted": _submitted,
    "skipped": _skipped,
    "escalated": _escalated,
    "skips_cleared": _skips_cleared,
    "released": _ended,
    "expired": _expired,
    "assigned": _assigned,
    "revoked": _ended,
    "batch_cleared": _ended,
    "recalled": _ended,
    "pooled": _pooled,
    "removed": _removed,
    **projection_operations.CHANGES,
    "prioritised": _prioritised,
    **reviewed.CHANGES,
    **projection_qa.CHANGES,
    "status_set": finished.status_set,
    "status_removed": finished.status_removed,
    "reopened": finished.reopened,
}
