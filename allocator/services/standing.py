"""How a task stands, and how an item stands in each queue that it is or was in."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from allocator import actions, answers
from allocator import answers_tasks as told
from allocator import requests_tasks as requests
from allocator.actions import Action
from allocator.model import Priority, Stage, TaskId, TaskState
from allocator.ports import Directory, EntryPlace, Items, Ledger, TaskView, Views, WallClock
from allocator.requests import Look
from allocator.services.door import Door, Place
from allocator.services.named_tasks import DONE
from allocator.services.outcomes import expires_in, some, value
from allocator.services.queue_list import not_running
from allocator.services.queue_settings import SettingsCache
from dibs import errors

GET_TASK = "AllocationService.GetTask"
GET_ITEM_STATUS = "AllocationService.GetItemStatus"
HOLDINGS_A_CALL = 1000


class Standing:
    """GetTask and GetItemStatus of AllocationService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        settings: SettingsCache,
        door: Door,
        clock: WallClock,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views
        self._settings = settings
        self._door = door
        self._clock = clock

    async def task(self, ask: requests.GetTask) -> told.TaskRecord:
        """One task that waits or is the actor's; any, for who manages the queue.

        Raises TaskNotFound, QueueNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.look, GET_TASK, entry=ask.task.entry)
        queue = await self._items.queue_of(place.project, ask.task.entry)
        if queue is not None:
            await self._door.there(place.project, queue)
        await self._views.wait_for(place.project, ask.look.min_seq)
        records = await self._of_entry(place, ask.task.entry)
        found = [record for record in records if record.task.task == ask.task]
        if not found:
            raise errors.TaskNotFound(str(ask.task))
        if not await self._seen(place, ask.look, GET_TASK, found[0]):
            raise self._door.refusal(ask.look, GET_TASK)
        return found[0]

    async def item(self, ask: requests.GetItemStatus) -> tuple[told.TaskRecord, ...]:
        """The tasks of an item, by entry and slot, as far as the actor may see them.

        Raises DatasetNotFound, ItemNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.look, GET_ITEM_STATUS)
        found = await self.everything(place, ask)
        seen = [await self._seen(place, ask.look, GET_ITEM_STATUS, record) for record in found]
        return tuple(itertools.compress(found, seen))

    async def everything(self, place: Place, ask: requests.GetItemStatus) -> list[told.TaskRecord]:
        """The tasks of an item, whoever may see them: for what answers in its own right.

        Raises DatasetNotFound, ItemNotFound.
        """
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        numbers = await self._items.numbers(place.project, dataset, [ask.external_id])
        if ask.external_id not in numbers:
            raise errors.ItemNotFound(ask.external_id)
        await self._views.wait_for(place.project, ask.look.min_seq)
        entries = await self._items.entries_of(place.project, numbers[ask.external_id][0])
        return [record for entry in entries for record in await self._of_entry(place, entry)]

    async def _seen(self, place: Place, look: Look, rpc: str, record: told.TaskRecord) -> bool:
        """Whether it is nobody else's, or whoever asks manages them."""
        if record.person in ("", look.actor):
            return True
        return await self._door.manages(look, place, rpc, entry=record.task.task.entry)

    async def _of_entry(self, place: Place, entry: int) -> list[told.TaskRecord]:
        """Every task of an entry, touched or not; none if there is no such entry."""
        came = (await self._items.places(place.project, [entry])).get(entry)
        if came is None:
            return []
        settings = await self._settings.get(place.project, came.queue)
        known = await self._views.entries(place.project, [entry])
        views = {view.slot: view for view in known.tasks.get(entry, ())}
        cleared = entry <= known.cleared.get(came.queue, 0)
        untouched = TaskState.REMOVED if cleared else TaskState.QUEUED
        return [
            await self._record(
                place, came, TaskId(entry=entry, slot=slot), views.get(slot), untouched
            )
            for slot in range(1, settings.slots + 1)
        ]

    async def _record(
        self,
        place: Place,
        came: EntryPlace,
        task: TaskId,
        view: TaskView | None,
        untouched: TaskState,
    ) -> told.TaskRecord:
        held = await self._task(place, came, task, view, untouched)
        allowed = await self._allowed(place, came.queue, held, view)
        if view is None:
            return told.TaskRecord(
                task=held, status="", person="", submit_ms=None, changed_seq=0, actions=allowed
            )
        names = await self._directory.people_ids(
            place.project, [view.person] if view.person else []
        )
        return told.TaskRecord(
            task=held,
            status=await self._status(place.project, came.queue, view),
            person="" if view.state == TaskState.QUEUED else names.get(view.person, ""),
            submit_ms=await self._submitted(place.project, view),
            changed_seq=view.updated_seq,
            actions=allowed,
        )

    async def _allowed(
        self, place: Place, queue: int, held: answers.HeldTask, view: TaskView | None
    ) -> tuple[Action, ...]:
        """What whoever asks may do with the task."""
        settings = await self._settings.get(place.project, queue)
        caller = await self._door.caller(place)
        of = await self._views.queue(place.project, queue)
        closed = of is None or not_running(of) or of.settings.get("archived")
        holder = view.person if view and view.state != TaskState.QUEUED else 0
        return tuple(
            actions.of_task(
                replace(caller, owns=settings.owner == place.actor),
                *(settings, held.state, holder),
                is_open=not closed,
                submitted=of is not None and of.figures.stage == Stage.DATA_SUBMITTED,
            )
        )

    async def _task(
        self,
        place: Place,
        came: EntryPlace,
        task: TaskId,
        view: TaskView | None,
        untouched: TaskState,
    ) -> answers.HeldTask:
        items = await self._items.of_entries(place.project, [task.entry])
        queues = await self._directory.queue_ids(place.project, [came.queue])
        token, expire_ms = await self._lease(place, came.queue, task, view)
        return answers.HeldTask(
            task=task,
            queue_id=queues[came.queue],
            item=items[task.entry],
            state=TaskState(view.state) if view else untouched,
            priority=Priority(view.priority if view else came.priority),
            token=token,
            expire_ms=expire_ms,
        )

    async def _lease(
        self, place: Place, queue: int, task: TaskId, view: TaskView | None
    ) -> tuple[int, int | None]:
        """Token and end of the hold, if whoever asks has it: (0, None) if not."""
        if view is None or view.person != place.actor or not view.token or view.state in DONE:
            return 0, None
        found = await self._ledger.read(
            *(place.project, "holdings"),
            person=place.actor,
            queue=queue,
            after_queue=0,
            after_score=-1,
            limit=HOLDINGS_A_CALL,
        )
        holds = some(value(found)) if found.word == "ok" else []
        held = [h for h in holds if (h[1], h[2]) == (task.entry, task.slot)]
        return _token_and_end(held, self._clock.now_ms())

    async def _status(self, project: int, queue: int, view: TaskView) -> str:
        if view.state not in DONE:
            return ""
        settings = await self._settings.get(project, queue)
        if view.status > len(settings.statuses):
            settings = await self._settings.reload(project, queue)
        return settings.statuses[view.status - 1].name

    async def _submitted(self, project: int, view: TaskView) -> int | None:
        if not view.submitted_seq:
            return None
        return (await self._ledger.event_at(project, view.submitted_seq)).wall_ms


def _token_and_end(held: Sequence[list[int]], now_ms: int) -> tuple[int, int | None]:
    return (held[0][6], expires_in(held[0][7], now_ms)) if held else (0, None)
