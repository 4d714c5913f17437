"""Ranges: which places of a queue's order are whose; implements allocator.ports.Ranges.

Place n is the n-th entry that came into the queue. What a place stands for never
changes, so that a row of view_range has the entries at its ends as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.model import TaskId, TaskState
from allocator.ports import Extent, HeldRange
from allocator.strategies.ranges import Range
from store.items import LONGEST_RUN
from store.postgres import Postgres


def entry_at(place: str) -> str:
    """The entry at a place of queue $2."""
    return f"""(SELECT e.first + {place}::bigint - 1 - e.before FROM (
    SELECT first, (sum(count) OVER (ORDER BY first) - count)::bigint AS before
      FROM entry_range WHERE project = $1 AND queue = $2) AS e
 WHERE e.before < {place}::bigint ORDER BY e.before DESC LIMIT 1)"""


WRITES: Final = {
    "range": "INSERT INTO view_range VALUES"
    f" ($1, $2, $3, $4, $5, $6, {entry_at('$5')}, {entry_at('$6')}, $7, $8, $9, $10)"
    " ON CONFLICT (project, queue, number) DO UPDATE SET person = excluded.person,"
    " due_ms = excluded.due_ms, priority = excluded.priority, content = excluded.content,"
    " changed = excluded.changed",
    "range_gone": "DELETE FROM view_range WHERE project = $1 AND queue = $2 AND number = $3",
    "range_said": "UPDATE view_range SET due_ms = $4, priority = $5, content = $6, changed = $7"
    " WHERE project = $1 AND queue = $2 AND number = $3",
    "range_part": "INSERT INTO view_range SELECT v.project, v.queue, $4, v.person, $5::bigint,"
    f" v.last, {entry_at('$5')}, v.last_entry, v.due_ms, v.priority, v.content, v.changed"
    " FROM view_range v"
    " WHERE v.project = $1 AND v.queue = $2 AND v.number = $3",
    "range_rest": f"UPDATE view_range SET last = $4::bigint, last_entry = {entry_at('$4')}"
    " WHERE project = $1 AND queue = $2 AND number = $3",
    "ranges_merged": "WITH gone AS (DELETE FROM view_range WHERE project = $1 AND queue = $2"
    " AND number = (SELECT number FROM view_range WHERE project = $1 AND queue = $2"
    " AND number IN ($3, $4) ORDER BY first DESC LIMIT 1) RETURNING *)"
    " UPDATE view_range v SET last = g.last, last_entry = g.last_entry FROM gone g"
    " WHERE v.project = $1 AND v.queue = $2 AND v.number IN ($3, $4) AND v.number <> g.number",
    "queue_ranges_gone": "DELETE FROM view_range WHERE project = $1 AND queue = $2",
}
"""How view_range follows from events; $1 is the project."""
_WAITING: Final = f"""
SELECT DISTINCT ON (n.entry) n.entry, s.slot
  FROM (SELECT {entry_at("$3")} AS low, {entry_at("$4")} AS high) AS m
  JOIN entry_range e ON e.project = $1 AND e.queue = $2
   AND e.first > m.low - {LONGEST_RUN} AND e.first <= m.high AND e.first + e.count > m.low
  JOIN view_queue q ON q.project = $1 AND q.queue = $2
 CROSS JOIN LATERAL generate_series(
     greatest(e.first, m.low), least(e.first + e.count - 1, m.high)) AS n (entry)
 CROSS JOIN LATERAL generate_series(1, q.slots) AS s (slot)
  LEFT JOIN view_task t ON t.project = $1 AND t.entry = n.entry AND t.slot = s.slot
 WHERE coalesce(t.state, CASE WHEN n.entry > q.cleared THEN {int(TaskState.QUEUED)}
                          ELSE {int(TaskState.REMOVED)} END) = {int(TaskState.QUEUED)}
   AND NOT EXISTS (SELECT FROM view_removed v WHERE v.project = $1 AND v.entry = n.entry)
   AND NOT EXISTS (SELECT FROM view_task o WHERE o.project = $1 AND o.entry = n.entry
                      AND o.person = $5 AND o.state <> {int(TaskState.QUEUED)})
 ORDER BY n.entry, s.slot"""


class Ranges:
    """Reads of view_range and of what lies in one."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def of_queue(self, project: int, queue: int) -> tuple[Range, ...]:
        """The ranges of a queue, in order."""
        rows = await self._postgres.fetch(
            "SELECT first, last, person, number FROM view_range"
            " WHERE project = $1 AND queue = $2 ORDER BY first",
            *(project, queue),
        )
        return tuple(Range(*row) for row in rows)

    async def places(self, project: int, queue: int) -> int:
        """How many places the queue has by now."""
        row = await self._postgres.fetchrow(
            "SELECT coalesce(sum(count), 0)::bigint AS places FROM entry_range"
            " WHERE project = $1 AND queue = $2",
            *(project, queue),
        )
        return int(row["places"]) if row else 0

    async def of_person(self, project: int, queue: int, person: int) -> Sequence[HeldRange]:
        """Those that are the person's, in order."""
        rows = await self._postgres.fetch(
            "SELECT number, first, last, first_entry, last_entry FROM view_range"
            " WHERE project = $1 AND queue = $2 AND person = $3 ORDER BY first",
            *(project, queue, person),
        )
        return [HeldRange(*row) for row in rows]

    async def extent(self, project: int, queue: int, number: int) -> Extent | None:
        """From which entry to which a range goes; None: there is no such range."""
        row = await self._postgres.fetchrow(
            "SELECT first_entry, last_entry, person FROM view_range"
            " WHERE project = $1 AND queue = $2 AND number = $3",
            *(project, queue, number),
        )
        return Extent(*row) if row else None

    async def waiting(
        self, project: int, queue: int, first: int, last: int, person: int
    ) -> list[TaskId]:
        """What waits at these places: one task of each item of which the person has none."""
        rows = await self._postgres.fetch(_WAITING, project, queue, first, last, person)
        return [TaskId(entry=row["entry"], slot=row["slot"]) for row in rows]
