"""What an error reply of Redis means for the state."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from store.redis_link import ReplyError

_NOT_NOW: Final = (
    *("LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "NOREPLICAS"),
    *("OOM", "MISCONF", "MOVED", "ASK", "UNKILLABLE", "NOAUTH", "NOPERM", "UNBLOCKED"),
)


class Doubt(Enum):
    """Whether a failed call may have left something behind."""

    NOT_NOW = auto()
    """Refused before it ran: the same call may succeed later."""
    STATE = auto()
    """It broke while it ran: Redis keeps what it wrote until then (R3)."""


def doubt_of(error: ReplyError) -> Doubt:
    """OOM is refused before the first write, because that is the event's XADD."""
    first = str(error).split(" ", 1)[0]
    return Doubt.NOT_NOW if first in _NOT_NOW else Doubt.STATE
