"""Servers that die, and come back empty: nothing acknowledged is missing."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dibs.errors import StoreUnavailable
from store.embedded import EmbeddedPostgres, EmbeddedRedis
from store.migrations import migrate
from store.postgres import Postgres
from store.redis import ConnectionLost, Multiplexer
from tests.store.servers import head_locked, waiting_appends
from tests.store.stack import Stack, eventually, opened, tasks_of


@pytest.fixture
async def own_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedRedis]:
    async with EmbeddedRedis(tmp_path_factory.mktemp("own_redis")) as server:
        yield server


@pytest.fixture(scope="module")
async def own_postgres(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[EmbeddedPostgres]:
    async with EmbeddedPostgres(tmp_path_factory.mktemp("own_postgres")) as server:
        await migrate(server.dsn)
        yield server


@pytest.fixture
async def killable(own_redis: EmbeddedRedis, dsn: str) -> AsyncIterator[Stack]:
    async with opened(Stack(own_redis.url, dsn)) as stack:
        await stack.make_project()
        yield stack


async def test_a_killed_redis_costs_time_and_nothing_else(
    killable: Stack, own_redis: EmbeddedRedis
) -> None:
    kept = [await killable.reserve(2) for _ in range(3)]
    calls = [asyncio.create_task(killable.reserve(3)) for _ in range(5)]
    await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    await own_redis.kill()
    calls += [asyncio.create_task(killable.reserve(4)) for _ in range(5)]
    await own_redis.start()

    outcomes = kept + await asyncio.gather(*calls)

    given = [task for outcome in outcomes for task in tasks_of(outcome)]
    assert sorted(given) == [(n, 1) for n in range(1, 14)]


async def test_a_change_whose_reply_is_lost_is_made_once(
    killable: Stack, own_redis: EmbeddedRedis
) -> None:
    """The event was decided and committed; only the answer did not come back."""
    async with head_locked(killable.dsn, killable.project):
        call = asyncio.create_task(killable.reserve(2))
        await eventually(lambda: waiting_appends(killable.admin))
        await own_redis.kill()
    await own_redis.start()

    assert tasks_of(await call) == [(1, 1)]
    assert [event.kind for event in await killable.events()].count("granted") == 1


async def test_a_redis_that_is_away_is_told_within_the_limit(
    own_redis: EmbeddedRedis, dsn: str
) -> None:
    async with opened(Stack(own_redis.url, dsn, patience_s=1.0)) as stack:
        await stack.make_project()
        await own_redis.kill()
        with pytest.raises(StoreUnavailable) as refused:
            await stack.reserve(2)
        assert refused.value.retry_after_s > 0
        await own_redis.start()
        await eventually(lambda: _works(stack))


async def test_a_postgres_that_is_away_is_told_within_the_limit_and_comes_back_by_itself(
    own_redis: EmbeddedRedis, own_postgres: EmbeddedPostgres
) -> None:
    async with opened(Stack(own_redis.url, own_postgres.dsn, patience_s=1.0)) as stack:
        await stack.make_project()
        first = await stack.reserve(2)
        key = stack.key()
        await own_postgres.kill()
        with pytest.raises(StoreUnavailable) as refused:
            await stack.reserve(2, request=key)
        assert refused.value.reason == "OUTCOME_UNKNOWN"
        await own_postgres.start()

        again = await eventually(lambda: _reserved(stack, key))

        assert tasks_of(first) + tasks_of(again) == [(1, 1), (2, 1)]
        await stack.admin.close()


async def test_a_silent_server_is_given_up_and_the_order_of_replies_kept(
    own_redis: EmbeddedRedis,
) -> None:
    redis = Multiplexer(own_redis.url, reply_timeout_s=0.2)
    await redis.start()
    try:
        assert await redis.call("SET", "dibs:{1}:x", 1) == b"OK"
        os.kill(own_redis.pid, signal.SIGSTOP)
        with pytest.raises(ConnectionLost):
            await redis.call("INCR", "dibs:{1}:x")
        os.kill(own_redis.pid, signal.SIGCONT)
        assert redis.generation == 1
        assert await redis.call("ECHO", "hello") == b"hello"
        assert redis.generation == 2
    finally:
        await redis.close()


async def _works(stack: Stack) -> bool:
    try:
        return (await stack.reserve(2)).word == "ok"
    except StoreUnavailable:
        return False


async def _reserved(stack: Stack, key: object) -> object:
    try:
        return await stack.reserve(2, request=key)  # type: ignore[arg-type]
    except StoreUnavailable:
        return None


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    if not shutil.which("openssl") or not shutil.which("redis-server"):
        pytest.skip("needs openssl and Debian's redis-server, which has TLS")
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x"
    command += " -addext subjectAltName=IP:127.0.0.1"
    command += f" -out {files[0]} -keyout {files[1]}"
    subprocess.run(command.split(), check=True, capture_output=True)
    return files


async def test_tls_is_spoken_where_the_url_says_so(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    cert, key = map(str, certificate)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    args = ["--tls-port", str(port), "--tls-auth-clients", "no"]
    args += ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert]
    async with EmbeddedRedis(tmp_path / "redis", binary="redis7", args=args):
        redis = Multiplexer(f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={cert}")
        await redis.start()
        assert await redis.call("PING") == b"PONG"
        await redis.close()
        stranger = Multiplexer(f"rediss://127.0.0.1:{port}/0", connect_wait_s=0.3)
        await stranger.start()
        with pytest.raises(StoreUnavailable):
            await stranger.call("PING")
        await stranger.close()


async def test_who_is_cancelled_while_postgres_dies_is_cancelled(
    own_postgres: EmbeddedPostgres,
) -> None:
    postgres = Postgres(own_postgres.dsn)
    await postgres.start()
    waits = asyncio.Event()

    async def work() -> None:
        async with postgres.reading() as connection, connection.transaction():
            waits.set()
            try:
                await asyncio.Event().wait()
            finally:
                connection.terminate()

    working = asyncio.create_task(work())
    await waits.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert working.cancelled()
    await postgres.close()
