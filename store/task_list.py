"""The list of tasks: rows of view_task where there are some, ranges of entries where not.

Untouched tasks have no row, so a list goes through windows of entries in the
order of the list, and asks each for what the filter lets through; a page
that lies a million tasks further on begins with another window, and costs the
same. Where no untouched task can be let through, the rows alone are asked.
What waits for its time is listed behind all entries, by its own numbers. A list is read
as of one moment: in another, what waits may have become entries.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from allocator.filters import EVERYTHING, Compare, Filter, Order, comparisons, judged
from allocator.model import TaskState
from allocator.ports.lists import MOST_COUNTED, ListAsk, TaskLine
from store.filtering import Column, Where, one_of
from store.items import LONGEST_RUN
from store.postgres import Postgres
from store.task_row import COUNTED

FIRST_WINDOW: Final = 2_000
LAST_WINDOW: Final = 50_000
RANGES_A_WINDOW: Final = 500
END: Final = 2**60
AT_ONCE: Final = 2_000
"""Tasks read at once where all are wanted."""
Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""Reads rows, of one moment."""
_UP: Final = Order(field="task_id")
_KEYS: Final = {"task_id": ("x.entry", "x.slot"), "update_time": ("x.wall", "x.entry", "x.slot")}
"""What each order goes by; that of the last change is one of rows alone."""
_TYPES: Final = {"x.entry": "bigint", "x.slot": "integer", "x.wall": "bigint"}

COLUMNS: Final[dict[str, Column]] = {
    **{name: f"x.{name}" for name in ("queue", "state", "priority", "holder", "status", "late")},
    **{name: f"x.{name}" for name in ("slot", "dataset", "external_id", "attributes", "weight")},
    "update_time": "x.wall",
    "submit_time": "nullif(x.submitted_wall, 0)",
    "submitted_by": "x.submitter",
    "edited_by": "x.editor",
    "reviewed_by": "x.reviewer",
    **{name: f"x.{name}" for name in ("reviews", "open_issues")},
    "issues_for_review": "x.fixed_issues",
    "classes": one_of("x.classes"),
}
OF_ITEMS: Final = frozenset({"dataset", "external_id", "attributes", "weight", "classes"})
UNTOUCHED: Final[dict[str, tuple[int, ...]]] = {
    "state": (TaskState.QUEUED, TaskState.REMOVED),
    "holder": (0,),
    "status": (0,),
    "late": (False,),
    "submitted_by": (0,),
    "edited_by": (0,),
    "reviewed_by": (0,),
}
"""What the fields of a task that has no row may be: it waits, or was cleared away."""
DELAYED: Final[dict[str, tuple[int, ...]]] = {**UNTOUCHED, "state": (TaskState.DELAYED,)}
"""What the fields of a task may be that waits for its time."""
ENTRIES: Final = "entry_range"
WAITING: Final = "view_delayed"

_LINE: Final = (
    "entry, slot, item, queue, state, priority, holder, token, deadline, status, wall,"
    " submitter, submitted_wall, editor, reviews, reviewer, open_issues, fixed_issues, lot"
)
_ITEM: Final = ", r.dataset, i.external_id, i.attributes, i.classes, i.weight"
_TOUCHED: Final = """
SELECT t.entry, t.slot, t.item, t.queue, t.state, t.priority, t.person AS holder, t.token,
       t.deadline, t.status, t.late, t.updated_wall AS wall, t.submitter, t.submitted_wall,
       t.editor, t.reviews, t.reviewer, t.open_issues, t.fixed_issues, t.lot{item}
  FROM view_task t{join}
 WHERE t.project = $1
   AND NOT EXISTS (SELECT FROM view_deleted d WHERE d.project = $1 AND d.queue = {queue}){only}"""
_JOIN_ITEM: Final = """
  CROSS JOIN LATERAL (SELECT * FROM item_range y WHERE y.project = $1 AND y.base <= t.item
                       ORDER BY y.base DESC LIMIT 1) AS r
  JOIN item i ON i.project = $1 AND i.import = r.import AND i.ordinal = r.first + t.item - r.base"""
