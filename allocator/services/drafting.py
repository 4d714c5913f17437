"""Drafts: unfinished work, kept beyond the lease it was made under."""

from __future__ import annotations

from allocator import answers, requests
from allocator.model import CLOCK_STEP_MS, TaskId
from allocator.ports import (
    Content,
    DraftRow,
    Items,
    Ledger,
    OfWhom,
    Outcome,
    Views,
    WallClock,
)
from allocator.services.door import Door, judged
from allocator.services.lost import Lost
from allocator.services.outcomes import expire_ms, happened, some, value
from allocator.services.queue_settings import SettingsCache
from dibs import errors

SAVE = "AllocationService.SaveDraft"
GET = "AllocationService.GetDraft"
MOST_MOVES = 100
"""So often a task may have been assigned from one person to the next since the draft."""


class Drafting:
    """SaveDraft and GetDraft of AllocationService."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        settings: SettingsCache,
        door: Door,
        lost: Lost,
        clock: WallClock,
    ) -> None:
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._settings = settings
        self._door = door
        self._lost = lost
        self._clock = clock

    @judged(SAVE)
    async def save(self, ask: requests.SaveDraft) -> answers.Leased:
        """Keep the work, then let the lease run anew; lost leases lose no work.

        Raises TaskNotFound, LeaseLost, WrongTaskState, PermissionDenied.
        """
        task, token = ask.hold.task, ask.hold.token
        place, person = await self._door.act_for(ask.change, ask.person, SAVE, entry=task.entry)
        await self._queue_of(place.project, task)
        of = OfWhom(entry=task.entry, slot=task.slot, person=person, token=token)
        await self._content.save_draft(place.project, of, ask.change.key, ask.body)
        outcome = await self._ledger.change(
            *(place.project, "save_draft", ask.change.key, place.actor),
            person=person,
            entry=task.entry,
            slot=task.slot,
            token=token,
        )
        if outcome.word not in ("ok", "kept"):
            raise await self._lost.error_of_edit(place.project, ask.hold, person, outcome)
        return answers.Leased(
            seq=outcome.seq, task=task, token=token, expire_ms=self._expire_ms(outcome)
        )

    async def get(self, ask: requests.GetDraft) -> answers.Draft | None:
        """The newest draft that the person has of the task, if any.

        Whoever was given the task by somebody else, as it was, has the draft of who had it before.

        Raises TaskNotFound, PersonNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.look, GET, entry=ask.task.entry, person=ask.person)
        person = await self._door.person(place.project, ask.person)
        queue = await self._queue_of(place.project, ask.task)
        await self._door.there(place.project, queue)
        found = await self._content.newest_draft(
            place.project, ask.task.entry, ask.task.slot, person
        )
        found = found or await self._inherited(place.project, queue, ask.task, person)
        return await self._draft(place.project, queue, found) if found else None

    async def _inherited(
        self, project: int, queue: int, task: TaskId, person: int
    ) -> DraftRow | None:
        """What those before them kept of a task that was assigned from one to the other."""
        now = await self._ledger.read(project, "queue", queue=queue)
        await self._views.wait_for(project, now.seq)
        view = await self._views.task(project, task.entry, task.slot)
        token = view.token if view and view.person == person else 0
        for _ in range(MOST_MOVES):
            event = await self._ledger.event_at(project, token) if token else None
            if event is None or event.kind != "assigned":
                return None
            before, token = next(
                (moved[6], moved[9])
                for moved in some(event.body["tasks"])
                if (moved[0], moved[1]) == (task.entry, task.slot)
            )
            found = await self._content.newest_draft(project, task.entry, task.slot, before)
            if found:
                return found
        return None

    async def _queue_of(self, project: int, task: TaskId) -> int:
        queue = await self._items.queue_of(project, task.entry)
        if queue is None:
            raise errors.TaskNotFound(str(task))
        return queue

    async def _draft(self, project: int, queue: int, found: DraftRow) -> answers.Draft:
        status = ""
        if found.refused:
            settings = await self._settings.reload(project, queue)
            status = settings.statuses[found.status - 1].name
        return answers.Draft(
            token=found.token,
            refused=found.refused,
            status=status,
            body=found.body,
            saved_ms=found.saved_ms,
        )

    def _expire_ms(self, outcome: Outcome) -> int | None:
        """Of the event; or, where none was needed, of the lease as it runs."""
        if outcome.word == "ok":
            event = happened(outcome)
            return expire_ms(event, event.body["deadline"])
        left_ms = int(value(outcome)) - outcome.clock
        return self._clock.now_ms() + max(0, left_ms - CLOCK_STEP_MS)
