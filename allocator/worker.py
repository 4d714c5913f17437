"""One process that serves calls and takes part in the background roles.

It holds no state that matters: killing it costs the calls in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection

import structlog
import uvloop

from allocator import bootstrap, logs
from allocator.settings import LEASE_FLOOR_MS, Settings
from dibs.errors import StoreUnavailable

PULSE_S = 1.0
RETRY_S = 0.2
_PR_SET_PDEATHSIG = 1

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What a worker tells its supervisor once a second."""

    pid: int
    port: int
    serving: bool


def die_with_parent(parent: int) -> None:
    """Have the kernel stop this process when `parent` is gone, however it went."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        raise SystemExit(1)


def main(
    settings: Settings,
    supervisor: Connection,
    parent: int,
    *,
    lease_floor_ms: int = LEASE_FLOOR_MS,
) -> None:
    """Run until SIGTERM. The entry of a spawned process; fault runs lower the floor."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides
    die_with_parent(parent)
    logs.configure(settings.log_level)
    uvloop.run(_serve(settings, supervisor, lease_floor_ms))


async def _serve(settings: Settings, supervisor: Connection, lease_floor_ms: int) -> None:
    """Serve until SIGTERM; while Postgres is away, try again here: a new process takes seconds."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    while not stop.is_set():
        try:
            async with bootstrap.worker(settings, lease_floor_ms=lease_floor_ms) as worker:
                await _pulse_until(stop, worker, supervisor)
        except StoreUnavailable:
            log.warning("postgres_is_away")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await stop.wait()


async def _pulse_until(
    stop: asyncio.Event, worker: bootstrap.Worker, supervisor: Connection
) -> None:
    pulse = asyncio.create_task(_pulse(worker, supervisor))
    await stop.wait()
    pulse.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pulse


async def _pulse(worker: bootstrap.Worker, supervisor: Connection) -> None:
    while True:
        serving = await worker.check()
        with contextlib.suppress(BrokenPipeError):
            supervisor.send(Pulse(pid=os.getpid(), port=worker.port, serving=serving))
        await asyncio.sleep(PULSE_S)
