"""How many users there are at a moment: pure functions of the time."""

from __future__ import annotations

from collections.abc import Callable

SHIFT_S = 0.15
"""Of the whole run: how long it takes until a shift has sat down."""


def steady(part: float) -> float:
    """Everybody from a moment after the start on."""
    return min(1.0, part / SHIFT_S)


def shift_start(part: float) -> float:
    """A small night shift; at a third and at two thirds of the time all come at once."""
    return 0.1 if part % (1 / 3) < 0.1 else 1.0


def drain(part: float) -> float:
    """Everybody, and then fewer and fewer."""
    return min(1.0, part / SHIFT_S, max(0.0, (1.0 - part) / 0.6))


SHAPES: dict[str, Callable[[float], float]] = {
    "steady": steady,
    "shift-start": shift_start,
    "drain": drain,
}


def users_at(shape: str, second: float, *, most: int, duration_s: float) -> int | None:
    """How many of `most` users there are; None once the run is over."""
    if second >= duration_s:
        return None
    return max(1, round(most * SHAPES[shape](second / duration_s)))