_WINDOW: Final = f"""
SELECT n.entry, s.slot, e.first_item + n.entry - e.first AS item, e.queue,
       coalesce(t.state, {{untouched}}) AS state,
       coalesce(t.priority, e.priority) AS priority, coalesce(t.person, 0) AS holder,
       coalesce(t.token, 0) AS token, coalesce(t.deadline, 0) AS deadline,
       coalesce(t.status, 0) AS status, coalesce(t.late, false) AS late,
       coalesce(t.updated_wall, e.wall) AS wall, coalesce(t.submitter, 0) AS submitter,
       coalesce(t.submitted_wall, 0) AS submitted_wall, coalesce(t.editor, 0) AS editor,
       coalesce(t.reviews, 0) AS reviews, coalesce(t.reviewer, 0) AS reviewer,
       coalesce(t.open_issues, 0) AS open_issues,
       coalesce(t.fixed_issues, 0) AS fixed_issues, coalesce(t.lot, 0) AS lot{{item}}
  FROM {{ranges}} e
  JOIN view_queue q ON q.project = e.project AND q.queue = e.queue{{entries}}
 CROSS JOIN LATERAL generate_series(1, q.slots) AS s (slot)
  LEFT JOIN view_task t ON t.project = $1 AND t.entry = n.entry AND t.slot = s.slot
                       AND t.entry >= $2 AND t.entry < $3
 WHERE e.project = $1 AND e.first > $2::bigint - {LONGEST_RUN} AND e.first < $3
   AND e.first + e.count > $2{{only}}"""
_NOT_ARCHIVED: Final = """
 AND NOT EXISTS (SELECT FROM view_queue a WHERE a.project = $1 AND a.queue = {} AND a.archived)"""
_UNTOUCHED: Final = {
    ENTRIES: "CASE WHEN n.entry > q.cleared THEN 2 ELSE 9 END",
    WAITING: "1",
}
"""The state of what has no row."""
_ENTRIES: Final = """
 CROSS JOIN LATERAL generate_series(greatest(e.first, $2), least(e.first + e.count, $3) - 1)
       AS n (entry)"""
_ENTRIES_AND_ITEMS: Final = """
 CROSS JOIN LATERAL (SELECT e.first_item + greatest($2 - e.first, 0) AS low,
                            e.first_item + least($3 - e.first, e.count) AS high) AS m
 CROSS JOIN LATERAL (SELECT * FROM item_range y
                      WHERE y.project = $1 AND y.base < m.high AND y.base + y.count > m.low
                        AND y.base >= (SELECT coalesce(max(z.base), 0) FROM item_range z
                                        WHERE z.project = $1 AND z.base <= m.low)) AS r
 CROSS JOIN LATERAL (SELECT * FROM item y
                      WHERE y.project = $1 AND y.import = r.import
                        AND y.ordinal >= r.first + greatest(m.low - r.base, 0)
                        AND y.ordinal < r.first + least(m.high - r.base, r.count)
                     OFFSET 0) AS i
 CROSS JOIN LATERAL (SELECT e.first + r.base + i.ordinal - r.first - e.first_item AS entry) AS n"""


