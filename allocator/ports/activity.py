"""What happened, event by event, as the store tells it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from allocator.filters import Filter
from allocator.ports.lists import ListAsk

Part = tuple[int, int]
"""A queue and a person that an event is about; 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTask:
    """A task that an event changes; slot 0: every slot of the item; state 0: not told.

    `kind` is a TaskKind. `before` had it until then, if that is somebody else than `person`.
    """

    entry: int
    slot: int
    queue: int
    person: int
    state: int
    token: int
    before: int = 0
    kind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityView:
    """One event in numbers; `parts` are all that it is about, those of its tasks included."""

    seq: int
    change: str
    actor: int
    wall_ms: int
    operation: int
    dataset: int
    count: int
    reason: str
    parts: tuple[Part, ...]
    tasks: tuple[ActivityTask, ...]


class ActivityLog(Protocol):
    """The log as something to read in."""

    def changes(self) -> Sequence[str]:
        """What can happen: every word that `ActivityView.change` may be."""

    async def page(self, project: int, ask: ListAsk) -> Sequence[ActivityView]:
        """Events of which a part is let through, in the order of seq."""

    async def count(self, project: int, chosen: Filter) -> int:
        """How many these are; at most MOST_COUNTED + 1 are counted, but without a filter all."""


class Tail(Protocol):
    """The end of a log, for those who watch it: committed events alone, in order."""

    def watched(self, project: int) -> AbstractContextManager[None]:
        """The block in which the rest may be asked about this project."""

    async def head(self, project: int) -> int:
        """The last event that is in the log and stays there; 0 if the log is gone."""

    async def after(self, project: int, seq: int, limit: int) -> Sequence[ActivityView]:
        """The events behind `seq`, at most `limit`; none, if there are none yet."""

    async def grown(self, project: int, seq: int, timeout_s: float) -> None:
        """Return when the log has more than `seq`, or at last after so long."""
