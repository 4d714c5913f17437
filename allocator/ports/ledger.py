"""The log and the live state, and the clock on the wall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from allocator.model import RequestKey


class Event(Protocol):
    """One fact of the log, decoded. `body` has the fields of its kind."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def clock_ms(self) -> int: ...
    @property
    def wall_ms(self) -> int: ...
    @property
    def actor(self) -> int: ...
    @property
    def body(self) -> Mapping[str, Any]: ...


class Outcome(Protocol):
    """What a call came to; every claim in it is at or after Postgres' head.

    `word` is "ok", with the event in the log (of this call or, for a repeat,
    `dup`, of the first one), or a negative word, with its `detail`. Of a read,
    `detail[0]` is the value. `seq` is that of the event, or of the state that
    was looked at.
    """

    @property
    def word(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def clock(self) -> int: ...
    @property
    def event(self) -> Event | None: ...
    @property
    def dup(self) -> bool: ...
    @property
    def detail(self) -> Sequence[Any]: ...


class Ledger(Protocol):
    """The only way to change or to read live state."""

    async def change(
        self,
        project: int,
        name: str,
        request: RequestKey | None,
        actor: int,
        **inputs: Any,
    ) -> Outcome:
        """Run a function of the store; return once its answer may be told.

        The same request is executed once, however often it is made.

        Raises RequestIdReused, RequestTooOld, SessionUnknown, StoreUnavailable.
        """

    async def read(self, project: int, name: str, **inputs: Any) -> Outcome:
        """Run a function that only reads, by the same standard."""

    async def event_at(self, project: int, seq: int) -> Event:
        """An event that is in the log. Raises LookupError if there is none."""


class WallClock(Protocol):
    """The wall clock, for what people read; no choice looks at it."""

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
