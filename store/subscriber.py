"""Pub/sub on a socket of its own. Messages are hints: one that is lost costs time, never truth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog

from store.redis_link import Address, Link, ReplyError, dial, packed

BACKOFF_S: Final = (0.02, 1.0)
PING_S: Final = 5.0

Callback = Callable[[bytes], None]

log = structlog.get_logger()


class Subscriber:
    """Calls back for each message of a channel; subscribes again after each reconnect."""

    def __init__(self, url: str) -> None:
        self._address = Address.of(url)
        self._callbacks: dict[str, list[Callback]] = {}
        self._link: Link | None = None
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._subscribed: dict[str, asyncio.Event] = {}
        self._on_subscribed: list[Callable[[], None]] = []
        self._heard = 0.0

    async def start(self) -> None:
        """Connect, and keep connected until `close`."""
        self._task = asyncio.create_task(self._keep_connected())

    async def close(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._link is not None:
            self._link.abort()

    def subscribe(self, channel: str, callback: Callback) -> None:
        """Have `callback` called with each message from now on."""
        self._callbacks.setdefault(channel, []).append(callback)
        self._subscribed.setdefault(channel, asyncio.Event())
        if self._link is not None:
            self._link.write(packed("SUBSCRIBE", channel))

    def on_subscribed(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when we listen again: what was said meanwhile is lost."""
        self._on_subscribed.append(callback)

    async def subscribed(self, channel: str) -> None:
        """Return once the server knows that we listen."""
        await self._subscribed[channel].wait()

    def _received(self, push: Any) -> None:
        self._heard = asyncio.get_running_loop().time()
        if not isinstance(push, list) or len(push) != 3:
            return
        kind, channel = push[0], push[1].decode()
        if kind == b"subscribe":
            self._subscribed[channel].set()
            if all(event.is_set() for event in self._subscribed.values()):
                for told in self._on_subscribed:
                    told()
        elif kind == b"message":
            for callback in self._callbacks.get(channel, ()):
                self._tell(callback, channel, push[2])

    def _tell(self, callback: Callback, channel: str, message: bytes) -> None:
        try:
            callback(message)
        except Exception:
            log.exception("message_not_understood", channel=channel)

    def _link_lost(self, error: Exception | None) -> None:
        self._link = None
        for event in self._subscribed.values():
            event.clear()
        self._lost.set()

    async def _keep_connected(self) -> None:
        pause, longest = BACKOFF_S
        while True:
            try:
                link, _ = await dial(self._address, self._received, self._link_lost)
            except (OSError, TimeoutError, ReplyError):
                await asyncio.sleep(pause)
                pause = min(pause * 2, longest)
                continue
            pause = BACKOFF_S[0]
            self._lost.clear()
            self._link = link
            if self._callbacks:
                link.write(packed("SUBSCRIBE", *self._callbacks))
            await self._ping_until_lost()

    async def _ping_until_lost(self) -> None:
        """A silent server is found out by asking."""
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        while not self._lost.is_set():
            try:
                async with asyncio.timeout(PING_S):
                    await self._lost.wait()
            except TimeoutError:
                if self._link is None:
                    return
                if loop.time() - self._heard > 3 * PING_S:
                    self._link.abort()
                    continue
                self._link.write(packed("PING"))
