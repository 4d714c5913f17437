"""The private servers: what they keep, what they leave behind, whom they refuse."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis.asyncio

import store.embedded
from store.embedded import DirectoryInUse, EmbeddedError, EmbeddedPostgres, EmbeddedRedis
from store.server_process import ServerFailed, until

ROOT = Path(__file__).parents[2]
# A process with servers of its own, until its standard input ends.
PARENT = """
import asyncio, sys
from pathlib import Path
from store.embedded import EmbeddedPostgres, EmbeddedRedis

async def main(directory):
    async with EmbeddedRedis(directory) as redis, EmbeddedPostgres(directory) as postgres:
        print(redis.port, postgres.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main(Path(sys.argv[1])))
"""
AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes the user")


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """One that another user may reach; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o777)
        yield path


@contextlib.asynccontextmanager
async def connected(server: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server.dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def info(server: EmbeddedRedis) -> dict[str, Any]:
    async with redis.asyncio.from_url(server.url, decode_responses=True) as client:
        return await client.info("everything")


def python_for_nobody() -> str:
    """An interpreter of our version that `nobody` may read; root's may be closed."""
    trial = "import subprocess, sys, store.embedded; subprocess.run([sys.executable, '-V']).stdout"
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        command = [*AS_NOBODY, python, "-c", trial]
        done = subprocess.run(command, env=environment(), capture_output=True, check=False)
        if done.returncode == 0:
            return python
    pytest.skip("this checkout or its interpreter is closed to the user nobody")


def environment() -> dict[str, str]:
    packages = Path(asyncpg.__file__).parents[1]
    return {**os.environ, "PYTHONPATH": f"{ROOT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize(
    ("binary", "name"),
    [("valkey", "valkey"), pytest.param("redis7", "redis", marks=pytest.mark.redis7)],
)
async def test_redis_is_disposable_and_evicts_nothing(tmp_path, binary, name):
    if binary == "redis7" and not shutil.which("redis-server") and "CI" not in os.environ:
        pytest.skip("no redis-server on PATH; in CI this would fail")
    async with EmbeddedRedis(tmp_path, binary=binary) as server:
        facts = await info(server)
        assert facts.get("server_name", "redis") == name
        assert facts["process_id"] == server.pid
        assert facts["aof_enabled"] == 0
        assert facts["maxmemory_policy"] == "noeviction"
        async with redis.asyncio.from_url(server.url, decode_responses=True) as client:
            assert await client.config_get("save", "bind") == {"save": "", "bind": "127.0.0.1"}


async def test_a_killed_redis_comes_back_empty_on_its_port(tmp_path):
    async with EmbeddedRedis(tmp_path) as server:
        url = server.url
        async with redis.asyncio.from_url(url) as client:
            await client.set("key", "value")

        await server.kill()
        assert server.processes() == []
        await server.start()

        async with redis.asyncio.from_url(url) as client:
            assert await client.get("key") is None


async def test_a_crash_is_seen_and_mended(tmp_path):
    async with EmbeddedPostgres(tmp_path) as server:
        os.kill(server.pid, signal.SIGKILL)

        async def crashed():
            return not server.runs

        assert await until(crashed, within_s=5)
        await server.start()
        assert server.runs
    assert not server.runs


async def test_postgres_keeps_what_was_committed_when_stopped_or_killed(tmp_path):
    server = EmbeddedPostgres(tmp_path)
    await server.start()
    dsn = server.dsn
    async with connected(server) as connection:
        await connection.execute("CREATE TABLE kept (how text)")

    for end in (server.kill, server.stop):
        async with connected(server) as connection:
            await connection.execute("INSERT INTO kept VALUES ($1)", end.__name__)
        await end()
        assert server.processes() == []
        await server.start()

    assert server.dsn == dsn
    async with connected(server) as connection:
        assert await connection.fetchval("SELECT array_agg(how) FROM kept") == ["kill", "stop"]
    await server.stop()


async def test_postgres_is_durable_local_and_asks_for_its_password(tmp_path):
    async with EmbeddedPostgres(tmp_path) as server:
        async with connected(server) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert await connection.fetchval(f"SHOW {name}") == "on"
            assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
            assert await connection.fetchval("SHOW unix_socket_directories") == ""
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn, password="guess")
        assert (tmp_path / "postgres.password").stat().st_mode & 0o077 == 0


