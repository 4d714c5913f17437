"""StartAnnotation: reserved, if need be, and started."""

from __future__ import annotations

from typing import Any

from allocator import answers, requests_control
from allocator.model import RequestKey, TaskId, TaskState
from allocator.ports import Event, Items, Ledger, Outcome, WallClock
from allocator.requests import Hold
from allocator.services.door import Door, Place, judged
from allocator.services.held import HeldTasks
from allocator.services.lost import Lost
from allocator.services.outcomes import expire_ms, happened, some, value
from allocator.services.reserving import ANYWHERE, nothing

RPC = "AllocationService.StartAnnotation"
MOST_HELD = 1_000
Row = list[Any]
"""As of `holdings`: queue, entry, slot, class, rank, state, token, ms left, score."""


class FirstTask:
    """StartAnnotation of AllocationService.

    One event: of what they hold a start, of a new task a grant that starts it. With batches a new
    one comes by a grant of its own, with the request's key, and is started after it: whoever is
    killed between the two has the batch, and a repeat finds that grant, and starts the task.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        items: Items,
        door: Door,
        held: HeldTasks,
        lost: Lost,
        clock: WallClock,
    ) -> None:
        self._ledger = ledger
        self._items = items
        self._door = door
        self._held = held
        self._lost = lost
        self._clock = clock

    @judged(RPC)
    async def start(self, ask: requests_control.StartAnnotation) -> answers.Reserved:
        """Start the first task that the actor holds, or what Reserve gives them.

        Raises QueueNotFound, NotEligible, LeaseLost, PermissionDenied.
        """
        place, person = await self._door.act_for(ask.change, ask.person, RPC, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._first(place, ask, queue, person)
        if outcome.word == "nothing" and not some(value(outcome)):
            outcome = await self._first(place, ask, queue, person)  # they hold one since a moment
        if outcome.word == "nothing":
            await self._door.judge(ask.change, RPC, person=ask.person, queue=ask.queue_id)
            return nothing(outcome, self._clock.now_ms())
        event = happened(outcome)
        if event.kind == "picked":
            tasks = await self._held.picked(place.project, event)
            return answers.Reserved(seq=event.seq, tasks=tasks)
        began = event
        if event.kind == "granted":
            began = await self._granted(place, queue, person, event)
        return answers.Reserved(seq=event.seq, tasks=await self._told(place, queue, person, began))

    async def _first(
        self, place: Place, ask: requests_control.StartAnnotation, queue: int, person: int
    ) -> Outcome:
        for row in await self._unfinished(place, queue, person):
            return await self._start(place, person, (row[1], row[2], row[6]), ask.change.key)
        return await self._ledger.change(
            *(place.project, "begin_work", ask.change.key, place.actor), queue=queue, person=person
        )

    async def _granted(self, place: Place, queue: int, person: int, granted: Event) -> Event:
        """The event that starts the first task of a grant; the grant, if that was long ago."""
        entry, slot, *_ = granted.body["tasks"][0]
        holds = await self._unfinished(place, queue, person)
        waits = (entry, slot, TaskState.ASSIGNED, granted.seq)
        if waits not in [(row[1], row[2], row[5], row[6]) for row in holds]:
            return granted
        return happened(await self._start(place, person, (entry, slot, granted.seq), None))

    async def _start(
        self, place: Place, person: int, held: tuple[int, int, int], key: RequestKey | None
    ) -> Outcome:
        entry, slot, token = held
        outcome = await self._ledger.change(
            *(place.project, "start", key, place.actor),
            person=person,
            entry=entry,
            slot=slot,
            token=token,
        )
        if outcome.word != "ok":
            hold = Hold(task=TaskId(entry=entry, slot=slot), token=token)
            raise await self._lost.error_of_edit(place.project, hold, person, outcome)
        return outcome

    async def _unfinished(self, place: Place, queue: int, person: int) -> list[Row]:
        """What they hold, corrections first."""
        found = await self._ledger.read(
            place.project, "unfinished", queue=queue, person=person, limit=MOST_HELD, **ANYWHERE
        )
        return [list(row) for row in some(value(found))]

    async def _told(
        self, place: Place, queue: int, person: int, event: Event
    ) -> tuple[answers.HeldTask, ...]:
        """The task as they hold it; as it was by the event, if they do no more."""
        body = event.body
        first = body["tasks"][0] if event.kind == "granted" else [body["entry"], body["slot"]]
        token = event.seq if event.kind == "granted" else body["token"]
        for row in await self._unfinished(place, queue, person):
            if (row[1], row[2], row[6]) == (first[0], first[1], token):
                return await self._held.holdings(place.project, [row], self._clock.now_ms())
        came = await self._items.places(place.project, [first[0]])
        ends_ms = expire_ms(event, body["deadline"])
        return await self._held.of(
            place.project,
            (
                queue,
                first[0],
                first[1],
                came[first[0]].priority,
                TaskState.IN_PROGRESS,
                token,
                ends_ms,
            ),
        )
