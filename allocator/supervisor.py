"""`dibs serve`: servers of our own if none are given, workers, one HTTP port.

The supervisor holds no data and serves no calls. It restarts what dies, and
takes everything down with it, however it goes: each child asks the kernel to
be stopped when its parent is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import structlog

from allocator import http, metrics, worker
from allocator.backends import Backends
from allocator.settings import Settings

RESTART_MIN_S = 0.2
RESTART_MAX_S = 5.0
HUNG_S = 30.0

log = structlog.get_logger()


class WorkerSlot:
    """The place of one worker: whoever runs there is replaced when it dies."""

    def __init__(
        self, number: int, settings: Settings, *, main: Callable[..., None] = worker.main
    ) -> None:
        self.number = number
        self._settings = settings
        self._main = main
        self._pulse: worker.Pulse | None = None
        self._process: BaseProcess | None = None
        self._restart_s = RESTART_MIN_S
        self._heard_s = 0.0
        self.first_serving = asyncio.Event()

    @property
    def serving(self) -> bool:
        """Whether the worker said, last time, that it answers calls."""
        return self._pulse is not None and self._pulse.serving

    @property
    def pid(self) -> int | None:
        """The process that runs here now."""
        return self._process.pid if self._process else None

    async def run(self, figures: Path) -> None:
        """Keep a worker running, until cancelled; then stop it."""
        while True:
            try:
                await self._run_once()
            finally:
                self._pulse = None
                if self.pid is not None:
                    metrics.forget(self.pid, figures)
            log.warning("worker_died", worker=self.number, restart_s=self._restart_s)
            await asyncio.sleep(self._restart_s)
            self._restart_s = min(self._restart_s * 2, RESTART_MAX_S)

    async def _run_once(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=self._main,
            args=(self._settings, theirs, os.getpid()),
            name=f"dibs-worker-{self.number}",
        )
        process.start()
        theirs.close()
        self._process = process
        try:
            await self._listen(ours, process)
        finally:
            ours.close()
            await _stop(process, self._settings.stop_grace_s + 2)

    async def _listen(self, pulses: Connection, process: BaseProcess) -> None:
        """Take in pulses until the process is gone, or silent for too long."""
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        loop.add_reader(pulses.fileno(), self._hear, pulses, gone)
        loop.add_reader(process.sentinel, gone.set)
        self._heard_s = loop.time()
        try:
            while not gone.is_set() and loop.time() - self._heard_s < HUNG_S:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(gone.wait(), timeout=worker.PULSE_S)
        finally:
            loop.remove_reader(pulses.fileno())
            loop.remove_reader(process.sentinel)

    def _hear(self, pulses: Connection, gone: asyncio.Event) -> None:
        try:
            self._pulse = pulses.recv()
        except (EOFError, OSError):
            gone.set()
            return
        self._heard_s = asyncio.get_running_loop().time()
        if self.serving:
            self._restart_s = RESTART_MIN_S
            self.first_serving.set()


async def _stop(process: BaseProcess, grace_s: float) -> None:
    """SIGTERM, then SIGKILL for what did not listen; returns when it is gone."""
    with contextlib.suppress(ProcessLookupError):
        if process.is_alive():
            process.terminate()
    await asyncio.to_thread(process.join, grace_s)
    if process.is_alive():
        process.kill()
        await asyncio.to_thread(process.join)


@contextlib.contextmanager
def reserved_port(host: str, port: int) -> Iterator[int]:
    """A port that is ours for as long as the socket lives; workers share it.

    Raises OSError if anybody else has it: SO_REUSEPORT alone would let two
    services share it, and give calls to either.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind((host, port))
    with socket.socket(family, socket.SOCK_STREAM) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((host, port))
        yield held.getsockname()[1]


async def serve(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Run everything until SIGINT or SIGTERM. `ready` gets one line, once.

    Raises Unsuitable, MigrationChanged, EmbeddedError or OSError (a port that
    is taken), each with a sentence that says what to change.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    figures = settings.metrics_dir or settings.data_dir / "metrics"
    metrics.prepare(figures)
    with (
        reserved_port(settings.host, settings.port) as port,
        socket.create_server((settings.http_host, settings.http_port)) as pages,
    ):
        async with Backends.open(settings) as backends:
            await backends.prepare()
            ports = {"port": port, "http_port": pages.getsockname()[1]}
            bound = backends.settings.model_copy(update=ports)
            with backends.announced():
                await _run(bound, backends, figures, stop, ready, pages)


async def _run(
    settings: Settings,
    backends: Backends,
    figures: Path,
    stop: asyncio.Event,
    ready: Callable[[str], None],
    pages_at: socket.socket,
) -> None:
    slots = [WorkerSlot(number, settings) for number in range(1, settings.workers + 1)]
    pages = http.server(
        http.application(ready=lambda: any(slot.serving for slot in slots), figures=figures)
    )
    tasks = [
        asyncio.create_task(pages.serve(sockets=[pages_at])),
        asyncio.create_task(backends.keep_alive()),
        asyncio.create_task(_announce(slots, settings, ready)),
        *(asyncio.create_task(slot.run(figures)) for slot in slots),
    ]
    stopped = asyncio.create_task(stop.wait())
    try:
        await _first_end(stopped, tasks)
    finally:
        pages.should_exit = True
        for task in tasks[1:]:
            task.cancel()
        await asyncio.gather(*tasks, stopped, return_exceptions=True)


async def _first_end(stopped: asyncio.Task[bool], tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the stop signal; pass on what breaks before."""
    pending: set[asyncio.Task[None] | asyncio.Task[bool]] = {stopped, *tasks}
    while not stopped.done():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _announce(
    slots: list[WorkerSlot], settings: Settings, ready: Callable[[str], None]
) -> None:
    await asyncio.gather(*(slot.first_serving.wait() for slot in slots))
    ready(
        f"dibs serves {settings.host}:{settings.port} with {len(slots)} workers; "
        f"health and metrics on http://{settings.http_host}:{settings.http_port}"
    )
