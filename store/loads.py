"""Loads: what people have open and what they did, read when somebody asks.

Reports are asked for rarely and events happen all the time, so that nothing is
counted for them ahead. What items weigh is read only in projects in which one
has another weight than 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.model import Priority, TaskState
from allocator.ports.loads import Done, Left, Marked, PersonLoad, ShareLoad
from store.assignment_list import of_queue
from store.postgres import Postgres

MOST_DONE: Final = 20_000
_OPEN: Final = (TaskState.ASSIGNED, TaskState.IN_PROGRESS, TaskState.RETURNED)
_DONE: Final = (TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED)
_REMAINS: Final = (*_OPEN, TaskState.QUEUED, TaskState.ESCALATED)


def _list(states: Sequence[TaskState]) -> str:
    return ", ".join(str(int(state)) for state in states)


_WEIGHED: Final = "SELECT max(weight) AS weighed FROM item WHERE project = $1 AND weight <> 1"
"""To see whether there is any reads all items, while Postgres knows nothing of them: it expects
most to be. The highest it takes from the index of these, whatever it expects."""
_EQUAL: Final = "CROSS JOIN (SELECT 1::float8 AS weight) AS w"
_BY_WEIGHT: Final = """
  LEFT JOIN LATERAL (
      SELECT i.weight
        FROM (SELECT * FROM item_range x WHERE x.project = $1 AND x.base <= {item}
               ORDER BY x.base DESC LIMIT 1) AS r
        JOIN item i ON i.project = $1 AND i.import = r.import
                   AND i.ordinal = r.first + {item} - r.base
  ) AS w ON true"""


def _by_weight(item: str) -> str:
    return _BY_WEIGHT.replace("{item}", item)


def _both(query: str) -> dict[bool, str]:
    """The query, in whose `{w}` it is joined what `t.item` weighs: by whether any item says so."""
    return {False: query.replace("{w}", _EQUAL), True: query.replace("{w}", _by_weight("t.item"))}


_HERE: Final = """
  JOIN view_queue q ON q.project = $1 AND q.queue = t.queue AND NOT q.archived
 WHERE t.project = $1 AND ($2::bigint[] IS NULL OR t.queue = ANY ($2))"""
_PEOPLE: Final = _both(
    f"""
WITH open AS (
    SELECT t.person, count(*) AS tasks, sum(coalesce(w.weight, 1)) AS weight,
           count(*) FILTER (WHERE t.state = {int(TaskState.IN_PROGRESS)}) AS started,
           count(*) FILTER (WHERE t.state = {int(TaskState.RETURNED)}) AS returned
      FROM view_task t {{w}} {_HERE} AND t.state IN ({_list(_OPEN)})
     GROUP BY t.person
), done AS (
    SELECT t.submitter AS person, count(*) FILTER (WHERE t.submitted_wall >= $3) AS tasks,
           count(*) FILTER (WHERE t.submitted_wall >= $4) AS today,
           round(percentile_cont(0.5) WITHIN GROUP (ORDER BY t.spent_ms)
                 FILTER (WHERE t.submitted_wall >= $3 AND t.spent_ms > 0))::bigint AS handling_ms
      FROM view_task t {_HERE} AND t.submitted_wall > 0
       AND t.submitted_wall >= least($3::bigint, $4::bigint) AND t.state IN ({_list(_DONE)})
     GROUP BY t.submitter
)
SELECT x.person, x.external_id AS person_id, coalesce(m.active, false) AS active,
       coalesce(open.tasks, 0) AS open, coalesce(open.weight, 0)::float8 AS weight,
       coalesce(open.started, 0) AS started, coalesce(open.returned, 0) AS returned,
       coalesce(done.tasks, 0) AS done, coalesce(done.today, 0) AS today, done.handling_ms,
       (SELECT a.wall FROM view_activity a WHERE a.project = $1 AND a.actor = x.person
         ORDER BY a.seq DESC LIMIT 1) AS seen_ms
  FROM person x
  LEFT JOIN view_member m ON m.project = $1 AND m.person = x.person
  LEFT JOIN open ON open.person = x.person LEFT JOIN done ON done.person = x.person
 WHERE x.project = $1 AND CASE WHEN $2 IS NULL THEN m.active OR open.tasks > 0
       ELSE x.person IN (SELECT person FROM ({of_queue("ANY ($2)")}) AS every) END
 ORDER BY x.external_id"""
)
_MARKED: Final = f"""
SELECT coalesce(sum(t.tasks) FILTER (WHERE t.value = {int(Priority.HIGH)}), 0)::bigint AS urgent,
       coalesce(sum(t.tasks), 0)::bigint AS tasks
  FROM view_count t {_HERE} AND t.dimension = 'priority'"""
_FINISHED: Final = _both(
    f"""
