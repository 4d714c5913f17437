"""Reads what is audited: the log and its tables from Postgres, the live state from Redis.

Plain asyncpg and redis clients; of our own only the event decoder. The log
is read in one snapshot and in batches, so that memory does not grow with it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg
from redis.asyncio import Redis

from audit import answers, ends, history, live
from audit.chain import EpochStep, Head, Row
from audit.checker import Checker
from audit.drift import differences
from audit.history import Record
from audit.report import Judge, Report
from audit.state import WORDS
from audit.structures import expected

BATCH: Final = 5_000
PAUSE_S: Final = 0.1
if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A project's number and external id."""

    project: int
    external_id: str


async def audit(
    dsn: str,
    redis_url: str | None = None,
    project: int | str | None = None,
    history_files: Iterable[Path | str] = (),
    *,
    drained: bool = False,
    patience_s: float = 10.0,
) -> Report:
    """Audits one project, by number or external id, or all of them.

    `drained`: every task must have reached its end. Redis and the views are
    compared when they have come to the end of the log; if they do not within
    `patience_s` the report has a note instead.
    """
    report = Report()
    redis = Redis.from_url(redis_url) if redis_url else None
    connection = await asyncpg.connect(dsn)
    try:
        named = await projects(connection, project)
        records = await _records(connection, history_files, report)
        for one in named:
            report.merge(
                await _audit_one(
                    *(connection, redis, one, records.get(one.project, [])),
                    drained=drained,
                    patience_s=patience_s,
                )
            )
        if redis is not None:
            judge = Judge()
            ends.keys(*await live.foreign_keys(redis), judge)
            report.take(judge)
    finally:
        await connection.close()
        if redis is not None:
            await redis.aclose()
    return report


async def projects(connection: Connection, wanted: int | str | None = None) -> list[Named]:
    """The projects that have a log, all or the one that is `wanted`."""
    rows = await connection.fetch(
        "SELECT project, external_id FROM project JOIN head USING (project) ORDER BY project"
    )
    found = [Named(project=row["project"], external_id=row["external_id"]) for row in rows]
    if wanted is None:
        return found
    chosen = [one for one in found if wanted in (one.project, one.external_id)]
    if not chosen:
        raise LookupError(f"there is no project {wanted!r}")
    return chosen


async def purged(connection: Connection) -> list[Named]:
    """The projects of which nothing but the id is left, or soon will be."""
    rows = await connection.fetch(
        "SELECT project, external_id FROM project WHERE purged_time IS NOT NULL ORDER BY project"
    )
    return [Named(project=row["project"], external_id=row["external_id"]) for row in rows]


async def head(connection: Connection, project: int) -> Head:
    """Where the log ends."""
    row = await connection.fetchrow(
        "SELECT epoch, seq, chain FROM head WHERE project = $1", project
    )
    if row is None:
        raise LookupError(f"project {project} has no head")
    return Head(epoch=row["epoch"], seq=row["seq"], chain=row["chain"])


async def steps(connection: Connection, project: int) -> list[EpochStep]:
    """All epoch steps of the project."""
    rows = await connection.fetch(
        "SELECT epoch, seq, chain_before, chain_after FROM epoch_step"
        " WHERE project = $1 ORDER BY epoch",
        project,
    )
    return [EpochStep(**dict(row)) for row in rows]


async def log(connection: Connection, project: int, after: int = 0) -> AsyncIterator[Row]:
    """The events after seq `after`, in order, in batches by key."""
    while True:
        rows = await connection.fetch(
            "SELECT seq, epoch, chain, payload FROM event"
            " WHERE project = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            *(project, after, BATCH),
        )
        for row in rows:
            yield Row(**dict(row))
        if len(rows) < BATCH:
            return
        after = rows[-1]["seq"]


async def live_rows(connection: Connection, project: int) -> list[tuple[int, int, int]]:
    """(entry, slot, token) of table `live`."""
    rows = await connection.fetch("SELECT entry, slot, token FROM live WHERE project = $1", project)
    return [(row["entry"], row["slot"], row["token"]) for row in rows]


async def views(connection: Connection, project: int) -> tuple[int, dict[tuple[int, str], int]]:
    """Up to which event the views are, and (queue, word) -> tasks of view_queue."""
    position = await connection.fetchval(
        "SELECT seq FROM view_position WHERE project = $1", project
    )
    rows = await connection.fetch("SELECT * FROM view_queue WHERE project = $1", project)
    return position or 0, {
        (row["queue"], word): row[word] for row in rows for word in WORDS.values()
    }


