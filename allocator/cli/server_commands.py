"""Commands that use the servers behind dibs: migrate, audit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allocator import backends
from allocator.backends import Backends
from allocator.cli import show
from allocator.settings import Settings
from audit import source
from store import migrations


async def migrate(settings: Settings) -> list[str]:
    """Bring the tables up to date; the names of what was applied."""
    async with Backends.open(backends.running(settings), redis=False) as servers:
        return await migrations.migrate(servers.postgres_dsn)


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
