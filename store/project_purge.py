"""Purges projects that were deleted, until nothing but a tombstone is left.

One commit takes a project's head away: from then on nothing can be appended to
its log, no process can serve or rebuild it, and it cannot be undeleted. Table
`purge` keeps what is still to be done, so whoever dies in the middle is gone on
from; the rest is deleting, in bounded steps, twice is no harm. A second pass, a
while later, takes what calls that were under way in the first have left.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

import structlog

from store.leftovers import unlink_all
from store.postgres import Postgres, translated
from store.recovery import LOCKS
from store.redis_log import Caller

if TYPE_CHECKING:
    from store.postgres import Connection

CHUNK_ROWS: Final = 2_000
AGAIN_MS: Final = 60_000
"""After this the second pass: no call takes as long."""
PASSES: Final = 2
FIRST: Final = "event"
"""Without its log nothing of a project can be made anew."""
LAST: Final = "view_position"
"""Whoever writes views holds it. It goes in the last pass: somebody may wait for a position."""

_TABLES: Final = """
SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE a.attname = 'project' AND NOT a.attisdropped AND c.relkind = 'r'
   AND c.relnamespace = current_schema()::regnamespace
   AND c.relname NOT IN ('project', 'purge')
 ORDER BY c.relname <> $1, c.relname = $2, c.relname"""
_HOLD_VIEWS: Final = "SELECT FROM view_position WHERE project = $1 FOR UPDATE"
_DELETE: Final = """
DELETE FROM {table}
 WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE project = $1 LIMIT $2))"""

log = structlog.get_logger()


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Purger:
    """Takes projects apart whose time is over by `now_ms`."""

    def __init__(
        self,
        postgres: Postgres,
        redis: Caller,
        *,
        now_ms: Callable[[], int] = wall_ms,
        chunk_rows: int = CHUNK_ROWS,
    ) -> None:
        self._postgres = postgres
        self._redis = redis
        self._now_ms = now_ms
        self._chunk_rows = chunk_rows

    def is_due(self, purge_ms: int) -> bool:
        """Whether a deleted project with this time is to be purged by now."""
        return 0 < purge_ms <= self._now_ms()

    async def begin(self, project: int) -> bool:
        """The point of no return; false if the project is not due, or its views lag behind."""
        async with self._postgres.committing() as connection:
            begun = await connection.fetchval(
                "SELECT dibs_begin_purge($1, $2)", project, self._now_ms()
            )
        if begun:
            log.info("purge", project=project)
        return bool(begun)

    async def go_on(self) -> None:
        """Do what is to be done by now of all purges that were begun."""
        for row in await self._postgres.fetch(
            "SELECT project, pass FROM purge WHERE due_ms <= $1 ORDER BY project", self._now_ms()
        ):
            await self._pass(row["project"], row["pass"])

    async def _pass(self, project: int, number: int) -> None:
        last = number >= PASSES
        async with self._alone(project) as connection:
            await unlink_all(self._redis, project)
            for table in await _tables(connection):
                if last or table != LAST:
                    await self._empty(connection, table, project)
            await self._passed(connection, project, number, last=last)
        log.info("purged", project=project, number=number)

    async def _empty(self, connection: Connection, table: str, project: int) -> None:
        """Delete the project's rows, so many a transaction; whoever writes views is done before."""
        while True:
            async with connection.transaction():
                await connection.execute(_HOLD_VIEWS, project)
                done = await connection.execute(
                    _DELETE.format(table=table), project, self._chunk_rows
                )
            if done == "DELETE 0":
                return

    async def _passed(
        self, connection: Connection, project: int, number: int, *, last: bool
    ) -> None:
        if last:
            await connection.execute("DELETE FROM purge WHERE project = $1", project)
            return
        await connection.execute(
            "UPDATE purge SET pass = $2 + 1, due_ms = $3 WHERE project = $1 AND pass = $2",
            *(project, number, self._now_ms() + AGAIN_MS),
        )

    @asynccontextmanager
    async def _alone(self, project: int) -> AsyncIterator[Connection]:
        """A connection of its own, while nobody rebuilds the project."""
        connection = await self._postgres.dedicated()
        try:
            with translated():
                await connection.execute("SELECT pg_advisory_lock($1)", LOCKS + project)
                yield cast("Connection", connection)
        finally:
            connection.terminate()  # the lock goes with it


async def _tables(connection: Connection) -> Sequence[str]:
    """Every table with rows of projects, whoever has added it; partitions one by one."""
    return [row["name"] for row in await connection.fetch(_TABLES, FIRST, LAST)]
