"""Bytes that clients wrote: in Postgres before the event that makes them count."""

from __future__ import annotations

import hashlib
from typing import Final

from store.postgres import Postgres

INLINE_BYTES: Final = 4_096
"""Up to this much may ride inside an event instead."""


class ContentMissing(LookupError):
    """No event can have named it: it was never stored."""


class Content:
    """Content and drafts; implements allocator.ports.Content."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def put(self, project: int, body: bytes) -> tuple[int, str]:
        """Store bytes, committed on return; their number and the hex of their sha256."""
        digest = hashlib.sha256(body)
        async with self._postgres.reading() as connection:
            number = await connection.fetchval(
                "INSERT INTO content (project, hash, bytes) VALUES ($1, $2, $3) RETURNING content",
                *(project, digest.digest(), body),
            )
        return int(number), digest.hexdigest()

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
