"""Assignments: one person's work in one queue, from the counters that queues and people share.

A share has no row of its own: it is there while somebody has, or did, any task of the queue, is
listed in its distribution, or something was said of it. A bucket is what waits in a queue whose
work is distributed. A range is counted from its tasks, and what is counted there is
not of the share.
"""

from __future__ import annotations

from typing import Final

import asyncpg

from allocator.model import TaskState
from allocator.ports import AssignmentView
from store.filtering import Column, text
from store.queue_texts import CHANNEL, QUEUE_TYPE
from store.tallies import CORRECTIONS, FOR_REVIEW, OF_ISSUES, WITH_ISSUES
from store.task_row import COUNTED

BUCKET: Final = 0
"""In place of a person."""
_STATES: Final = tuple(
    COUNTED[state]
    for state in (
        *(TaskState.QUEUED, TaskState.ASSIGNED, TaskState.IN_PROGRESS, TaskState.RETURNED),
        *(TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED),
    )
)
_ISSUES: Final = (CORRECTIONS, WITH_ISSUES, FOR_REVIEW)
_SUMS: Final = ", ".join(
    f"coalesce(sum(tasks) FILTER (WHERE state = '{name}'), 0)::bigint AS {name}"
    for name in (*_STATES, *_ISSUES)
)
_NAMES: Final = ", ".join(f"'{name}'" for name in (*_STATES, *_ISSUES) if name != "queued")
_OPEN: Final = "a.queued + a.assigned + a.in_progress + a.returned"
_DONE: Final = "a.in_review + a.completed + a.discarded"
_DUE: Final = "coalesce(nullif(s.due_ms, 0), nullif(g.due_ms, 0), v.due_ms)"
"""Its own date, else that of the queue."""


_HELD_OR_DONE: Final = {
    int(state): name
    for state, name in COUNTED.items()
    if name in _STATES and state is not TaskState.QUEUED
}
_STATE: Final = " ".join(f"WHEN {state} THEN '{name}'" for state, name in _HELD_OR_DONE.items())
_COUNTED_AS: Final = ", ".join(
    (
        f"(CASE t.state {_STATE} END)",
        *(f"(CASE WHEN {which} THEN '{name}' END)" for name, which in OF_ISSUES.items()),
    )
)


def of_queue(of: str = "") -> str:
    """A row for each reason why an assignment is there; `of`: in which queue, "": in any."""
    return f"""
SELECT c.queue, c.value AS person, 0 AS range, c.dimension AS state, c.tasks FROM view_count c
 WHERE c.project = $1 AND c.dimension IN ({_NAMES}) {of and f"AND c.queue = {of}"}
UNION ALL
SELECT w.queue, (s.share ->> 0)::bigint, 0, '', 0 FROM view_queue w
 CROSS JOIN LATERAL jsonb_array_elements(
     CASE jsonb_typeof(w.rules -> 'shares') WHEN 'array' THEN w.rules -> 'shares' ELSE '[]' END
 ) AS s (share)
 WHERE w.project = $1 {of and f"AND w.queue = {of}"}
UNION ALL
SELECT t.queue, t.person, 0, '', 0 FROM view_assignment t
 WHERE t.project = $1 {of and f"AND t.queue = {of}"}
UNION ALL
SELECT b.queue, {BUCKET}, 0, 'queued', b.queued FROM view_queue b
 WHERE b.project = $1 AND b.dealt >= 0 {of and f"AND b.queue = {of}"}
UNION ALL
SELECT r.queue, r.person, r.number, '', 0 FROM view_range r
 WHERE r.project = $1 {of and f"AND r.queue = {of}"}"""


_OF_RANGES: Final = f"""
SELECT r.queue, r.person, u.range, u.state, u.tasks FROM view_range r
 CROSS JOIN LATERAL (
     SELECT c.state, count(*) AS tasks FROM view_task t
      CROSS JOIN LATERAL (VALUES {_COUNTED_AS}) AS c (state)
      WHERE t.project = $1 AND t.queue = r.queue AND t.person = r.person
        AND t.entry BETWEEN r.first_entry AND r.last_entry
        AND t.state IN ({", ".join(map(str, _HELD_OR_DONE))}) AND c.state IS NOT NULL
      GROUP BY c.state) AS n
 CROSS JOIN LATERAL (VALUES (r.number, n.state, n.tasks), (0, n.state, -n.tasks))
       AS u (range, state, tasks)
 WHERE r.project = $1"""
"""What a range has of its person's tasks, and their share has not. Whose it is has a share."""
OF_QUEUE: Final = f"SELECT count(DISTINCT (person, range)) FROM ({of_queue('v.queue')}) AS every"
"""How many assignments the queue `v` has."""
OF_PROJECT: Final = f"""
SELECT count(DISTINCT (every.queue, every.person, every.range)) FROM ({of_queue()}) AS every
  JOIN view_queue v ON v.project = $1 AND v.queue = every.queue AND NOT v.archived"""
