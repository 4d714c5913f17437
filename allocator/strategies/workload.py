"""What stands out in who has how much to do: thresholds, and who passes them.

idle         nothing open, or not seen for a day (L11)
overloaded   5 open tasks or more, and more than twice what the median person has open (L10)
aging        something is open of which nothing was touched for 3 days (L12, P22)
overdue      something is open behind the due date (L8)
at risk      it is likelier than 1 in 5 that the due date passes first (L28)
too small    all of it takes its person under 10 minutes (L22)
too large    all of it takes its person over 40 hours, which hides slow progress (L23)
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Final, NamedTuple

from allocator.strategies.estimates import Estimate

HOUR_MS: Final = 60 * 60 * 1000
IDLE_AFTER_MS: Final = 24 * HOUR_MS
AGING_AFTER_MS: Final = 72 * HOUR_MS
OVERLOADED_TIMES: Final = 2
OVERLOADED_TASKS: Final = 5
AT_RISK: Final = 0.2
TOO_SMALL_MS: Final = HOUR_MS // 6
TOO_LARGE_MS: Final = 40 * HOUR_MS


class Open(NamedTuple):
    """What somebody has to do."""

    tasks: int = 0
    weight: float = 0


def idle(open_: Open, *, seen_ms: int | None, now_ms: int) -> bool:
    """Whether somebody could do with more, or does nothing about what they have."""
    return not open_.tasks or seen_ms is None or now_ms - seen_ms > IDLE_AFTER_MS


def overloaded(loads: Mapping[int, Open]) -> frozenset[int]:
    """Who of these people, among whom the work could be shared, has far more than the others."""
    if not loads:
        return frozenset()
    usual = median(load.weight for load in loads.values())
    return frozenset(
        person
        for person, load in loads.items()
        if load.tasks >= OVERLOADED_TASKS and load.weight > OVERLOADED_TIMES * usual
    )


def aging(open_: Open, *, touched_ms: int, now_ms: int) -> bool:
    """Whether open work lies; `touched_ms`: when something of it last changed, or it was given."""
    return bool(open_.tasks) and now_ms - touched_ms > AGING_AFTER_MS


def overdue(open_: Open, *, due_ms: int | None, now_ms: int) -> bool:
    """Whether work is open that was due."""
    return bool(open_.tasks) and due_ms is not None and now_ms >= due_ms


def deadline_risk(
    open_: Open, estimate: Estimate | None, *, due_ms: int | None, now_ms: int
) -> float | None:
    """How likely open work is late, 0 to 1; None where there is no due date or no estimate."""
    if due_ms is None:
        return None
    if not open_.tasks or now_ms >= due_ms:
        return float(bool(open_.tasks))
    return None if estimate is None else estimate.risk(due_ms - now_ms)


def at_risk(risk: float | None) -> bool:
    """Whether somebody should look at it before it is late."""
    return risk is not None and risk > AT_RISK


def too_small(tasks: int, *, handling_ms: int | None) -> bool:
    """Whether so many tasks, at so much each, are no assignment worth keeping track of."""
    return bool(tasks) and handling_ms is not None and tasks * handling_ms < TOO_SMALL_MS


def too_large(tasks: int, *, handling_ms: int | None) -> bool:
    """Whether so many tasks, at so much each, are too many to see slow progress in time."""
    return handling_ms is not None and tasks * handling_ms > TOO_LARGE_MS


def urgent_share(urgent: int, open_: int) -> float | None:
    """Which part of the open tasks is marked urgent (L29), 0 to 1; None if none is open."""
    return urgent / open_ if open_ else None
