"""Commands that use the servers behind dibs: migrate, audit, rebuild-views, snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allocator import backends
from allocator.backends import Backends
from allocator.cli import show
from allocator.settings import Settings
from audit import source
from dibs.errors import StoreUnavailable
from store import migrations
from store.assembly import Store
from store.log import Log
from store.postgres import Postgres
from store.view_rebuild import ViewRebuild


async def migrate(settings: Settings) -> list[str]:
    """Bring the tables up to date; the names of what was applied."""
    async with Backends.open(backends.running(settings), redis=False) as servers:
        return await migrations.migrate(servers.postgres_dsn)


async def rebuild_views(settings: Settings, only: str | None) -> dict[str, int]:
    """Make the views anew; up to which event, by project."""
    async with Backends.open(backends.running(settings), redis=False) as servers:
        postgres = Postgres(servers.postgres_dsn)
        await postgres.start()
        try:
            views = ViewRebuild(postgres, Log(postgres))
            rows = await postgres.fetch(
                "SELECT project, external_id FROM project JOIN head USING (project) ORDER BY 2"
            )
            return {
                row["external_id"]: await views.rebuild(row["project"])
                for row in rows
                if only in (None, row["external_id"])
            }
        finally:
            await postgres.close()


async def snapshot(settings: Settings, only: str | None) -> dict[str, int]:
    """Make a snapshot of each project, in the Redis that serves; up to which event."""
    async with Backends.open(backends.running(settings), redis=False) as servers:
        redis_url = servers.settings.redis_url
        if redis_url is None:
            raise StoreUnavailable  # it is made where the live state is
        store = Store(redis_url.get_secret_value(), servers.postgres_dsn)
        await store.start(roles=False)
        try:
            rows = await store.postgres.fetch("SELECT project, external_id FROM project ORDER BY 2")
            wanted = [row for row in rows if only in (None, row["external_id"])]
            made = {
                row["external_id"]: await store.snapshotter.make(row["project"]) for row in wanted
            }
        finally:
            await store.close()
    return {name: seq for name, seq in made.items() if seq is not None}


async def audit(
    settings: Settings, project: str | None, history: Sequence[Path], *, as_json: bool
) -> int:
    """Check one project, or all; the number of violations.

    Without a Redis, as when nothing serves, the log and the views are checked.
    """
    async with Backends.open(backends.running(settings), redis=False) as servers:
        redis = servers.settings.redis_url
        report = await source.audit(
            servers.postgres_dsn,
            redis.get_secret_value() if redis else None,
            project,
            history,
        )
    violations = report.violated.total()
    if as_json:
        found = {"events": report.events, "violations": violations, "notes": report.notes}
        show.answer(found, as_json=True)
    else:
        show.line(str(report))
    return violations
