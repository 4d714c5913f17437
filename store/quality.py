"""Figures about reviews, read when somebody asks; implements allocator.ports.QualityReads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from allocator.ports import (
    Consistency,
    FirstReviews,
    Quality,
    QualityAsk,
    Reason,
    Returns,
    ReviewerFigures,
)
from store.postgres import Postgres

_KEYS: Final = {
    "queue": ("d.queue", "0::bigint"),
    "author": ("d.author", "0::bigint"),
    "class": ("d.class", "''"),
    "reviewer": ("d.reviewer", "0::bigint"),
}
"""What figures are asked by: a column, and what stands for all of it."""
_DECISIONS: Final = """
  FROM view_decision d
  JOIN view_queue q ON q.project = d.project AND q.queue = d.queue
 WHERE d.project = $1 AND d.wall >= $2 AND d.wall < $3
   AND ($4::bigint[] IS NULL OR d.queue = ANY ($4))
   AND ($5 = 0 OR d.author = $5) AND ($6 = 0 OR d.reviewer = $6)"""
_QUALITY: Final = f"""
SELECT {{keys}},
       count(*) FILTER (WHERE d.first) AS first,
       count(*) FILTER (WHERE d.first AND d.action = 1) AS passed,
       count(*) FILTER (WHERE d.action < 4) AS decided,
       count(*) FILTER (WHERE d.action = 1) AS approved,
       count(*) FILTER (WHERE d.action = 2) AS rejected,
       count(*) FILTER (WHERE d.action = 3) AS deleted,
       count(*) FILTER (WHERE d.action = 4) AS missing {_DECISIONS}
 {{group}} LIMIT $7"""
_REASONS: Final = f"""
SELECT d.reason, count(*) AS rejects {_DECISIONS} AND d.action = 2
 GROUP BY d.reason ORDER BY count(*) DESC, d.reason"""
_RETURNS: Final = """
SELECT d.queue, d.author, count(DISTINCT (d.entry, d.slot)) AS tasks, count(*) AS rounds,
       count(*) FILTER (WHERE d.result IN (2, 8)) AS returned
  FROM view_round d
  JOIN view_queue q ON q.project = d.project AND q.queue = d.queue
 WHERE d.project = $1 AND d.ended_wall >= $2 AND d.ended_wall < $3 AND d.ended_wall > 0
   AND d.result > 0 AND ($4::bigint[] IS NULL OR d.queue = ANY ($4))
   AND ($5 = 0 OR d.author = $5)
 GROUP BY d.queue, d.author ORDER BY d.queue, d.author"""
_REVIEWERS: Final = """
WITH reviews AS (
    SELECT r.* FROM view_review r JOIN view_queue q ON q.project = r.project AND q.queue = r.queue
     WHERE r.project = $1 AND ($4::bigint[] IS NULL OR r.queue = ANY ($4))
       AND ($5 = 0 OR r.author = $5) AND r.person > 0 AND ($6 = 0 OR r.person = $6)
), has AS (
    SELECT r.person, count(*) FILTER (WHERE r.state = 8) AS waiting,
           count(*) FILTER (WHERE r.state IN (3, 4)) AS held
      FROM reviews r WHERE r.state NOT IN (6, 9) GROUP BY r.person
), did AS (
    SELECT r.person, count(*) AS done, percentile_cont(0.5) WITHIN GROUP
               (ORDER BY r.ended_wall - r.made_wall) AS turnaround_ms,
           percentile_cont(0.5) WITHIN GROUP
               (ORDER BY r.ended_wall - r.granted_wall) AS handling_ms
      FROM reviews r
     WHERE r.state = 6 AND r.ended_wall >= $2 AND r.ended_wall < $3 AND r.ended_wall > 0
     GROUP BY r.person
), decisions AS (
    SELECT d.* {decisions}
), decided AS (
    SELECT d.reviewer AS person, count(*) AS decided FROM decisions d WHERE d.action < 4
     GROUP BY d.reviewer
), judged AS (
    SELECT d.before_by AS person, count(*) AS judged,
           count(*) FILTER (WHERE d.action = d.before) AS agreed
      FROM view_decision d JOIN view_queue q ON q.project = d.project AND q.queue = d.queue
     WHERE d.project = $1 AND d.wall >= $2 AND d.wall < $3 AND d.kind = 2 AND d.before > 0
       AND ($4::bigint[] IS NULL OR d.queue = ANY ($4)) AND ($5 = 0 OR d.author = $5)
       AND ($6 = 0 OR d.before_by = $6)
     GROUP BY d.before_by
)
SELECT person, coalesce(waiting, 0) AS waiting, coalesce(held, 0) AS held,
       coalesce(done, 0) AS done, coalesce(decided, 0) AS decided,
       round(turnaround_ms)::bigint AS turnaround_ms, round(handling_ms)::bigint AS handling_ms,
       coalesce(judged, 0) AS judged, coalesce(agreed, 0) AS agreed
  FROM has FULL JOIN did USING (person) FULL JOIN decided USING (person)
  FULL JOIN judged USING (person)
 ORDER BY person""".replace("{decisions}", _DECISIONS)
_CONSISTENCY: Final = """
WITH done AS MATERIALIZED (
    SELECT t.queue, t.entry, t.slot, t.person, t.status
      FROM view_task t JOIN view_queue q ON q.project = t.project AND q.queue = t.queue
     WHERE t.project = $1 AND t.submitted_wall >= $2 AND t.submitted_wall < $3 AND q.slots > 1
       AND t.state IN (5, 6, 7) AND ($4::bigint[] IS NULL OR t.queue = ANY ($4))
), labels AS MATERIALIZED (
    SELECT d.entry, d.slot, u.class, count(*) AS n
      FROM done d JOIN view_unit u ON u.project = $1 AND u.entry = d.entry AND u.slot = d.slot
     WHERE u.state <> 7 AND u.unit BETWEEN 1 AND 1048575
     GROUP BY d.entry, d.slot, u.class
), sizes AS (
    SELECT entry, slot, sum(n) AS n FROM labels GROUP BY entry, slot
), common AS (
    SELECT x.entry, x.slot AS one, y.slot AS other, sum(least(x.n, y.n)) AS n
      FROM labels x JOIN labels y ON y.entry = x.entry AND y.class = x.class AND y.slot <> x.slot
     GROUP BY x.entry, x.slot, y.slot
), pairs AS (
    SELECT a.queue, a.person, CASE WHEN coalesce(m.n, 0) + coalesce(n.n, 0) = 0
                                   THEN (a.status = b.status)::int
                                   ELSE coalesce(c.n, 0) / (coalesce(m.n, 0) + coalesce(n.n, 0)
                                                            - coalesce(c.n, 0)) END AS agreement
      FROM done a JOIN done b ON b.entry = a.entry AND b.slot <> a.slot
      LEFT JOIN sizes m ON m.entry = a.entry AND m.slot = a.slot
      LEFT JOIN sizes n ON n.entry = b.entry AND n.slot = b.slot
      LEFT JOIN common c ON c.entry = a.entry AND c.one = a.slot AND c.other = b.slot
     WHERE $5 = 0 OR a.person = $5
)
SELECT queue, coalesce(person, 0) AS person,
       CASE WHEN person IS NULL AND $5 = 0 THEN count(*) / 2 ELSE count(*) END AS pairs,
       avg(agreement)::float AS agreement
  FROM pairs GROUP BY GROUPING SETS ((queue), (queue, person))
