"""The connections to Postgres, and what its errors mean to a caller.

Commits and reads have pools of their own, so that no report keeps an answer
waiting. A commit has no statement timeout: a cancelled wait for a standby
leaves the transaction committed here and nowhere else (reliability.md, R14).
Who gives up on one closes its connection and asks by a barrier write.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import asyncpg

from dibs.errors import StoreUnavailable

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Dedicated = asyncpg.Connection[asyncpg.Record]

RETRY_AFTER_S = 1.0
READ_TIMEOUT_S = 8.0
CONNECT_TIMEOUT_S = 4.0

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,  # shutdown, crash of another backend, still starting
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.ReadOnlySQLTransactionError,  # this one is a standby by now
)
"""Errors that say nothing about what was asked: the same call may succeed later."""


def told_to_end() -> bool:
    """Whether the task that runs was cancelled.

    On a connection that is lost, asyncpg's error takes the place of the cancellation; a loop that
    goes on after such an error would never end.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable in place of whatever asyncpg says when Postgres is away."""
    try:
        yield
    except AWAY as error:
        if told_to_end():
            raise asyncio.CancelledError from error
        raise StoreUnavailable(retry_after_s=RETRY_AFTER_S) from error


class Postgres:
    """Two pools to one database: commits, and everything else."""

    def __init__(self, dsn: str, *, commits: int = 4, reads: int = 8) -> None:
        self.dsn = dsn
        self._sizes = (commits, reads)
        self._commits: Pool | None = None
        self._reads: Pool | None = None

    async def start(self) -> None:
        """Open the pools. Raises StoreUnavailable if there is no server."""
        commits, reads = self._sizes
        with translated():
            self._commits = await self._pool(commits, command_timeout=None)
            self._reads = await self._pool(reads, command_timeout=READ_TIMEOUT_S)
            await self._reads.fetchval("SELECT 1")

    async def close(self) -> None:
        """Close every connection, without waiting for a server that does not answer."""
        for pool in (self._commits, self._reads):
            if pool is None:
                continue
            try:
                await asyncio.wait_for(pool.close(), timeout=2.0)
            except AWAY:
                pool.terminate()

    @asynccontextmanager
    async def committing(self) -> AsyncIterator[Connection]:
        """A connection for what decides about answers: appends, barriers, epochs."""
        assert self._commits is not None, "start() comes first"
        async with self._acquired(self._commits) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection for everything else, with a limit on each statement."""
        assert self._reads is not None, "start() comes first"
        async with self._acquired(self._reads) as connection:
            yield connection

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[Connection]:
        """A connection whose reads all come from one moment."""
        async with (
            self.reading() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    async def dedicated(self) -> Dedicated:
        """A connection outside of the pools, for locks that a session holds."""
        with translated():
            return await asyncpg.connect(
                self.dsn, timeout=CONNECT_TIMEOUT_S, server_settings={"application_name": "dibs"}
            )

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """The rows of one read."""
        async with self.reading() as connection:
            return await connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """The first row of one read."""
        async with self.reading() as connection:
            return await connection.fetchrow(query, *args)

    @asynccontextmanager
    async def _acquired(self, pool: Pool) -> AsyncIterator[Connection]:
        with translated():
            async with pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
                yield connection

    async def _pool(self, size: int, *, command_timeout: float | None) -> Pool:
        pool = await asyncpg.create_pool(
            self.dsn,
            min_size=0,  # asyncpg logs a traceback for each connection it cannot keep ready
            max_size=size,
            command_timeout=command_timeout,
            timeout=CONNECT_TIMEOUT_S,
            reset=_nothing_to_reset,
            server_settings={"application_name": "dibs"},
        )
        assert pool is not None
        return pool


async def _nothing_to_reset(connection: Dedicated) -> None:
    """Nobody changes a pooled session's state, so giving it back costs no round trip."""
