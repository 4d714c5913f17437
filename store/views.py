"""Reads of the views: lists and counters, as of the projector's position."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from allocator.filters import Filter
from allocator.ports import (
    DatasetView,
    EntriesView,
    Lag,
    MemberView,
    ProjectView,
    QueueFigures,
    QueueView,
    TaskView,
)
from dibs.errors import StoreUnavailable
from store.assignment_list import OF_QUEUE
from store.filtering import Column, Where, element, text
from store.notices import Projected
from store.postgres import Postgres
from store.task_row import COUNTED

PATIENCE_S: Final = 8.0
LOOK_S: Final = 0.1
"""Without a notice for this long, who waits looks for itself."""

_PROJECT: Final = """
SELECT p.project, p.external_id, p.fast, v.status_locks, v.set_seq, v.purge_ms,
       v.deleted_wall AS deleted_ms,
       coalesce(t.texts ->> 'display_name', p.display_name) AS display_name,
       coalesce(t.texts ->> 'ontology_ref', '') AS ontology_ref,
       coalesce(t.texts ->> 'instruction_ref', '') AS instruction_ref,
       ARRAY(SELECT jsonb_array_elements_text(coalesce(t.texts -> 'tags', '[]'))) AS tags,
       (extract(epoch FROM p.created_time) * 1000)::bigint AS created_ms
  FROM project p
  JOIN view_project v USING (project)
  LEFT JOIN content c ON c.project = v.project AND c.content = v.content
 CROSS JOIN LATERAL (SELECT convert_from(c.bytes, 'UTF8')::jsonb AS texts) AS t"""
_PROJECT_COLUMNS: Final[dict[str, Column]] = {
    "project_id": text("p.external_id"),
    "display_name": text("coalesce(t.texts ->> 'display_name', p.display_name)"),
    "tags": element("(t.texts -> 'tags')"),
}
_PROJECTS: Final = f"""{_PROJECT}
  JOIN person x ON x.project = p.project
  JOIN view_member m ON m.project = x.project AND m.person = x.person AND m.member
 WHERE x.external_id = $1 AND p.external_id > $2 AND ($4 OR v.deleted_wall = 0) AND {{chosen}}
 ORDER BY p.external_id LIMIT $3"""
MEMBERS: Final = """
SELECT x.external_id, x.name, x.domain, m.* FROM view_member m
  JOIN person x USING (project, person) WHERE m.project = $1 AND m.member"""
_DATASETS: Final = """
SELECT d.external_id, coalesce(convert_from(c.bytes, 'UTF8'), d.display_name) AS display_name, v.*
  FROM view_dataset v
  JOIN dataset d USING (project, dataset)
  LEFT JOIN content c ON c.project = v.project AND c.content = v.content
 WHERE v.project = $1"""
SHOWN_DATASETS: Final = 100
"""Datasets of a queue that are named; of the others there is the number."""
QUEUES: Final = f"""
SELECT q.external_id, v.*,
       (SELECT jsonb_object_agg(c.value, c.tasks) FROM view_count c
         WHERE c.project = v.project AND c.queue = v.queue AND c.dimension = 'status'
           AND c.value > 0)::text AS by_status,
       (SELECT count(*) FROM view_queue_dataset s
         WHERE s.project = v.project AND s.queue = v.queue) AS dataset_count,
       ({OF_QUEUE}) AS assignments,
       ARRAY(SELECT d.external_id FROM view_queue_dataset s JOIN dataset d USING (project, dataset)
              WHERE s.project = v.project AND s.queue = v.queue
              ORDER BY d.external_id LIMIT {SHOWN_DATASETS}) AS datasets,
       ARRAY(SELECT g.external_id FROM view_group_member m
               JOIN people_group g USING (project, people_group)
              WHERE m.project = v.project AND m.person = v.owner
              ORDER BY g.external_id) AS owner_groups
  FROM view_queue v
  JOIN queue q USING (project, queue) WHERE v.project = $1"""
_LAGGING: Final = """
SELECT a.queue, a.dataset, a.cursor FROM view_attachment a
  JOIN LATERAL (SELECT base + count - 1 AS item FROM item_range r
                 WHERE r.project = a.project AND r.dataset = a.dataset
                 ORDER BY r.base DESC LIMIT 1) AS last ON last.item > a.cursor
  JOIN view_queue q ON q.project = a.project AND q.queue = a.queue AND NOT q.archived
                   AND q.submitted_wall = 0
 WHERE a.project = $1 ORDER BY a.queue, a.dataset LIMIT $2"""


_ENTRIES: Final = """
SELECT p.seq AS as_of, t.* FROM view_position p
  LEFT JOIN view_task t ON t.project = p.project AND t.entry = ANY ($2)
 WHERE p.project = $1 ORDER BY t.entry, t.slot"""
_CLEARED: Final = "SELECT queue, cleared, slots FROM view_queue WHERE project = $1 AND cleared > 0"


class Views:
    """What the projection made of the log; implements allocator.ports.Views."""

    def __init__(self, postgres: Postgres, *, patience_s: float = PATIENCE_S) -> None:
        self._postgres = postgres
        self._patience_s = patience_s
        self._positions: dict[int, int] = {}
        self._news: dict[int, asyncio.Event] = {}

    def projected(self, message: bytes) -> None:
        """A notice of the projector."""
        self._note(*Projected.unpack(message))

    async def position(self, project: int) -> int:
        """The last event the views contain."""
        row = await self._postgres.fetchrow(
            "SELECT seq FROM view_position WHERE project = $1", project
        )
        seq = int(row["seq"]) if row else 0
        self._note(project, seq)
        return seq

    async def wait_for(self, project: int, seq: int) -> None:
        """Return when the views contain event `seq`.

        Raises StoreUnavailable when that takes longer than a call may wait.
        """
        if self._positions.get(project, 0) >= seq:
            return
        try:
            async with asyncio.timeout(self._patience_s):
                while await self.position(project) < seq:
                    await self._some_news(project)
        except TimeoutError:
            raise StoreUnavailable from None

    async def project(self, project: int) -> ProjectView | None:
        """A project with its settings."""
        row = await self._postgres.fetchrow(f"{_PROJECT} WHERE p.project = $1", project)
        return ProjectView(**row) if row else None

    async def projects_of(
        self, person_id: str, chosen: Filter, after: str, limit: int, *, deleted: bool
    ) -> Sequence[ProjectView]:
        """Chosen projects, by external id, in which the person is a member; `deleted` ones too."""
        arguments: list[object] = [person_id, after, limit, deleted]
        query = _PROJECTS.format(chosen=Where(_PROJECT_COLUMNS, arguments).sql(chosen))
        rows = await self._postgres.fetch(query, *arguments)
        return [ProjectView(**row) for row in rows]

    async def member(self, project: int, person: int) -> MemberView | None:
        """One person, if they are a member."""
        row = await self._postgres.fetchrow(f"{MEMBERS} AND m.person = $2", project, person)
        return member_view(row) if row else None

    async def dataset(self, project: int, dataset: int) -> DatasetView | None:
        """One dataset."""
        row = await self._postgres.fetchrow(f"{_DATASETS} AND v.dataset = $2", project, dataset)
        return _dataset(row) if row else None

    async def datasets(self, project: int, after: str, limit: int) -> Sequence[DatasetView]:
        """Datasets by external id, from the one behind `after`."""
        rows = await self._page(_DATASETS, "d", project, after, limit)
        return [_dataset(row) for row in rows]

    async def queue(self, project: int, queue: int) -> QueueView | None:
        """One queue."""
        row = await self._postgres.fetchrow(f"{QUEUES} AND v.queue = $2", project, queue)
        return queue_view(row) if row else None

    async def owns_a_queue(self, project: int, person: int) -> bool:
        """Whether the person is the owner of any queue of the project."""
        row = await self._postgres.fetchrow(
            "SELECT EXISTS (SELECT FROM view_queue WHERE project = $1 AND owner = $2) AS owns",
            *(project, person),
        )
        return bool(row and row["owns"])

    async def owned(self, project: int, person: int) -> Sequence[int]:
        """The queues whose owner the person is."""
        rows = await self._postgres.fetch(
            "SELECT queue FROM view_queue WHERE project = $1 AND owner = $2 ORDER BY queue",
            *(project, person),
        )
        return [row["queue"] for row in rows]

    async def lagging(self, project: int, limit: int) -> Sequence[Lag]:
        """Attachments of the project with items behind their cursor."""
        rows = await self._postgres.fetch(_LAGGING, project, limit)
        return [Lag(project=project, **dict(row)) for row in rows]

    async def task(self, project: int, entry: int, slot: int) -> TaskView | None:
        """One task, if anybody ever held it."""
        row = await self._postgres.fetchrow(
            "SELECT * FROM view_task WHERE project = $1 AND entry = $2 AND slot = $3",
            *(project, entry, slot),
        )
        return _task(row) if row else None

    async def entries(self, project: int, entries: Iterable[int]) -> EntriesView:
        """All touched tasks of the entries, by slot, as of one moment."""
        async with self._postgres.moment() as connection:
            rows = await connection.fetch(_ENTRIES, project, sorted(set(entries)))
            cleared = await connection.fetch(_CLEARED, project)
        tasks: dict[int, tuple[TaskView, ...]] = {}
        for row in rows:
            if row["state"] is not None:
                tasks[row["entry"]] = (*tasks.get(row["entry"], ()), _task(row))
        return EntriesView(
            as_of=rows[0]["as_of"] if rows else 0,
            tasks=tasks,
            cleared={row["queue"]: row["cleared"] for row in cleared},
            slots={row["queue"]: row["slots"] for row in cleared},
        )

    async def _page(
        self, query: str, table: str, project: int, after: str, limit: int
    ) -> list[asyncpg.Record]:
        by = f"{table}.external_id"
        return await self._postgres.fetch(
            f"{query} AND {by} > $2 ORDER BY {by} LIMIT $3", project, after, limit
        )

    def _note(self, project: int, seq: int) -> None:
        if seq > self._positions.get(project, 0):
            self._positions[project] = seq
        news = self._news.pop(project, None)
        if news is not None:
            news.set()

    async def moved(self, project: int, timeout_s: float) -> None:
        """Return when the views have moved on, or soon, or at last after so long."""
        await self._some_news(project, min(LOOK_S, timeout_s))

    async def _some_news(self, project: int, timeout_s: float = LOOK_S) -> None:
        news = self._news.setdefault(project, asyncio.Event())
        try:
            async with asyncio.timeout(timeout_s):
                await news.wait()
        except TimeoutError:
            return


def _task(row: asyncpg.Record) -> TaskView:
    return TaskView(**{name: row[name] for name in TaskView.__dataclass_fields__})


def member_view(row: asyncpg.Record) -> MemberView:
    """A member from a row of MEMBERS."""
    return MemberView(
        person=row["person"],
        external_id=row["external_id"],
        name=row["name"],
        domain=row["domain"],
        active=row["active"],
        roles=row["roles"],
        skills=tuple(row["skills"]),
    )


def _dataset(row: asyncpg.Record) -> DatasetView:
    return DatasetView(
        dataset=row["dataset"],
        external_id=row["external_id"],
        display_name=row["display_name"],
        items=row["items"],
        created_ms=row["created_wall"],
    )


def _figures(row: asyncpg.Record) -> QueueFigures:
    tasks = ("total", "remaining", "progress", "annotated", "with_issues", "for_review")
    same = ("name_order", "status", "stage", *tasks)
    by_status = json.loads(row["by_status"] or "{}")
    return QueueFigures(
        **{name: row[name] for name in same},
        updated_ms=row["updated_wall"],
        submitted_ms=row["submitted_wall"],
        by_status={int(status): tasks for status, tasks in by_status.items()},
        dataset_count=row["dataset_count"],
        datasets=tuple(row["datasets"]),
        owner_groups=tuple(row["owner_groups"]),
        assignments=row["assignments"],
    )


def queue_view(row: asyncpg.Record) -> QueueView:
    """A queue from a row of QUEUES."""
    return QueueView(
        queue=row["queue"],
        external_id=row["external_id"],
        settings={name: row[name] for name in ("queue", "content", "set_seq", "paused", "archived")}
        | {"rules": json.loads(row["rules"])},
        counts={name: row[name] for name in COUNTED.values()},
        figures=_figures(row),
        batches=row["batches"],
        created_ms=row["created_wall"],
        created_seq=row["created_seq"],
    )
