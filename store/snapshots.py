"""Snapshots in Postgres: what was written, and whether it may be believed.

One is believed if its checksum is right, this release's functions made it, and the log has its
chain at its seq. All else is set aside, with a word in the log: it costs a longer replay.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import asyncpg
import msgpack
import structlog

from store.image import apart
from store.library import library
from store.log import Log
from store.postgres import Postgres, translated

KEPT: Final = 2
"""Snapshots of a project."""

_ROWS: Final = """
SELECT snapshot, project, seq, chain, clock, wall, library, digests, checksum
  FROM snapshot WHERE project = $1 AND seq <= $2 ORDER BY seq DESC, snapshot DESC"""
_PART: Final = "SELECT bytes FROM snapshot_part WHERE snapshot = $1 AND part = $2"
_INSERT: Final = """
INSERT INTO snapshot
       (project, seq, chain, clock, wall, library, digests, checksum, bytes, seconds)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING snapshot"""
_STILL: Final = "SELECT true FROM snapshot WHERE snapshot = $1 FOR SHARE"
_SPARE: Final = """
DELETE FROM snapshot WHERE project = $1 AND snapshot NOT IN
       (SELECT snapshot FROM snapshot WHERE project = $1 ORDER BY snapshot DESC LIMIT $2)"""

_DUE: Final = """
SELECT h.project
  FROM head AS h LEFT JOIN LATERAL
       (SELECT seq, time FROM snapshot AS s
         WHERE s.project = h.project AND s.library = $1 AND s.seq <= h.seq
         ORDER BY seq DESC LIMIT 1) AS s ON true
 WHERE h.seq - coalesce(s.seq, 0) >= $2
    OR h.seq - coalesce(s.seq, 0) >= $3 AND coalesce(s.time < now() - $4::interval, true)
 ORDER BY h.seq - coalesce(s.seq, 0) DESC"""
_FIGURES: Final = """
SELECT DISTINCT ON (s.project) p.external_id AS project, s.seq, s.bytes, s.seconds,
       extract(epoch FROM now() - s.time)::float8 AS age
  FROM snapshot AS s JOIN project AS p ON p.project = s.project
 ORDER BY s.project, s.seq DESC"""

log = structlog.get_logger()

Refused = Callable[[str], None]
"""Told why a snapshot is not used: damaged, chain, library, refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a project's state was after event `seq`; its parts are read when they are needed."""

    number: int
    project: int
    seq: int
    chain: bytes
    clock: int
    wall: int
    library: str
    digests: Sequence[bytes]
    checksum: bytes

    @classmethod
    def of(cls, row: asyncpg.Record) -> Snapshot:
        """As the table has it."""
        names = ("project", "seq", "chain", "clock", "wall", "library", "digests", "checksum")
        return cls(number=row["snapshot"], **{name: row[name] for name in names})

    @property
    def sum(self) -> bytes:
        """SHA-256 over all that it says."""
        said = (self.project, self.seq, self.chain, self.clock, self.wall, self.library)
        return hashlib.sha256(msgpack.packb([*said, *self.digests])).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """When a project is to have another snapshot."""

    events: int = 25_000
    """Behind the newest one. A rebuild replays about so many: some 3 s."""
    interval_s: float = 300.0
    """Or after this time, if there is a tenth of that many events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A project's newest snapshot, in figures; the project by its id."""

    project: str
    seq: int
    age: float
    seconds: float
    bytes: int


class Damaged(Exception):
    """A snapshot is not what was written."""

    def __init__(self, snapshot: Snapshot, what: str) -> None:
        super().__init__(f"snapshot {snapshot.number} at event {snapshot.seq}: {what}")
        self.snapshot = snapshot


