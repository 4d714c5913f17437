"""What events about operations, and the chunks of operations, do to the views. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from allocator.model import TaskState
from allocator.strategies.operations import LEFT
from store import projection_delays
from store.events import OPERATIONS, Event

if TYPE_CHECKING:
    from store.projection import Views

CLEAR_WAITING: Final = 2
RECALL_QUEUE: Final = 9
REMOVE_CONTRIBUTORS: Final = 10
REMOVE_MEMBERS: Final = 11
DELETE_QUEUE: Final = 7
ASSIGN: Final = 12
MOVE: Final = 13
UNDIVIDED: Final = (3, 4)
"""Verbs that raise a fence: the dataset follows no more, and its open entries leave."""
DELETE_DATASET: Final = 4
SUCCEEDED: Final = 2
STEPS: Final = frozenset(
    {
        *("members_changed", "group_created", "group_changed", "dataset_created"),
        *("dataset_named", "items_added", "queue_created", "dataset_attached", "project_changed"),
        *("queue_deleted", "queue_changed"),
    }
)
"""Kinds that as a chunk are one step of an operation."""
FINISHED: Final = "WRONG_TASK_STATE"
"""Why an entry stays: it is finished, or gone already."""
REASONS: Final[Mapping[str, str]] = {
    **LEFT,
    "not_there": FINISHED,
    "wrong_state": FINISHED,
    "removed": FINISHED,
    "not_eligible": "NOT_ELIGIBLE",
    "not_found": "TASK_NOT_FOUND",
}
"""Why a task stays, by the word of the store."""

WRITES: Final[Mapping[str, str]] = {
    "operation": "INSERT INTO view_operation (project, operation, verb, queues, dataset, content,"
    " total, done, actor, begun_wall, updated_wall)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    "items_taken": "UPDATE item i SET removed = u.item FROM unnest($2::bigint[]) AS u (item)"
    " CROSS JOIN LATERAL (SELECT * FROM item_range x WHERE x.project = $1 AND x.base <= u.item"
    " ORDER BY x.base DESC LIMIT 1) AS r WHERE i.project = $1 AND i.import = r.import"
    " AND i.ordinal = r.first + u.item - r.base",
    "operation_at_once": "INSERT INTO view_operation (project, operation, verb, queues, dataset,"
    " content, total, done, state, actor, begun_wall, updated_wall, ended_wall)"
    " VALUES ($1, $2, $3, $4, 0, 0, $5, $5, 2, $6, $7, $7, $7)",
    "tasks_cleared": "UPDATE view_task SET state = 9, person = 0, token = 0, deadline = 0,"
    " ended = 'cleared', updated_seq = $4, updated_wall = $5, editor = $6"
    " WHERE project = $1 AND queue = $2 AND state = 2 AND entry <= $3",
    "queue_cleared": "UPDATE view_queue SET cleared = $3, settled = settled AND NOT archived"
    " WHERE project = $1 AND queue = $2",
    "detached": "INSERT INTO view_detached (project, operation, queue, dataset, last)"
    " SELECT $1, $2, unnest($3::bigint[]), $4, $5",
    "attachments_gone": "WITH gone AS (DELETE FROM view_queue_dataset"
    " WHERE project = $1 AND queue = ANY ($2) AND dataset = $3) DELETE FROM view_attachment"
    " WHERE project = $1 AND queue = ANY ($2) AND dataset = $3",
    "dataset_gone": "WITH gone AS (DELETE FROM view_queue_dataset"
    " WHERE project = $1 AND dataset = $2)"
    " DELETE FROM view_dataset WHERE project = $1 AND dataset = $2",
    "dataset_named": "UPDATE view_dataset SET content = $3 WHERE project = $1 AND dataset = $2",
    "fence_lowered": "DELETE FROM view_detached WHERE project = $1 AND operation = $2",
    "chunk": "UPDATE view_operation SET chunk = $3, done = done + $4, failed = failed + $5,"
    " updated_wall = $6 WHERE project = $1 AND operation = $2",
    "operation_errors": "INSERT INTO view_operation_error (project, operation, entry, slot, reason)"
    " SELECT $1, $2, * FROM unnest($3::bigint[], $4::smallint[], $5::text[])"
    " ON CONFLICT DO NOTHING",
    "operation_ended": "UPDATE view_operation SET state = $3::smallint, error = $4,"
    " updated_wall = $5, done = CASE WHEN verb BETWEEN 9 AND 11 AND $3::smallint = 2"
    " THEN total ELSE done END,"
    " ended_wall = $5 WHERE project = $1 AND operation = $2",
    "operations_retried": "UPDATE view_operation SET state = 1, error = '', updated_wall = $3,"
    " ended_wall = 0 WHERE project = $1 AND operation = ANY ($2)",
    "history_cleaned": "DELETE FROM view_operation WHERE project = $1 AND operation = ANY ($2)",
    "errors_cleaned": "DELETE FROM view_operation_error"
    " WHERE project = $1 AND operation = ANY ($2)",
    "queue_gone": "DELETE FROM view_queue WHERE project = $1 AND queue = $2",
    "queue_attachments_gone": "WITH gone AS (DELETE FROM view_queue_dataset"
    " WHERE project = $1 AND queue = $2)"
    " DELETE FROM view_attachment WHERE project = $1 AND queue = $2",
    "queue_delayed_gone": "DELETE FROM view_delayed WHERE project = $1 AND queue = $2",
    "queue_deleted": "INSERT INTO view_deleted (project, queue) VALUES ($1, $2)",
    "entries_removed": "INSERT INTO view_removed SELECT $1, unnest($2::bigint[])"
    " ON CONFLICT DO NOTHING",
}
"""How the rows of projection.Views.rows are written; $1 is the project."""


def chunk(views: Views, event: Event) -> None:
    """The progress of the operation whose chunk the event is, if it is one."""
    request = event.request
    if request is None or request.session <= OPERATIONS:
        return
    operation, kept = request.session - OPERATIONS, list(event.body.get("kept") or ())
    moved = next((len(event.body[n]) for n in ("entries", "tasks") if n in event.body), 0)
    done = 1 if event.kind in STEPS else event.body.get("named", moved + len(kept))
    views.rows.append(("chunk", (operation, request.n, done, len(kept), event.wall_ms)))
    if kept:
        stays = [[one, 0, FINISHED] if isinstance(one, int) else one for one in kept]
        entries, slots, words = map(list, zip(*(one[:3] for one in stays), strict=True))
        reasons = [REASONS.get(word, word) for word in words]
        views.rows.append(("operation_errors", (operation, entries, slots, reasons)))


def _cleared(views: Views, event: Event, body: Any) -> None:
    """Every task of the queue that waits is removed; most of them have no row."""
    queue, last = body["queue"], body["last"]
    row = (event.seq, CLEAR_WAITING, [queue], body["removed"], event.actor, event.wall_ms)
    views.rows.append(("operation_at_once", row))
    views.rows.append(("tasks_cleared", (queue, last, event.seq, event.wall_ms, event.actor)))
    views.rows.append(("queue_cleared", (queue, last)))
    views.cleared[queue] = last
    views.count(queue, "queued", -body["removed"])
    views.count(queue, "removed", body["removed"])
    for task, row_ in views.tasks.items():
        if row_.queue == queue and row_.state == TaskState.QUEUED and row_.entry <= last:
            row_.state, row_.person, row_.token = TaskState.REMOVED, 0, 0
            if row_.updated_seq:  # else it has no row, and needs none
                views.task(event, *task).ended = "cleared"


def _deleted(views: Views, event: Event, body: Any) -> None:
    """There is no such queue; rows of its tasks are in nobody's way, and are dropped in time."""
    queue, held = body["queue"], body["held"]
    views.deleted.add(queue)
    if held:
        row: tuple[Any, ...] = (event.seq, DELETE_QUEUE, [queue], 0, 0, held, 0)
        views.rows.append(("operation", (*row, event.actor, event.wall_ms)))
    else:
        at_once = (event.seq, DELETE_QUEUE, [queue], 0, event.actor, event.wall_ms)
        views.rows.append(("operation_at_once", at_once))
    projection_delays.forget(views, queue)
    for name in (
        *("queue_gone", "queue_attachments_gone", "queue_delayed_gone", "queue_ranges_gone"),
        "review_settings_gone",
        "queue_deleted",
    ):
        views.rows.append((name, (queue,)))


