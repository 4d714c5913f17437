"""Migrations: each once, in order, unchanged."""

import asyncio

import asyncpg
import pytest

from store.migrations import Migration, MigrationChanged, migrate, migrations
from tests.conftest import FreshDatabase

ONE = Migration(number=1, name="0001_one.sql", sql="CREATE TABLE one (x int)")
TWO = Migration(number=2, name="0002_two.sql", sql="CREATE TABLE two (x int)")


async def test_what_is_missing_is_applied_in_order(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database()
    assert await migrate(dsn, [ONE]) == ["0001_one.sql"]
    assert await migrate(dsn, [ONE, TWO]) == ["0002_two.sql"]
    assert await migrate(dsn, [ONE, TWO]) == []


async def test_processes_that_start_together_do_it_once(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database()
    applied = await asyncio.gather(*(migrate(dsn) for _ in range(4)))
    assert sorted(applied, key=len)[-1] == [migration.name for migration in migrations()]
    assert sum(map(len, applied)) == len(migrations())


async def test_a_changed_file_is_refused(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database()
    await migrate(dsn, [ONE])
    changed = Migration(number=1, name=ONE.name, sql=ONE.sql + " -- and more")
    with pytest.raises(MigrationChanged, match=r"0001_one.sql .* put the file back"):
        await migrate(dsn, [changed, TWO])


async def test_a_database_newer_than_the_release_is_refused(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database()
    await migrate(dsn, [ONE, TWO])
    with pytest.raises(MigrationChanged, match="at least as new"):
        await migrate(dsn, [ONE])


async def test_a_migration_that_fails_leaves_nothing(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database()
    broken = Migration(number=2, name="0002_b.sql", sql="CREATE TABLE b (x int); SELECT 1/0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, [ONE, broken])
    assert await migrate(dsn, [ONE, TWO]) == ["0002_two.sql"]


async def test_an_event_is_never_changed(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        with pytest.raises(asyncpg.RaiseError, match="never changed"):
            await connection.execute("UPDATE event SET epoch = 1")
    finally:
        await connection.close()
