"""An image of a project's state: all keys of one prefix, as commands that make them again.

No RDB payloads: those belong to a server's version, and one key of a million members is one command
that nothing else gets past. What a key has is read, and put back, some members at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

import msgpack

SCAN_COUNT: Final = 1_000
MEMBERS: Final = 500
"""Of one key, read and put back in one command: Lua passes at most 8,000 arguments."""
KEYS: Final = 200
"""Keys that are read at a time."""
PIECE_BYTES: Final = 48 * 1024
"""About what one call puts back: two milliseconds of Redis' only thread."""
NOT_OF_THE_STATE: Final = frozenset({b"replayed", b"restored"})
"""Fields of `totals` that tell how far it has been put together."""

Command = list[Any]
"""Type of key, key, arguments."""


class Caller(Protocol):
    """A connection: one command, one reply."""

    async def call(self, *args: Any) -> Any:
        """Send the command and return its reply."""


class NotStill(Exception):
    """The keys changed while they were read."""


async def found_keys(redis: Caller, pattern: str) -> AsyncIterator[list[bytes]]:
    """The keys that match and are there from the first moment to the last; some are told twice."""
    cursor = b"0"
    while True:
        command = ("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT)
        cursor, found = await redis.call(*command)
        yield found
        if cursor == b"0":
            return


async def pieces(redis: Caller, prefix: str) -> AsyncIterator[bytes]:
    """The image of the keys that begin with `prefix`, which nobody writes to.

    Raises NotStill if one of them went away.
    """
    names = {key async for some in found_keys(redis, f"{prefix}*") for key in some}
    piece: list[bytes] = []
    size = 0
    async for command in _commands(redis, prefix.encode(), sorted(names)):
        packed = msgpack.packb(command, use_bin_type=False)
        if piece and size + len(packed) > PIECE_BYTES:
            yield _piece(piece)
            piece, size = [], 0
        piece.append(packed)
        size += len(packed)
    yield _piece(piece)


def _piece(commands: Sequence[bytes]) -> bytes:
    """A packed list of values that are packed already."""
    return bytes(msgpack.Packer().pack_array_header(len(commands))) + b"".join(commands)


async def _commands(redis: Caller, prefix: bytes, names: list[bytes]) -> AsyncIterator[Command]:
    for at in range(0, len(names), KEYS):
        some = names[at : at + KEYS]
        types = await asyncio.gather(*(redis.call("TYPE", key) for key in some))
        if any(kind not in READERS for kind in types):
            raise NotStill(f"a key of type {set(types) - READERS.keys()}")
        first = await asyncio.gather(
            *(redis.call(*READERS[kind].first(key)) for key, kind in zip(some, types, strict=True))
        )
        for key, kind, reply in zip(some, types, first, strict=True):
            reader = READERS[kind]
            async for members in _members(redis, reader, key, reply):
                arguments = _of_the_state(key, prefix, reader.arguments(members))
                if arguments:
                    yield [kind, key.removeprefix(prefix), *arguments]


def _of_the_state(key: bytes, prefix: bytes, arguments: list[bytes]) -> list[bytes]:
    if key != prefix + b"totals":
        return arguments
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    return [part for pair in pairs if pair[0] not in NOT_OF_THE_STATE for part in pair]


async def _members(
    redis: Caller, reader: Reader, key: bytes, reply: Any
) -> AsyncIterator[list[bytes]]:
    """What a key has, some members at a time; at least one of them."""
    seen = 0
    while True:
        members, following = reader.taken(key, reply, seen)
        seen += len(members)
        for at in range(0, len(members), 2 * MEMBERS):
            yield members[at : at + 2 * MEMBERS]
        if following is None:
            break
        reply = await redis.call(*following)
    if not seen:
        raise NotStill(f"{key!r} is not there any more")


class Reader(Protocol):
    """How keys of one type are read and made again."""

    def first(self, key: bytes) -> tuple[Any, ...]:
        """The first command."""

    def taken(
        self, key: bytes, reply: Any, seen: int
    ) -> tuple[list[bytes], tuple[Any, ...] | None]:
        """What a reply contains, and the next command, if there is more; `seen` came before."""

    def arguments(self, members: list[bytes]) -> list[bytes]:
        """The arguments of the command that puts them back."""


class _ByCursor:
    """Hashes and sets, where one member is `parts` elements of a reply."""

    def __init__(self, command: str) -> None:
        self._command = command

    def first(self, key: bytes) -> tuple[Any, ...]:
        return self._at(key, b"0")

    def taken(
        self, key: bytes, reply: Any, seen: int
    ) -> tuple[list[bytes], tuple[Any, ...] | None]:
        cursor, members = reply
        return members, None if cursor == b"0" else self._at(key, cursor)

    def arguments(self, members: list[bytes]) -> list[bytes]:
        return members

    def _at(self, key: bytes, cursor: bytes) -> tuple[Any, ...]:
        return (self._command, key, cursor, "COUNT", MEMBERS)


class _ByRank:
    """Lists and sorted sets; a reply has as many members as were asked for, or it is the last."""

    def __init__(self, command: str, *options: str) -> None:
        self._command = command
        self._options = options
        self._parts = 1 + len(options)

    def first(self, key: bytes) -> tuple[Any, ...]:
        return self._at(key, 0)

    def taken(
        self, key: bytes, reply: Any, seen: int
    ) -> tuple[list[bytes], tuple[Any, ...] | None]:
        more = len(reply) == MEMBERS * self._parts
        following = self._at(key, seen // self._parts + MEMBERS) if more else None
        return reply, following

    def arguments(self, members: list[bytes]) -> list[bytes]:
        if self._parts == 1:
            return members
        swapped = list(members)
        swapped[::2], swapped[1::2] = members[1::2], members[::2]  # score, member
        return swapped

    def _at(self, key: bytes, start: int) -> tuple[Any, ...]:
        return (self._command, key, start, start + MEMBERS - 1, *self._options)


READERS: Final[dict[bytes, Reader]] = {
    b"hash": _ByCursor("HSCAN"),
    b"set": _ByCursor("SSCAN"),
    b"list": _ByRank("LRANGE"),
    b"zset": _ByRank("ZRANGE", "WITHSCORES"),
}


def several(parts: Iterable[bytes]) -> bytes:
    """Pieces as one value."""
    return bytes(msgpack.packb(list(parts), use_bin_type=True))


def apart(value: bytes) -> Iterator[bytes]:
    """The pieces that `several` put together."""
    yield from msgpack.unpackb(value, use_list=True)
