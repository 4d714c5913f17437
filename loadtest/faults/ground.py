"""What a fault run stands on: servers of its own, the service, and ways to hurt them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import asyncpg
import redis.asyncio
from pydantic import SecretStr

from allocator.settings import Settings
from loadtest import service
from loadtest.history import History
from loadtest.service import Service
from store.assembly import Store
from store.embedded import EmbeddedPostgres, EmbeddedRedis

Server = Literal["valkey", "redis7"]
LEASE_FLOOR_MS = 100
SNAPSHOT_EVENTS = 1_000
"""So few that faults strike while one is made, and rebuilds begin with one."""
ANSWERS_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Servers, workers, and the history of what happens on them."""

    redis: EmbeddedRedis
    postgres: EmbeddedPostgres
    service: Service
    history: History
    copies: list[list[bytes]] = field(default_factory=list)
    """What Redis held at some moments of the run: key, dump, key, dump …"""

    @contextlib.asynccontextmanager
    async def redis_client(self) -> AsyncIterator[Any]:
        """A connection to Redis that is nobody else's."""
        async with redis.asyncio.Redis.from_url(self.redis.url) as client:
            yield client

    async def snapshot(self) -> None:
        """Make one, as `dibs snapshot` does: under faults the background may come to none."""
        store = Store(self.redis.url, self.postgres.dsn)
        await store.start(roles=False)
        try:
            for row in await store.postgres.fetch("SELECT project FROM head"):
                await store.snapshotter.make(row["project"])
        finally:
            await store.close()

    async def backend(self) -> int:
        """A backend of ours, one in the middle of a commit if there is any."""
        connection = await asyncpg.connect(self.postgres.dsn)
        try:
            pid: int = await connection.fetchval(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'dibs'"
                " ORDER BY query LIKE '%dibs_append%' DESC, state = 'active' DESC LIMIT 1"
            )
        finally:
            await connection.close()
        return pid

    async def postgres_answers(self) -> None:
        """Return when Postgres takes connections again. Raises TimeoutError."""
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            while True:
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    connection = await asyncpg.connect(self.postgres.dsn, timeout=2)
                    await connection.close()
                    return
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def opened(
    directory: Path, history: History, server: Server = "valkey"
) -> AsyncIterator[Ground]:
    """Servers in `directory`, two workers on them; all of it is gone afterwards."""
    async with (
        EmbeddedPostgres(directory) as postgres,
        EmbeddedRedis(directory, binary=server) as valkey,
    ):
        settings = Settings(
            redis_url=SecretStr(valkey.url),
            postgres_dsn=SecretStr(postgres.dsn),
            data_dir=directory,
            port=0,
            workers=service.WORKERS,
            stop_grace_s=1.0,
            log_level="info",
            snapshot_events=SNAPSHOT_EVENTS,
            snapshot_interval_s=10,
        )
        async with service.running(settings, lease_floor_ms=LEASE_FLOOR_MS) as running:
            yield Ground(redis=valkey, postgres=postgres, service=running, history=history)
