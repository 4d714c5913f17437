"""Reads of lots; implements allocator.ports.LotReads."""

from __future__ import annotations

from typing import Final

from allocator.model import TaskId
from allocator.ports import LotView
from store.postgres import Postgres

_LOT: Final = "SELECT queue, drawn, accepted FROM view_lot WHERE project = $1 AND lot = $2"
_TASKS: Final = """
SELECT entry, slot FROM view_task WHERE project = $1 AND lot = $2 AND state = 5
 ORDER BY entry, slot"""
_SAID: Final = """
SELECT count(*) FILTER (WHERE s.said IN (2, 4)) AS rejected,
       count(*) FILTER (WHERE t.lot IS NOT NULL AND u.state = 2) AS pending
  FROM view_lot_unit s
  LEFT JOIN view_task t
    ON t.project = s.project AND t.entry = s.entry AND t.slot = s.slot AND t.lot = s.lot
  LEFT JOIN view_unit u
    ON u.project = s.project AND u.entry = s.entry AND u.slot = s.slot AND u.unit = s.unit
 WHERE s.project = $1 AND s.lot = $2"""


class Lots:
    """Reads of the views, each as of one moment."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def lot(self, project: int, number: int) -> LotView | None:
        """A lot that is not judged."""
        async with self._postgres.moment() as connection:
            row = await connection.fetchrow(_LOT, project, number)
            if row is None:
                return None
            [said] = await connection.fetch(_SAID, project, number)
            tasks = await connection.fetch(_TASKS, project, number)
        return LotView(
            **row,
            **said,
            tasks=[TaskId(entry=one["entry"], slot=one["slot"]) for one in tasks],
        )
