"""What people have open in a queue; implements allocator.ports.Moves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from allocator.model import TaskState
from allocator.ports import OpenTask
from store.postgres import Postgres

_HAS: Final = (TaskState.ASSIGNED, TaskState.IN_PROGRESS, TaskState.RETURNED)
_FREE: Final = (TaskState.QUEUED, TaskState.REMOVED, TaskState.ESCALATED)
_OPEN: Final = """
SELECT t.entry, t.slot, t.class, t.state, t.token, t.draft OR t.submitted_seq > 0 AS annotated,
       t.returned, t.skipped, o.people
  FROM view_task t
 CROSS JOIN LATERAL (SELECT array_agg(x.person) AS people FROM view_task x
                      WHERE x.project = t.project AND x.entry = t.entry AND x.slot <> t.slot
                        AND x.person > 0 AND x.state <> ALL ($5)) AS o
 WHERE t.project = $1 AND t.queue = $2 AND t.person = $3 AND t.state = ANY ($4)
 ORDER BY t.priority, t.entry, t.slot"""
_LOADS: Final = """
SELECT person, count(*) AS tasks FROM view_task
 WHERE project = $1 AND queue = $2 AND state = ANY ($3) GROUP BY person"""
_KNOWN: Final = """
SELECT person FROM view_task
 WHERE project = $1 AND queue = $2 AND person > 0 AND state <> ALL ($3)
UNION SELECT person FROM view_range WHERE project = $1 AND queue = $2"""


class Moves:
    """Reads of view_task."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def open_of(self, project: int, queue: int, person: int) -> Sequence[OpenTask]:
        """What the person has open, in the order of the queue."""
        states = (list(_HAS), list(_FREE))
        rows = await self._postgres.fetch(_OPEN, project, queue, person, *states)
        return await asyncio.to_thread(lambda: [_open(row) for row in rows])

    async def loads(self, project: int, queue: int) -> Mapping[int, int]:
        """How many tasks each person has open in the queue."""
        rows = await self._postgres.fetch(_LOADS, project, queue, list(_HAS))
        return {row["person"]: row["tasks"] for row in rows}

    async def known_in(self, project: int, queue: int) -> frozenset[int]:
        """Everybody who has, or ever finished, a task of the queue, or has a range there."""
        rows = await self._postgres.fetch(_KNOWN, project, queue, list(_FREE))
        return frozenset(row["person"] for row in rows)


def _open(row: asyncpg.Record) -> OpenTask:
    returned = row["state"] == TaskState.RETURNED
    return OpenTask(
        entry=row["entry"],
        slot=row["slot"],
        class_=row["class"],
        state=row["state"],
        token=0 if returned else row["token"],
        annotated=row["annotated"],
        returned=row["returned"] or returned,
        others=frozenset(row["skipped"]) | frozenset(row["people"] or ()),
    )