class TaskList:
    """Implements allocator.ports.lists.TaskList."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def page(self, project: int, queue: int, ask: ListAsk) -> Sequence[TaskLine]:
        """Tasks by (entry, slot), from the one behind `ask.after`; DELAYED ones last.

        By update_time those that somebody touched.
        """
        async with self._postgres.moment() as connection:
            return await _page(connection.fetch, project, queue, ask)

    async def every(self, project: int, queue: int, chosen: Filter) -> Sequence[TaskLine]:
        """All tasks of the queue that the filter lets through, as of one moment, in order."""
        found: list[TaskLine] = []
        async with self._postgres.moment() as connection:
            while True:
                after = (found[-1].entry, found[-1].slot) if found else ()
                ask = ListAsk(order=_UP, limit=AT_ONCE, filter=chosen, after=after)
                rows = await _page(connection.fetch, project, queue, ask)
                found += rows
                if len(rows) < AT_ONCE:
                    return found

    async def count(self, project: int, queue: int, chosen: Filter, *, archived: bool) -> int:
        """How many tasks there are, up to MOST_COUNTED + 1."""
        ask = ListAsk(order=_UP, limit=MOST_COUNTED + 1, filter=chosen, archived=archived)
        total = 0
        async with self._postgres.moment() as connection:
            async for one in _parts(connection.fetch, project, queue, ask):
                query, *arguments = _asked(one)
                [row] = await connection.fetch(f"SELECT count(*) FROM ({query}) AS c", *arguments)
                total += int(row[0])
                if total > MOST_COUNTED:
                    break
        return min(total, MOST_COUNTED + 1)

    async def counted(
        self, project: int, queue: int, field: str, value: int, *, archived: bool
    ) -> int:
        """From counters: of a queue's states, or of view_count."""
        of = value if field == "queue" else queue
        equal: dict[str, object] = {"project": project, **({"queue": of} if of else {})}
        what, table = _counter(field, value), "view_queue"
        if what is None:
            what, table = "tasks", "view_count"
            equal |= {"dimension": field, "value": value}
        conditions = " AND ".join(f"{name} = ${i}" for i, name in enumerate(equal, 1))
        only = "" if archived else _NOT_ARCHIVED.format("t.queue")
        row = await self._postgres.fetchrow(
            f"SELECT sum({what}) FROM {table} t WHERE {conditions}{only}", *equal.values()
        )
        return int(row[0] or 0) if row else 0

    def touched(self, chosen: Filter) -> bool:
        """Whether the filter lets only tasks through that somebody touched."""
        return not (may_be(chosen, UNTOUCHED) or may_be(chosen, DELAYED))


def _counter(field: str, value: int) -> str | None:
    """What of view_queue counts the tasks with the value; None: view_count does."""
    if field in ("", "queue"):
        return "entries * slots + delayed"
    if field == "remaining":
        return "remaining" if value else "in_review + completed + discarded + removed"
    return COUNTED.get(TaskState(value), "0") if field == "state" else None


async def _page(fetch: Fetch, project: int, queue: int, ask: ListAsk) -> Sequence[TaskLine]:
    found: list[TaskLine] = []
    async for one in _parts(fetch, project, queue, ask):
        found += [_line(row) for row in await fetch(*_asked(one))]
        if len(found) >= ask.limit:
            break
    return found[: ask.limit]


async def _parts(fetch: Fetch, project: int, queue: int, ask: ListAsk) -> AsyncIterator[_Ask]:
    """What is to be asked, one after the other, in the order of the list."""
    if ask.order.field != _UP.field:
        yield _Ask(project, queue, ask)
        return
    places = [(ENTRIES, UNTOUCHED), (WAITING, DELAYED)]
    for ranges, possible in reversed(places) if ask.order.down else places:
        if may_be(ask.filter, possible):
            async for window in _windows(fetch, project, queue, ask, ranges):
                yield _Ask(project, queue, ask, window, ranges)
        elif ranges == ENTRIES:
            yield _Ask(project, queue, ask)


async def _windows(
    fetch: Fetch, project: int, queue: int, ask: ListAsk, ranges: str
) -> AsyncIterator[tuple[int, int]]:
    """Windows [low, high) of entries, in the order of the list."""
    down, everything = ask.order.down, ask.filter == EVERYTHING
    at = (ask.after[0] + 1 if down else ask.after[0]) if ask.after else (END if down else 0)
    # Without a filter every entry is a task: as many entries as tasks are enough.
    size = ask.limit + 1 if everything else FIRST_WINDOW
    while True:
        window, more = await _window(fetch, project, queue, ask, ranges, at, size)
        if window[0] < window[1]:
            yield window
        if not more:
            return
        at = window[0] if down else window[1]
        size = min(size * 4, LAST_WINDOW)


