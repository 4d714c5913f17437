"""External names and the numbers made for them: a pair never changes, so it is cached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from store.cache import Cache
from store.postgres import Postgres

if TYPE_CHECKING:
    from store.postgres import Connection

KEPT: Final = 200_000
NAME_COLUMN: Final = {
    "person": "external_id",
    "skill": "name",
    "dataset": "external_id",
    "queue": "external_id",
    "people_group": "external_id",
}
"""Kinds that have numbers of their own, with the column of their name."""

_TAKE = """
INSERT INTO counter (project, kind, last) VALUES ($1, $2, $3)
ON CONFLICT (project, kind) DO UPDATE SET last = counter.last + excluded.last
RETURNING last"""


async def next_numbers(connection: Connection, project: int, kind: str, count: int) -> range:
    """`count` numbers that nobody else gets; others of the kind wait for the transaction."""
    last = await connection.fetchval(_TAKE, project, kind, count)
    return range(last - count + 1, last + 1)


class Numbers:
    """The numbers of one kind of thing, per project."""

    def __init__(self, postgres: Postgres, kind: str) -> None:
        self._postgres = postgres
        self._kind = kind
        self._column = NAME_COLUMN[kind]
        self._by_name: Cache[tuple[int, str], int] = Cache(KEPT)
        self._by_number: Cache[tuple[int, int], str] = Cache(KEPT)

    async def find(self, project: int, names: Iterable[str]) -> dict[str, int]:
        """The numbers of those names that have one."""
        found, missing = {}, []
        for name in set(names):
            number = self._by_name.get((project, name))
            if number is None:
                missing.append(name)
            else:
                found[name] = number
        if missing:
            found |= await self._read(project, self._column, missing)
        return found

    async def make(
        self, project: int, names: Iterable[str], titles: Mapping[str, str] | None = None
    ) -> dict[str, int]:
        """The numbers of all, made where missing; `titles` are display names of new ones."""
        wanted = set(names)
        found = await self.find(project, wanted)
        missing = sorted(wanted - found.keys())
        if missing:
            async with self._postgres.reading() as connection, connection.transaction():
                await self.insert(connection, project, missing, titles)
            found |= await self._read(project, self._column, missing)
        return found

    async def insert(
        self,
        connection: Connection,
        project: int,
        names: list[str],
        titles: Mapping[str, str] | None = None,
    ) -> None:
        """Make numbers in the caller's transaction; names that have one keep it."""
        numbers = await next_numbers(connection, project, self._kind, len(names))
        kind, column = self._kind, self._column
        await connection.execute(
            f"INSERT INTO {kind} (project, {kind}, {column})"
            " SELECT $1, * FROM unnest($2::bigint[], $3::text[]) ON CONFLICT DO NOTHING",
            project,
            list(numbers),
            names,
        )
        if titles:
            await connection.execute(
                f"UPDATE {kind} SET display_name = u.title"
                " FROM unnest($2::text[], $3::text[]) AS u (name, title)"
                f" WHERE project = $1 AND {column} = u.name AND {kind} = ANY ($4)",
                project,
                list(titles),
                list(titles.values()),
                list(numbers),
            )

    async def names(self, project: int, numbers: Iterable[int]) -> dict[int, str]:
        """The names of those numbers that have one."""
        found, missing = {}, []
        for number in set(numbers):
            name = self._by_number.get((project, number))
            if name is None:
                missing.append(number)
            else:
                found[number] = name
        if missing:
            pairs = await self._read(project, self._kind, missing)
            found |= {number: name for name, number in pairs.items()}
        return found

    async def _read(
        self, project: int, column: str, values: list[str] | list[int]
    ) -> dict[str, int]:
        rows = await self._postgres.fetch(
            f"SELECT {self._kind} AS number, {self._column} AS name FROM {self._kind}"
            f" WHERE project = $1 AND {column} = ANY ($2)",
            project,
            values,
        )
        for row in rows:
            self._by_name.put((project, row["name"]), row["number"])
            self._by_number.put((project, row["number"]), row["name"])
        return {row["name"]: row["number"] for row in rows}