async def test_extra_arguments_reach_the_servers(tmp_path):
    async with (
        EmbeddedRedis(tmp_path, args=["--maxmemory", "64mb"]) as cache,
        EmbeddedPostgres(tmp_path, args=["-c", "work_mem=5MB"]) as server,
    ):
        assert (await info(cache))["maxmemory"] == 64 * 2**20
        async with connected(server) as connection:
            assert await connection.fetchval("SHOW work_mem") == "5MB"


async def test_no_server_outlives_a_killed_parent_and_the_data_stays(tmp_path):
    servers = [EmbeddedRedis(tmp_path), EmbeddedPostgres(tmp_path)]
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, tmp_path),
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout
    assert await parent.stdout.readline()
    assert all(server.processes() for server in servers)
    with pytest.raises(DirectoryInUse, match=f"process {parent.pid}"):
        await servers[0].start()
    parent.kill()
    await parent.wait()

    async def gone():
        return not any(server.processes() for server in servers)

    assert await until(gone, within_s=10)
    for server in servers:
        async with server:
            pass


async def test_a_second_holder_of_a_directory_is_refused_and_does_no_harm(tmp_path):
    async with EmbeddedRedis(tmp_path) as first:
        second = EmbeddedRedis(tmp_path)
        with pytest.raises(DirectoryInUse, match="is in use by another dibs"):
            await second.start()
        await second.kill()
        await second.stop()
        assert first.processes() == [first.pid]

    await second.start()
    await second.stop()


async def test_a_server_that_runs_is_not_started_twice(tmp_path):
    async with EmbeddedRedis(tmp_path) as server:
        with pytest.raises(EmbeddedError, match="runs already"):
            await server.start()
        assert (await info(server))["process_id"] == server.pid


async def test_a_given_port_is_used_or_refused(tmp_path):
    async with EmbeddedRedis(tmp_path / "first") as first:
        with pytest.raises(ServerFailed, match="Address already in use"):
            await EmbeddedRedis(tmp_path / "second", port=first.port).start()
    async with EmbeddedRedis(tmp_path / "second", port=first.port) as second:
        assert second.port == first.port


async def test_what_is_left_in_the_directory_does_not_stop_a_start(tmp_path):
    """A paused orphan, and a postmaster.pid that names a living process."""
    server = EmbeddedPostgres(tmp_path)
    async with server:
        pass
    bystander = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    lines = [str(bystander.pid), str(server.data), "0", "5432", "", "", "0 0", "ready"]
    (server.data / "postmaster.pid").write_text("\n".join(lines))
    async with server:
        orphan = server.pid
        os.kill(orphan, signal.SIGSTOP)
        server._process = None
        server._unlock()
        async with EmbeddedPostgres(tmp_path) as heir:
            assert orphan not in heir.processes()
    bystander.kill()
    await bystander.wait()


async def test_half_a_cluster_is_made_again(tmp_path):
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    async with EmbeddedPostgres(tmp_path) as server, connected(server) as connection:
        assert await connection.fetchval("SELECT 1") == 1


@needs_root
@pytest.mark.parametrize("user", [store.embedded.NAMESPACE, AS_NOBODY], ids=["mapped", "nobody"])
def test_a_normal_user_can_run_them(public_directory, user):
    python = python_for_nobody() if user == AS_NOBODY else sys.executable
    command = [*user, python, "-c", PARENT, str(public_directory)]
    subprocess.run(command, env=environment(), stdin=subprocess.DEVNULL, timeout=60, check=True)
    assert EmbeddedPostgres(public_directory).processes() == []
    assert (public_directory / "postgres" / "PG_VERSION").exists()


@needs_root
async def test_without_namespaces_postgres_runs_as_nobody(public_directory, monkeypatch):
    monkeypatch.setattr(store.embedded, "NAMESPACE", ("false",))
    async with EmbeddedPostgres(public_directory) as server:
        assert Path(f"/proc/{server.pid}").owner() == "nobody"
        async with connected(server) as connection:
            assert await connection.fetchval("SELECT 1") == 1
    assert server.data.owner() == "nobody"