HAVING $5 = 0 OR person IS NOT NULL
 ORDER BY queue, person NULLS FIRST LIMIT $6"""
_FIRST: Final = """
SELECT $3::bigint AS author, u.class AS class_name, count(d.action) AS reviewed,
       count(*) FILTER (WHERE d.action = 2) AS rejected
  FROM unnest($4::text[]) AS u (class)
  LEFT JOIN LATERAL (SELECT x.action FROM view_decision x
                      WHERE x.project = $1 AND x.queue = $2 AND x.author = $3
                        AND x.class = u.class AND x.first
                      ORDER BY x.seq DESC LIMIT $5) AS d ON true
 GROUP BY u.class ORDER BY u.class"""


_SUBMITTED: Final = """
SELECT u.class AS class_name,
       (SELECT count(*) FROM (SELECT 1 FROM view_unit
         WHERE project = $1 AND queue = $2 AND author = $3 LIMIT $5) AS a) AS of_author,
       (SELECT count(*) FROM (SELECT 1 FROM view_unit
         WHERE project = $1 AND queue = $2 AND class = u.class LIMIT $5) AS c) AS of_class
  FROM unnest($4::text[]) AS u (class)"""


class Qualities:
    """Reads of decisions, rounds and reviews."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def quality(self, project: int, ask: QualityAsk) -> Sequence[Quality]:
        """First reviews and decisions; one line, if nothing is asked by."""
        keys = ", ".join(
            f"{column if name in ask.by else everything} AS {_field(name)}"
            for name, (column, everything) in _KEYS.items()
        )
        by = ", ".join(_KEYS[name][0] for name in _KEYS if name in ask.by)
        group = f"GROUP BY {by} ORDER BY {by}" if by else ""
        query = _QUALITY.format(keys=keys, group=group)
        rows = await self._postgres.fetch(query, project, *_asked(ask), ask.limit)
        return [Quality(**row) for row in rows]

    async def reasons(self, project: int, ask: QualityAsk) -> Sequence[Reason]:
        """Why units were rejected, the most frequent first."""
        rows = await self._postgres.fetch(_REASONS, project, *_asked(ask))
        return [Reason(**row) for row in rows]

    async def returns(self, project: int, ask: QualityAsk) -> Sequence[Returns]:
        """How often tasks came back, by queue and author."""
        rows = await self._postgres.fetch(_RETURNS, project, *_asked(ask)[:4])
        return [Returns(**row) for row in rows]

    async def reviewers(self, project: int, ask: QualityAsk) -> Sequence[ReviewerFigures]:
        """What people reviewed and have to review."""
        rows = await self._postgres.fetch(_REVIEWERS, project, *_asked(ask))
        return [ReviewerFigures(**row) for row in rows]

    async def consistency(self, project: int, ask: QualityAsk) -> Sequence[Consistency]:
        """How far people agree who did the same items."""
        rows = await self._postgres.fetch(_CONSISTENCY, project, *_asked(ask)[:4], ask.limit)
        return [Consistency(**row) for row in rows]

    async def first_reviews(
        self, project: int, queue: int, author: int, classes: Sequence[str], last: int
    ) -> Sequence[FirstReviews]:
        """Of the last so many units of the author and each class that were reviewed at all."""
        rows = await self._postgres.fetch(_FIRST, project, queue, author, list(classes), last)
        return [FirstReviews(**row) for row in rows]

    async def submitted_units(
        self, project: int, queue: int, author: int, classes: Sequence[str], most: int
    ) -> tuple[int, Mapping[str, int]]:
        """How many units the author, and anybody of each class, submitted; `most` are counted."""
        rows = await self._postgres.fetch(_SUBMITTED, project, queue, author, list(classes), most)
        counts = {row["class_name"]: row["of_class"] for row in rows}
        return (rows[0]["of_author"] if rows else 0), counts


def _field(name: str) -> str:
    return "class_name" if name == "class" else name


def _asked(ask: QualityAsk) -> tuple[object, ...]:
    return ask.from_ms, ask.to_ms, ask.queues, ask.author, ask.reviewer
