"""Rows of imports: written before their event, one import number per request.

An external id belongs to whoever's event is in the log. Rows that wait for
theirs are met as `unfinished`: whoever meets them can make the event under the
importer's own request key, exactly once, or discard them if nobody can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count, repeat
from json.encoder import encode_basestring as _quoted
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import asyncpg

from allocator.model import NewItem, RequestKey
from allocator.ports import Chunk, Staged
from dibs.errors import RequestIdReused, StoreUnavailable
from store.directory import RING
from store.numbers import next_numbers
from store.postgres import Postgres

if TYPE_CHECKING:
    from store.postgres import Connection

TRIES: Final = 5

_IN_LOG: Final = """
EXISTS (SELECT FROM item_range r WHERE r.project = i.project AND r.import = i.import
           AND r.first <= i.ordinal AND i.ordinal < r.first + r.count)"""
# With what the same importers put aside before: their items come in that order. Other requests
# may have come between; what is further back than a session remembers, nobody can add.
_UNFINISHED: Final = f"""
SELECT DISTINCT i.* FROM import met
  JOIN import i ON i.project = met.project AND i.dataset = met.dataset
   AND i.session = met.session AND i.secret = met.secret
   AND i.n BETWEEN met.n - {RING - 1} AND met.n
 WHERE met.project = $1 AND met.import = ANY ($2)
   AND (i.import = met.import  -- its event may be there by now: never mind
        OR NOT EXISTS (SELECT FROM item_range r WHERE r.project = $1 AND r.import = i.import))
 ORDER BY i.import"""


class Bundle(NamedTuple):
    """What one request brings."""

    project: int
    dataset: int
    key: RequestKey
    actor: int
    items: Sequence[NewItem]
    skills: Mapping[str, int]
    """Numbers of those that the items require."""


class Imports:
    """Staging of chunks."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def stage(self, bundle: Bundle) -> Staged:
        """Write the rows of a chunk, in one transaction; see allocator.ports.Items."""
        # Most chunks are all new: who has the ids is asked once somebody has one.
        for look in (False, *[True] * TRIES):
            try:
                async with self._postgres.reading() as connection, connection.transaction():
                    return await _stage(connection, bundle, look=look)
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                continue
        raise StoreUnavailable

    async def discard(self, project: int, import_: int) -> None:
        """Drop the rows of an import that nobody can add any more. What is in the log stays."""
        async with self._postgres.reading() as connection, connection.transaction():
            added = await connection.fetchval(
                "SELECT EXISTS (SELECT FROM item_range WHERE project = $1 AND import = $2)",
                *(project, import_),
            )
            if not added:
                for table in ("item", "import"):
                    await connection.execute(
                        f"DELETE FROM {table} WHERE project = $1 AND import = $2", project, import_
                    )

    async def rows_of(self, project: int, import_: int) -> Sequence[str]:
        """The external ids of an import's rows, in order."""
        rows = await self._postgres.fetch(
            "SELECT external_id FROM item WHERE project = $1 AND import = $2 ORDER BY ordinal",
            *(project, import_),
        )
        return [row["external_id"] for row in rows]


async def _stage(connection: Connection, bundle: Bundle, *, look: bool) -> Staged:
    key = bundle.key
    before = await connection.fetchrow(
        "SELECT * FROM import WHERE project = $1 AND session = $2 AND secret = $3 AND n = $4",
        *(bundle.project, key.session, key.secret, key.n),
    )
    if before is not None and before["hash"] != key.hash:
        raise RequestIdReused(key.n)
    looking = look or before is not None
    taken = await _taken(connection, bundle) if looking else []
    own = before["import"] if before is not None else 0
    unfinished = {row["import"] for row in taken if not row["in_log"]} - {own}
    duplicates = frozenset(row["external_id"] for row in taken if row["import"] != own)
    if before is not None:
        return Staged(chunk=_chunk(before), duplicates=duplicates)
    if unfinished:
        rows = await connection.fetch(_UNFINISHED, bundle.project, list(unfinished))
        return Staged(chunk=_nothing(bundle), unfinished=tuple(_chunk(row) for row in rows))
    new = [item for item in bundle.items if item.external_id not in duplicates]
    if not new:
        return Staged(chunk=_nothing(bundle), duplicates=duplicates)
    chunk = await _write(connection, bundle._replace(items=new))
    written = frozenset(item.external_id for item in new)
    return Staged(chunk=chunk, duplicates=duplicates, written=written)


async def _taken(connection: Connection, bundle: Bundle) -> list[asyncpg.Record]:
    """Rows that have one of the items' ids already."""
    return await connection.fetch(
        f"SELECT i.external_id, i.import, {_IN_LOG} AS in_log FROM item i"
        " WHERE i.project = $1 AND i.dataset = $2 AND i.external_id = ANY ($3)"
        " AND i.removed = 0",
        *(bundle.project, bundle.dataset, [item.external_id for item in bundle.items]),
    )


async def _write(connection: Connection, bundle: Bundle) -> Chunk:
    project, dataset, key, actor, items, _ = bundle
    [number] = await next_numbers(connection, project, "import", 1)
    columns = _columns(bundle) | {"project": repeat(project), "dataset": repeat(dataset)}
    columns |= {"import": repeat(number), "ordinal": count(1)}
    # In one order everywhere: two that want the same ids wait for each other in turn.
    rows = sorted(zip(*columns.values(), strict=False))
    await connection.copy_records_to_table("item", records=rows, columns=list(columns))
    await connection.execute(
        "INSERT INTO import (project, import, dataset, session, secret, n, hash, actor, count)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(project, number, dataset, key.session, key.secret, key.n, key.hash, actor, len(items)),
    )
    return Chunk(dataset=dataset, import_=number, first=1, count=len(items), actor=actor, key=key)


def _columns(bundle: Bundle) -> dict[str, Iterable[Any]]:
    """What is of the items themselves, the external ids first."""
    number, items = bundle.skills.__getitem__, bundle.items
    # Encoding two empty arrays takes twice as long as all the rest of a row.
    lists: dict[str, list[Sequence[Any]]] = {
        "classes": [item.classes for item in items],
        "required_skills": [sorted(map(number, item.required_skills)) for item in items],
    }
    return {
        "external_id": [item.external_id for item in items],
        "weight": [item.weight for item in items],
        "attributes": [_json(item.attributes) for item in items],
        **{name: values for name, values in lists.items() if any(values)},
    }


def _json(attributes: Mapping[str, str]) -> str:
    """As json.dumps, in half the time."""
    pairs = [f"{_quoted(name)}:{_quoted(text)}" for name, text in attributes.items()]
    return "{" + ",".join(pairs) + "}"


def _nothing(bundle: Bundle) -> Chunk:
    _, dataset, key, actor, *_ = bundle
    return Chunk(dataset=dataset, import_=0, first=1, count=0, actor=actor, key=key)


def _chunk(row: asyncpg.Record) -> Chunk:
    return Chunk(
        dataset=row["dataset"],
        import_=row["import"],
        first=1,
        count=row["count"],
        actor=row["actor"],
        key=RequestKey(session=row["session"], secret=row["secret"], n=row["n"], hash=row["hash"]),
    )
