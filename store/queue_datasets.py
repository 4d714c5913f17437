"""What the tasks of each dataset of a queue add up to: counted from their rows when asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Final

import asyncpg

from allocator.model import TaskState
from allocator.ports import QueueDatasetView
from store.postgres import Postgres

_OF_DATASETS: Final = """
SELECT r.dataset, {first} + greatest(r.base - e.first_item, 0) AS first,
       least(e.first_item + e.count, r.base + r.count) - greatest(e.first_item, r.base) AS count
  FROM {runs} e
 CROSS JOIN LATERAL (SELECT * FROM item_range x
                      WHERE x.project = $1 AND x.base < e.first_item + e.count
                        AND x.base >= (SELECT coalesce(max(y.base), 0) FROM item_range y
                                        WHERE y.project = $1 AND y.base <= e.first_item)) AS r
 WHERE e.project = $1 AND e.queue = $2 AND r.base + r.count > e.first_item
   AND r.dataset IN (SELECT dataset FROM named)"""
_PAGE: Final = f"""
WITH named AS (
    SELECT s.dataset, d.external_id, a.dataset IS NOT NULL AS attached,
           coalesce(convert_from(c.bytes, 'UTF8'), d.display_name) AS display_name
      FROM view_queue_dataset s
      JOIN dataset d USING (project, dataset)
      LEFT JOIN view_dataset w USING (project, dataset)
      LEFT JOIN content c ON c.project = w.project AND c.content = w.content
      LEFT JOIN view_attachment a
             ON a.project = s.project AND a.queue = s.queue AND a.dataset = s.dataset
     WHERE s.project = $1 AND s.queue = $2 AND d.external_id > $3
     ORDER BY d.external_id LIMIT $4),
came AS MATERIALIZED ({_OF_DATASETS.format(first="e.first", runs="entry_range")}),
waits AS ({_OF_DATASETS.format(first="e.first", runs="view_delayed")}),
touched AS (
    SELECT p.dataset, t.state, count(*) AS tasks, count(*) FILTER (WHERE t.low) AS low,
           count(*) FILTER (WHERE t.state <> {int(TaskState.REMOVED)} AND t.has_work) AS with_work
      FROM came p
     CROSS JOIN LATERAL (SELECT x.state, x.entry <= q.cleared AS low,
                                x.draft OR x.submitted_seq > 0 AS has_work
                           FROM view_task x
                           JOIN view_queue q ON q.project = $1 AND q.queue = $2
                          WHERE x.project = $1 AND x.entry >= p.first
                            AND x.entry < p.first + p.count
                         OFFSET 0) AS t  -- by key, whatever the planner has yet to learn
     GROUP BY p.dataset, t.state)
SELECT n.external_id, n.display_name, n.attached,
       (SELECT coalesce(sum(p.count), 0) FROM came p
         WHERE p.dataset = n.dataset)::bigint * q.slots AS tasks,
       (SELECT coalesce(sum(least(p.count, q.cleared - p.first + 1)), 0) FROM came p
         WHERE p.dataset = n.dataset AND p.first <= q.cleared)::bigint * q.slots AS cleared,
       (SELECT coalesce(sum(p.count), 0) FROM waits p
         WHERE p.dataset = n.dataset)::bigint * q.slots AS waiting,
       (SELECT jsonb_agg(jsonb_build_array(t.state, t.tasks, t.low, t.with_work)) FROM touched t
         WHERE t.dataset = n.dataset)::text AS touched
  FROM named n JOIN view_queue q ON q.project = $1 AND q.queue = $2
 ORDER BY n.external_id"""


class QueueDatasets:
    """Implements allocator.ports.QueueDatasets."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def page(
        self, project: int, queue: int, after: str, limit: int
    ) -> Sequence[QueueDatasetView]:
        """Datasets of the queue by external id, from the one behind `after`."""
        rows = await self._postgres.fetch(_PAGE, project, queue, after, limit)
        return [_view(row) for row in rows]


def _view(row: asyncpg.Record) -> QueueDatasetView:
    """What has no row waits, or was cleared away."""
    found: Counter[TaskState] = Counter({TaskState.DELAYED: row["waiting"]})
    touched = json.loads(row["touched"] or "[]")
    for state, tasks, _, _ in touched:
        found[TaskState(state)] += tasks
    cleared = row["cleared"] - sum(low for _, _, low, _ in touched)
    found[TaskState.REMOVED] += cleared
    found[TaskState.QUEUED] += row["tasks"] - sum(tasks for _, tasks, _, _ in touched) - cleared
    return QueueDatasetView(
        external_id=row["external_id"],
        display_name=row["display_name"],
        attached=row["attached"],
        by_state=dict(+found),
        annotated=sum(with_work for *_, with_work in touched),
    )
