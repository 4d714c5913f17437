"""What Postgres learned of a table while it was empty does not slow it down later."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from store import review_tables
from store.live import Effects
from store.log import _APPEND, Head, Logged, _append_arguments
from store.projections import _LOAD_TASKS

OFTEN = 10
"""Postgres keeps a plan after five executions."""
MANY = 5_000


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    # Nothing is learned while a test goes on.
    await connection.execute(
        "ALTER TABLE live SET (autovacuum_enabled = off);"
        "ALTER TABLE task_hot SET (autovacuum_enabled = off);"
        "INSERT INTO project (external_id, display_name) VALUES ('p', 'P');"
        "INSERT INTO head (project, epoch, seq, chain) VALUES (1, 1, 0, '\\x00')"
    )
    yield connection
    await connection.close()


async def _leased(connection: asyncpg.Connection, seq: int) -> None:
    """Event `seq`: the lease of the task before ends, and one of task `seq` begins."""
    effects = Effects()
    if seq > 1:
        effects.move((seq - 1, 1), expected=seq - 1, after=0)
    effects.move((seq, 1), expected=0, after=seq)
    event = Logged(seq, 1, "00", b"")
    before = Head(1, seq - 1, "00")
    assert await connection.fetchval(_APPEND, *_append_arguments(1, before, [event], effects))


async def test_an_append_reads_no_leases_but_its_own(connection: asyncpg.Connection) -> None:
    for seq in range(1, OFTEN + 1):
        await _leased(connection, seq)
    await connection.execute(
        "INSERT INTO live SELECT 1, n, 1, n FROM generate_series(1000, $1 + 1000) AS n", MANY
    )
    async with connection.transaction():
        await _leased(connection, OFTEN + 1)
        read = await connection.fetchval(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables"
            " WHERE relname = 'live'"  # of all appends above
        )
    assert read <= 2 * (OFTEN + 1)


async def test_a_task_is_found_by_its_key(connection: asyncpg.Connection) -> None:
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(
        f"PREPARE load_tasks (bigint, bigint[], smallint[]) AS {_LOAD_TASKS}\n"
    )
    plan = "\n".join(
        row[0] for row in await connection.fetch("EXPLAIN EXECUTE load_tasks (1, '{1,2}', '{1,1}')")
    )
    assert "Index Scan using task_hot_pkey on task_hot" in plan
    assert "Index Scan using task_cold_pkey on task_cold" in plan


@pytest.mark.parametrize(
    ("load", "arguments", "index"),
    [
        ("_LOAD_REVIEWS", "'{1,2}'", "view_review_pkey"),
        ("_LOAD_UNFINISHED", "'{1,2}', '{1,1}'", "view_review_unfinished_of_task"),
        ("_LOAD_UNITS", "'{1,2}', '{1,1}'", "view_unit_pkey"),
        ("_LOAD_ISSUES", "'{1,2}', '{1,1}'", "view_issue_pkey"),
    ],
)
async def test_what_is_known_of_reviews_is_found_by_its_key(
    connection: asyncpg.Connection, load: str, arguments: str, index: str
) -> None:
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    types = ", ".join(("bigint", "bigint[]", "smallint[]")[: arguments.count("{") + 1])
    await connection.execute(f"PREPARE loads ({types}) AS {getattr(review_tables, load)}\n")
    rows = await connection.fetch(f"EXPLAIN EXECUTE loads (1, {arguments})")
    plan = "\n".join(row[0] for row in rows)
    assert f"Index Scan using {index} on" in plan, plan