async def _audit_one(
    connection: Connection,
    redis: Redis | None,
    named: Named,
    records: Iterable[Record],
    *,
    drained: bool,
    patience_s: float,
) -> Report:
    project = named.project
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        end = await head(connection, project)
        checker = Checker(
            *(project, named.external_id),
            steps=await steps(connection, project),
            records=records,
        )
        async for row in log(connection, project):
            checker.follow(row)
        held = await live_rows(connection, project)
    checker.finish(head=end, live=held, drained=drained)
    await _compare_views(connection, checker, patience_s)
    if redis is not None:
        await _compare_redis(connection, redis, checker, patience_s)
    return checker.result()


async def _catch_up(connection: Connection, checker: Checker) -> None:
    """Follows what was appended since."""
    project = checker.judge.project
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        end = await head(connection, project)
        rows = [row async for row in log(connection, project, checker.model.state.seq)]
        checker.catch_up(await steps(connection, project), rows, end)


async def _compare_views(connection: Connection, checker: Checker, patience_s: float) -> None:
    """Once the projector has come to the end of the log."""
    project, patient = checker.judge.project, _Patience(patience_s)
    while True:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            position, shown = await views(connection, project)
        if position == checker.model.state.seq:
            checker.compare_views(shown)
            return
        if not await patient.more():
            break
        await _catch_up(connection, checker)
    checker.report.notes.append(
        f"project {project}: inconclusive, the views are at {position},"
        f" the log at {checker.position[1]}"
    )


async def _compare_redis(
    connection: Connection, redis: Redis, checker: Checker, patience_s: float
) -> None:
    """Once Redis and the log are at the same event; an absent project has nothing to compare."""
    project, patient = checker.judge.project, _Patience(patience_s)
    while True:
        header, shape, unknown = await live.read(redis, project)
        same = header is not None and (header.epoch, header.seq) == checker.position[:2]
        if header is not None and same:
            drifted = differences(expected(checker.model.state), shape) or unknown
            right = header.chain == checker.position[2]
            # Housekeeping without an event may run while keys are read one by one.
            if (right and not drifted) or not await patient.more(1.0):
                checker.judge.expect(11, right, "Redis is at seq {} of another chain", header.seq)
                checker.compare(shape, unknown)
                return
        elif not await patient.more():
            break
        await _catch_up(connection, checker)
    found = await live.header(redis, project)
    where = f"at epoch {found.epoch}, seq {found.seq}" if found else "without the project"
    checker.report.notes.append(
        f"project {project}: inconclusive, Redis is {where}, the log at {checker.position[:2]}"
    )


class _Patience:
    """Waits a moment at a time, and says when it has waited enough."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    async def more(self, most: float = float("inf")) -> bool:
        """Whether there is time for another try, after a pause; from now on at most `most`."""
        self._left = min(self._left, most)
        if self._left <= 0:
            return False
        self._left -= PAUSE_S
        await asyncio.sleep(PAUSE_S)
        return True


async def _records(
    connection: Connection, files: Iterable[Path | str], report: Report
) -> Mapping[int, list[Record]]:
    """The histories by project, names replaced by numbers.

    Raises HistoryError for a line that is no record.
    """
    numbers = {one.external_id: one.project for one in await projects(connection)}
    gone = await purged(connection)
    if gone:
        report.notes.append(f"{len(gone)} projects were purged: nothing of them is audited")
    ignored = {key for one in gone for key in (one.project, one.external_id)}
    by_project: defaultdict[int, list[Record]] = defaultdict(list)
    names: dict[int, dict[tuple[str, str], int]] = {}
    judge = Judge()
    for record in history.read(files):
        number = numbers.get(str(record.project), record.project)
        if number in ignored:
            continue
        if isinstance(number, str) or number not in numbers.values():
            if record.changed:
                answers.missing([record], judge)
            continue
        if number not in names:
            names[number] = await _names(connection, number)
        by_project[number].append(history.numbered(record, number, names[number]))
    report.take(judge)
    return by_project


async def _names(connection: Connection, project: int) -> dict[tuple[str, str], int]:
    """(kind, external id) -> number of the project's people and queues."""
    rows = await connection.fetch(
        "SELECT 'person' AS kind, external_id, person AS number FROM person WHERE project = $1"
        " UNION ALL SELECT 'queue', external_id, queue FROM queue WHERE project = $1",
        project,
    )
    return {(row["kind"], row["external_id"]): row["number"] for row in rows}