async def _window(
    fetch: Fetch, project: int, queue: int, ask: ListAsk, ranges: str, at: int, size: int
) -> tuple[tuple[int, int], bool]:
    """A window of about `size` entries that begins at `at`, and whether there are more."""
    down = ask.order.down
    way, side = "DESC" if down else "ASC", "first < $2::bigint"
    side = side if down else f"first > $2::bigint - {LONGEST_RUN}"
    beyond = "" if down else " AND first + count > $2"
    only = " AND queue = $3" if queue else ""
    only += "" if ask.archived else _NOT_ARCHIVED.format("t.queue")
    rows = await fetch(
        f"SELECT first, count FROM {ranges} t WHERE project = $1 AND {side}{beyond}{only}"
        f" ORDER BY first {way} LIMIT {RANGES_A_WINDOW}",
        *(project, at, *([queue] if queue else [])),
    )
    taken, edge = 0, at
    for row in rows:
        low, high = row["first"], row["first"] + row["count"]
        inside = (min(high, at) - low) if down else (high - max(low, at))
        left = size - taken
        if inside > left:
            edge = min(high, at) - left if down else max(low, at) + left
            return ((edge, at) if down else (at, edge)), True
        taken, edge = taken + inside, (low if down else high)
    return ((edge, at) if down else (at, edge)), len(rows) == RANGES_A_WINDOW


class _Ask:
    """One query: of a window, or of the rows alone."""

    def __init__(
        self,
        project: int,
        queue: int,
        ask: ListAsk,
        window: tuple[int, int] | None = None,
        ranges: str = ENTRIES,
    ) -> None:
        self.project = project
        self.queue = queue
        self.ask = ask
        self.window = window
        self.ranges = ranges

    def source(self) -> str:
        """The tasks, with their items if the filter looks at them."""
        items = any(one.field in OF_ITEMS for one in comparisons(self.ask.filter))
        item = _ITEM if items else ""
        archived = self.ask.archived
        if self.window is None:
            # Of one queue it is asked once, and does not spoil what the planner expects.
            queue = str(self.queue) if self.queue else "t.queue"
            only = "" if archived else _NOT_ARCHIVED.format("t.queue")
            join = _JOIN_ITEM if items else ""
            return _TOUCHED.format(item=item, join=join, queue=queue, only=only)
        return _WINDOW.format(
            item=item,
            entries=_ENTRIES_AND_ITEMS if items else _ENTRIES,
            ranges=self.ranges,
            untouched=_UNTOUCHED[self.ranges],
            only="" if archived else " AND NOT q.archived",
        )


def _asked(one: _Ask) -> tuple[Any, ...]:
    """The query and its arguments."""
    arguments: list[Any] = [one.project, *(one.window or ())]
    where, ask = Where(COLUMNS, arguments), one.ask
    conditions = [where.sql(ask.filter)]
    if one.queue:
        conditions.append(f"x.queue = {where.bound(one.queue)}")
    keys = _KEYS[ask.order.field]
    if ask.after:
        sign = "<" if ask.order.down else ">"
        bound = (
            f"{where.bound(value)}::{_TYPES[key]}"
            for key, value in zip(keys, ask.after, strict=True)
        )
        conditions.append(f"({', '.join(keys)}) {sign} ({', '.join(bound)})")
    way = " DESC" if ask.order.down else ""
    by = ", ".join(f"{key}{way}" for key in keys)
    query = (
        f"SELECT {_LINE} FROM ({one.source()}) AS x WHERE {' AND '.join(conditions)}"
        f" ORDER BY {by} LIMIT {where.bound(ask.limit)}"
    )
    return query, *arguments


def may_be(node: Filter, fields: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether the filter could let a task through whose fields can only have these values."""

    def judge(one: Compare) -> bool | None:
        if one.field not in fields:
            return None
        possible = fields[one.field]
        if one.value in possible and len(possible) > 1:
            return None
        return (one.value in possible) == (one.operator == "=")

    return judged(node, judge) is not False


def _line(row: Any) -> TaskLine:
    names = ("entry", "slot", "item", "queue", "state", "priority", "holder", "token", "deadline")
    more = ("status", "submitter", "editor", "reviews", "reviewer", "open_issues", "fixed_issues")
    found = {name: row[name] for name in (*names, *more, "lot")}
    return TaskLine(**found, wall_ms=row["wall"], submitted_ms=row["submitted_wall"])
