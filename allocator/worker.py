"""One process that serves calls and takes part in the background roles.

It holds no state that matters: killing it costs the calls in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from multiprocessing.connection import Connection

import structlog
import uvloop

from allocator import bootstrap, logs
from allocator.lifeline import PULSE_S, Order, Pulse
from dibs.errors import StoreUnavailable

RETRY_S = 0.2

log = structlog.get_logger()


def main(order: Order, supervisor: Connection) -> None:
    """Run until SIGTERM, in a process of its own that the nursery has made."""
    if order.log is not None:
        with order.log.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
    logs.configure(order.settings.log_level)
    uvloop.run(_serve(order, supervisor))


async def _serve(order: Order, supervisor: Connection) -> None:
    """Serve until SIGTERM; while Postgres is away, try again here: a new process takes seconds."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    while not stop.is_set():
        try:
            async with bootstrap.worker(
                order.settings, lease_floor_ms=order.lease_floor_ms
            ) as worker:
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
