"""Keeps finished tasks of archived queues in the cold partition of view_task, a little at a time.

Readers and the projector see both partitions as one table, so when a row moves
does not matter. Who moves some holds the position of the views: nobody else
writes them meanwhile. A kill between two steps costs nothing; the queue is not
`settled` yet, and whoever projects goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allocator.model import TaskState
from store.postgres import Postgres
from store.task_row import FINISHED

if TYPE_CHECKING:
    from store.postgres import Connection

AT_ONCE: Final = 2_000

_NEXT: Final = "SELECT project, queue FROM view_queue WHERE NOT settled LIMIT 1"
_HOLD_VIEWS: Final = "SELECT FROM view_position WHERE project = $1 FOR UPDATE"
_ARCHIVED: Final = "SELECT archived FROM view_queue WHERE project = $1 AND queue = $2"
_MOVE: Final = """
UPDATE view_task SET cold = $3 WHERE project = $1 AND cold <> $3 AND (entry, slot) IN (
    SELECT entry, slot FROM view_task
     WHERE project = $1 AND queue = $2 AND cold <> $3 AND state = ANY ($4) LIMIT $5)"""
_DONE: Final = "UPDATE view_queue SET settled = true WHERE project = $1 AND queue = $2"


async def settle_some(postgres: Postgres) -> bool:
    """Move some rows of one queue; false when every queue is settled."""
    row = await postgres.fetchrow(_NEXT)
    if row is None:
        return False
    async with postgres.reading() as connection, connection.transaction():
        await connection.execute(_HOLD_VIEWS, row["project"])
        await _step(connection, row["project"], row["queue"])
    return True


async def settle(connection: Connection, project: int) -> None:
    """Move all rows of a project that are not where they belong; its position is held."""
    for row in await connection.fetch(
        "SELECT queue FROM view_queue WHERE project = $1 AND NOT settled", project
    ):
        while not await _step(connection, project, row["queue"]):
            pass


async def _step(connection: Connection, project: int, queue: int) -> bool:
    """Whether it was the last one."""
    archived = await connection.fetchval(_ARCHIVED, project, queue)
    cold = FINISHED if archived else frozenset[TaskState]()
    for is_cold, states in ((True, cold), (False, frozenset(TaskState) - cold)):
        moved = await connection.execute(
            _MOVE, project, queue, is_cold, sorted(map(int, states)), AT_ONCE
        )
        if moved != "UPDATE 0":
            return False
    await connection.execute(_DONE, project, queue)
    return True
