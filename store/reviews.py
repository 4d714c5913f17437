"""Reads of units, issues and reviews; implements allocator.ports.Reviews."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg

from allocator.filters import Filter
from allocator.model import MAY_REVIEW, MISSING, TaskId
from allocator.ports import (
    Backlog,
    Earlier,
    IssueView,
    ReviewSettingsView,
    ReviewView,
    UnitView,
    WaitsFor,
)
from allocator.ports.lists import ListAsk
from store.filtering import text
from store.paged import Rows, count, page
from store.postgres import Postgres

_QUEUE: Final = "JOIN view_queue q ON q.project = v.project AND q.queue = v.queue"
"""What is left of a queue that was deleted is nobody's."""
_SETTINGS: Final = """
SELECT queue, rules, content, set_seq FROM view_review_settings WHERE project = $1 AND queue = $2"""
_ROUND: Final = "SELECT round FROM view_task WHERE project = $1 AND entry = $2 AND slot = $3"
_AUTHORS: Final = """
SELECT person FROM view_author WHERE project = $1 AND entry = $2 AND slot = $3 ORDER BY person"""
_UNITS: Final = f"""
SELECT v.*, v.class AS class_name, v.acted_wall AS acted_ms FROM view_unit v {_QUEUE}
 WHERE v.project = $1"""
_OF_TASK: Final = f"{_UNITS} AND v.entry = $2 AND v.slot = $3 ORDER BY v.unit"
_NAMED: Final = f"""{_UNITS} AND v.external_id = $2 AND v.external_id <> ''
   AND (v.entry, v.slot, v.unit) > ($3, $4, $5) ORDER BY v.entry, v.slot, v.unit LIMIT $6"""
_TASK: Final = {"entry": "v.entry", "slot": "v.slot"}
_ISSUES: Final = Rows(
    query=f"SELECT v.* FROM view_issue v {_QUEUE} WHERE v.project = $1",
    columns={
        **{name: f"v.{name}" for name in ("queue", "author", "reviewer", "state", "kind")},
        **_TASK,
        "unit_id": text("v.external_id"),
        "class_name": text("v.class"),
        "reason": text("v.reason"),
        "archived": "q.archived",
        "create_time": "v.opened_wall",
        "update_time": "v.updated_wall",
    },
    orders={
        "create_time": ("v.seq", "v.entry", "v.slot", "v.unit"),
        "update_time": ("v.updated_seq", "v.entry", "v.slot", "v.unit"),
    },
)
_ISSUE: Final = f"{_ISSUES.query} AND v.entry = $2 AND v.slot = $3 AND v.unit = $4 AND v.seq = $5"
_REVIEWS: Final = Rows(
    query=f"SELECT v.* FROM view_review v {_QUEUE} WHERE v.project = $1",
    columns={
        **{name: f"v.{name}" for name in ("queue", "kind", "state", "person", "mapped", "author")},
        "entry": "v.of_entry",
        "slot": "v.of_slot",
        "archived": "q.archived",
        "create_time": "v.made_wall",
        "end_time": "nullif(v.ended_wall, 0)",
        "update_time": "v.updated_wall",
    },
    orders={
        "create_time": ("v.review",),
        "update_time": ("v.updated_seq", "v.review"),
    },
)
_WAITING: Final = """
SELECT r.person, count(*) AS reviews, min(r.made_wall) AS oldest_ms
  FROM view_review r
 WHERE r.project = $1 AND r.queue = $2 AND r.kind = $3 AND r.state NOT IN (6, 9) AND r.state = 8
 GROUP BY r.person ORDER BY r.person LIMIT $4"""
_BACKLOG: Final = """
SELECT b.*, coalesce(u.tasks, 0) AS units,
       coalesce((SELECT r.made_wall FROM view_review r
                  WHERE r.project = $1 AND r.queue = b.queue AND r.kind = b.kind
                    AND r.state NOT IN (6, 9) ORDER BY r.review LIMIT 1), 0) AS oldest_ms
  FROM (SELECT c.queue, c.value >> 4 AS kind,
               coalesce(sum(c.tasks) FILTER (WHERE c.value & 15 IN (2, 8)), 0)::bigint AS waiting,
               coalesce(sum(c.tasks) FILTER (WHERE c.value & 15 IN (3, 4)), 0)::bigint AS held
          FROM view_count c
          JOIN view_queue q ON q.project = c.project AND q.queue = c.queue
         WHERE c.project = $1 AND c.dimension = 'review' AND c.value & 15 NOT IN (6, 9)
           AND (c.queue = ANY ($2) OR $2::bigint[] IS NULL AND NOT q.archived)
         GROUP BY 1, 2) AS b
  LEFT JOIN view_count u ON u.project = $1 AND u.queue = b.queue
   AND u.dimension = 'review_units' AND u.value = b.kind
 ORDER BY b.queue, b.kind"""

_UNCLAIMED: Final = """
SELECT r.review FROM view_review r
 WHERE r.project = $1 AND r.queue = $2 AND r.kind = $3 AND r.state NOT IN (6, 9)
   AND r.state = 2 AND r.mapped = 0 ORDER BY r.review LIMIT $4"""
_REVIEWERS: Final = """
SELECT m.person FROM view_member m
 WHERE m.project = $1 AND m.member AND m.active AND m.roles & $2 <> 0
 ORDER BY m.person LIMIT $3"""


