"""Bytes that clients wrote: in Postgres before the event that makes them count."""

from __future__ import annotations

import hashlib
from typing import Final

from allocator.model import RequestKey
from allocator.ports import DraftRow, OfWhom
from store.postgres import Postgres

INLINE_BYTES: Final = 4_096
"""Up to this much may ride inside an event instead."""

_SAVE_DRAFT: Final = """
INSERT INTO draft (project, entry, slot, person, token, refused, session, n, bytes, save_time)
SELECT $1, $2, $3, $4, $5, false, $6, $7, $8, clock_timestamp()
  FROM head h LEFT JOIN view_project v USING (project)
 WHERE h.project = $1 AND coalesce(v.deleted_wall, 0) = 0
ON CONFLICT (project, entry, slot, person, token, refused) DO UPDATE
   SET session = excluded.session, n = excluded.n, bytes = excluded.bytes,
       save_time = excluded.save_time
 WHERE draft.session <> excluded.session OR draft.n < excluded.n"""
_NEWEST_DRAFT: Final = """
SELECT token, refused, status, bytes, (extract(epoch FROM save_time) * 1000)::bigint AS saved_ms
  FROM draft WHERE project = $1 AND entry = $2 AND slot = $3 AND person = $4
 ORDER BY save_time DESC LIMIT 1"""


class ContentMissing(LookupError):
    """No event can have named it: it was never stored."""


class Content:
    """Content and drafts; implements allocator.ports.Content."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def put(self, project: int, body: bytes) -> tuple[int, str]:
        """Store bytes, committed on return; their number and the hex of their sha256.

        In a project that was purged nothing is stored, under the number 0: what follows is refused.
        """
        digest = hashlib.sha256(body)
        async with self._postgres.reading() as connection:
            number = await connection.fetchval(
                "INSERT INTO content (project, hash, bytes)"
                " SELECT $1, $2, $3 FROM head WHERE project = $1 RETURNING content",
                *(project, digest.digest(), body),
            )
        return int(number or 0), digest.hexdigest()

    async def get(self, project: int, content: int) -> bytes:
        """The bytes of a content that an event names. Raises ContentMissing."""
        row = await self._postgres.fetchrow(
            "SELECT bytes FROM content WHERE project = $1 AND content = $2", project, content
        )
        if row is None:
            raise ContentMissing(f"no content {content} in project {project}")
        return bytes(row["bytes"])

    async def draft(
        self,
        project: int,
        *,
        entry: int,
        slot: int,
        person: int,
        token: int,
        status: int,
        body: bytes,
    ) -> None:
        """Keep the work of a refused submission; a repeat changes nothing."""
        async with self._postgres.reading() as connection:
            await connection.execute(
                "INSERT INTO draft (project, entry, slot, person, token, status, bytes)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                *(project, entry, slot, person, token, status, body),
            )

    async def save_draft(self, project: int, of: OfWhom, key: RequestKey, body: bytes) -> None:
        """Keep unfinished work in place of what was kept under the token before.

        A repeat of this request, or an older one of its session, changes nothing; nor
        does anything in a project that is deleted, or was purged.
        """
        async with self._postgres.reading() as connection:
            await connection.execute(
                _SAVE_DRAFT,
                *(project, of.entry, of.slot, of.person, of.token, key.session, key.n, body),
            )

    async def newest_draft(
        self, project: int, entry: int, slot: int, person: int
    ) -> DraftRow | None:
        """What the person kept of the task last, under whatever token."""
        row = await self._postgres.fetchrow(_NEWEST_DRAFT, project, entry, slot, person)
        if row is None:
            return None
        return DraftRow(
            token=row["token"],
            refused=row["refused"],
            status=row["status"],
            body=bytes(row["bytes"]),
            saved_ms=row["saved_ms"],
        )
