"""Rows of names and words as a table that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from rich.box import SIMPLE
from rich.table import Table

WIDEST: Final = 40
"""Letters of a column; what is longer goes on in the next line."""
BETWEEN: Final = 3
"""Blanks between two columns."""

FIRST: Final = (
    *("external_id", "state", "status", "person", "progress_percent", "remaining_tasks"),
    *("overdue", "priority"),
)
"""Columns that people look for: they come next to the id."""

Rows = Sequence[Mapping[str, str]]


def fitting(rows: Rows, room: int) -> list[str]:
    """The `names` of columns that fit into `room` letters.

    The first one always: a table whose words are broken up cannot be read.
    """
    shown: list[str] = []
    taken = 0
    for name in names(rows):
        width = _width(name, rows) + BETWEEN
        if not shown or taken + width <= room:
            taken += width
            shown.append(name)
    return shown


def names(rows: Rows) -> list[str]:
    """Those that any row has: the first one, those people look for, the rest as they come."""
    found = list(dict.fromkeys(name for row in rows for name in row))
    return list(dict.fromkeys([*found[:1], *(name for name in FIRST if name in found), *found]))


def table(rows: Rows, shown: Sequence[str]) -> Table:
    """A column for each of those names."""
    made = Table(box=SIMPLE, pad_edge=False)
    for name in shown:
        width, side = _width(name, rows), _side(name, rows)
        made.add_column(heading(name), justify=side, overflow="fold", width=width)
    for row in rows:
        made.add_row(*(row.get(name, "") for name in shown))
    return made


def heading(name: str) -> str:
    """A name as people read it."""
    return name.replace("_", " ")


def _width(name: str, rows: Rows) -> int:
    return min(WIDEST, max(len(heading(name)), *(len(row.get(name, "")) for row in rows)))


def _side(name: str, rows: Rows) -> Literal["left", "right"]:
    numbers = all(row.get(name, "0").replace(".", "", 1).isdigit() for row in rows)
    return "right" if numbers else "left"
