"""Unary gRPC calls over raw HTTP/2 frames, with as little work a call as Python allows.

For a generator on the machine that it measures. The header blocks of requests
are made once. We allow the server no dynamic table, so that equal blocks mean
equal headers and each distinct block of an answer is decoded once. Whatever is
not as gRPC's server sends it ends the connection with Http2Error.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, cast

import hpack

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
ACK, END_STREAM, END_HEADERS, PADDED = 0x1, 0x1, 0x4, 0x8
HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE = 1, 4
LARGEST_WINDOW: Final = (1 << 31) - 1
USUAL_WINDOW: Final = (1 << 16) - 1
LARGEST_REQUEST: Final = 16_000
"""Of one DATA frame; the window of a stream allows it without asking."""
_HEAD: Final = struct.Struct(">IBI")
_MESSAGE: Final = struct.Struct(">BI")

Answered = Callable[[bytes], None]


class Http2Error(Exception):
    """The connection cannot go on: the status of a call is not OK, or a frame is not foreseen."""


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """The bytes of a frame."""
    return _HEAD.pack(len(payload) << 8 | kind, flags, stream) + payload


def request_headers(authority: str, path: str) -> bytes:
    """The header block of a call: no entry of a dynamic table, so good for every stream."""
    fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", authority),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("user-agent", "dibs-bench"),
    ]
    never_indexed: Iterable[hpack.HeaderTuple] = [
        hpack.NeverIndexedHeaderTuple(name, value) for name, value in fields
    ]
    return hpack.Encoder().encode(never_indexed)


class Statuses:
    """What blocks of trailers say, each decoded once."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def check(self, block: bytes) -> None:
        """Raises Http2Error unless the block says that a call ended with OK."""
        status = self._known.get(block)
        if status is None:
            status = self._known[block] = self._read(block)
        if status != "0":
            raise Http2Error(f"grpc-status {status}")

    @staticmethod
    def _read(block: bytes) -> str:
        headers = {str(name): str(value) for name, value in hpack.Decoder().decode(block)}
        return " ".join(headers.get(name, "") for name in ("grpc-status", "grpc-message")).strip()


class Connection(asyncio.Protocol):
    """One connection; `failed` ends with the error that ended it."""

    def __init__(self) -> None:
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.WriteTransport | None = None
        self._statuses = Statuses()
        self._out: list[bytes] = []
        self._held: deque[tuple[bytes, int]] = deque()
        self._send_window = USUAL_WINDOW
        self._taken = 0
        self._rest = b""
        self._next = 1
        self._open: dict[int, tuple[Answered, list[bytes]]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        settings = [(HEADER_TABLE_SIZE, 0), (INITIAL_WINDOW_SIZE, LARGEST_WINDOW)]
        packed = b"".join(struct.pack(">HI", *setting) for setting in settings)
        self._out += [PREFACE, frame(SETTINGS, 0, 0, packed)]
        self._widen(LARGEST_WINDOW - USUAL_WINDOW)
        self.flush()

    def call(self, headers: bytes, request: bytes, answered: Answered) -> None:
        """Put a call into the next flush; `answered` gets the answer's bytes."""
        assert len(request) <= LARGEST_REQUEST
        stream, self._next = self._next, self._next + 2
        self._open[stream] = (answered, [])
        size = len(request) + _MESSAGE.size
        data = frame(DATA, END_STREAM, stream, _MESSAGE.pack(0, len(request)) + request)
        call = frame(HEADERS, END_HEADERS, stream, headers) + data
        if self._held or size > self._send_window:
            self._held.append((call, size))
        else:
            self._send_window -= size
            self._out.append(call)

    def flush(self) -> None:
        """Write what was put."""
        if self._out and self._transport is not None:
            self._transport.write(b"".join(self._out))
            self._out.clear()

    def close(self) -> None:
        """End the connection; no call may be open."""
        if not self.failed.done():
            self.failed.cancel()
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(Http2Error(f"the connection is gone ({exc})"))

    def data_received(self, data: bytes) -> None:
        if self.failed.done():
            return
        try:
            self._read(self._rest + data if self._rest else data)
        except Exception as error:  # whoever waits for `failed` raises it
            self._fail(error)
            self.close()
            return
        self.flush()

    def _fail(self, error: Exception) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)

    def _read(self, data: bytes) -> None:
        at, end = 0, len(data)
        while end - at >= _HEAD.size:
            head, flags, stream = _HEAD.unpack_from(data, at)
            following = at + _HEAD.size + (head >> 8)
            if following > end:
                break
            self._take(head & 0xFF, flags, stream, data[at + _HEAD.size : following])
            at = following
        self._rest = data[at:]

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == HEADERS:
            self._take_headers(flags, stream, payload)
        elif kind == DATA:
            self._take_data(flags, stream, payload)
        elif kind == WINDOW_UPDATE:
            if stream == 0:
                self._send_window += int.from_bytes(payload)
                self._release()
        elif kind == PING and not flags & ACK:
            self._out.append(frame(PING, ACK, 0, payload))
        elif kind == SETTINGS and not flags & ACK:
            self._out.append(frame(SETTINGS, ACK, 0))
        elif kind in (GOAWAY, RST_STREAM):
            raise Http2Error(f"frame {kind} on stream {stream}: {payload!r}")

    def _take_headers(self, flags: int, stream: int, block: bytes) -> None:
        if flags & PADDED or not flags & END_HEADERS:
            raise Http2Error("padded or continued headers")
        if not flags & END_STREAM:
            return
        self._statuses.check(block)
        answered, parts = self._open.pop(stream)
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        compressed, size = _MESSAGE.unpack_from(data)
        if compressed or size != len(data) - _MESSAGE.size:
            raise Http2Error("a compressed answer, or not one message")
        answered(data[_MESSAGE.size :])

    def _take_data(self, flags: int, stream: int, payload: bytes) -> None:
        if flags & (PADDED | END_STREAM):
            raise Http2Error("padded data, or an answer without trailers")
        self._open[stream][1].append(payload)
        self._taken += len(payload)
        if self._taken > LARGEST_WINDOW // 2:
            self._widen(self._taken)
            self._taken = 0

    def _widen(self, size: int) -> None:
        self._out.append(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", size)))

    def _release(self) -> None:
        while self._held and self._held[0][1] <= self._send_window:
            call, size = self._held.popleft()
            self._send_window -= size
            self._out.append(call)
