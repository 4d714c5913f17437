"""What a chunk of each verb does: one call of the store, under the operation's own key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from allocator.model import RequestKey, TaskId
from allocator.ports import EntryPlace, Items, Ledger, Operations, Outcome, Views
from allocator.services.driving import Doer, Running
from allocator.services.named_tasks import NamedTasks
from allocator.strategies.operations import CHUNK, FINISHED_STAYS, Part, Verb
from allocator.strategies.redistribution import ACTIVE_WINDOW_MS
from dibs import errors

TRIES = 4


class Places(NamedTuple):
    """(entry, class, rank, slot)s, and [event that made them wait, [item…]]s."""

    entries: Sequence[tuple[int, int, int, int]]
    delayed: Sequence[list[Any]] = ()


class Chunks:
    """One method a verb. What they cannot do to a task is kept, not refused."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        items: Items,
        operations: Operations,
        views: Views,
        named: NamedTasks,
    ) -> None:
        self._ledger = ledger
        self._items = items
        self._operations = operations
        self._views = views
        self._named = named

    def doers(self) -> Mapping[Verb, Doer]:
        """How the chunks of each verb are done."""
        return {
            **dict.fromkeys((Verb.REMOVE_ITEMS, *FINISHED_STAYS), self.remove),
            Verb.SET_PRIORITY: self.set_priority,
            Verb.REOPEN: self.reopen,
            Verb.DELETE_QUEUE: self.drop,
            Verb.ASSIGN: self.assign,
            Verb.MOVE: self.move,
        }

    async def remove(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Entries leave, and what waits for its time."""

        async def leave(place: Places) -> Outcome:
            return await self._ledger.change(
                *(one.project, "remove_entries", key, one.actor),
                queue=part.queue,
                entries=[[entry, class_, rank] for entry, class_, rank, _ in place.entries],
                delayed=place.delayed,
                named=len(part.entries),
            )

        return await self._as_placed(one, part, leave)

    async def drop(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Leases in a deleted queue end; "idle" when there are none left."""
        return await self._ledger.change(
            *(one.project, "drop_holds", key, one.actor), queue=part.queue, limit=CHUNK
        )

    async def set_priority(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Items get another priority."""

        async def move(place: Places) -> Outcome:
            return await self._ledger.change(
                *(one.project, "set_priority", key, one.actor),
                queue=part.queue,
                rank=part.how["rank"],
                tasks=[
                    [entry, slot, class_, rank]
                    for entry, class_, rank, slot in sorted(place.entries)
                ],
                lenient=True,
                delayed=place.delayed,
                named=len(part.entries),
            )

        return await self._as_placed(one, part, move)

    async def _as_placed(
        self, one: Running, part: Part, do: Callable[[Places], Awaitable[Outcome]]
    ) -> Outcome:
        """Do it to entries, and to what waits; the time of that may come meanwhile.

        Raises TaskChanged if it does so again and again.
        """
        for _ in range(TRIES):
            place = await self._places(one.project, part) if part.waits else Places(part.entries)
            outcome = await do(place)
            if outcome.word != "stale_items":
                return outcome
            await self._views.wait_for(one.project, outcome.seq)
        raise errors.TaskChanged(str(part.entries[0][0]))

    async def _places(self, project: int, part: Part) -> Places:
        """Where the items of the part are: some wait, some have entries, some are gone."""
        numbers = sorted({number for number, *_ in part.entries})
        delayed: dict[int, list[int]] = {}
        for _, seq, item in await self._items.waiting(project, numbers, part.queue):
            delayed.setdefault(seq, []).append(item)
        waiting = {item for items in delayed.values() for item in items}
        others = [number for number in numbers if number not in waiting]
        came = await self._operations.runs_of(project, part.queue, others)
        entries = tuple(
            (*came[number], slot) for number, _, _, slot in part.entries if number in came
        )
        return Places(entries, [[seq, items] for seq, items in delayed.items()])

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

    async def assign(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Tasks go to one person, or to the pool."""
        how = part.how
        rows = [
            [entry, slot, class_, rank, how["person"], how["before"], 0, how["started"]]
            for entry, class_, rank, slot in sorted(part.entries)
        ]
        return await self._assign(one, key, part, rows)

    async def move(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """Tasks go from one person to others, each as it was planned."""
        return await self._assign(one, key, part, part.how["tasks"])

    async def _assign(
        self, one: Running, key: RequestKey, part: Part, rows: Sequence[Sequence[int]]
    ) -> Outcome:
        return await self._ledger.change(
            *(one.project, "assign", key, one.actor),
            queue=part.queue,
            why=part.how["why"],
            content=part.how["reason"],
            operation=one.operation,
            window_ms=ACTIVE_WINDOW_MS,
            tasks=rows,
            lenient=True,
        )
