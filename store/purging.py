"""Drops what the views still have of deleted queues, a little at a time.

Nothing reads these rows: whoever lists tasks joins the queues that there are.
So when they go does not matter, and a view made anew ends with none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store.postgres import Postgres

if TYPE_CHECKING:
    from store.postgres import Connection

AT_ONCE: Final = 2_000

_NEXT: Final = "SELECT project, queue FROM view_deleted WHERE NOT purged LIMIT 1"
_DROPS: Final = (
    *(
        f"DELETE FROM {table} WHERE ctid = ANY (ARRAY("
        f"SELECT ctid FROM {table} WHERE project = $1 AND queue = $2 LIMIT $3))"
        for table in (
            *("task_hot", "task_cold", "view_author", "view_unit", "view_review"),
            *("view_issue", "view_decision", "view_round", "view_qa", "view_comment"),
            "view_check",
            *("view_lot", "view_lot_unit"),
        )
    ),
    "DELETE FROM view_removed WHERE ctid = ANY (ARRAY("
    "SELECT r.ctid FROM entry_range e JOIN view_removed r ON r.project = e.project"
    " AND r.entry >= e.first AND r.entry < e.first + e.count"
    " WHERE e.project = $1 AND e.queue = $2 LIMIT $3))",
)
_DONE: Final = "UPDATE view_deleted SET purged = true WHERE project = $1 AND queue = $2"


async def purge_some(postgres: Postgres) -> bool:
    """Drop some rows of one deleted queue; false when there is none left."""
    row = await postgres.fetchrow(_NEXT)
    if row is None:
        return False
    async with postgres.reading() as connection:
        await _drop(connection, row["project"], row["queue"])
    return True


async def purge(connection: Connection, project: int) -> None:
    """Drop all rows of a project's deleted queues."""
    queues = await connection.fetch(
        "SELECT queue FROM view_deleted WHERE project = $1 AND NOT purged", project
    )
    for row in queues:
        while not await _drop(connection, project, row["queue"]):
            pass


async def _drop(connection: Connection, project: int, queue: int) -> bool:
    """A step; whether it was the last one."""
    for statement in _DROPS:
        if await connection.execute(statement, project, queue, AT_ONCE) != "DELETE 0":
            return False
    await connection.execute(_DONE, project, queue)
    return True
