"""Operations as the projection has them; implements allocator.ports.Operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from allocator.ports import OperationView
from allocator.strategies.operations import Run
from store.items import LONGEST_RUN
from store.postgres import Postgres
from store.views import Views

_COLUMNS: Final = (
    *("operation", "verb", "dataset", "content", "total", "actor", "state", "chunk", "done"),
    *("failed", "error"),
)
_NEWEST_ENTRIES: Final = f"""
SELECT DISTINCT ON (u.item) u.item, e.first + u.item - e.first_item AS entry, e.class, e.priority
  FROM unnest($3::bigint[]) AS u (item)
  JOIN entry_range e ON e.project = $1 AND e.queue = $2
   AND e.first_item <= u.item AND e.first_item > u.item - {LONGEST_RUN}
   AND u.item < e.first_item + e.count
 ORDER BY u.item, entry DESC"""

_ENTRIES_OF_ITEMS: Final = f"""
SELECT q.queue, e.first + u.item - e.first_item AS entry, e.class, e.priority
  FROM queue q
 CROSS JOIN unnest($2::bigint[]) AS u (item)
 CROSS JOIN LATERAL (SELECT * FROM entry_range x WHERE x.project = $1 AND x.queue = q.queue
                        AND x.first_item <= u.item AND x.first_item > u.item - {LONGEST_RUN}
                        AND u.item < x.first_item + x.count) AS e
 WHERE q.project = $1 AND e.first + u.item - e.first_item <= $3
 ORDER BY q.queue, entry"""

_PLACES: Final = """
SELECT e.queue, u.entry, e.class, e.priority
  FROM unnest($2::bigint[]) AS u (entry)
 CROSS JOIN LATERAL (SELECT * FROM entry_range x WHERE x.project = $1 AND x.first <= u.entry
                      ORDER BY x.first DESC LIMIT 1) AS e
 ORDER BY u.entry"""
_RUNS_OF_DATASET: Final = """
SELECT e.queue, e.first + greatest(r.base - e.first_item, 0) AS first,
       least(e.first_item + e.count, r.base + r.count) - greatest(e.first_item, r.base) AS size,
       e.class, e.priority
  FROM entry_range e
 CROSS JOIN LATERAL (SELECT * FROM item_range x
                      WHERE x.project = $1 AND x.base < e.first_item + e.count
                        AND x.base >= (SELECT coalesce(max(y.base), 0) FROM item_range y
                                        WHERE y.project = $1 AND y.base <= e.first_item)) AS r
 WHERE e.project = $1 AND e.queue = ANY ($2) AND e.first <= $4 AND r.dataset = $3
   AND r.base + r.count > e.first_item
 ORDER BY e.queue, first"""


class OperationViews:
    """Reads of view_operation."""

    def __init__(self, postgres: Postgres, views: Views) -> None:
        self._postgres = postgres
        self._views = views

    async def operation(self, project: int, operation: int) -> OperationView | None:
        """One operation, until history is cleaned."""
        row = await self._postgres.fetchrow(
            "SELECT * FROM view_operation WHERE project = $1 AND operation = $2",
            *(project, operation),
        )
        return operation_view(row) if row else None

    async def errors(
        self, project: int, operation: int, limit: int
    ) -> Sequence[tuple[int, int, str]]:
        """Entries, or single slots of them (0: all), that were left as they are, and why."""
        rows = await self._postgres.fetch(
            "SELECT entry, slot, reason FROM view_operation_error"
            " WHERE project = $1 AND operation = $2 ORDER BY entry, slot LIMIT $3",
            *(project, operation, limit),
        )
        return [(row["entry"], row["slot"], row["reason"]) for row in rows]

    async def moved(self, project: int, timeout_s: float) -> None:
        """Return when the views have moved on, or at last after so long."""
        await self._views.moved(project, timeout_s)

    async def runs_of(
        self, project: int, queue: int, numbers: Sequence[int]
    ) -> Mapping[int, tuple[int, int, int]]:
        """Entry, class and rank of the newest entry of each item that has one in the queue."""
        rows = await self._postgres.fetch(_NEWEST_ENTRIES, project, queue, list(numbers))
        return {row["item"]: (row["entry"], row["class"], row["priority"]) for row in rows}

    async def places(self, project: int, entries: Sequence[int]) -> Sequence[Run]:
        """Where these entries came in, neighbours of one kind as one run."""
        rows = await self._postgres.fetch(_PLACES, project, list(entries))
        runs: list[Run] = []
        for queue, entry, class_, rank in rows:
            last = runs[-1] if runs else None
            goes_on = last and Run(queue, entry - last.size, last.size, class_, rank) == last
            if last and goes_on:
                runs[-1] = last._replace(size=last.size + 1)
            else:
                runs.append(Run(queue, entry, 1, class_, rank))
        return runs

    async def followers(self, project: int, dataset: int) -> Sequence[int]:
        """The queues that the dataset is attached to."""
        rows = await self._postgres.fetch(
            "SELECT queue FROM view_attachment WHERE project = $1 AND dataset = $2 ORDER BY queue",
            *(project, dataset),
        )
        return [row["queue"] for row in rows]

    async def runs_of_items(self, project: int, items: Sequence[int], last: int) -> Sequence[Run]:
        """All entries up to `last` of the items, in whatever queues."""
        rows = await self._postgres.fetch(_ENTRIES_OF_ITEMS, project, list(items), last)
        return [Run(queue, entry, 1, class_, rank) for queue, entry, class_, rank in rows]

    async def runs_of_dataset(
        self, project: int, queues: Sequence[int], dataset: int, last: int
    ) -> Sequence[Run]:
        """All entries up to `last` of the dataset's items in these queues."""
        rows = await self._postgres.fetch(_RUNS_OF_DATASET, project, list(queues), dataset, last)
        return [Run(*row) for row in rows]


def operation_view(row: asyncpg.Record) -> OperationView:
    """An operation from a row of view_operation."""
    return OperationView(
        **{name: row[name] for name in _COLUMNS},
        queues=tuple(row["queues"]),
        begun_ms=row["begun_wall"],
        updated_ms=row["updated_wall"],
        ended_ms=row["ended_wall"],
    )
