"""What a chunk of each verb does: one call of the store, under the operation's own key."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model import RequestKey, TaskId
from allocator.ports import EntryPlace, Ledger, Outcome, Views
from allocator.services.driving import Doer, Running
from allocator.services.named_tasks import NamedTasks
from allocator.strategies.operations import CHUNK, FINISHED_STAYS, Part, Verb
from dibs import errors

TRIES = 4


class Chunks:
    """One method a verb. What they cannot do to a task is kept, not refused."""

    def __init__(self, ledger: Ledger, views: Views, named: NamedTasks) -> None:
        self._ledger = ledger
        self._views = views
        self._named = named

    def doers(self) -> Mapping[Verb, Doer]:
        """How the chunks of each verb are done."""
        return {
            **dict.fromkeys((Verb.REMOVE_ITEMS, *FINISHED_STAYS), self.remove),
            Verb.SET_PRIORITY: self.set_priority,
            Verb.REOPEN: self.reopen,
            Verb.DELETE_QUEUE: self.drop,
        }

    async def remove(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Entries leave."""
        return await self._ledger.change(
            *(one.project, "remove_entries", key, one.actor),
            queue=part.queue,
            entries=[[entry, class_, rank] for entry, class_, rank, _ in part.entries],
        )

    async def drop(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Leases in a deleted queue end; "idle" when there are none left."""
        return await self._ledger.change(
            *(one.project, "drop_holds", key, one.actor), queue=part.queue, limit=CHUNK
        )

    async def set_priority(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Items get another priority."""
        return await self._ledger.change(
            *(one.project, "set_priority", key, one.actor),
            queue=part.queue,
            rank=part.how["rank"],
            tasks=[
                [entry, slot, class_, rank] for entry, class_, rank, slot in sorted(part.entries)
            ],
            lenient=True,
        )

    async def reopen(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Tasks are to be done again; what is told of finished ones is read until it is new enough.

        Raises TaskChanged if it never is.
        """
        tasks = [TaskId(entry=entry, slot=slot) for entry, _, _, slot in part.entries]
        came = {
            entry: EntryPlace(queue=part.queue, class_=class_, priority=rank)
            for entry, class_, rank, _ in part.entries
        }
        for _ in range(TRIES):
            told = await self._named.told(one.project, tasks, came)
            outcome = await self._ledger.change(
                *(one.project, "reopen", key, one.actor),
                queue=part.queue,
                **part.how,
                as_of=told.as_of,
                tasks=told.rows,
                lenient=True,
            )
            if outcome.word != "stale_entry":
                return outcome
            await self._views.wait_for(one.project, outcome.seq)
        raise errors.TaskChanged(str(tasks[0]))
