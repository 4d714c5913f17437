"""Queues that are deleted."""

from __future__ import annotations

from allocator import operation_words as words
from allocator.ports import Ledger
from allocator.services.beginning import Beginning
from allocator.services.door import Door
from allocator.services.outcomes import value
from dibs import errors


class Deleting:
    """DeleteQueue of QueueService."""

    def __init__(self, *, ledger: Ledger, door: Door, beginning: Beginning) -> None:
        self._ledger = ledger
        self._door = door
        self._beginning = beginning

    async def queue(self, ask: words.DeleteQueue) -> words.Operation:
        """End a queue, in one event: there is none from it on, nor any task of it.

        Raises QueueNotFound, QueueHeld, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "QueueService.DeleteQueue")
        outcome = await self._ledger.change(
            *(place.project, "delete_queue", ask.change.key, place.actor),
            queue=await self._door.queue(place.project, ask.queue_id),
            force=ask.force,
        )
        if outcome.word == "held":
            raise errors.QueueHeld(ask.queue_id, int(value(outcome)))
        return await self._beginning.carried(place, outcome)
