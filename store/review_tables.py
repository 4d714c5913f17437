"""Reads and writes of the rows about reviews, as the projector does them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from allocator.model import TaskState
from reviewqueue.model import UnitState
from store import projection_reviews, review_contents
from store.activity import given_of
from store.events import Event
from store.review_rows import (
    CLOSED,
    DecisionRow,
    IssueRow,
    ReviewRow,
    ReviewRows,
    RoundRow,
    UnitRow,
)

if TYPE_CHECKING:
    from store.postgres import Connection
    from store.task_row import Task, TaskRow

_LOAD_REVIEWS: Final = """
SELECT v.* FROM unnest($2::bigint[]) AS u (review)
 CROSS JOIN LATERAL (SELECT * FROM view_review x
                      WHERE x.project = $1 AND x.review = u.review OFFSET 0) AS v"""
_LOAD_UNFINISHED: Final = """
SELECT v.* FROM unnest($2::bigint[], $3::smallint[]) AS u (entry, slot)
 CROSS JOIN LATERAL (SELECT * FROM view_review x
                      WHERE x.project = $1 AND x.of_entry = u.entry AND x.of_slot = u.slot
                        AND x.state NOT IN (6, 9) OFFSET 0) AS v"""
_LOAD_UNITS: Final = """
SELECT v.* FROM unnest($2::bigint[], $3::smallint[]) AS u (entry, slot)
 CROSS JOIN LATERAL (SELECT * FROM view_unit x
                      WHERE x.project = $1 AND x.entry = u.entry AND x.slot = u.slot
                     OFFSET 0) AS v"""
_LOAD_ISSUES: Final = f"""
SELECT v.* FROM unnest($2::bigint[], $3::smallint[]) AS u (entry, slot)
 CROSS JOIN LATERAL (SELECT * FROM view_issue x
                      WHERE x.project = $1 AND x.entry = u.entry AND x.slot = u.slot
                        AND x.state <> {CLOSED} OFFSET 0) AS v"""
LOADS: Final = (_LOAD_REVIEWS, _LOAD_UNFINISHED, _LOAD_UNITS, _LOAD_ISSUES)

_RENAMED: Final = {
    "class_name": "class",
    "all_units": "units",
    "position": "place",
}
"""Columns that have another name than the fields."""
_OF_REVIEW: Final = (
    *("entry", "queue", "kind", "of_entry", "of_slot", "item", "round", "author", "state"),
    *("mapped", "person", "token", "deadline", "ended", "chosen_by", "all_units", "pending"),
    *("made_wall", "granted_wall", "ended_wall", "updated_seq", "updated_wall"),
)
"""What is kept of a review task; the key comes first."""


class _Table(NamedTuple):
    """Fields of a row and the columns that they are kept in; the key comes first."""

    name: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    query: str
    values: Callable[[object], tuple[Any, ...]]
    """Those of the fields of a row."""


def _table(name: str, fields: Iterable[str], key: int, **renamed: str) -> _Table:
    fields = tuple(fields)
    columns = tuple(renamed.get(field, _RENAMED.get(field, field)) for field in fields)
    sets = ", ".join(f"{column} = excluded.{column}" for column in columns[key:])
    query = (
        f"INSERT INTO {name} (project, {', '.join(columns)})"
        f" SELECT $1, {', '.join(f'r.{column}' for column in columns)}"
        f" FROM jsonb_populate_recordset(NULL::{name}, $2::jsonb) AS r"
        f" ON CONFLICT (project, {', '.join(columns[:key])}) DO"
        + (f" UPDATE SET {sets}" if sets else " NOTHING")
    )
    return _Table(name, fields, columns, query, attrgetter(*fields))


_REVIEWS: Final = _table("view_review", _OF_REVIEW, 1, entry="review")
_UNITS: Final = _table("view_unit", UnitRow.__dataclass_fields__, 3)
_ISSUES: Final = _table("view_issue", IssueRow.__dataclass_fields__, 4)
_AUTHORS: Final = _table("view_author", ("entry", "slot", "person", "queue"), 3)
_DECISIONS: Final = _table("view_decision", DecisionRow._fields, 2)
_ROUNDS: Final = _table("view_round", RoundRow._fields, 3)


def concerned(tasks: Iterable[TaskRow], events: Sequence[Event]) -> set[Task]:
    """Tasks of which units are to be loaded: submitted, decided about, or under review."""
    found = {
        (row.entry, row.slot)
        for row in tasks
        if row.state == TaskState.IN_REVIEW or row.open_issues + row.fixed_issues > 0
    }
    known = {(row.entry, row.slot) for row in tasks if row.units or row.round}
    for event in events:
        body = event.body
        if event.kind == "submitted":
            task = (body["entry"], body["slot"])
            if task in known or body["units"] or body["review"]:
                found.add(task)
        elif event.kind in ("decided", "fixed", "units_deleted"):
            found.add(projection_reviews.named(event)[0])
        elif event.kind in projection_reviews.WITH_TASKS:
            found.update(projection_reviews.named(event))
        elif event.kind == "status_set":
            found.update((task[0], task[1]) for task in body["tasks"] if given_of(task))
    return found


async def load(
    connection: Connection,
    project: int,
    rows: ReviewRows,
    tasks: Iterable[TaskRow],
    wanted: Iterable[int],
    events: Sequence[Event],
) -> None:
    """The rows that events change, of review tasks by number and of tasks."""
    of_tasks = sorted(concerned(tasks, events))
    rows.units = {task: {} for task in of_tasks}
    if of_tasks:
        columns = list(map(list, zip(*of_tasks, strict=True)))
        for row in await connection.fetch(_LOAD_UNFINISHED, project, *columns):
            _know(rows, row)
        for row in await connection.fetch(_LOAD_UNITS, project, *columns):
            rows.units[row["entry"], row["slot"]][row["unit"]] = _unit(row)
        for row in await connection.fetch(_LOAD_ISSUES, project, *columns):
            place = (row["entry"], row["slot"], row["unit"])
            rows.issues[place] = IssueRow(**_fields(_ISSUES, row))
    more = sorted(set(wanted) - rows.tasks.keys())
    if more:
        for row in await connection.fetch(_LOAD_REVIEWS, project, more):
            _know(rows, row)
    await review_contents.load(connection, project, rows, events)


async def write(connection: Connection, project: int, rows: ReviewRows) -> None:
    """What became of the rows."""
    units = (rows.units[entry, slot][unit] for entry, slot, unit in sorted(rows.changed))
    authors = [_Author(*author) for author in sorted(rows.authors)]
    for table, found in (
        (_REVIEWS, [rows.tasks[number] for number in sorted(rows.touched)]),
        (_UNITS, list(units)),
        (_ISSUES, [rows.stirred[key] for key in sorted(rows.stirred)]),
        (_AUTHORS, authors),
        (_DECISIONS, rows.decisions),
        (_ROUNDS, [rows.rounds[key] for key in sorted(rows.rounds)]),
    ):
        if found:
            records = [_record(table, row) for row in found]
            await connection.execute(table.query, project, json.dumps(records))


class _Author(NamedTuple):
    entry: int
    slot: int
    queue: int
    person: int


def _record(table: _Table, row: object) -> dict[str, Any]:
    record = dict(zip(table.columns, table.values(row), strict=True))
    if isinstance(row, UnitRow):
        record["digest"] = f"\\x{row.digest.hex()}"
    elif isinstance(row, ReviewRow) and not row.returned:
        record["mapped"] = 0  # whoever comes first may have it
    return record


def _fields(table: _Table, row: Any) -> dict[str, Any]:
    pairs = zip(table.fields, table.columns, strict=True)
    return {field: row[column] for field, column in pairs}


def _know(rows: ReviewRows, row: Any) -> None:
    found = ReviewRow(
        **_fields(_REVIEWS, row), slot=1, class_=0, priority=0, returned=row["mapped"] > 0
    )
    rows.tasks[found.entry] = found
    rows.counted[found.entry] = found.tallies()


def _unit(row: Any) -> UnitRow:
    found = UnitRow(**_fields(_UNITS, row))
    found.state, found.digest = UnitState(found.state), bytes(found.digest)
    return found
