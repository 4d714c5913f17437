"""What a test does to the servers themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import redis.asyncio


@asynccontextmanager
async def redis_client(url: str) -> AsyncIterator[Any]:
    client = redis.asyncio.Redis.from_url(url)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def head_locked(dsn: str, project: int) -> AsyncIterator[asyncpg.Connection]:
    """While this lasts, nothing of the project can be committed."""
    connection = await asyncpg.connect(dsn)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT 1 FROM head WHERE project = $1 FOR UPDATE", project)
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


async def waiting_appends(admin: asyncpg.Connection) -> list[int]:
    """Backends that are in the middle of an append, waiting for the row."""
    rows = await admin.fetch(
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND query LIKE '%dibs_append%' AND datname = current_database()"
    )
    return [row["pid"] for row in rows]


async def copy_of(client: Any) -> dict[bytes, bytes]:
    """All keys as they are now, at one moment."""
    script = "local all = {} for _, key in ipairs(redis.call('KEYS', '*')) do"
    script += " all[#all + 1] = key all[#all + 1] = redis.call('DUMP', key) end return all"
    flat = await client.eval(script, 0)
    return dict(zip(flat[::2], flat[1::2], strict=True))


async def rewind(client: Any, copy: dict[bytes, bytes]) -> None:
    """Put everything back to `copy`, in one step, connections kept open."""
    pipeline = client.pipeline(transaction=True)
    for key in await client.keys("*"):
        pipeline.delete(key)
    for key, dump in copy.items():
        pipeline.restore(key, 0, dump)
    await pipeline.execute()
