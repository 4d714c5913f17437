"""Makes a project's views anew from its log, and tells whether they were right.

The old rows go and the new ones come in one transaction that holds the
project's position: readers see the old views until the new ones are whole,
and the projector goes on behind them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from store.cold import settle
from store.events import decode
from store.log import Log
from store.postgres import Postgres, translated
from store.projections import RUN_EVENTS, project_events
from store.purging import purge

if TYPE_CHECKING:
    from store.postgres import Connection

_TABLES: Final = """
SELECT tablename FROM pg_tables
 WHERE schemaname = current_schema() AND tablename LIKE 'view\\_%'
   AND tablename <> 'view_position'
 ORDER BY tablename"""

_BEGIN: Final = """
INSERT INTO view_position (project, seq) SELECT project, 0 FROM head WHERE project = $1
ON CONFLICT DO NOTHING"""

Rows = dict[str, Counter[str]]
"""Table → its rows of one project, as text."""

log = structlog.get_logger()


class _Right(Exception):
    """The views were right: what was made anew is not needed."""


class ViewRebuild:
    """Replays logs into the tables of the views."""

    def __init__(self, postgres: Postgres, events: Log) -> None:
        self._postgres = postgres
        self._log = events

    async def rebuild(self, project: int) -> int:
        """Make the views anew up to their position; returns that."""
        async with self._connection() as connection, connection.transaction():
            position = await _lock(connection, project)
            await self._replay(connection, project, position)
        log.info("views_rebuilt", project=project, events=position)
        return position

    async def heal(self, project: int, *, most_events: int) -> int | None:
        """How many rows were wrong; they are right now. None: too many events to look at."""
        async with self._connection() as connection:
            try:
                async with connection.transaction():
                    position = await _lock(connection, project)
                    if position > most_events:
                        return None
                    await tidy(connection, project)
                    before = await _rows(connection, project)
                    await self._replay(connection, project, position)
                    wrong = different(before, await _rows(connection, project))
                    if not wrong:
                        raise _Right
            except _Right:
                return 0
        log.warning("views_healed", project=project, rows=wrong)
        return wrong

    async def _replay(self, connection: Connection, project: int, position: int) -> None:
        for table in await _tables(connection):
            await connection.execute(f"DELETE FROM {table} WHERE project = $1", project)
        at = 0
        while at < position:
            logged = await self._log.read(project, at, min(RUN_EVENTS, position - at))
            events = [
                decode(e.payload, project=project, seq=e.seq, epoch=e.epoch, chain=e.chain)
                for e in logged
            ]
            await project_events(connection, project, events)
            at = events[-1].seq
        await tidy(connection, project)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """Outside of the pools: what happens here takes as long as it takes."""
        connection = await self._postgres.dedicated()
        try:
            with translated():
                yield cast("Connection", connection)
        finally:
            connection.terminate()


async def tidy(connection: Connection, project: int) -> None:
    """What is done to the views a little at a time, all at once."""
    await purge(connection, project)
    await settle(connection, project)


def different(before: Rows, after: Rows) -> int:
    """Rows that are on one side only; one that changed counts once."""
    wrong = 0
    for table in before.keys() | after.keys():
        old, new = before.get(table, Counter()), after.get(table, Counter())
        wrong += max((old - new).total(), (new - old).total())
    return wrong


async def _lock(connection: Connection, project: int) -> int:
    """The position of the views, which nobody moves until the transaction ends.

    Nor does anybody take the first one: of views that nobody has made there would be none to hold.
    """
    await connection.execute(_BEGIN, project)
    seq = await connection.fetchval(
        "SELECT seq FROM view_position WHERE project = $1 FOR UPDATE", project
    )
    return int(seq or 0)


async def _tables(connection: Connection) -> list[str]:
    return [row["tablename"] for row in await connection.fetch(_TABLES)]


async def _rows(connection: Connection, project: int) -> Rows:
    found: Rows = {}
    for table in await _tables(connection):
        rows: list[Any] = await connection.fetch(
            f"SELECT to_jsonb(v)::text AS row FROM {table} AS v WHERE project = $1", project
        )
        found[table] = Counter(row["row"] for row in rows)
    return found
