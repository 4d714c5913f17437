"""Commands that use the servers behind dibs: migrate, audit, rebuild-views."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allocator import backends
from allocator.backends import Backends
from allocator.cli import show
from allocator.settings import Settings
from audit import source
from store import migrations
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
            rows = await postgres.fetch("SELECT project, external_id FROM project ORDER BY 2")
            return {
                row["external_id"]: await views.rebuild(row["project"])
                for row in rows
                if only in (None, row["external_id"])
            }
        finally:
            await postgres.close()


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