SELECT t.submitter AS person, t.submitted_wall AS wall, coalesce(w.weight, 1)::float8 AS weight,
       t.spent_ms
  FROM (SELECT * FROM view_task x
         WHERE x.project = $1 AND x.queue = $2 AND x.submitted_wall > 0
           AND x.state IN ({_list(_DONE)})
         ORDER BY x.submitted_wall DESC LIMIT {MOST_DONE}) AS t {{w}}
 ORDER BY t.submitted_wall, t.entry, t.slot"""
)
_SHARES: Final = _both(
    f"""
SELECT t.person, coalesce(r.number, 0) AS range, count(*) AS open,
       sum(coalesce(w.weight, 1))::float8 AS weight, max(t.updated_wall) AS touched_ms
  FROM view_task t {{w}}
  LEFT JOIN view_range r ON r.project = $1 AND r.queue = $2 AND r.person = t.person
                        AND t.entry BETWEEN r.first_entry AND r.last_entry
 WHERE t.project = $1 AND t.queue = $2 AND t.state IN ({_list(_OPEN)})
 GROUP BY 1, 2 ORDER BY 1, 2"""
)
_LEFT: Final = "SELECT remaining FROM view_queue WHERE project = $1 AND queue = $2"
_WEIGHT_LEFT: Final = f"""
SELECT coalesce(sum(coalesce(w.weight, 1) * CASE
           WHEN n.entry <= q.cleared THEN coalesce(rows.remain, 0)
           ELSE q.slots - coalesce(rows.all, 0) + coalesce(rows.remain, 0) END), 0)::float8
       AS weight
  FROM view_queue q
  JOIN entry_range e ON e.project = $1 AND e.queue = $2
 CROSS JOIN LATERAL generate_series(e.first, e.first + e.count - 1) AS n (entry)
  LEFT JOIN (SELECT t.entry, count(*) AS all,
                    count(*) FILTER (WHERE t.state IN ({_list(_REMAINS)})) AS remain
               FROM view_task t WHERE t.project = $1 AND t.queue = $2
              GROUP BY t.entry) AS rows ON rows.entry = n.entry
 {_by_weight("(e.first_item + n.entry - e.first)")}
 WHERE q.project = $1 AND q.queue = $2"""


class Loads:
    """Implements allocator.ports.Loads."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def people(
        self, project: int, queues: Sequence[int] | None, since_ms: int, today_ms: int
    ) -> Sequence[PersonLoad]:
        """Active members and whoever has something open; of some queues who has a share in one."""
        query = _PEOPLE[await self._weighed(project)]
        rows = await self._postgres.fetch(query, project, queues, since_ms, today_ms)
        return [PersonLoad(**dict(row)) for row in rows]

    async def marked(self, project: int, queues: Sequence[int] | None) -> Marked:
        """How much is marked urgent."""
        [row] = await self._postgres.fetch(_MARKED, project, queues)
        return Marked(row["urgent"], row["tasks"])

    async def done(self, project: int, queue: int) -> Sequence[Done]:
        """What was finished last in a queue, in the order of time."""
        query = _FINISHED[await self._weighed(project)]
        return [Done(**dict(row)) for row in await self._postgres.fetch(query, project, queue)]

    async def shares(self, project: int, queue: int) -> Sequence[ShareLoad]:
        """What people have open in a queue, by person and range."""
        query = _SHARES[await self._weighed(project)]
        return [ShareLoad(**dict(row)) for row in await self._postgres.fetch(query, project, queue)]

    async def left(self, project: int, queue: int) -> Left:
        """What is to be done in a queue."""
        row = await self._postgres.fetchrow(_LEFT, project, queue)
        tasks = row["remaining"] if row else 0
        if not await self._weighed(project):
            return Left(tasks, tasks)
        heavy = await self._postgres.fetchrow(_WEIGHT_LEFT, project, queue)
        return Left(tasks, heavy["weight"] if heavy else 0)

    async def _weighed(self, project: int) -> bool:
        """Whether any item of the project has another weight than 1."""
        row = await self._postgres.fetchrow(_WEIGHED, project)
        return row is not None and row["weighed"] is not None
