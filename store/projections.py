"""The projector: keeps the views up with the log, in order, each event once.

An elected role; a run of events and the position after it are one transaction
that succeeds only from the position it was computed at, so two projectors do
no harm, and a killed one is continued.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

import structlog

from allocator.model import TaskState
from dibs.errors import StoreUnavailable
from store import (
    projection_delays,
    projection_operations,
    projection_qa,
    projection_reviews,
    ranges,
    review_tables,
    tallies,
)
from store.cold import settle_some
from store.events import Event, decode
from store.log import Log
from store.notices import PROJECTED, Committed, Projected
from store.postgres import Postgres
from store.projection import Views, apply, tasks_of
from store.purging import purge_some
from store.queue_texts import texts_of
from store.redis import Multiplexer
from store.redis_link import ReplyError
from store.task_row import COUNTED, TaskRow

if TYPE_CHECKING:
    from store.postgres import Connection

RUN_EVENTS: Final = 500
RUN_TASKS: Final = 200
UNITS_A_TASK: Final = 20
"""What one transaction changes at most; so many units are as much as a task.

Between two transactions the loop serves calls."""
AT_ONCE: Final = 4
SCAN_S: Final = 2.0
STEPS_A_SCAN: Final = 20
PAUSE_S: Final = 0.5
REST_S: Final = 0.05
"""Between two runs of a project: what happens to one task meanwhile is one row written, not three.
The first event after a rest is projected at once; a read with `min_seq` waits this much longer."""

_NAMED: Final = (
    "coalesce(nullif(${}::text, ''),"
    " (SELECT external_id FROM queue WHERE project = $1 AND queue = $2), '')"
)
WRITES: Final = {
    "project": "INSERT INTO view_project (project, admin, fast, created_seq, created_wall)"
    " VALUES ($1, $2, $3, $4, $5)",
    "project_changed": "UPDATE view_project SET content = $2, status_locks = $3, set_seq = $4"
    " WHERE project = $1",
    "project_deleted": "UPDATE view_project SET deleted_wall = $2, purge_ms = $3"
    " WHERE project = $1",
    "member": "INSERT INTO view_member VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (project, person) DO UPDATE SET member = excluded.member,"
    " active = excluded.active, roles = excluded.roles, skills = excluded.skills,"
    " changed_seq = excluded.changed_seq, changed_wall = excluded.changed_wall",
    "group": "INSERT INTO view_group (project, people_group, content, created_seq, created_wall)"
    " VALUES ($1, $2, $3, $4, $5)",
    "group_name": "UPDATE view_group SET content = $3 WHERE project = $1 AND people_group = $2",
    "group_joined": "WITH new AS (INSERT INTO view_group_member"
    " SELECT $1, $2, unnest($3::bigint[]) RETURNING person)"
    " UPDATE view_group SET members = members + (SELECT count(*) FROM new)"
    " WHERE project = $1 AND people_group = $2",
    "group_left": "WITH gone AS (DELETE FROM view_group_member"
    " WHERE project = $1 AND people_group = $2 AND person = ANY ($3) RETURNING person)"
    " UPDATE view_group SET members = members - (SELECT count(*) FROM gone)"
    " WHERE project = $1 AND people_group = $2",
    "left_groups": "WITH gone AS (DELETE FROM view_group_member"
    " WHERE project = $1 AND person = $2 RETURNING people_group)"
    " UPDATE view_group SET members = members - 1"
    " WHERE project = $1 AND people_group IN (SELECT people_group FROM gone)",
    "group_emptied": "DELETE FROM view_group_member WHERE project = $1 AND people_group = $2",
    "group_deleted": "DELETE FROM view_group WHERE project = $1 AND people_group = $2",
    "dataset": "INSERT INTO view_dataset (project, dataset, created_seq, created_wall)"
    " VALUES ($1, $2, $3, $4)",
    "items": "UPDATE view_dataset SET items = items + $3 WHERE project = $1 AND dataset = $2",
    "queue": "INSERT INTO view_queue (project, queue, slots, priority, owner, due_ms, rules,"
    " content, set_seq, created_seq, created_wall, name, description, around)"
    f" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, {_NAMED.format(11)}, $12, $13)",
    "queue_rules": "UPDATE view_queue SET priority = $3, owner = $4, due_ms = $5, rules = $6,"
    f" content = $7, set_seq = $8, name = {_NAMED.format(9)}, description = $10,"
    " around = $11 WHERE project = $1 AND queue = $2",
    "queue_dealt": "UPDATE view_queue SET dealt = $3 WHERE project = $1 AND queue = $2",
    "queue_paused": "UPDATE view_queue SET paused = $3 WHERE project = $1 AND queue = $2",
    "queue_archived": "UPDATE view_queue SET archived = $3, settled = false"
    " WHERE project = $1 AND queue = $2",
    "data_submitted": "UPDATE view_queue SET submitted_wall = $3 WHERE project = $1 AND queue = $2",
    "assignment": "INSERT INTO view_assignment VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (project, queue, person) DO UPDATE SET due_ms = excluded.due_ms,"
    " priority = excluded.priority, content = excluded.content, changed = excluded.changed,"
    " changed_wall = excluded.changed_wall",
    "attachment": "INSERT INTO view_attachment (project, queue, dataset, priority, not_before)"
    " VALUES ($1, $2, $3, $4, $5)",
    "dataset_of_queue": "INSERT INTO view_queue_dataset VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    "dataset_of_item": "INSERT INTO view_queue_dataset SELECT $1, $2, r.dataset"
    " FROM (SELECT * FROM item_range WHERE project = $1 AND base <= $3"
    " ORDER BY base DESC LIMIT 1) AS r ON CONFLICT DO NOTHING",
    "cursor": "UPDATE view_attachment SET cursor = $4, not_added = not_added + $5"
    " WHERE project = $1 AND queue = $2 AND dataset = $3",
    **projection_operations.WRITES,
    **projection_reviews.WRITES,
    **projection_qa.WRITES,
    **ranges.WRITES,
}
"""How the rows of projection.Views.rows are written; $1 is the project."""

_COLUMNS: Final = ["class" if name == "class_" else name for name in TaskRow.__dataclass_fields__]
_KEY: Final = frozenset({"entry", "slot", "cold"})
_VALUES: Final = attrgetter(*TaskRow.__dataclass_fields__)
_LOAD_TASKS: Final = """
SELECT u.entry, u.slot, e.queue, e.class, coalesce(v.priority, e.priority),
       e.first_item + u.entry - e.first AS item, v.*
  FROM unnest($2::bigint[], $3::smallint[]) AS u (entry, slot)
  JOIN LATERAL (SELECT * FROM entry_range x WHERE x.project = $1 AND x.first <= u.entry
                 ORDER BY x.first DESC LIMIT 1) AS e ON true
  LEFT JOIN LATERAL (SELECT * FROM view_task x
                      WHERE x.project = $1 AND x.entry = u.entry AND x.slot = u.slot
                     OFFSET 0) AS v ON true  -- by key, whatever the planner has yet to learn"""
_WRITE_TASKS: Final = (
    f"INSERT INTO view_task (project, {', '.join(_COLUMNS)})"
    f" SELECT $1, {', '.join(f'r.{name}' for name in _COLUMNS)}"
    " FROM jsonb_populate_recordset(NULL::view_task, $2::jsonb) AS r"
    " ON CONFLICT (project, entry, slot, cold) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)
)
_UNSETTLE: Final = "UPDATE view_queue SET settled = false WHERE project = $1 AND queue = ANY ($2)"
_WRITE_COUNTS: Final = "UPDATE view_queue SET {sets} WHERE project = $1 AND queue = $2"
_COUNTERS: Final = (
    *COUNTED.values(),
    *("entries", "not_added", "batches", "annotated", "corrections", "with_issues", "for_review"),
)
_WAITS_ANNOTATED: Final = """
SELECT entry, slot FROM view_task
 WHERE project = $1 AND queue = ANY ($2) AND state = 2 AND (draft OR submitted_seq > 0)"""
_WRITE_TALLIES: Final = """
INSERT INTO view_count (project, queue, dimension, value, tasks)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[])
ON CONFLICT (project, queue, dimension, value)
DO UPDATE SET tasks = view_count.tasks + excluded.tasks"""
_DROP_TALLIES: Final = """
DELETE FROM view_count v USING unnest($2::bigint[], $3::text[], $4::bigint[]) AS u (q, d, x)
 WHERE v.project = $1 AND v.queue = u.q AND v.dimension = u.d AND v.value = u.x AND v.tasks = 0"""
_FORGET_TALLIES: Final = "DELETE FROM view_count WHERE project = $1 AND queue = ANY ($2)"
_MOVE: Final = """
INSERT INTO view_position (project, seq) VALUES ($1, $3)
ON CONFLICT (project) DO UPDATE SET seq = $3 WHERE view_position.seq = $2
RETURNING seq"""

log = structlog.get_logger()


class Projector:
    """Projects the logs of all projects into the views."""

    def __init__(
        self,
        *,
        postgres: Postgres,
        log: Log,
        redis: Multiplexer,
        lag: Callable[[int, int], None] = lambda project, events: None,
    ) -> None:
        self._postgres = postgres
        self._log = log
        self._redis = redis
        self._lag = lag
        self._dirty: dict[int, int] = {}
        self._wake = asyncio.Event()
        self._busy: set[int] = set()
        self._running = False

    def committed(self, message: bytes) -> None:
        """A notice of the committer: this project's log has grown."""
        if self._running:
            notice = Committed.unpack(message)
            self._mark(notice.project, notice.first_seq + len(notice.chains) - 1)

    async def run(self) -> None:
        """Project until cancelled."""
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._scan_forever())
                for _ in range(AT_ONCE):
                    group.create_task(self._work_forever())
        finally:
            self._running = False
            self._dirty.clear()

    async def project(self, project: int) -> int:
        """Bring one project's views up to its log; returns the position."""
        row = await self._postgres.fetchrow(
            "SELECT seq FROM view_position WHERE project = $1", project
        )
        position = int(row["seq"]) if row else 0
        while True:
            events = await self._read(project, position)
            if not events:
                return position
            for run in _runs(events):
                if not await self._advance(project, position, run):
                    return position  # another projector was first
                position = run[-1].seq
            self._lag(project, max(0, self._dirty.get(project, position) - position))
            await self._tell(project, position)

    def _mark(self, project: int, seq: int) -> None:
        self._dirty[project] = max(seq, self._dirty.get(project, 0))
        self._wake.set()

    async def _scan_forever(self) -> None:
        while True:
            try:
                behind = await self._postgres.fetch(
                    "SELECT h.project, h.seq FROM head h LEFT JOIN view_position v USING (project)"
                    " WHERE h.seq > coalesce(v.seq, 0)"
                )
            except StoreUnavailable:
                behind = []
            for row in behind:
                self._mark(row["project"], row["seq"])
            for tidies in (purge_some, settle_some):
                with suppress(StoreUnavailable):
                    for _ in range(STEPS_A_SCAN):
                        if not await tidies(self._postgres):
                            break
            await asyncio.sleep(SCAN_S)

    async def _work_forever(self) -> None:
        while True:
            project = next((p for p in self._dirty if p not in self._busy), None)
            if project is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            del self._dirty[project]
            self._busy.add(project)
            try:
                await self._project_safely(project)
            finally:
                asyncio.get_running_loop().call_later(REST_S, self._rested, project)

    def _rested(self, project: int) -> None:
        self._busy.discard(project)
        self._wake.set()

    async def _project_safely(self, project: int) -> None:
        try:
            await self.project(project)
        except StoreUnavailable:
            await asyncio.sleep(PAUSE_S)  # the scan finds it again
        except Exception:
            # The log is never skipped: these views stand still until this is understood.
            log.exception("projection_broke", project=project)
            await asyncio.sleep(PAUSE_S)

    async def _read(self, project: int, after: int) -> list[Event]:
        return [
            decode(e.payload, project=project, seq=e.seq, epoch=e.epoch, chain=e.chain)
            for e in await self._log.read(project, after, RUN_EVENTS)
        ]

    async def _advance(self, project: int, position: int, events: Sequence[Event]) -> bool:
        async with self._postgres.reading() as connection, connection.transaction():
            moved = await connection.fetchval(_MOVE, project, position, events[-1].seq)
            if moved is None:
                return False
            await project_events(connection, project, events)
            return True

    async def _tell(self, project: int, seq: int) -> None:
        with suppress(StoreUnavailable, ReplyError):  # who waits looks for itself
            await self._redis.call("PUBLISH", PROJECTED, Projected(project, seq).pack())


