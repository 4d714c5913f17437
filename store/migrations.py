"""Numbered SQL, each file once, in order, unchanged ever after."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import asyncpg

from store.postgres import translated

LOCK: Final = 0xD1B5_0001

_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    number       integer     PRIMARY KEY,
    name         text        NOT NULL,
    checksum     text        NOT NULL,
    applied_time timestamptz NOT NULL DEFAULT now()
)"""


class MigrationChanged(Exception):
    """A file that was applied is not what it was: nobody knows what the database looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file of store/sql."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All of them, in order, numbered from 1 without a gap."""
    found = sorted(
        (file.name, file.read_text(encoding="utf-8"))
        for file in (files("store") / "sql").iterdir()
        if re.fullmatch(r"\d{4}_\w+\.sql", file.name)
    )
    made = [Migration(number=int(name[:4]), name=name, sql=sql) for name, sql in found]
    assert [m.number for m in made] == list(range(1, len(made) + 1)), "a gap in store/sql"
    return made


async def migrate(dsn: str, wanted: list[Migration] | None = None) -> list[str]:
    """Bring the database up to date; returns the names of what was applied now.

    Processes that start together do it one after the other. Raises
    MigrationChanged, or StoreUnavailable.
    """
    with translated():
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
            await connection.execute(_TABLE)
            return await _apply(connection, migrations() if wanted is None else wanted)
        finally:
            connection.terminate()


async def _apply(
    connection: asyncpg.Connection[asyncpg.Record], wanted: list[Migration]
) -> list[str]:
    rows = await connection.fetch("SELECT number, name, checksum FROM migration")
    applied = {row["number"]: row for row in rows}
    _compare(applied, wanted)
    missing = [migration for migration in wanted if migration.number not in applied]
    for migration in missing:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)",
                migration.number,
                migration.name,
                migration.checksum,
            )
    return [migration.name for migration in missing]


def _compare(applied: dict[int, asyncpg.Record], wanted: list[Migration]) -> None:
    known = {migration.number: migration for migration in wanted}
    for number, row in sorted(applied.items()):
        if number not in known:
            raise MigrationChanged(
                f"the database has migration {row['name']}, which this release does not know: "
                "run a release that is at least as new as the database"
            )
        if row["checksum"] != known[number].checksum:
            raise MigrationChanged(
                f"migration {row['name']} was applied with checksum {row['checksum'][:12]}…, but "
                f"the file has {known[number].checksum[:12]}…: put the file back, and add a new one"
            )
