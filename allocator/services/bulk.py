"""Bulk verbs over chosen tasks: what cannot be changed stays as it is, and is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator import operation_words as words
from allocator.model import TaskId
from allocator.ports import Ledger, Operations, Views
from allocator.requests import Change
from allocator.services.beginning import Beginning
from allocator.services.door import Door, Place
from allocator.services.lists import Lists
from allocator.services.named_tasks import NamedTasks
from allocator.strategies.operations import Run, Verb, runs_of_waiting


class Bulk:
    """BulkSetPriority of QueueService, BulkReopen of AllocationService."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        views: Views,
        operations: Operations,
        door: Door,
        lists: Lists,
        named: NamedTasks,
        beginning: Beginning,
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._operations = operations
        self._door = door
        self._lists = lists
        self._named = named
        self._beginning = beginning

    async def set_priority(self, ask: words.BulkSetPriority) -> words.Operation:
        """Begin to give chosen tasks another priority.

        Raises QueueNotFound, TaskNotFound, QueueArchived, InvalidArgument,
        PermissionDenied.
        """
        rpc, queue_id = "QueueService.BulkSetPriority", ask.chosen.queue_id
        place = await self._door.permit(ask.change, rpc, queue=queue_id)
        how = {"rank": int(ask.priority)}
        return await self.begin(place, ask.change, ask.chosen, Verb.SET_PRIORITY, how)

    async def reopen(self, ask: words.BulkReopen) -> words.Operation:
        """Begin to let chosen tasks be done again.

        Raises QueueNotFound, TaskNotFound, PersonNotFound, InvalidArgument,
        PermissionDenied.
        """
        rpc, queue_id = "AllocationService.BulkReopen", ask.chosen.queue_id
        place = await self._door.permit(ask.change, rpc, queue=queue_id)
        person = await self._door.person(place.project, ask.person) if ask.person else 0
        how = {"to": int(ask.to), "person": person}
        return await self.begin(place, ask.change, ask.chosen, Verb.REOPEN, how)

    async def begin(
        self,
        place: Place,
        change: Change,
        chosen: words.Chosen,
        verb: Verb,
        how: Mapping[str, Any],
    ) -> words.Operation:
        """Begin a verb about chosen tasks, for whoever may. Raises as they do."""
        queue = await self._door.queue(place.project, chosen.queue_id)
        if chosen.tasks:
            runs = await self._named_runs(place.project, queue, chosen, verb)
        else:
            runs = await self._matching(place.project, queue, chosen.filter, verb)
        outcome = await self._beginning.begin(place, change, verb, runs, queues=[queue], how=how)
        return await self._beginning.carried(place, outcome)

    async def _named_runs(
        self, project: int, queue: int, chosen: words.Chosen, verb: Verb
    ) -> list[Run]:
        waits: Mapping[int, int] = {}
        named = (project, queue, chosen.queue_id, chosen.tasks)
        if verb is Verb.SET_PRIORITY:
            _, waits = await self._named.places_or_waits(*named)
        else:
            await self._named.places(*named)
        tasks = [(waits.get(task.entry, 0), task) for task in chosen.tasks]
        return await self.runs(project, queue, tasks)

    async def chosen(self, project: int, queue: int, chosen: words.Chosen) -> list[TaskId]:
        """The tasks that are named, or that the filter lets through by now, if they have entries.

        Raises TaskNotFound, InvalidArgument.
        """
        if chosen.tasks:
            await self._named.places(project, queue, chosen.queue_id, chosen.tasks)
            return list(chosen.tasks)
        return [task for _, task in await self._let_through(project, queue, chosen.filter)]

    async def _let_through(
        self, project: int, queue: int, filter_: str
    ) -> list[tuple[int, TaskId]]:
        """(Item, task) of what has an entry, as of now."""
        now = await self._ledger.read(project, "operations", limit=1)
        await self._views.wait_for(project, now.seq)
        rows = await self._lists.rows(project, queue, filter_)
        tasks = [(row.item, TaskId(entry=row.entry, slot=row.slot)) for row in rows]
        return [(item, task) for item, task in tasks if not task.waits]

    async def _matching(self, project: int, queue: int, filter_: str, verb: Verb) -> list[Run]:
        """The tasks that the filter lets through by now; only those with entries are done again."""
        now = await self._ledger.read(project, "operations", limit=1)
        await self._views.wait_for(project, now.seq)
        tasks = []
        for row in await self._lists.rows(project, queue, filter_):
            task = TaskId(entry=row.entry, slot=row.slot)
            if verb is Verb.SET_PRIORITY or not task.waits:
                tasks.append((row.item, task))
        return await self.runs(project, queue, tasks)

    async def runs(
        self, project: int, queue: int, tasks: Sequence[tuple[int, TaskId]]
    ) -> list[Run]:
        """(Item, task)s slot by slot, so that neighbours are one run; what waits last."""
        entries: dict[int, list[int]] = {}
        waiting: dict[int, list[int]] = {}
        for item, task in tasks:
            if task.waits:
                waiting.setdefault(task.slot, []).append(item)
            else:
                entries.setdefault(task.slot, []).append(task.entry)
        runs = [
            run._replace(slot=slot)
            for slot, of in sorted(entries.items())
            for run in await self._operations.places(project, sorted(of))
        ]
        for slot, items in sorted(waiting.items()):
            runs += runs_of_waiting(queue, sorted(items), slot)
        return runs
