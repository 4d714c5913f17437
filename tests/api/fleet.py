"""Workers that die between two calls, and a channel that does not mind.

Nothing may live in a worker's memory: so one call in twenty, from a generator
seeded with the test's name, finds another worker than the call before it, and
the one before it was killed with SIGKILL. Calls in flight are left alone.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import Any

import grpc

from allocator.lifeline import Order, Pulse
from allocator.nursery import Nursery
from allocator.settings import Settings
from tests import calls

KILLED = float(os.environ.get("DIBS_TEST_KILLED", "0.05"))
"""How often a worker dies between two calls; 0 for never."""


BIRTH_S = 30.0


class Fleet:
    """One worker that serves, and one that is ready to follow it."""

    def __init__(self, nursery: Nursery, settings: Settings) -> None:
        self._nursery = nursery
        self._order = Order(settings=settings, lease_floor_ms=1)
        self._pid = 0
        self.port = 0
        self.deaths = 0
        self.channel: grpc.aio.Channel = None  # type: ignore[assignment]
        self._next: asyncio.Task[Pulse] = None  # type: ignore[assignment]

    async def start(self) -> None:
        self._next = asyncio.create_task(self._born())
        await self._follow()

    async def replace(self) -> None:
        """Kill the worker that serves; the next one serves from here on."""
        await self._end()
        self.deaths += 1
        await self._follow()

    async def close(self) -> None:
        await self._end()
        os.kill((await self._next).pid, signal.SIGKILL)

    async def _end(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        await self.channel.close()

    async def _follow(self) -> None:
        born = await self._next
        self._pid, self.port = born.pid, born.port
        self._next = asyncio.create_task(self._born())
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.port}")

    async def _born(self) -> Pulse:
        return await asyncio.to_thread(_first_serving, self._nursery.order(self._order))


def _first_serving(pulses: Connection) -> Pulse:
    """What a worker says when it serves. Nobody listens to it afterwards."""
    with pulses:
        while pulses.poll(BIRTH_S):
            pulse: Pulse = pulses.recv()
            if pulse.serving:
                return pulse
    raise TimeoutError("a worker could not start")


@asynccontextmanager
async def fleet(nursery: Nursery, settings: Settings) -> AsyncIterator[Fleet]:
    """Workers on these servers, until the block ends."""
    made = Fleet(nursery, settings)
    await made.start()
    try:
        yield made
    finally:
        await made.close()


class Watched:
    """A channel to whichever worker serves now; has a call method per kind of RPC."""

    def __init__(
        self, current: Callable[[], grpc.aio.Channel], between: Callable[[str], Any] | None = None
    ) -> None:
        self._current = current
        self._between = between
        self._in_flight = 0
        self._door = asyncio.Lock()

    def unary_unary(self, *args: Any, **kwargs: Any) -> Any:
        async def call(request: Any, **options: Any) -> Any:
            async with self._call(args[0]):
                return await self._current().unary_unary(*args, **kwargs)(request, **options)

        return call

    def stream_unary(self, *args: Any, **kwargs: Any) -> Any:
        async def call(requests: Any, **options: Any) -> Any:
            async with self._call(args[0]):
                return await self._current().stream_unary(*args, **kwargs)(requests, **options)

        return call

    def unary_stream(self, *args: Any, **kwargs: Any) -> Any:
        return self._streaming("unary_stream", *args, **kwargs)

    def stream_stream(self, *args: Any, **kwargs: Any) -> Any:
        return self._streaming("stream_stream", *args, **kwargs)

    def _streaming(self, kind: str, *args: Any, **kwargs: Any) -> Any:
        async def call(request: Any, **options: Any) -> AsyncIterator[Any]:
            async with self._call(args[0]):
                stream = getattr(self._current(), kind)(*args, **kwargs)(request, **options)
                try:
                    async for answer in stream:
                        yield answer
                finally:
                    stream.cancel()  # whoever looks no further hangs up

        return call

    @asynccontextmanager
    async def _call(self, method: str) -> AsyncIterator[None]:
        calls.saw()
        async with self._door:
            if self._between and self._in_flight == 0:
                await self._between(method)
            self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1


def dying(fleet: Fleet, seed: str) -> Watched:
    """A channel whose worker dies between calls, at moments that `seed` decides.

    Once only where one method is called again and again: who waits for what the background
    does would else end every worker that is about to do it.
    """
    fate = random.Random(seed)
    last, spared = "", False

    async def between(method: str) -> None:
        nonlocal last, spared
        spared = spared and method == last
        last = method
        if not spared and fate.random() < KILLED:
            spared = True
            await fleet.replace()

    return Watched(lambda: fleet.channel, between)
