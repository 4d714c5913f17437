"""When to try again, without I/O: time and chance come in as values."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from dibs.errors import DibsError, OutcomeUnknown, SessionUnknown, StoreUnavailable

MOST_REOPENED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one attempt may take, all together, and the pauses between."""

    timeout_s: float = 10.0
    total_s: float = 30.0
    first_pause_s: float = 0.1
    longest_pause_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Make the same request again, with the same request_id, after `pause_s`."""

    pause_s: float


@dataclass(frozen=True, slots=True)
class Reopen:
    """Nothing ran: make the request again in a new session."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Raise `error`."""

    error: DibsError


Step = Wait | Reopen | Fail


class Attempts:
    """The attempts at one call, from the first one on."""

    def __init__(
        self,
        patience: Patience,
        *,
        now: float,
        change: bool,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._patience = patience
        self._ends = now + patience.total_s
        self._change = change
        self._draw = draw
        self._failed = 0
        self._reopened = 0
        self._may_have_run = False

    def timeout_s(self, now: float) -> float:
        """How long the attempt that begins now may take."""
        return max(0.001, min(self._patience.timeout_s, self._ends - now))

    def after(self, error: DibsError, now: float) -> Step:
        """What to do now that the attempt came back with `error`."""
        if isinstance(error, SessionUnknown) and self._change:
            return self._without_session(error)
        if not isinstance(error, StoreUnavailable):
            return Fail(error)
        self._failed += 1
        self._may_have_run |= isinstance(error, OutcomeUnknown)
        pause_s = self._pause_s(error)
        return Fail(self._final(error)) if now + pause_s >= self._ends else Wait(pause_s)

    def _without_session(self, error: SessionUnknown) -> Step:
        """A first attempt ran nowhere; an earlier one may have, before the session ended."""
        if self._failed:
            return Fail(OutcomeUnknown.rebuilt(error.sentence, error.metadata))
        self._reopened += 1
        return Fail(error) if self._reopened > MOST_REOPENED else Reopen()

    def _pause_s(self, error: StoreUnavailable) -> float:
        """What the server asks for, and some jitter that doubles up to a bound."""
        doubled = self._patience.first_pause_s * 2.0 ** min(self._failed - 1, 16)
        jitter = self._draw() * min(doubled, self._patience.longest_pause_s)
        return error.retry_after_s + jitter

    def _final(self, error: StoreUnavailable) -> DibsError:
        unknown = self._change and self._may_have_run
        leaf = OutcomeUnknown if unknown else StoreUnavailable
        return error if type(error) is leaf else leaf.rebuilt(error.sentence, error.metadata)
