"""One connection to a Redis protocol server: bytes out, replies in order.

A Link knows nothing of reconnecting or of projects; `redis.py` does. Replies
that are errors arrive as ReplyError values, never raised here, so that one bad
reply leaves the order of the others alone.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import hiredis

CONNECT_TIMEOUT_S: Final = 2.0


class ReplyError(Exception):
    """The server's own words about why it did not do what it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server is, and who we are to it."""

    host: str = ""
    port: int = 6379
    path: str = ""
    username: str = ""
    password: str = ""
    database: int = 0
    tls: ssl.SSLContext | None = None

    @classmethod
    def of(cls, url: str) -> Address:
        """Read `redis://`, `rediss://` or `unix://`; `?ssl_ca_certs=` names a CA file."""
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise ValueError(f"a Redis URL begins with redis://, rediss:// or unix://, not {url!r}")
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        unix = parts.scheme == "unix"
        database = options.get("db", "") or ("" if unix else parts.path.strip("/")) or "0"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or 6379,
            path=unquote(parts.path) if unix else "",
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=int(database),
            tls=_tls(options) if parts.scheme == "rediss" else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Which server answered. `run_id` is another one after each restart."""

    run_id: str
    name: str
    version: tuple[int, ...]
    client_id: int

    @classmethod
    def of(cls, info: dict[str, str], client_id: int) -> Server:
        """Valkey calls itself redis_version 7.2.4, so look at its own fields first."""
        name = info.get("server_name", "redis")
        version = info.get(f"{name}_version", info.get("redis_version", "0"))
        numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
        return cls(run_id=info.get("run_id", ""), name=name, version=numbers, client_id=client_id)


def parsed_info(raw: bytes) -> dict[str, str]:
    """The fields of an INFO reply."""
    lines = raw.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


class Link(asyncio.Protocol):
    """A socket, and the callback that gets every reply in order."""

    def __init__(
        self, on_reply: Callable[[Any], None], on_lost: Callable[[Exception | None], None]
    ) -> None:
        self._reader = hiredis.Reader(replyError=ReplyError)
        self._transport: asyncio.Transport | None = None
        self.on_reply = on_reply
        self.on_lost = on_lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            reply = self._reader.gets()
            while reply is not False:
                self.on_reply(reply)
                reply = self._reader.gets()
        except hiredis.ProtocolError:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.on_lost(exc)

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._transport is None or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send. What cannot be sent is told by `on_lost`."""
        if self._transport is not None:
            self._transport.write(data)

    def abort(self) -> None:
        """Close without waiting for anything."""
        if self._transport is not None:
            self._transport.abort()


async def dial(
    address: Address,
    on_reply: Callable[[Any], None],
    on_lost: Callable[[Exception | None], None],
) -> tuple[Link, Server]:
    """Connect, say who we are, choose the database, and learn who answers.

    Raises OSError, TimeoutError or ReplyError. The callbacks see nothing of it.
    """
    loop = asyncio.get_running_loop()
    link = Link(lambda reply: None, lambda exc: None)
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        if address.path:
            await loop.create_unix_connection(lambda: link, address.path)
        else:
            await loop.create_connection(lambda: link, address.host, address.port, ssl=address.tls)
        try:
            server = await _greet(link, address)
        except BaseException:
            link.abort()
            raise
    link.on_reply, link.on_lost = on_reply, on_lost
    if link.closed:
        raise ConnectionError("closed while connecting")
    return link, server


async def _greet(link: Link, address: Address) -> Server:
    hello: list[str] = ["HELLO", "2"]
    if address.password:
        hello += ["AUTH", address.username or "default", address.password]
    await _ask(link, *hello, "SETNAME", "dibs")
    if address.database:
        await _ask(link, "SELECT", str(address.database))
    client_id = await _ask(link, "CLIENT", "ID")
    return Server.of(parsed_info(await _ask(link, "INFO", "server")), client_id)


def packed(*args: Any) -> bytes:
    """One command as it goes over the wire."""
    data: bytes = hiredis.pack_command(args)
    return data


async def _ask(link: Link, *args: str) -> Any:
    """One command on a link that nobody else uses yet."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def lost(exc: Exception | None) -> None:
        if not answer.done():
            answer.set_exception(exc or ConnectionError("closed by the server"))

    link.on_reply = lambda reply: None if answer.done() else answer.set_result(reply)
    link.on_lost = lost
    if link.closed:
        raise ConnectionError("closed by the server")
    link.write(packed(*args))
    reply = await answer
    if isinstance(reply, ReplyError):
        raise reply
    return reply


def _tls(options: dict[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.get("ssl_ca_certs"))
    if "ssl_certfile" in options:
        context.load_cert_chain(options["ssl_certfile"], options.get("ssl_keyfile"))
    return context
