"""The multiplexer: every call of a process on one connection to Redis.

All calls that wait in one turn of the event loop go out as one write, and
replies come back in that order. A call that is given up keeps its place, so
nothing gets out of step. A lost connection fails what is in flight with
ConnectionLost, outcome unknown: nothing is ever sent twice from here.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from dibs.errors import StoreUnavailable
from store.redis_link import Address, Link, ReplyError, Server, dial, packed

WINDOW: Final = 2_000
"""Calls in flight; as many again may wait for a place, and the next is refused."""
CONNECT_WAIT_S: Final = 1.0
"""How long a call waits for a connection before it is refused."""
REPLY_TIMEOUT_S: Final = 10.0
"""A server that has said nothing for this long, though asked, is taken for gone."""
RETRY_AFTER_S: Final = 0.5
BACKOFF_S: Final = (0.02, 1.0)

_Waiting = asyncio.Future[Any]


class ConnectionLost(StoreUnavailable):
    """The call was sent and its reply never came: it may or may not have happened."""


class Multiplexer:
    """One connection, many callers; connects again by itself."""

    def __init__(
        self,
        url: str,
        *,
        window: int = WINDOW,
        connect_wait_s: float = CONNECT_WAIT_S,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
    ) -> None:
        self._address = Address.of(url)
        self._window = window
        self._connect_wait_s = connect_wait_s
        self._reply_timeout_s = reply_timeout_s
        self._link: Link | None = None
        self._server: Server | None = None
        self._in_flight: deque[_Waiting] = deque()
        self._queue: deque[asyncio.Future[None]] = deque()
        self._buffer: list[bytes] = []
        self._heard = 0.0
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._on_connected: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.generation = 0
        """Rises with every connection. What was verified on an older one is not, any more."""

    @property
    def server(self) -> Server | None:
        """Who answered the last connection."""
        return self._server

    @property
    def connected(self) -> bool:
        """Whether a call would be sent at once."""
        return self._link is not None and not self._link.closed

    def on_connected(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each new connection, before any call uses it."""
        self._on_connected.append(callback)

    async def start(self) -> None:
        """Begin to connect, and keep connected until `close`."""
        self._tasks = [asyncio.create_task(self._keep_connected())]
        self._tasks.append(asyncio.create_task(self._watch()))

    async def close(self) -> None:
        """Hang up; what is in flight fails."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._link is not None:
            self._link.abort()
            self._link_lost(None)

    async def call(self, *args: Any) -> Any:
        """Send one command and return its reply.

        Raises ReplyError for an error reply, ConnectionLost if the reply never
        came, StoreUnavailable if the command was not sent.
        """
        if self._link is None or self._link.closed:
            await self._await_connection()
        if len(self._in_flight) >= self._window:
            await self._await_place()
        waiting: _Waiting = asyncio.get_running_loop().create_future()
        self._send(packed(*args), waiting)
        reply = await waiting
        if isinstance(reply, ReplyError):
            raise reply
        return reply

    async def _await_connection(self) -> None:
        try:
            async with asyncio.timeout(self._connect_wait_s):
                await self._connected.wait()
        except TimeoutError:
            raise StoreUnavailable(retry_after_s=RETRY_AFTER_S) from None

    async def _await_place(self) -> None:
        if len(self._queue) >= self._window:
            raise StoreUnavailable(retry_after_s=RETRY_AFTER_S)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._free_a_place()  # it was given to us, and we do not need it
            raise

    def _send(self, data: bytes, waiting: _Waiting) -> None:
        loop = asyncio.get_running_loop()
        if self._link is None or self._link.closed:
            raise StoreUnavailable(retry_after_s=RETRY_AFTER_S)
        if not self._in_flight:
            self._heard = loop.time()
        if not self._buffer:
            loop.call_soon(self._flush)
        self._buffer.append(data)
        self._in_flight.append(waiting)

    def _flush(self) -> None:
        data, self._buffer = b"".join(self._buffer), []
        if self._link is not None and data:
            self._link.write(data)

    def _reply_arrived(self, reply: Any) -> None:
        self._heard = asyncio.get_running_loop().time()
        waiting = self._in_flight.popleft()
        if not waiting.done():  # its caller may have given up
            waiting.set_result(reply)
        self._free_a_place()

    def _free_a_place(self) -> None:
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None)
                break

    def _link_lost(self, error: Exception | None) -> None:
        self._link = None
        self._connected.clear()
        self._lost.set()
        self._buffer = []
        failed, self._in_flight = self._in_flight, deque()
        for waiting in failed:
            if not waiting.done():
                waiting.set_exception(ConnectionLost(retry_after_s=RETRY_AFTER_S))
        refused, self._queue = self._queue, deque()
        for place in refused:
            if not place.done():
                place.set_exception(StoreUnavailable(retry_after_s=RETRY_AFTER_S))

    async def _keep_connected(self) -> None:
        pause, longest = BACKOFF_S
        while True:
            try:
                link, server = await dial(self._address, self._reply_arrived, self._link_lost)
            except (OSError, TimeoutError, ReplyError):
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, longest)
                continue
            pause = BACKOFF_S[0]
            self._adopt(link, server)
            await self._lost.wait()

    def _adopt(self, link: Link, server: Server) -> None:
        self._lost.clear()
        self._link, self._server = link, server
        self.generation += 1
        for callback in self._on_connected:
            callback()
        self._connected.set()

    async def _watch(self) -> None:
        """Hang up on a server that owes replies and stays silent."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._reply_timeout_s / 4)
            silent = loop.time() - self._heard > self._reply_timeout_s
            if self._in_flight and silent and self._link is not None:
                self._link.abort()
