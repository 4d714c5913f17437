"""`dibs serve`: servers of our own if none are given, workers, one HTTP port.

The supervisor holds no data and serves no calls. It restarts what dies, and
takes everything down with it, however it goes: each child asks the kernel to
be stopped when its parent is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import structlog

from allocator import http, metrics
from allocator.backends import Backends
from allocator.lifeline import PULSE_S, Order, Pulse
from allocator.nursery import Nursery
from allocator.settings import Settings

RESTART_MIN_S = 0.2
RESTART_MAX_S = 5.0
HUNG_S = 30.0

log = structlog.get_logger()


class WorkerSlot:
    """The place of one worker: whoever runs there is replaced when it dies."""

    def __init__(self, number: int, order: Order, nursery: Nursery) -> None:
        self.number = number
        self._order = order
        self._nursery = nursery
        self._pulse: Pulse | None = None
        self._gone = asyncio.Event()
        self._restart_s = RESTART_MIN_S
        self._heard_s = 0.0
        self.first_serving = asyncio.Event()

    @property
    def serving(self) -> bool:
        """Whether the worker said, last time, that it answers calls."""
        return self._pulse is not None and self._pulse.serving

    @property
    def pid(self) -> int | None:
        """The process that runs here now; None until it was heard."""
        return self._pulse.pid if self._pulse else None

    async def run(self) -> None:
        """Keep a worker running, until cancelled; then stop it."""
        while True:
            try:
                await self._run_once()
            finally:
                if self.pid is not None:
                    metrics.forget(self.pid, self._order.settings.figures)
                self._pulse = None
            log.warning("worker_died", worker=self.number, restart_s=self._restart_s)
            await asyncio.sleep(self._restart_s)
            self._restart_s = min(self._restart_s * 2, RESTART_MAX_S)

    async def _run_once(self) -> None:
        loop = asyncio.get_running_loop()
        with self._nursery.order(self._order) as pulses:
            self._gone.clear()
            self._heard_s = loop.time()
            loop.add_reader(pulses.fileno(), self._hear, pulses)
            try:
                while not await self._ends_within(PULSE_S):
                    if loop.time() - self._heard_s > HUNG_S:
                        break
            finally:
                await self._end()
                loop.remove_reader(pulses.fileno())

    def _hear(self, pulses: Connection) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._pulse = pulses.recv()
        except (EOFError, OSError):
            loop.remove_reader(pulses.fileno())
            self._gone.set()
            return
        self._heard_s = loop.time()
        if self.serving:
            self._restart_s = RESTART_MIN_S
            self.first_serving.set()

    async def _ends_within(self, limit_s: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._gone.wait()
        return self._gone.is_set()

    async def _end(self) -> None:
        """SIGTERM, then SIGKILL for what did not listen; returns when it is gone."""
        self._signal(signal.SIGTERM)
        if not await self._ends_within(self._order.settings.stop_grace_s + 2):
            self._signal(signal.SIGKILL)
            await self._gone.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._gone.is_set():
            return
        if self.pid is None:
            self._nursery.close()  # nobody was born: it hangs, or the service ends before
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


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


async def serve(settings: Settings, nursery: Nursery, *, ready: Callable[[str], None]) -> None:
    """Run everything until SIGINT or SIGTERM. `ready` gets one line, once.

    Raises Unsuitable, MigrationChanged, EmbeddedError or OSError (a port that
    is taken), each with a sentence that says what to change.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with (
        reserved_port(settings.host, settings.port) as port,
        socket.create_server((settings.http_host, settings.http_port)) as pages,
    ):
        async with Backends.open(settings) as backends:
            await backends.prepare()
            ports = {"port": port, "http_port": pages.getsockname()[1]}
            bound = backends.settings.model_copy(update=ports)
            with backends.announced():
                slots = [
                    WorkerSlot(number + 1, Order(settings=bound), nursery)
                    for number in range(bound.workers)
                ]
                await _run(bound, backends, slots, stop, ready, pages)


async def _run(
    settings: Settings,
    backends: Backends,
    slots: list[WorkerSlot],
    stop: asyncio.Event,
    ready: Callable[[str], None],
    pages_at: socket.socket,
) -> None:
    pages = http.server(
        http.application(
            ready=lambda: any(slot.serving for slot in slots), figures=settings.figures
        )
    )
    tasks = [
        asyncio.create_task(pages.serve(sockets=[pages_at])),
        asyncio.create_task(backends.keep_alive()),
        asyncio.create_task(_announce(slots, settings, ready)),
        *(asyncio.create_task(slot.run()) for slot in slots),
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
