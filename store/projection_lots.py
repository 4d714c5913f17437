"""What events do to the rows of lots. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from reviewqueue.model import Decision

if TYPE_CHECKING:
    from store.events import Event
    from store.projection import Views
    from store.task_row import TaskRow

WRITES: Final[Mapping[str, str]] = {
    "lot": "INSERT INTO view_lot (project, lot, queue, drawn, accepted)"
    " VALUES ($1, $2, $3, $4, $5)",
    "lot_unit": "INSERT INTO view_lot_unit (project, lot, queue, entry, slot, unit)"
    " SELECT $1, $2, $3, $4, $5, u FROM unnest($6::integer[]) AS u",
    "lot_said": "UPDATE view_lot_unit SET said = greatest(said, $6)"
    " WHERE project = $1 AND lot = $2 AND entry = $3 AND slot = $4 AND unit = $5",
    "lot_judged": "DELETE FROM view_lot WHERE project = $1 AND lot = $2",
    "lot_units_judged": "DELETE FROM view_lot_unit WHERE project = $1 AND lot = $2",
}
"""How the rows of projection.Views.rows are written; $1 is the project."""
EXPERT: Final = 2
"""What an expert says is so much more than what a reviewer does."""


def joined(views: Views, event: Event, row: TaskRow, lot: Sequence[int]) -> None:
    """A submission waits for a lot, which it may have opened."""
    row.lot = lot[0] or event.seq
    if not lot[0]:
        views.rows.append(("lot", (row.lot, row.queue, lot[3], lot[4])))


def drawn(views: Views, body: Any, row: TaskRow, units: Iterable[int]) -> None:
    """These of its units speak for the lot."""
    of = (body["lot"], row.queue, row.entry, row.slot)
    views.rows.append(("lot_unit", (*of, sorted(units))))


def decided(views: Views, row: TaskRow, unit: int, *, expert: bool, action: int) -> None:
    """If it was drawn, one rejection is enough; an expert has the last word."""
    said = 1 + (action == Decision.REJECT) + EXPERT * expert
    views.rows.append(("lot_said", (row.lot, row.entry, row.slot, unit, said)))


def judged(views: Views, body: Any) -> None:
    """Nothing is left of it."""
    for name in ("lot_judged", "lot_units_judged"):
        views.rows.append((name, (body["lot"],)))