class Snapshots:
    """The snapshots of all projects in one Postgres."""

    def __init__(
        self, postgres: Postgres, events: Log, refused: Refused = lambda why: None
    ) -> None:
        self._postgres = postgres
        self._log = events
        self._refused = refused

    async def newest(
        self, project: int, end: int, *, but: Collection[int] = frozenset()
    ) -> Snapshot | None:
        """The last one up to event `end` that may be believed, except for some by number."""
        for row in await self._postgres.fetch(_ROWS, project, end):
            found = Snapshot.of(row)
            if found.number in but:
                continue
            why = await self._why_not(found)
            if not why:
                return found
            await self.refuse(found, why)
        return None

    async def _why_not(self, found: Snapshot) -> str:
        if found.checksum != found.sum:
            return "damaged"
        if await self._log.chain_at(found.project, found.seq) != found.chain.hex():
            return "chain"
        return "" if found.library == library().name else "library"

    async def refuse(self, snapshot: Snapshot, why: str) -> None:
        """It is not used; nor ever again, unless another release may know what to do with it."""
        log.warning("snapshot_refused", project=snapshot.project, at=snapshot.seq, why=why)
        self._refused(why)
        if why != "library":
            await self._execute("DELETE FROM snapshot WHERE snapshot = $1", snapshot.number)

    async def forget(self, project: int) -> None:
        """Delete all of a project's."""
        await self._execute("DELETE FROM snapshot WHERE project = $1", project)

    async def pieces(self, snapshot: Snapshot) -> AsyncIterator[bytes]:
        """The image, piece by piece, each part read while the one before it is used.

        Raises Damaged.
        """
        following = asyncio.create_task(self._part(snapshot, 0))
        try:
            for n in range(len(snapshot.digests)):
                part = await following
                if n + 1 < len(snapshot.digests):
                    following = asyncio.create_task(self._part(snapshot, n + 1))
                for piece in apart(part):
                    yield piece
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _part(self, snapshot: Snapshot, n: int) -> bytes:
        row = await self._postgres.fetchrow(_PART, snapshot.number, n)
        if row is None:
            raise Damaged(snapshot, f"part {n} is not there")
        return await asyncio.to_thread(_unfolded, snapshot, n, row["bytes"])

    async def write(
        self, made: Snapshot, parts: Sequence[bytes], *, base: Snapshot | None, seconds: float
    ) -> bool:
        """Keep a snapshot, all of it or nothing, and of the older ones all but the newest.

        False: the one that it was made from has been deleted since, so it may be as wrong.
        """
        values = (made.project, made.seq, made.chain, made.clock, made.wall, made.library)
        size = sum(map(len, parts))
        connection = await self._postgres.dedicated()
        try:
            with translated():
                async with connection.transaction():
                    if base and not await connection.fetchval(_STILL, base.number):
                        return False
                    number: int = await connection.fetchval(
                        _INSERT, *values, made.digests, made.sum, size, seconds
                    )
                    await connection.executemany(
                        "INSERT INTO snapshot_part (snapshot, part, bytes) VALUES ($1, $2, $3)",
                        [(number, n, part) for n, part in enumerate(parts)],
                    )
                    await connection.execute(_SPARE, made.project, KEPT)
        finally:
            connection.terminate()
        return True

    async def due(self, every: Every) -> list[int]:
        """The projects that are to have another one, those with most events behind theirs first."""
        few, interval = max(every.events // 10, 1), timedelta(seconds=every.interval_s)
        rows = await self._postgres.fetch(_DUE, library().name, every.events, few, interval)
        return [row["project"] for row in rows]

    async def figures(self) -> list[Figures]:
        """The newest snapshot of each project that has one."""
        return [Figures(**dict(row)) for row in await self._postgres.fetch(_FIGURES)]

    async def _execute(self, query: str, value: int) -> None:
        async with self._postgres.reading() as connection:
            await connection.execute(query, value)


def folded(image: bytes) -> tuple[bytes, bytes]:
    """A part as it is kept, and its digest."""
    part = zlib.compress(image, 1)
    return part, hashlib.sha256(part).digest()


def _unfolded(snapshot: Snapshot, n: int, part: bytes) -> bytes:
    if hashlib.sha256(part).digest() != snapshot.digests[n]:
        raise Damaged(snapshot, f"part {n} has another digest")
    return zlib.decompress(part)
