"""Groups: the numbers of their names, and what the projection knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import asyncpg

from allocator.ports import GroupView
from store.numbers import Numbers
from store.postgres import Postgres

_GROUPS: Final = """
SELECT g.external_id, v.*, coalesce(convert_from(c.bytes, 'UTF8'), '') AS display_name
  FROM view_group v
  JOIN people_group g USING (project, people_group)
  LEFT JOIN content c ON c.project = v.project AND c.content = v.content
 WHERE v.project = $1"""
_MEMBERS: Final = """
SELECT p.external_id FROM view_group_member m JOIN person p USING (project, person)
 WHERE m.project = $1 AND m.people_group = $2 AND p.external_id > $3
 ORDER BY p.external_id LIMIT $4"""


class Groups:
    """Names and numbers of groups; implements allocator.ports.Groups."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._numbers = Numbers(postgres, "people_group")

    async def numbers(self, project: int, external_ids: Iterable[str]) -> Mapping[str, int]:
        """The numbers of those that have one, whether or not their event is in the log."""
        return await self._numbers.find(project, external_ids)

    async def add(self, project: int, external_id: str) -> int:
        """The group's number, made if missing."""
        return (await self._numbers.make(project, (external_id,)))[external_id]

    async def ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of groups, deleted ones too."""
        return await self._numbers.names(project, numbers)

    async def view(self, project: int, group: int) -> GroupView | None:
        """One group, unless it was deleted."""
        query = f"{_GROUPS} AND v.people_group = $2"
        row = await self._postgres.fetchrow(query, project, group)
        return _group(row) if row else None

    async def views(self, project: int, after: str, limit: int) -> Sequence[GroupView]:
        """Groups by external id, from the one behind `after`."""
        query = f"{_GROUPS} AND g.external_id > $2 ORDER BY g.external_id LIMIT $3"
        return [_group(row) for row in await self._postgres.fetch(query, project, after, limit)]

    async def members(self, project: int, group: int, after: str, limit: int) -> Sequence[str]:
        """External ids of the people in a group, from the one behind `after`."""
        rows = await self._postgres.fetch(_MEMBERS, project, group, after, limit)
        return [str(row["external_id"]) for row in rows]


def _group(row: asyncpg.Record) -> GroupView:
    return GroupView(
        group=row["people_group"],
        external_id=row["external_id"],
        display_name=row["display_name"],
        members=row["members"],
        created_ms=row["created_wall"],
    )
