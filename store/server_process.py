"""What the private servers have in common: identity, lock, port, process, log."""

import asyncio
import contextlib
import fcntl
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, ClassVar, Self

import asyncpg

HOST = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections,
# so that nobody takes ours while a server is being restarted.
PORTS = range(20_000, 32_000)
PORT_ATTEMPTS = 5
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0
KILL_WITHIN_S = 10.0
CHILD = Path(__file__).with_name("child.py")


class EmbeddedError(RuntimeError):
    """A private server could not be run; the sentence says why."""


class DirectoryInUse(EmbeddedError):
    """Another process runs its servers in this directory."""


class ServerFailed(EmbeddedError):
    """The server ended, or did not answer in time; with the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """As whom a server runs: a command to put before it, and perhaps a user."""

    prefix: tuple[str, ...] = ()
    user: str = ""

    def own(self, path: Path) -> None:
        """Give `path` to the user, if it is another than ours."""
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        log: IO[bytes],
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.Popen[bytes]:
        """Start `command` so that it dies with us. Its pid is that of the Popen."""
        path = os.environ.get("PATH", os.defpath)
        child = [sys.executable, "-I", "-S", str(CHILD), str(os.getpid()), self.user]
        return subprocess.Popen(
            [*self.prefix, *child, *map(str, command)],
            cwd=cwd,
            env={"PATH": path, "LC_ALL": "C", "TZ": "UTC", **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal is for us; we then stop the servers in order.
            start_new_session=True,
        )


class _Lock:
    """A directory's lock, gone with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise DirectoryInUse(
                f"{path.parent} is in use by another dibs (process {holder}); "
                "stop that one, or choose another directory"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


class Server(ABC):
    """What both have in common: a lock, a port, a process, a log."""

    name: ClassVar[str]
    _stop_signal: ClassVar[signal.Signals]
    _environment: ClassVar[Mapping[str, str]] = {}
    """What it finds in its environment besides the path, the locale and the time zone."""

    def __init__(self, directory: Path, *, port: int, args: Sequence[str]) -> None:
        self.directory = directory.absolute()
        self.port = port
        self._port_is_fixed = port != 0
        self._args = tuple(args)
        self._lock: _Lock | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def data(self) -> Path:
        """The server's own directory, and its working directory."""
        return self.directory / self.name

    @property
    def log(self) -> Path:
        return self.directory / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """The server's process; of Postgres, the postmaster."""
        if self._process is None:
            raise EmbeddedError(f"{self.name} is not running")
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether its process lives; false after a crash, until start()."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start, or start again after kill(), and wait until it answers.

        Raises DirectoryInUse, ServerFailed, or EmbeddedError if it runs already.
        """
        if self.runs:
            raise EmbeddedError(f"{self.name} runs already")
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = _Lock(self.directory / f"{self.name}.lock")
        try:
            await self.kill()
            await self._prepare()
            await self._launch_on_some_port()
        except BaseException:
            await self.kill()
            self._unlock()
            raise

    async def stop(self) -> None:
        """End it in good order; kill it if that takes over 30 s. Repeatable."""
        if self._process is not None:
            # Popen's own: it knows when the process has ended, and its pid is another's.
            self._process.send_signal(self._stop_signal)
            self._process.send_signal(signal.SIGCONT)
            await until(self._is_gone, within_s=STOP_WITHIN_S)
        await self.kill()
        self._unlock()

    async def kill(self) -> None:
        """SIGKILL, children included, and wait until all are gone.

        The port and the lock are kept for the next start(). Without the lock,
        that is before start() or after stop(), nothing is done.
        """
        if self._lock is None:
            return
        if self._process is not None:
            self._process.kill()
        left = self.processes()
        for pid in left:
            _signal(pid, signal.SIGKILL)
        if (left or self.runs) and not await until(self._is_gone, within_s=KILL_WITHIN_S):
            raise EmbeddedError(f"{self.name} survives SIGKILL: {self.processes()}")
        self._process = None

    def processes(self) -> list[int]:
        """All processes of a server on this directory, whoever started it."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                cwd = os.readlink(entry / "cwd")
                command = (entry / "comm").read_text().strip()
            except OSError:
                continue
            if cwd == str(self.data.resolve()) and command == self._binary().name[:15]:
                found.append(int(entry.name))
        return found

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _launch_on_some_port(self) -> None:
        for attempts_left in reversed(range(PORT_ATTEMPTS)):
            if not self._port_is_fixed:
                self.port = _free_port()
            try:
                await self._launch()
            except ServerFailed as failure:
                await self.kill()
                taken = "Address already in use" in str(failure)
                if self._port_is_fixed or not taken or not attempts_left:
                    raise
            else:
                # Clients know this port now: a restart has to keep it.
                self._port_is_fixed = True
                return

    async def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = self._identity().spawn(
                self._command(), cwd=self.data, log=log, environment=self._environment
            )
        if not await until(self._is_ready, within_s=READY_WITHIN_S):
            raise ServerFailed(f"{self.name} did not answer in time\n{self.last_words()}")

    async def _is_ready(self) -> bool:
        if not self.runs:
            raise ServerFailed(f"{self.name} ended\n{self.last_words()}")
        try:
            async with asyncio.timeout(1):
                return await self._answers()
        except (ConnectionError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async def _is_gone(self) -> bool:
        return not self.runs and not self.processes()

    def last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read()[-2000:].decode(errors="replace")

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def _prepare(self) -> None:
        """Make the data directory."""
        self.data.mkdir(exist_ok=True)

    def _identity(self) -> Identity:
        return Identity()

    @abstractmethod
    def _binary(self) -> Path: ...

    @abstractmethod
    def _command(self) -> list[str | Path]: ...

    @abstractmethod
    async def _answers(self) -> bool: ...


def _free_port() -> int:
    while True:
        port = random.choice(PORTS)
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind((HOST, port))
            except OSError:
                continue
            return port


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def ending(process: subprocess.Popen[bytes]) -> Callable[[], Awaitable[bool]]:
    """A probe for `until`: has this process ended?"""

    async def has_ended() -> bool:
        return process.poll() is not None

    return has_ended


async def until(probe: Callable[[], Awaitable[bool]], *, within_s: float) -> bool:
    """Ask `probe` again, at longer and longer intervals up to 0.1 s."""
    deadline = time.monotonic() + within_s
    pause_s = 0.005
    while not await probe():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.1)
    return True
