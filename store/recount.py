"""Counts a queue's tasks again, from their rows and the ranges of its entries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from allocator.model import TaskState
from store.postgres import Postgres
from store.tallies import ANNOTATED, CORRECTIONS, OF_ISSUES
from store.task_row import COUNTED

_NAMES: Final = " ".join(f"WHEN {int(state)} THEN '{name}'" for state, name in COUNTED.items())
_COUNTS: Final = """
SELECT c.dimension, c.value, c.tasks FROM view_count c
 WHERE c.project = $1 AND c.queue = q.queue AND c.value > 0
   AND c.dimension NOT IN ('priority', 'holder')"""
_ISSUES_OF_PEOPLE: Final = " UNION ALL ".join(
    f"""
SELECT '{name}', t.person, count(*) FROM view_task t
 WHERE t.project = $1 AND t.queue = q.queue AND t.state <> 2 AND t.person <> 0 AND {which}
 GROUP BY t.person"""
    for name, which in OF_ISSUES.items()
)
_ISSUES: Final = ",\n       ".join(
    f"(SELECT count({'*' if name == CORRECTIONS else 'DISTINCT t.entry'}) FROM view_task t"
    f" WHERE t.project = $1 AND t.queue = q.queue AND {which}) AS rows_{name}"
    for name, which in OF_ISSUES.items()
)
_REVIEWS: Final = """
SELECT 'review', r.kind * 16 + r.state, count(*) FROM view_review r
 WHERE r.project = $1 AND r.queue = q.queue GROUP BY r.kind, r.state
 UNION ALL
SELECT 'review_units', r.kind, sum(cardinality(r.pending))::bigint FROM view_review r
 WHERE r.project = $1 AND r.queue = q.queue AND r.state NOT IN (6, 9)
 GROUP BY r.kind HAVING sum(cardinality(r.pending)) > 0"""
_COUNTED_AGAIN: Final = f"""
SELECT CASE t.state {_NAMES} END, t.person, count(*) FROM view_task t
 WHERE t.project = $1 AND t.queue = q.queue AND t.state <> 2 AND t.person <> 0
 GROUP BY t.state, t.person
 UNION ALL
SELECT 'status', t.status, count(*) FROM view_task t
 WHERE t.project = $1 AND t.queue = q.queue AND t.state IN (5, 6, 7) AND t.status <> 0
 GROUP BY t.status
 UNION ALL {_ISSUES_OF_PEOPLE}
 UNION ALL {_REVIEWS}"""
_COLUMNS: Final = (*COUNTED.values(), ANNOTATED, *OF_ISSUES)
_RECOUNT: Final = f"""
SELECT q.queue, p.seq, {", ".join(f"q.{name}" for name in _COLUMNS)},
       {_ISSUES},
       q.entries * q.slots AS tasks, coalesce(low.entries, 0) * q.slots AS low_tasks,
       (SELECT count(*) FROM view_task t WHERE t.project = $1 AND t.queue = q.queue
           AND t.entry <= q.cleared) AS low_rows,
       (SELECT count(DISTINCT (w.dimension, w.value)) FROM (
           ({_COUNTS} EXCEPT ({_COUNTED_AGAIN})) UNION ALL (({_COUNTED_AGAIN}) EXCEPT {_COUNTS})
       ) AS w (dimension, value, tasks)) AS off,
       (SELECT count(*) FROM view_task t WHERE t.project = $1 AND t.queue = q.queue
           AND t.state <> 9 AND (t.draft OR t.submitted_seq > 0)) AS with_work,
       (SELECT coalesce(sum(d.count), 0)::bigint * q.slots FROM view_delayed d
         WHERE d.project = $1 AND d.queue = q.queue) AS waiting,
       (SELECT jsonb_object_agg(s.state, s.tasks) FROM (
           SELECT t.state, count(*) AS tasks FROM view_task t
            WHERE t.project = $1 AND t.queue = q.queue GROUP BY t.state) AS s)::text AS rows
  FROM view_queue q
  JOIN view_position p ON p.project = q.project
  LEFT JOIN LATERAL (SELECT sum(least(e.count, q.cleared - e.first + 1))::bigint AS entries
                       FROM entry_range e WHERE e.project = $1 AND e.queue = q.queue
                        AND e.first <= q.cleared) AS low ON true
 WHERE q.project = $1 AND q.queue > $2 ORDER BY q.queue LIMIT 1"""


class Recounted:
    """One queue as its counters have it and as its rows add up, both as of event `seq`.

    `by_state` is the part of it that the live state counts, too; `off`, how many counts by
    status, and by person and state, are not those of the rows.
    """

    def __init__(
        self, queue: int, seq: int, counters: Mapping[str, int], rows: Mapping[str, int], off: int
    ) -> None:
        self.queue = queue
        self.seq = seq
        self.counters = counters
        self.rows = rows
        self.off = off
        self.by_state = {name: rows[name] for name in COUNTED.values()}

    @property
    def wrong(self) -> int:
        """How many counters are not what the rows add up to."""
        return self.off + sum(self.counters[name] != self.rows[name] for name in self.counters)


async def recount(postgres: Postgres, project: int, after: int) -> Recounted | None:
    """The first queue behind the one numbered `after`; None: there is none."""
    row = await postgres.fetchrow(_RECOUNT, project, after)
    if row is None:
        return None
    found: dict[str, int] = dict.fromkeys(COUNTED.values(), 0)
    touched = _by_state(row["rows"])
    for state, tasks in touched.items():
        found[COUNTED[TaskState(state)]] += tasks
    found["delayed"] += row["waiting"]
    # What has no row waits, or was cleared away.
    cleared = row["low_tasks"] - row["low_rows"]
    found["removed"] += cleared
    found["queued"] += row["tasks"] - sum(touched.values()) - cleared
    found[ANNOTATED] = row["with_work"]
    found |= {name: row[f"rows_{name}"] for name in OF_ISSUES}
    counters = {name: row[name] for name in found}
    return Recounted(row["queue"], row["seq"], counters, found, row["off"])


def _by_state(text: str | None) -> dict[int, int]:
    return {int(state): tasks for state, tasks in json.loads(text or "{}").items()}
