"""Rows of names and words as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from rich.box import SIMPLE
from rich.table import Table


def table(rows: Sequence[Mapping[str, str]]) -> Table:
    """A column for each name that any row has, in the order in which they come."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    made = Table(box=SIMPLE, pad_edge=False)
    for name in names:
        made.add_column(name.replace("_", " "), justify=_side(name, rows), overflow="fold")
    for row in rows:
        made.add_row(*(row.get(name, "") for name in names))
    return made


def _side(name: str, rows: Sequence[Mapping[str, str]]) -> Literal["left", "right"]:
    numbers = all(row.get(name, "0").replace(".", "", 1).isdigit() for row in rows)
    return "right" if numbers else "left"
