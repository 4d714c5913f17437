"""Rebuilds, of the whole log or from a snapshot of some event: rules of the project machine."""

from __future__ import annotations

from typing import Any

import msgpack
import redis.asyncio
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from store.image import pieces
from store.kernel import Kernel


class Raw:
    """Replies as the server sends them."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._pool = client.connection_pool

    async def call(self, *args: Any) -> Any:
        connection = await self._pool.get_connection()
        try:
            await connection.send_command(*args)
            return await connection.read_response()
        finally:
            await self._pool.release(connection)


def contents(image: list[bytes]) -> dict[tuple[bytes, bytes], Any]:
    """What each key has; of a hash, a set and a sorted set, and of a packed map, in no order."""
    found: dict[tuple[bytes, bytes], list[Any]] = {}
    for piece in image:
        for kind, key, *arguments in msgpack.unpackb(piece, raw=True):
            in_pairs = kind in (b"hash", b"zset")
            members = list(zip(*[iter(arguments)] * 2, strict=True)) if in_pairs else arguments
            if kind == b"hash":
                members = [(field, _unordered(value)) for field, value in members]
            found.setdefault((kind, key), []).extend(members)
    return {key: has if key[0] == b"list" else sorted(has) for key, has in found.items()}


def _unordered(value: bytes) -> bytes:
    """A packed map with its fields in order; anything else as it is."""
    try:
        unpacked = msgpack.unpackb(value, raw=True, strict_map_key=False)
    except ValueError:
        return value
    return repr(_sorted(unpacked)).encode() if isinstance(unpacked, dict) else value


def _sorted(value: Any) -> Any:
    """The same with the fields of every map in it in order."""
    if isinstance(value, dict):
        return sorted((key, _sorted(of)) for key, of in value.items())
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def counted(has: dict[tuple[bytes, bytes], Any]) -> dict[tuple[bytes, bytes], Any]:
    """Without counters of zero: whether there is one tells nothing."""
    return {
        key: [pair for pair in pairs if pair[1] != b"0"] if key[1].startswith(b"counts") else pairs
        for key, pairs in has.items()
    }


class SnapshotRules:
    """For ProjectMachine."""

    @precondition(lambda self: len(self.log) > 10)
    @rule(size=st.integers(1, 60), pick=st.integers(0, 10_000))
    def rebuild(self: Any, size: int, pick: int) -> None:
        """Redis is disposable: the log gives the same state, from its beginning or further on."""
        at = pick % len(self.log) if pick % 3 else 0
        clock_wall = (0, 0)
        if at:
            scratch = Kernel(self.kernel._connection, scratch=True)
            self.run(self._replayed(scratch, self.epoch + 1, 0, at, size))
            image = self.run(self._image(scratch.prefix(self.project, self.epoch + 1)))
            self.run(self._restored(image, at))
            restored = self.run(self._image(self.kernel.prefix(self.project, self.epoch + 1)))
            assert contents(restored) == contents(image)
        if at < len(self.log):
            clock_wall = self.run(
                self._replayed(self.kernel, self.epoch + 1, at, len(self.log), size)
            )
        seq, chain, _ = self.log[-1]
        assert self.run(
            self.kernel.open(
                self.project,
                self.epoch + 1,
                seq=seq,
                chain=chain,
                clock=self.state_clock,
                wall=clock_wall[1],
            )
        )
        self.epoch += 1
        self._compare()

    async def _replayed(
        self: Any, kernel: Kernel, epoch: int, after: int, end: int, size: int
    ) -> Any:
        clock_wall = None
        for start in range(after, end, size):
            batch = self.log[start : min(start + size, end)]
            clock_wall = await kernel.replay(self.project, epoch, start, batch)
        return clock_wall

    async def _image(self: Any, prefix: str) -> list[bytes]:
        return [piece async for piece in pieces(Raw(self.redis), prefix)]

    def replayed_in_calls_of(self: Any, size: int) -> dict[tuple[bytes, bytes], Any]:
        """What a replay of the whole log, so many events a call, puts beside the live state."""
        scratch, number = (
            Kernel(self.kernel._connection, scratch=True),
            len(self.log) * 10_000 + size,
        )
        self.run(self._replayed(scratch, number, 0, len(self.log), size))
        return counted(contents(self.run(self._image(scratch.prefix(self.project, number)))))

    def live(self: Any) -> dict[tuple[bytes, bytes], Any]:
        """What the live state has, but for the log."""
        prefix = self.kernel.prefix(self.project, self.epoch)
        self.run(self.redis.unlink(f"{prefix}log"))
        return counted(contents(self.run(self._image(prefix))))

    async def _restored(self: Any, image: list[bytes], seq: int) -> None:
        for n, piece in enumerate(image):
            last = seq if n == len(image) - 1 else 0
            assert await self.kernel.restore(self.project, self.epoch + 1, n, piece, seq=last)
