"""The servers behind dibs: yours if given, else private ones under data_dir."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence

import structlog
from pydantic import SecretStr

from allocator.settings import Settings
from store.checks import check_postgres, check_redis
from store.embedded import EmbeddedError, EmbeddedPostgres, EmbeddedRedis
from store.migrations import migrate

WATCH_S = 0.1
RETRY_S = 1.0
ADDRESSES = "addresses.json"

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

    @property
    def redis_url(self) -> str:
        """Where Redis is."""
        assert self.settings.redis_url
        return self.settings.redis_url.get_secret_value()

    @property
    def postgres_dsn(self) -> str:
        """Where Postgres is."""
        assert self.settings.postgres_dsn
        return self.settings.postgres_dsn.get_secret_value()

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, settings: Settings, *, redis: bool = True) -> AsyncIterator[Backends]:
        """Start what is ours to start (no Redis, if not wanted); stop it on the way out.

        Raises EmbeddedError.
        """
        async with contextlib.AsyncExitStack() as stack:
            valkey = postgres = None
            if settings.embedded_postgres:
                postgres = EmbeddedPostgres(settings.data_dir)
            if settings.embedded_redis and redis:
                valkey = EmbeddedRedis(settings.data_dir)
            await _started(stack, [server for server in (postgres, valkey) if server is not None])
            yield cls(settings, valkey, postgres)

    async def prepare(self) -> None:
        """Refuse servers that cannot keep the promise, and bring the tables up to date.

        Raises Unsuitable, MigrationChanged, StoreUnavailable.
        """
        await check_redis(self.redis_url)
        await check_postgres(self.postgres_dsn)
        for name in await migrate(self.postgres_dsn):
            log.info("migrated", migration=name)

    @contextlib.contextmanager
    def announced(self) -> Iterator[None]:
        """Leave the addresses under data_dir, for `dibs audit` beside a running service."""
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        file = self.settings.data_dir / ADDRESSES
        file.touch(mode=0o600)
        file.write_text(json.dumps([os.getpid(), self.redis_url, self.postgres_dsn]))
        try:
            yield
        finally:
            file.unlink(missing_ok=True)

    async def keep_alive(self) -> None:
        """Start again what dies, until cancelled. It keeps its port."""
        servers = [server for server in (self._redis, self._postgres) if server is not None]
        while True:
            for server in servers:
                if not server.runs:
                    await _restart(server)
            await asyncio.sleep(WATCH_S)


async def _started(
    stack: contextlib.AsyncExitStack, servers: Sequence[EmbeddedRedis | EmbeddedPostgres]
) -> None:
    """Start them side by side; the stack stops those that came up. Raises the first error."""
    coming = (stack.enter_async_context(server) for server in servers)
    for outcome in await asyncio.gather(*coming, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _restart(server: EmbeddedRedis | EmbeddedPostgres) -> None:
    log.warning("server_died", server=server.name)
    try:
        await server.start()
    except EmbeddedError as error:
        log.error("server_does_not_start", server=server.name, error=str(error))
        await asyncio.sleep(RETRY_S)
    else:
        log.info("server_restarted", server=server.name)


def running(settings: Settings) -> Settings:
    """The settings with the addresses of the service that runs on data_dir, if one does."""
    try:
        pid, redis_url, postgres_dsn = json.loads((settings.data_dir / ADDRESSES).read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return settings
    return settings.model_copy(
        update={
            "redis_url": settings.redis_url or SecretStr(redis_url),
            "postgres_dsn": settings.postgres_dsn or SecretStr(postgres_dsn),
        }
    )
