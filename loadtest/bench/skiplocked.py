"""A queue that is a table, as well as it can be done: what B3 is compared with.

A partial index over the waiting rows only, room in each page for the new
version of a row, prepared statements, autovacuum that keeps up, every commit
on disk. Each transaction leases what comes first.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from store.embedded import find_postgres

DATABASE = "skip_locked"
ROWS_A_SECOND = 60_000
CLIENTS = (4, 8, 16, 32)
_CREATE = """
CREATE TABLE waiting (
    id       bigint   PRIMARY KEY,
    state    smallint NOT NULL DEFAULT 0,
    person   integer,
    deadline timestamptz,
    payload  text     NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX waiting_first ON waiting (id) WHERE state = 0
"""
_FILL = """
INSERT INTO waiting (id, payload)
SELECT n, 'batch-07/scene-' || n || '.png' FROM generate_series($1::bigint, $2::bigint) AS n
"""
_LEASE = """
UPDATE waiting SET state = 1, person = :client_id, deadline = now() + interval '1 hour'
 WHERE id {matches} (SELECT id FROM waiting WHERE state = 0
                      ORDER BY id LIMIT {limit} FOR UPDATE SKIP LOCKED)
RETURNING id, payload;
"""


class PgbenchFailed(Exception):
    """pgbench ended with an error; the sentence is its own."""


def find_pgbench() -> Path | None:
    """The one beside the Postgres that runs, else any."""
    beside = find_postgres().with_name("pgbench")
    on_path = shutil.which("pgbench")
    candidates = [beside, *sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)]
    if on_path:
        candidates.append(Path(on_path))
    return next((path for path in candidates if path.exists()), None)


class Table:
    """The table, and a pgbench to empty it."""

    def __init__(self, dsn: str, pgbench: Path, connection: asyncpg.Connection, at: Path) -> None:
        self._dsn = dsn
        self._pgbench = pgbench
        self._connection = connection
        self._at = at
        self._last = 0

    async def best_clients(self, seconds: float) -> int:
        """How many clients make single rows quickest."""
        rates = {n: await self.rows_per_second(1, n, max(1, round(seconds))) for n in CLIENTS}
        return max(rates, key=lambda n: rates[n])

    async def rows_per_second(self, limit: int, clients: int, seconds: int) -> float:
        """Rows that `clients` lease a second, `limit` in a transaction.

        Measured with a larger table where it ran empty: the figure would be too low.
        """
        script = self._at / f"lease-{limit}.sql"
        script.write_text(_LEASE.format(limit=limit, matches="=" if limit == 1 else "IN"))
        rows = (ROWS_A_SECOND if limit > 1 else ROWS_A_SECOND // 6) * seconds
        while True:
            await self._refill(rows)
            took = await self._run(script, clients, seconds)
            left = await self._waiting()
            if left:
                return (rows - left) / took
            rows *= 2

    async def _refill(self, rows: int) -> None:
        """Begin anew, with fresh statistics and nothing dead."""
        await self._connection.execute("TRUNCATE waiting")
        await self._connection.execute(_FILL, 1, rows)
        await self._connection.execute("VACUUM ANALYZE waiting")
        await self._connection.execute("CHECKPOINT")

    async def _waiting(self) -> int:
        return int(await self._connection.fetchval("SELECT count(*) FROM waiting WHERE state = 0"))

    async def _run(self, script: Path, clients: int, seconds: int) -> float:
        """How long the transactions took, without connecting."""
        url = urlsplit(self._dsn)
        words = ["--no-vacuum", "--protocol=prepared", f"--file={script}", f"--time={seconds}"]
        words += [f"--client={clients}", "--jobs=1", f"--username={url.username}"]
        words += [f"--host={url.hostname}", f"--port={url.port}"]
        process = await asyncio.create_subprocess_exec(
            self._pgbench,
            *words,
            DATABASE,
            env={"PGPASSWORD": url.password or "", "PGSSLMODE": "disable", "HOME": str(self._at)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        done = re.search(r"transactions actually processed: (\d+)", out.decode())
        tps = re.search(r"^tps = ([\d.]+)", out.decode(), re.MULTILINE)
        if process.returncode or not done or not tps:
            raise PgbenchFailed(err.decode().strip() or out.decode())
        return int(done[1]) / float(tps[1])


@contextlib.asynccontextmanager
async def opened(dsn: str, pgbench: Path) -> AsyncIterator[Table]:
    """A table in a database of its own on the server that `dsn` names."""
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"CREATE DATABASE {DATABASE}")
    await admin.close()
    own = urlsplit(dsn)._replace(path=f"/{DATABASE}").geturl()
    connection = await asyncpg.connect(own)
    try:
        await connection.execute(_CREATE)
        with tempfile.TemporaryDirectory(prefix="dibs-bench-") as directory:
            yield Table(own, pgbench, connection, Path(directory))
    finally:
        await connection.close()
