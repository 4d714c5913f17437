"""LoadBatch and ClearBatch: by hand, what a queue with batches else does by itself."""

from __future__ import annotations

from allocator import answers, requests_batches
from allocator.ports import Ledger, Outcome, WallClock
from allocator.services.door import Door, judged
from allocator.services.held import HeldTasks
from allocator.services.outcomes import happened, value
from allocator.services.reserving import nothing
from dibs import errors

LOAD = "AllocationService.LoadBatch"
CLEAR = "AllocationService.ClearBatch"


class Batches:
    """LoadBatch and ClearBatch of AllocationService."""

    def __init__(self, *, ledger: Ledger, door: Door, held: HeldTasks, clock: WallClock) -> None:
        self._ledger = ledger
        self._door = door
        self._held = held
        self._clock = clock

    @judged(LOAD)
    async def load(self, ask: requests_batches.LoadBatch) -> answers.Reserved:
        """Grant up to max_batch_workload, a batch at most, or say why there is nothing.

        Raises QueueNotFound, NotABatchQueue, PersonNotFound, PermissionDenied.
        """
        place, person = await self._door.act_for(ask.change, ask.person, LOAD, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._ledger.change(
            *(place.project, "load_batch", ask.change.key, place.actor), queue=queue, person=person
        )
        if outcome.word == "nothing":
            return nothing(outcome, self._clock.now_ms())
        if outcome.word != "ok":
            raise _refusal(ask.queue_id, ask.person, outcome)
        event = happened(outcome)
        return answers.Reserved(seq=event.seq, tasks=await self._held.granted(place.project, event))

    async def clear(self, ask: requests_batches.ClearBatch) -> answers.Cleared:
        """Take back what somebody has of their batches.

        Raises QueueNotFound, NotABatchQueue, NoBatch, PersonNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.change, CLEAR, queue=ask.queue_id)
        person = await self._door.person(place.project, ask.person)
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._ledger.change(
            *(place.project, "clear_batch", ask.change.key, place.actor),
            queue=queue,
            person=person,
            include_started=ask.include_started,
        )
        if outcome.word != "ok":
            raise _refusal(ask.queue_id, ask.person, outcome)
        event = happened(outcome)
        return answers.Cleared(seq=event.seq, tasks=len(event.body["tasks"]))


def _refusal(queue_id: str, person: str, outcome: Outcome) -> errors.DibsError:
    if outcome.word == "no_batches":
        return errors.NotABatchQueue(queue_id)
    return errors.NoBatch(queue_id, person, int(value(outcome)))