class Reviews:
    """Reads of the views of reviews."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def settings(self, project: int, queue: int) -> ReviewSettingsView | None:
        """What the queue's reviews follow, if anything was ever said."""
        row = await self._postgres.fetchrow(_SETTINGS, project, queue)
        if row is None:
            return None
        return ReviewSettingsView(**{**row, "rules": json.loads(row["rules"])})

    async def earlier(self, project: int, task: TaskId) -> Earlier:
        """What was submitted of a task, as of one moment."""
        of = (project, task.entry, task.slot)
        async with self._postgres.moment() as connection:
            rounds = await connection.fetch(_ROUND, *of)
            authors = await connection.fetch(_AUTHORS, *of)
            units = [_unit(row) for row in await connection.fetch(_OF_TASK, *of)]
        return Earlier(
            round=rounds[0]["round"] if rounds else 0,
            authors=[row["person"] for row in authors],
            missing=max([0, *(one.unit - MISSING for one in units)]),
            units=units,
        )

    async def units(self, project: int, task: TaskId) -> Sequence[UnitView]:
        """The units of a task, by number."""
        rows = await self._postgres.fetch(_OF_TASK, project, task.entry, task.slot)
        return [_unit(row) for row in rows]

    async def find_units(
        self, project: int, external_id: str, after: tuple[int, int, int], limit: int
    ) -> Sequence[UnitView]:
        """Units with an external id in whatever tasks, by (entry, slot, unit) behind `after`."""
        rows = await self._postgres.fetch(_NAMED, project, external_id, *after, limit)
        return [_unit(row) for row in rows]

    async def issues(self, project: int, ask: ListAsk) -> Sequence[IssueView]:
        """Issues by create_time or update_time."""
        return [_issue(row) for row in await page(self._postgres, _ISSUES, project, ask)]

    async def count_issues(self, project: int, chosen: Filter) -> int:
        """How many there are; at most MOST_COUNTED + 1 are counted."""
        return await count(self._postgres, _ISSUES, project, chosen)

    async def issue(self, project: int, task: TaskId, unit: int, seq: int) -> IssueView | None:
        """One issue."""
        row = await self._postgres.fetchrow(_ISSUE, project, task.entry, task.slot, unit, seq)
        return _issue(row) if row else None

    async def reviews(self, project: int, ask: ListAsk) -> Sequence[ReviewView]:
        """Reviews by create_time or update_time."""
        return [_review(row) for row in await page(self._postgres, _REVIEWS, project, ask)]

    async def count_reviews(self, project: int, chosen: Filter) -> int:
        """How many there are; at most MOST_COUNTED + 1 are counted."""
        return await count(self._postgres, _REVIEWS, project, chosen)

    async def review(self, project: int, review: int) -> ReviewView | None:
        """One review, by the number of its entry."""
        row = await self._postgres.fetchrow(f"{_REVIEWS.query} AND v.review = $2", project, review)
        return _review(row) if row else None

    async def waiting(self, project: int, queue: int, kind: int, limit: int) -> Sequence[WaitsFor]:
        """For whom reviews of a queue wait, by person; the first so many."""
        rows = await self._postgres.fetch(_WAITING, project, queue, kind, limit)
        return [WaitsFor(**row) for row in rows]

    async def backlog(self, project: int, queues: Sequence[int] | None) -> Sequence[Backlog]:
        """What is to be reviewed, by queue and kind, from counters."""
        return [Backlog(**row) for row in await self._postgres.fetch(_BACKLOG, project, queues)]

    async def unclaimed(self, project: int, queue: int, kind: int, limit: int) -> Sequence[int]:
        """Reviews that wait for anybody, by the numbers of their entries, the oldest first."""
        rows = await self._postgres.fetch(_UNCLAIMED, project, queue, kind, limit)
        return [row["review"] for row in rows]

    async def reviewers(self, project: int, limit: int) -> Sequence[int]:
        """Active members with a role for review."""
        rows = await self._postgres.fetch(_REVIEWERS, project, int(MAY_REVIEW), limit)
        return [row["person"] for row in rows]


_RENAMED: Final = {
    "class_name": "class",
    "opened_ms": "opened_wall",
    "fixed_ms": "fixed_wall",
    "closed_ms": "closed_wall",
    "updated_ms": "updated_wall",
    "entry": "of_entry",
    "slot": "of_slot",
    "by": "chosen_by",
    "made_ms": "made_wall",
    "granted_ms": "granted_wall",
    "ended_ms": "ended_wall",
    "acted_ms": "acted_wall",
}
"""Columns that have another name than the fields."""


def _named(fields: Iterable[str], row: asyncpg.Record) -> dict[str, Any]:
    columns = set(row.keys())
    names = {name: other for name, other in _RENAMED.items() if other in columns}
    return {name: row[names.get(name, name)] for name in fields}


def _unit(row: asyncpg.Record) -> UnitView:
    return UnitView(**_named(UnitView.__dataclass_fields__, row))


def _issue(row: asyncpg.Record) -> IssueView:
    return IssueView(**_named(IssueView.__dataclass_fields__, row))


def _review(row: asyncpg.Record) -> ReviewView:
    return ReviewView(**_named(ReviewView.__dataclass_fields__, row))
