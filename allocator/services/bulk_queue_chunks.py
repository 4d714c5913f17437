"""What a chunk of a bulk verb over queues does: the next queue to which it is still to be done.

A queue that may not be changed at the moment is passed over; when no others are
left, that is why the operation fails, and a retry tries it again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from allocator.model import RequestKey
from allocator.ports import Ledger, Outcome
from allocator.services import queue_settings
from allocator.services.driving import Doer, Running
from allocator.services.outcomes import happened, value
from allocator.services.queue_writing import QueueWriting
from allocator.strategies.operations import Part, Verb
from dibs import errors

TRIES = 3
Do = Callable[[int, str], Awaitable[Outcome | None]]
"""Does it to the queue of this number and id; None: there is nothing to do."""


class BulkQueueChunks:
    """One method a verb."""

    def __init__(self, *, ledger: Ledger, writing: QueueWriting) -> None:
        self._ledger = ledger
        self._writing = writing
        self._done: dict[tuple[int, int], set[int]] = {}
        """Of operations that this process drives: queues that need no second look."""

    def doers(self) -> Mapping[Verb, Doer]:
        """How the chunks of each verb are done."""
        return {Verb.DELETE_QUEUES: self.delete, Verb.UPDATE_QUEUES: self.update}

    async def delete(self, one: Running, key: RequestKey, part: Part) -> Outcome | None:
        """A queue ends. Raises QueueHeld or DataSubmitted when only such are left."""

        async def do(queue: int, queue_id: str) -> Outcome:
            outcome = await self._ledger.change(
                *(one.project, "delete_queue", key, one.actor),
                queue=queue,
                force=part.how["force"],
            )
            if outcome.word == "held":
                raise errors.QueueHeld(queue_id, int(value(outcome)))
            return outcome

        return await self._next(one, part, do)

    async def update(self, one: Running, key: RequestKey, part: Part) -> Outcome | None:
        """A queue gets other settings. Raises why not when only such are left."""
        how = part.how
        asked = queue_settings.settings_of({"rules": how["rules"]}, how["body"], 0)

        async def do(queue: int, queue_id: str) -> Outcome | None:
            for _ in range(TRIES):
                found = await self._writing.found(one.project, queue)
                before = await self._writing.settings(one.project, found)
                after = self._writing.changed(before, asked, how["paths"])
                if after == before:
                    return None
                outcome = await self._writing.write(
                    one.project, key, one.actor, found=found, after=after
                )
                if outcome.word == "no_group":
                    raise errors.GroupNotFound(value(outcome))
                if outcome.word != "stale_etag":
                    return outcome
            raise errors.StoreUnavailable

        return await self._next(one, part, do)

    async def _next(self, one: Running, part: Part, do: Do) -> Outcome | None:
        done = self._done.setdefault((one.project, one.operation), set())
        why_not: errors.DibsError | None = None
        for queue, queue_id in part.how["rows"]:
            if queue in done:
                continue
            try:
                outcome = await do(queue, queue_id)
            except errors.QueueNotFound:
                outcome = None  # it was deleted
            except (errors.SessionUnknown, errors.RequestTooOld, errors.ProjectNotFound):
                raise
            except (errors.InvalidRequest, errors.NotFound, errors.WrongState) as error:
                why_not = why_not or error
                continue
            if outcome is not None:
                done.add(happened(outcome).body["queue"])  # of a repeat, the one that it was
                return outcome
            done.add(queue)
        del self._done[one.project, one.operation]
        if why_not:
            raise why_not
        return None
