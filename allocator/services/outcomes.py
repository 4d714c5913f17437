"""What a word of the store means to the caller, where it is the same everywhere."""

from __future__ import annotations

from typing import Any

from allocator.model import CLOCK_STEP_MS
from allocator.ports import Event, Outcome


def happened(outcome: Outcome) -> Event:
    """The event of a change that was answered "ok".

    Raises UnexpectedWord for a word that the caller of the store did not expect.
    """
    if outcome.word != "ok" or outcome.event is None:
        raise UnexpectedWord(outcome.word)
    return outcome.event


def value(outcome: Outcome) -> Any:
    """What a read found, or the detail of a refusal."""
    return outcome.detail[0]


class UnexpectedWord(Exception):
    """The store refused in a way that this call cannot be refused."""


def some(value: Any) -> list[Any]:
    """A list that Lua packed; it does not tell an empty one from an empty map."""
    return list(value) if value else []


FOREVER = 2**53
"""The deadline of a hold that does not end by itself."""


def expire_ms(event: Event, deadline: int) -> int | None:
    """Wall time of a deadline, as of its event: a repeat says the same."""
    return None if deadline == FOREVER else expires_in(deadline - event.clock_ms, event.wall_ms)


def expires_in(left_ms: int, now_ms: int) -> int | None:
    """Wall time at which what is left of a lease will not have ended before.

    None, as less than nothing is left of it: the hold does not end by itself.
    """
    return None if left_ms < 0 else now_ms + max(0, left_ms - CLOCK_STEP_MS)
