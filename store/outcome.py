"""What a call of the ledger came to, as its caller sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allocator.model import RequestKey
from dibs.errors import RequestIdReused, RequestTooOld, SessionUnknown
from store.events import Event, decode
from store.log import Logged


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call came to; every claim in it is at or after Postgres's head."""

    word: str
    seq: int = 0
    clock: int = 0
    event: Event | None = None
    detail: tuple[Any, ...] = ()
    dup: bool = False


def told(project: int, logged: Logged, clock: int, *, dup: bool = False) -> Outcome:
    """The answer that a change's event is."""
    event = decoded(project, logged)
    return Outcome(word="ok", seq=logged.seq, clock=clock, event=event, dup=dup)


def decoded(project: int, logged: Logged) -> Event:
    """An event of the log."""
    return decode(
        logged.payload, project=project, seq=logged.seq, epoch=logged.epoch, chain=logged.chain
    )


def typed(outcome: Outcome, request: RequestKey | None) -> Outcome:
    """What a repeat's refusal says is an error, the same for every function."""
    if outcome.word == "session_unknown":
        raise SessionUnknown
    n = request.n if request else 0
    if outcome.word == "request_id_reused":
        raise RequestIdReused(n)
    if outcome.word == "request_too_old":
        raise RequestTooOld(n, int(outcome.detail[0]))
    return outcome
