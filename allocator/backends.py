"""The servers behind dibs: yours if given, else private ones under data_dir."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from pydantic import SecretStr

from allocator.settings import Settings
from store.embedded import EmbeddedPostgres, EmbeddedRedis

WATCH_S = 0.1

log = structlog.get_logger()


class Backends:
    """Redis and Postgres as they run now; `settings` says where."""

    def __init__(
        self, settings: Settings, redis: EmbeddedRedis | None, postgres: EmbeddedPostgres | None
    ) -> None:
        self._redis = redis
        self._postgres = postgres
        self.settings = settings.model_copy(
            update={
                "redis_url": SecretStr(redis.url) if redis else settings.redis_url,
                "postgres_dsn": SecretStr(postgres.dsn) if postgres else settings.postgres_dsn,
            }
        )

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Backends]:
        """Start what is ours to start; stop it on the way out."""
        async with contextlib.AsyncExitStack() as stack:
            redis = postgres = None
            if settings.embedded_postgres:
                postgres = await stack.enter_async_context(EmbeddedPostgres(settings.data_dir))
            if settings.embedded_redis:
                redis = await stack.enter_async_context(EmbeddedRedis(settings.data_dir))
            yield cls(settings, redis, postgres)

    async def keep_alive(self) -> None:
        """Start again what dies, until cancelled. It keeps its port."""
        servers = [server for server in (self._redis, self._postgres) if server is not None]
        while True:
            for server in servers:
                if not await _runs(server):
                    log.warning("server_died", server=server.name)
                    await server.start()
                    log.info("server_restarted", server=server.name)
            await asyncio.sleep(WATCH_S)


async def _runs(server: EmbeddedRedis | EmbeddedPostgres) -> bool:
    return server.runs
