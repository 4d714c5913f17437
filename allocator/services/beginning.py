"""Begins operations: what one is to do is content, one event decides, its caller drives first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocator import operation_words as words
from allocator.model import RequestKey
from allocator.ports import Content, Event, Ledger, Outcome
from allocator.requests import Change
from allocator.services.door import Place
from allocator.services.driving import Driving, packed, packed_steps
from allocator.services.outcomes import happened
from allocator.strategies.operations import Run, Verb

if TYPE_CHECKING:
    from allocator.services.operations import OperationsService

CARRY_S = 2.0
"""How long a call that begins an operation carries it on itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce:
    """What the first event does: `items` leave their dataset, and what waits leaves its queue.

    `delayed`: items by the event that made them wait; all as known at event `known`.
    """

    items: Sequence[int] = ()
    delayed: Mapping[int, Sequence[int]] = field(default_factory=dict)
    known: int = 0

    @property
    def waiting(self) -> int:
        """How many items wait no more."""
        return sum(map(len, self.delayed.values()))


NOTHING = AtOnce()


class Beginning:
    """What every bulk verb begins with."""

    def __init__(
        self, *, ledger: Ledger, content: Content, driving: Driving, shown: OperationsService
    ) -> None:
        self._ledger = ledger
        self._content = content
        self._driving = driving
        self._shown = shown

    async def begin(
        self,
        place: Place,
        change: Change,
        verb: Verb,
        runs: Sequence[Run],
        *,
        queues: Sequence[int],
        dataset: int = 0,
        missing: Sequence[str] = (),
        how: Mapping[str, Any] | None = None,
        at_once: AtOnce = NOTHING,
    ) -> Outcome:
        """The event that begins it, or "not_found" with what is not there any more."""
        content, _ = await self._content.put(place.project, packed(runs, missing, how))
        return await self._ledger.change(
            *(place.project, "begin_operation", change.key, place.actor),
            verb=int(verb),
            queues=list(queues),
            dataset=dataset,
            content=content,
            total=sum(run.size for run in runs) + len(missing) + at_once.waiting,
            items=list(at_once.items),
            delayed=[[seq, list(items)] for seq, items in at_once.delayed.items()],
            known=at_once.known,
        )

    async def begin_steps(
        self,
        place: Place,
        key: RequestKey,
        verb: Verb,
        steps: Sequence[Sequence[Any]],
        how: Mapping[str, Any],
        dataset: int = 0,
        *,
        pack: Callable[[Sequence[Sequence[Any]], Mapping[str, Any]], bytes] = packed_steps,
    ) -> Outcome:
        """As `begin`, where what is done are no tasks: the event, or "not_found"."""
        content, _ = await self._content.put(place.project, pack(steps, how))
        return await self._ledger.change(
            *(place.project, "begin_operation", key, place.actor),
            verb=int(verb),
            queues=[],
            dataset=dataset,
            content=content,
            total=len(steps),
            items=[],
            delayed=[],
            known=0,
        )

    async def carried(self, place: Place, outcome: Outcome) -> words.Operation:
        """The operation that was begun, carried on for a while."""
        return await self.follow(place, happened(outcome))

    async def follow(self, place: Place, event: Event) -> words.Operation:
        """The operation that this event began, carried on for a while."""
        await self._driving.carry(place.project, event.seq, CARRY_S)
        now = await self._ledger.read(place.project, "operations", limit=1)
        return await self._shown.as_of(place.project, event, event.seq, now.seq)
