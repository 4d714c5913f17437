"""Which items are done in other queues already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.model import TaskState
from allocator.ports import DoneElsewhere
from allocator.ports.lists import MOST_COUNTED
from store.items import LONGEST_RUN
from store.postgres import Postgres

_CHOSEN: Final = "SELECT * FROM unnest($3::bigint[], $4::bigint[]) AS u (base, count)"
_OF_DATASET: Final = "SELECT base, count FROM item_range WHERE project = $1 AND dataset = $3"
_DONE: Final = f"""
SELECT DISTINCT q.queue, t.item
  FROM ({{runs}}) AS r
 CROSS JOIN view_queue q
 CROSS JOIN LATERAL (SELECT * FROM entry_range x
                      WHERE x.project = $1 AND x.queue = q.queue
                        AND x.first_item > r.base - {LONGEST_RUN}
                        AND x.first_item < r.base + r.count
                        AND x.first_item + x.count > r.base) AS e
 CROSS JOIN LATERAL (SELECT x.item FROM view_task x
                      WHERE x.project = $1 AND x.state = {int(TaskState.COMPLETED)}
                        AND x.entry >= e.first + greatest(r.base - e.first_item, 0)
                        AND x.entry < e.first + least(r.base + r.count - e.first_item, e.count)
                     OFFSET 0) AS t  -- by key, whatever the planner has yet to learn
 WHERE q.project = $1 AND q.queue <> $2 AND q.completed > 0"""


class Duplicates:
    """Implements allocator.ports.Duplicates."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def chosen(
        self, project: int, queue: int, runs: Sequence[tuple[int, int]]
    ) -> DoneElsewhere:
        """Of the items in runs of (first, count)."""
        columns = ([first for first, _ in runs], [count for _, count in runs])
        return await self._done(_CHOSEN, project, queue, *columns)

    async def of_dataset(self, project: int, queue: int, dataset: int) -> DoneElsewhere:
        """Of a dataset."""
        return await self._done(_OF_DATASET, project, queue, dataset)

    async def _done(self, runs: str, *arguments: object) -> DoneElsewhere:
        limit = "" if runs == _CHOSEN else f" LIMIT {MOST_COUNTED + 1}"
        rows = await self._postgres.fetch(_DONE.format(runs=runs) + limit, *arguments)
        return DoneElsewhere(
            items=frozenset(row["item"] for row in rows),
            queues=frozenset(row["queue"] for row in rows),
            at_least=bool(limit) and len(rows) > MOST_COUNTED,
        )
