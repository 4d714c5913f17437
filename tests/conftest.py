"""Servers for the tests: one of each kind a session and xdist worker.

`redis_server` runs everything that asks for it twice, on the newest and on the
oldest server that we support. A module has it to itself while it runs (make
test deals out whole modules). `fresh_database` makes databases that are gone
after the test.
"""

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Literal

import asyncpg
import pytest

from store.embedded import EmbeddedPostgres, EmbeddedRedis
from store.migrations import migrate

# (template) -> dsn of a new database, a copy of the template.
FreshDatabase = Callable[..., Awaitable[str]]

pytest_plugins = ["tests.checklist", "tests.schedule"]

REDIS_SERVERS = ["valkey9", pytest.param("redis7", marks=pytest.mark.redis7)]
# For modules about what no function of Redis decides.
ON_ONE_KIND = pytest.mark.parametrize("redis_kind", ["valkey9"], indirect=True, scope="module")
# What survives a killed process does not depend on these; speed does.
UNSAFE = [
    *("-c", "fsync=off", "-c", "full_page_writes=off"),
    *("-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "wal_init_zero=off"),
]
MEMORY = Path("/dev/shm")
ROOM = 4 << 30


@contextlib.contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A directory for the files of a server: in memory, where there is room.

    A copy of a database costs a tenth of what it does on a disk. Who was killed leaves such a
    directory behind, and the next one takes it away.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield otherwise
        return
    for left in MEMORY.glob("dibs-test-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=f"dibs-test-{os.getpid()}-", dir=MEMORY))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


@contextlib.asynccontextmanager
async def private_redis(
    which: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedRedis]:
    """A server of the newest or of the oldest kind that we support."""
    if which == "redis7" and not shutil.which("redis-server") and "CI" not in os.environ:
        pytest.skip("no redis-server on PATH; in CI this would fail")
    binary: Literal["valkey", "redis7"] = "redis7" if which == "redis7" else "valkey"
    async with EmbeddedRedis(tmp_path_factory.mktemp(which), binary=binary) as server:
        yield server
    assert server.processes() == []


class RedisServers:
    """One server of each kind that was asked for, kept for the session."""

    def __init__(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        self._tmp = tmp_path_factory
        self._stack = contextlib.AsyncExitStack()
        self._running: dict[str, EmbeddedRedis] = {}

    async def get(self, which: str) -> EmbeddedRedis:
        if which not in self._running:
            server = private_redis(which, self._tmp)
            self._running[which] = await self._stack.enter_async_context(server)
        return self._running[which]

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture(scope="session")
async def redis_servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServers]:
    servers = RedisServers(tmp_path_factory)
    yield servers
    await servers.close()


@pytest.fixture(scope="module", params=REDIS_SERVERS)
def redis_kind(request: pytest.FixtureRequest) -> str:
    """Everything that asks for it runs once for each kind, module by module."""
    return str(request.param)


@pytest.fixture(scope="module")
async def redis_server(redis_kind: str, redis_servers: RedisServers) -> EmbeddedRedis:
    return await redis_servers.get(redis_kind)


@pytest.fixture(scope="session")
async def postgres_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[EmbeddedPostgres]:
    with in_memory(tmp_path_factory.mktemp("postgres")) as directory:
        async with EmbeddedPostgres(directory, args=UNSAFE) as server:
            yield server
        assert server.processes() == []


@pytest.fixture(scope="session")
async def migrated(postgres_server: EmbeddedPostgres) -> str:
    """A database to copy from."""
    name = f"migrated_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    await migrate(postgres_server.dsn_of(name))
    return name


@contextlib.asynccontextmanager
async def databases(server: EmbeddedPostgres) -> AsyncIterator[FreshDatabase]:
    """Makes databases that are gone after the block."""
    admin = await asyncpg.connect(server.dsn)
    where = Path(await admin.fetchval("SHOW data_directory"))
    # Copied files need no WAL, but a checkpoint, which takes longer than the WAL does on a disk.
    strategy = "FILE_COPY" if MEMORY in where.parents else "WAL_LOG"
    made: list[str] = []

    async def create(template: str = "template1") -> str:
        name = f"test_{uuid.uuid4().hex}"
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")
        made.append(name)
        return server.dsn_of(name)

    yield create
    for name in made:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def fresh_database(postgres_server: EmbeddedPostgres) -> AsyncIterator[FreshDatabase]:
    async with databases(postgres_server) as create:
        yield create
