"""The log as something to read in; implements allocator.ports.ActivityLog.

An index among the views (store/sql, view_activity) knows which events are about
what; what they say is read from the log, by number. So a list of what happened
costs as much as its page, and nothing of the log is kept twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from allocator.filters import EVERYTHING, All, Compare, Filter, Some
from allocator.model import REVIEWS, SLOT_BITS, TaskId, TaskKind
from allocator.ports import ActivityTask, ActivityView
from allocator.ports.lists import MOST_COUNTED, ListAsk
from store import activity
from store.events import KINDS, Event, decode
from store.filtering import Column, Where
from store.log import Log, Logged
from store.postgres import Postgres
from store.views import Views

INDEXED: Final = frozenset({"queue", "person", "actor", "change", "operation", "task"})
"""Fields by whose value the index is in the order of seq."""

_OF_TASK: Final = """
SELECT t.seq FROM view_activity_task t
 WHERE t.project = $1 AND t.entry = {entry} AND t.slot IN (0, {slot})"""
_CAME_IN: Final = """
SELECT r.seq FROM (SELECT * FROM view_activity_run x WHERE x.project = $1
                      AND x.first <= {entry} ORDER BY x.first DESC LIMIT 1) AS r
 WHERE {entry} < r.first + r.size"""
# By which event it was cleared away: of what nobody had touched, by the first since it came in.
_CLEARED: Final = f"""
SELECT coalesce(t.updated_seq, (SELECT c.seq FROM view_activity c
                                 WHERE c.project = $1 AND c.change = 'cleared'
                                   AND c.queue = q.queue AND c.seq > r.seq ORDER BY c.seq LIMIT 1))
  FROM ({_CAME_IN}) AS r
 CROSS JOIN LATERAL (SELECT * FROM entry_range x WHERE x.project = $1 AND x.first <= {{entry}}
                      ORDER BY x.first DESC LIMIT 1) AS e
  JOIN view_queue q ON q.project = $1 AND q.queue = e.queue AND q.cleared >= {{entry}}
  LEFT JOIN view_task t ON t.project = $1 AND t.entry = {{entry}} AND t.slot = {{slot}}
 WHERE coalesce(t.ended, 'cleared') = 'cleared'"""
_PART: Final = """
EXISTS (SELECT FROM view_activity_task t
         WHERE t.project = a.project AND t.entry = {entry} AND t.slot IN (0, {slot})
           AND t.seq = a.seq AND t.part = a.part)"""
_AT: Final = """
coalesce((SELECT w.seq FROM view_activity w WHERE w.project = $1 AND w.wall {operator} {time}
           ORDER BY w.wall {way}, w.seq {way} LIMIT 1), {none})"""
_QUEUES: Final = f"""
SELECT u.entry, coalesce(r.queue, e.queue) AS queue FROM unnest($2::bigint[]) AS u (entry)
  LEFT JOIN LATERAL (SELECT * FROM view_review x WHERE x.project = $1 AND x.review = u.entry
                        AND u.entry > {REVIEWS} OFFSET 0) AS r ON true
  LEFT JOIN LATERAL (SELECT * FROM entry_range x WHERE x.project = $1 AND x.first <= u.entry
                        AND u.entry < {REVIEWS} ORDER BY x.first DESC LIMIT 1) AS e ON true
 WHERE coalesce(r.queue, e.queue) IS NOT NULL"""
_KINDS: Final = """
SELECT review, kind FROM view_review WHERE project = $1 AND review = ANY ($2)"""
_REASONS: Final = "SELECT content, bytes FROM content WHERE project = $1 AND content = ANY ($2)"


def _task(operator: str, value: str) -> str:
    entry, slot = f"({value}::bigint >> {SLOT_BITS})", f"({value}::bigint & {2**SLOT_BITS - 1})"
    came_in, cleared, of_task, part = (
        query.format(entry=entry, slot=slot) for query in (_CAME_IN, _CLEARED, _OF_TASK, _PART)
    )
    whole = f"a.seq = ANY (ARRAY({came_in}) || ARRAY({cleared}))"
    found = f"({whole} OR a.seq = ANY (ARRAY({of_task})) AND {part})"
    return f"NOT coalesce({found}, false)" if operator == "!=" else found


def _time(operator: str, value: str) -> str:
    """Walls never fall: behind a time is behind the last event before it."""
    if operator in ("=", "!="):
        return f"a.wall {'IS DISTINCT FROM' if operator == '!=' else '='} {value}"
    after = operator in (">", ">=")
    way, none = ("ASC", 2**62) if after else ("DESC", 0)
    place = _AT.format(operator=operator, time=value, way=way, none=none)
    return f"a.seq {'>=' if after else '<='} {place}"


_COLUMNS: Final[Mapping[str, Column]] = {
    **{name: f"a.{name}" for name in ("queue", "person", "actor", "change", "operation", "seq")},
    "create_time": _time,
    "task": _task,
}


class ActivityLog:
    """Reads of the log and of its index."""

    def __init__(self, postgres: Postgres, log: Log, views: Views) -> None:
        self._postgres = postgres
        self._log = log
        self._views_of = views

    def changes(self) -> Sequence[str]:
        """What can happen: every word that `ActivityView.change` may be."""
        return tuple(KINDS)

    async def page(self, project: int, ask: ListAsk) -> Sequence[ActivityView]:
        """Events of which a part is let through, in the order of seq."""
        arguments: list[Any] = [project]
        where = Where(_COLUMNS, arguments)
        behind = ""
        if ask.after:
            behind = f" AND a.seq {'<' if ask.order.down else '>'} {where.bound(ask.after[0])}"
        way = "DESC" if ask.order.down else "ASC"
        limit = where.bound(ask.limit)
        order = f"ORDER BY seq {way} LIMIT {limit}"
        found = _union(where, ask.filter, f"{behind} {order}")
        query = f"SELECT seq FROM {found} AS u {order}"
        seqs = [row["seq"] for row in await self._postgres.fetch(query, *arguments)]
        events = await self._log.events_at(project, seqs)
        return await self._views(project, [events[seq] for seq in seqs if seq in events])

    async def count(self, project: int, chosen: Filter) -> int:
        """How many these are; at most MOST_COUNTED + 1 are counted, but without a filter all."""
        if chosen == EVERYTHING:
            row = await self._postgres.fetchrow(
                "SELECT seq FROM view_position WHERE project = $1", project
            )
            return int(row["seq"]) if row else 0
        arguments: list[Any] = [project]
        limit = f"LIMIT {MOST_COUNTED + 1}"
        found = _union(Where(_COLUMNS, arguments), chosen, limit)
        query = f"SELECT count(*) FROM (SELECT FROM {found} AS u {limit}) AS c"
        row = await self._postgres.fetchrow(query, *arguments)
        return int(row[0]) if row else 0

    async def behind(self, project: int, seq: int, limit: int) -> Sequence[ActivityView]:
        """The events behind `seq`, in order, from the log alone."""
        return await self._views(project, await self._log.read(project, seq, limit))

    async def _views(self, project: int, logged: Sequence[Logged]) -> list[ActivityView]:
        events = [
            decode(one.payload, project=project, seq=one.seq, epoch=one.epoch) for one in logged
        ]
        all_told = [activity.told(event) for event in events]
        reviews = {
            task.entry: event.seq
            for event, told in zip(events, all_told, strict=True)
            for task in told.tasks
            if TaskId(entry=task.entry, slot=1).is_review
        }
        if reviews:  # only the views know what a review is of
            await self._views_of.wait_for(project, max(reviews.values()))
        kinds = await self._kinds(project, reviews)
        queues = await self._queues(project, (one for told in all_told for one in told.tasks))
        reasons = await self._reasons(project, {activity.reason_of(event) for event in events})
        return [
            _view(event, told, queues, reasons, kinds)
            for event, told in zip(events, all_told, strict=True)
        ]

    async def _queues(self, project: int, tasks: Iterable[activity.Touched]) -> Mapping[int, int]:
        """The queues of entries that stand in events which do not name it."""
        wanted = sorted(activity.unplaced(tasks))
        if not wanted:
            return {}
        rows = await self._postgres.fetch(_QUEUES, project, wanted)
        return {row["entry"]: row["queue"] for row in rows}

    async def _kinds(self, project: int, reviews: Iterable[int]) -> Mapping[int, int]:
        """What kind of work each of these reviews is, as far as its queue is there."""
        wanted = sorted(reviews)
        if not wanted:
            return {}
        rows = await self._postgres.fetch(_KINDS, project, wanted)
        return {row["review"]: row["kind"] + 1 for row in rows}

    async def _reasons(self, project: int, contents: set[int]) -> Mapping[int, str]:
        """What contents say, as far as they were not erased."""
        wanted = sorted(contents - {0})
        if not wanted:
            return {}
        rows = await self._postgres.fetch(_REASONS, project, wanted)
        return {row["content"]: bytes(row["bytes"]).decode() for row in rows}


def _union(where: Where, chosen: Filter, behind: str) -> str:
    """The numbers of the events that are chosen, each once; `behind` ends every branch."""
    pages = (
        "(SELECT DISTINCT a.seq FROM view_activity a"
        f" WHERE a.project = $1 AND {where.sql(branch)} {behind})"
        for branch in branches(chosen)
    )
    return f"({' UNION '.join(pages)})"


def branches(node: Filter) -> Iterator[Filter]:
    """Filters of which one at least lets through what `node` does, each with an index of its own.

    "Of this queue or of this person" is no place in any one index: each half is,
    and a page of each is enough for a page of both.
    """
    parts = node.parts if isinstance(node, All) else (node,)
    for place, part in enumerate(parts):
        if isinstance(part, Some) and all(map(_is_indexed, part.parts)):
            rest = (*parts[:place], *parts[place + 1 :])
            for one in part.parts:
                yield All((one, *rest))
            return
    yield node


def _is_indexed(node: Filter) -> bool:
    return isinstance(node, Compare) and node.operator == "=" and node.field in INDEXED


def _view(
    event: Event,
    told: activity.Told,
    queues: Mapping[int, int],
    reasons: Mapping[int, str],
    kinds: Mapping[int, int],
) -> ActivityView:
    tasks = told.in_queues(queues)
    return ActivityView(
        seq=event.seq,
        change=event.kind,
        actor=event.actor,
        wall_ms=event.wall_ms,
        operation=told.operation,
        dataset=event.body.get("dataset", 0),
        count=activity.count_of(event),
        reason=reasons.get(activity.reason_of(event), ""),
        parts=told.parts(tasks),
        tasks=tuple(
            ActivityTask(**task._asdict(), kind=kinds.get(task.entry, TaskKind.ANNOTATE))
            for task in tasks
        ),
    )