def _runs(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """In runs that are about RUN_TASKS tasks at most, or one event."""
    first, tasks = 0, 0
    for n, event in enumerate(events):
        units = event.body["units"] if event.kind == "submitted" else 0
        of_event = len(tasks_of(event, {})) + units // UNITS_A_TASK or 1
        if n > first and tasks + of_event > RUN_TASKS:
            yield events[first:n]
            first, tasks = n, 0
        tasks += of_event
    yield events[first:]


async def project_events(connection: Connection, project: int, events: Sequence[Event]) -> None:
    """Change the rows that the events are about, and what is counted of them."""
    views = await _load(connection, project, events)
    before, issues = tallies.kept(views.tasks), tallies.issues(views.tasks)
    apply(views, events)
    tallies.count_issues(views, issues)
    changed = tallies.differences(views, before)
    await _write(connection, project, views)
    if changed:
        rows = [(*tally, difference) for tally, difference in sorted(changed.items())]
        columns = list(map(list, zip(*rows, strict=True)))
        await connection.execute(_WRITE_TALLIES, project, *columns)
        await connection.execute(_DROP_TALLIES, project, *columns[:3])
    if views.deleted:
        await connection.execute(_FORGET_TALLIES, project, sorted(views.deleted))


async def _load(connection: Connection, project: int, events: Sequence[Event]) -> Views:
    """The rows that the events will change."""
    views = Views()
    rows = await connection.fetch(
        "SELECT queue, slots, cleared, archived FROM view_queue WHERE project = $1", project
    )
    views.slots = {row["queue"]: row["slots"] for row in rows}
    views.cleared = {row["queue"]: row["cleared"] for row in rows}
    views.archived = {row["queue"] for row in rows if row["archived"]}
    await _load_portions(connection, project, views, events)
    views.texts = await texts_of(connection, project, events)
    created = [event.body for event in events if event.kind == "queue_created"]
    slots = views.slots | {body["queue"]: body["rules"]["slots"] for body in created}
    named = {task for event in events for task in tasks_of(event, slots)}
    tasks = {task for task in named if not projection_reviews.is_review(task[0])}
    cleared = [event.body["queue"] for event in events if event.kind == "cleared"]
    if cleared:
        rows = await connection.fetch(_WAITS_ANNOTATED, project, cleared)
        tasks |= {(row["entry"], row["slot"]) for row in rows}
    await _load_tasks(connection, project, views, tasks)
    await _load_ended(connection, project, views, events, slots)
    reviews = {entry for entry, _ in named if projection_reviews.is_review(entry)}
    known = list(views.tasks.values())
    await review_tables.load(connection, project, views.reviews, known, reviews, events)
    wide = [row for row in known if row.escalated or (row.entry, row.slot) in views.reviews.units]
    siblings = {(row.entry, n) for row in wide for n in range(1, slots[row.queue] + 1)}
    await _load_tasks(connection, project, views, siblings - views.tasks.keys())
    return views


async def _load_ended(
    connection: Connection,
    project: int,
    views: Views,
    events: Sequence[Event],
    slots: Mapping[int, int],
) -> None:
    """QA tasks that events end: every slot, of which the first says in which queue it is."""
    entries = {entry for event in events for entry in projection_qa.ended(event)}
    await _load_tasks(connection, project, views, {(e, 1) for e in entries} - views.tasks.keys())
    known = {entry: views.tasks[entry, 1].queue for entry in entries if (entry, 1) in views.tasks}
    tasks = {(e, n) for e, of in known.items() for n in range(2, slots.get(of, 1) + 1)}
    await _load_tasks(connection, project, views, tasks - views.tasks.keys())


async def _load_portions(
    connection: Connection, project: int, views: Views, events: Sequence[Event]
) -> None:
    wanted = sorted({seq for event in events for seq in projection_delays.named(event)})
    if wanted:
        rows = await connection.fetch(projection_delays.LOAD, project, wanted)
        for seq, of in groupby(rows, key=itemgetter("delayed")):
            views.portions[seq] = projection_delays.portion(list(of))


async def _load_tasks(
    connection: Connection, project: int, views: Views, wanted: set[tuple[int, int]]
) -> None:
    if not wanted:
        return
    tasks = sorted(wanted)
    for row in await connection.fetch(
        _LOAD_TASKS, project, [entry for entry, _ in tasks], [slot for _, slot in tasks]
    ):
        views.tasks[row[0], row[1]] = _task_row(row, views.cleared)


def _task_row(row: Any, cleared: Mapping[int, int]) -> TaskRow:
    """The first six columns are the task's place; the rest is its row, if it has one."""
    entry, slot, queue, class_, priority, item = row[:6]
    fresh = TaskRow(
        entry=entry, slot=slot, queue=queue, item=item, class_=class_, priority=priority
    )
    if entry <= cleared.get(queue, 0):
        fresh.state = TaskState.REMOVED
    if row["state"] is None:
        return fresh
    for name in _COLUMNS[6:]:
        setattr(fresh, name, row[name])
    return fresh


async def _write(connection: Connection, project: int, views: Views) -> None:
    for name, arguments in views.rows:
        await connection.execute(WRITES[name], project, *arguments)
    for query, columns in views.activity.writes():
        await connection.execute(query, project, *columns)
    stirred = sorted(views.stirred)
    if stirred:
        await connection.execute(projection_delays.FORGET, project, stirred)
        waits = [row for seq in stirred for row in views.portions[seq].rows(seq)]
        if waits:
            columns = list(map(list, zip(*waits, strict=True)))
            await connection.execute(projection_delays.WRITE, project, *columns)
    tasks = [views.tasks[task] for task in sorted(views.touched)]
    rows = [dict(zip(_COLUMNS, _VALUES(task), strict=True)) for task in tasks]
    if rows:
        await connection.execute(_WRITE_TASKS, project, json.dumps(rows))
    await review_tables.write(connection, project, views.reviews)
    unsettled = views.archived & {task.queue for task in tasks}
    if unsettled:
        await connection.execute(_UNSETTLE, project, sorted(unsettled))
    for queue in sorted({queue for queue, _ in views.counts} | views.updated.keys()):
        await _write_counts(connection, project, queue, views)


async def _write_counts(connection: Connection, project: int, queue: int, views: Views) -> None:
    """What the queue has more or less of, and when it changed."""
    found = {column: views.counts.get((queue, column), 0) for column in _COUNTERS}
    changes = {column: difference for column, difference in found.items() if difference}
    sets = [f"{name} = {name} + ${i}" for i, name in enumerate(changes, 3)]
    values = list(changes.values())
    if queue in views.updated:
        sets.append(f"updated_wall = ${len(values) + 3}")
        values.append(views.updated[queue])
    if sets:
        query = _WRITE_COUNTS.format(sets=", ".join(sets))
        await connection.execute(query, project, queue, *values)