def _begun(views: Views, event: Event, body: Any) -> None:
    names = ("verb", "queues", "dataset", "content", "total")
    fields = (list(body[name]) if name == "queues" else body[name] for name in names)
    done = sum(len(items) for _, items in body["delayed"] or ())
    views.rows.append(("operation", (event.seq, *fields, done, event.actor, event.wall_ms)))
    if body["items"]:
        views.rows.append(("items_taken", (body["items"],)))
        views.rows.append(("items", (body["dataset"], -len(body["items"]))))
    projection_delays.dropped(views, body)
    if body["verb"] in UNDIVIDED:
        queues, dataset = list(body["queues"]), body["dataset"]
        views.rows.append(("detached", (event.seq, queues, dataset, body["last"])))
        views.rows.append(("attachments_gone", (queues, dataset)))
    if body["verb"] == DELETE_DATASET:
        views.rows.append(("dataset_gone", (body["dataset"],)))


def watch(views: Views, event: Event, verb: int, queues: list[int]) -> None:
    """An event that recalls is an operation that watches, if it says about how many tasks."""
    total = event.body["open"]
    if total >= 0:
        row = (event.seq, verb, queues, 0, 0, total, 0, event.actor, event.wall_ms)
        views.rows.append(("operation", row))


def _ended(views: Views, event: Event, body: Any) -> None:
    row = (body["operation"], body["state"], body["error"], event.wall_ms)
    views.rows.append(("operation_ended", row))
    if body["state"] == SUCCEEDED:
        views.rows.append(("fence_lowered", (body["operation"],)))


def _retried(views: Views, event: Event, body: Any) -> None:
    views.rows.append(("operations_retried", (list(body["operations"]), event.wall_ms)))


def _cleaned(views: Views, event: Event, body: Any) -> None:
    for name in ("history_cleaned", "errors_cleaned"):
        views.rows.append((name, (list(body["operations"]),)))


def _moving(views: Views, event: Event, body: Any) -> None:
    _in_chunks(views, event, MOVE)
    queue = body["queue"]
    for number, first, last, _, person, *said in body["ranges"] or ():
        row = (queue, number, person, first, last, *said, event.seq)
        views.rows.append(("range", row) if person else ("range_gone", (queue, number)))


def assigning(views: Views, event: Event) -> None:
    """An event with places that are somebody's is an operation that assigns what waits there."""
    _in_chunks(views, event, ASSIGN)


def _in_chunks(views: Views, event: Event, verb: int) -> None:
    body = event.body
    row = (event.seq, verb, [body["queue"]], 0, body["content"], body["total"], 0)
    views.rows.append(("operation", (*row, event.actor, event.wall_ms)))


CHANGES: Final[dict[str, Callable[[Views, Event, Any], None]]] = {
    "cleared": _cleared,
    "queue_deleted": _deleted,
    "operation_begun": _begun,
    "moves_begun": _moving,
    "operation_ended": _ended,
    "operations_retried": _retried,
    "history_cleaned": _cleaned,
}