"""How many there are in queues that are not archived."""
ASSIGNMENTS: Final = f"""
SELECT * FROM (
SELECT a.*, v.owner, v.rules, v.archived, v.name, v.description, v.created_wall,
       {CHANNEL} AS channel,
       coalesce(nullif(s.priority, -1), nullif(g.priority, -1), v.priority) AS priority,
       {_DUE} AS due_ms, coalesce(s.changed, g.changed, 0) AS changed,
       coalesce(convert_from(n.bytes, 'UTF8'), '') AS note,
       q.external_id AS queue_id, x.external_id AS person_id,
       coalesce(m.active, false) AS active,
       coalesce(g.first, 0) AS first, coalesce(g.last, 0) AS last,
       {_OPEN} AS remaining, {_OPEN} + {_DONE} AS total,
       CASE WHEN {_OPEN} = a.corrections AND a.corrections + {_DONE} > 0
            THEN CASE WHEN a.with_issues + a.for_review > 0 THEN 4 ELSE 3 END
            WHEN a.in_progress + a.returned + {_DONE} > 0 THEN 2 ELSE 1 END AS status,
       CASE WHEN {_DONE} = 0 THEN 0 ELSE ({_DONE}) * 100 / ({_OPEN} + {_DONE}) END AS progress,
       CASE WHEN {_DUE} = 0 THEN 9007199254740991 ELSE {_DUE} END AS due_order
  FROM (SELECT queue, person, range, {_SUMS} FROM ({of_queue()} UNION ALL {_OF_RANGES}
        ) AS every GROUP BY queue, person, range) AS a
  JOIN view_queue v ON v.project = $1 AND v.queue = a.queue
  JOIN queue q ON q.project = $1 AND q.queue = a.queue
  LEFT JOIN view_assignment s ON s.project = $1 AND s.queue = a.queue AND s.person = a.person
   AND a.range = 0
  LEFT JOIN view_range g ON g.project = $1 AND g.queue = a.queue AND g.number = a.range
  LEFT JOIN content n ON n.project = $1 AND n.content = coalesce(s.content, g.content)
  JOIN person x ON x.project = $1
   AND x.person = CASE a.person WHEN {BUCKET} THEN v.owner ELSE a.person END
  LEFT JOIN view_member m ON m.project = $1 AND m.person = x.person
) AS v WHERE true"""
COLUMNS: Final[dict[str, Column]] = {
    "queue": "v.queue",
    "person": "v.person",
    "range": "v.range",
    "queue_id": text("v.queue_id"),
    "person_id": text("v.person_id"),
    "queue_name": text("v.name"),
    "channel": "v.channel",
    "type": f"({QUEUE_TYPE})",
    "kind": f"(CASE WHEN v.range > 0 THEN 3 WHEN v.person = {BUCKET} THEN 2 ELSE 1 END)",
    "status": "v.status",
    "priority": "v.priority",
    "due_time": "nullif(v.due_ms, 0)",
    "archived": "v.archived",
    "active": "v.active",
    "owner": "v.owner",
    "progress_percent": "v.progress",
    "total_tasks": "v.total",
    "remaining_tasks": "v.remaining",
    "items_with_open_issues": "v.with_issues",
    "items_for_review": "v.for_review",
    **{name: f"v.{name}" for name in _STATES},
}
ORDERS: Final = {
    "queue_id": ("v.queue_id", "v.person", "v.range"),
    "person_id": ("v.person_id", "v.queue", "v.person", "v.range"),
    "due_time": ("v.due_order", "v.queue", "v.person", "v.range"),
    "priority": ("v.priority", "v.queue", "v.person", "v.range"),
    "remaining_tasks": ("v.remaining", "v.queue", "v.person", "v.range"),
    "progress_percent": ("v.progress", "v.queue", "v.person", "v.range"),
}


def assignment_view(row: asyncpg.Record) -> AssignmentView:
    """An assignment from a row of ASSIGNMENTS."""
    names = (
        "queue",
        "person",
        "range",
        "first",
        "last",
        "queue_id",
        "person_id",
        "status",
        "priority",
        "due_ms",
        "archived",
    )
    numbers = (
        *("total", "remaining", "progress", "created_wall", "owner", "changed", "channel"),
        *("with_issues", "for_review"),
    )
    return AssignmentView(
        **{name: row[name] for name in (*names, *numbers, "active", "description", "note")},
        queue_name=row["name"],
        rules=row["rules"],
        counts={name: row[name] for name in _STATES},
    )
