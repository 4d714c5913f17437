"""Submit: content first, then one event; what is refused late is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xxhash

from allocator import answers, requests
from allocator.model import QueueSettings, TaskState
from allocator.ports import Content, Directory, Earlier, Event, Items, Ledger, Outcome
from allocator.services.adapting import Adapting
from allocator.services.door import Door, Place, judged
from allocator.services.drawing import Drawing
from allocator.services.held import HeldTasks
from allocator.services.lost import Lost
from allocator.services.outcomes import happened, some, value
from allocator.services.queue_settings import Known, SettingsCache
from dibs import errors

TRIES = 3
MOST_INLINE_BYTES = 4096
SUBMIT = "AllocationService.Submit"


class Submitting:
    """Submit of AllocationService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        content: Content,
        settings: SettingsCache,
        door: Door,
        held: HeldTasks,
        lost: Lost,
        drawing: Drawing,
        adapting: Adapting,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._content = content
        self._settings = settings
        self._door = door
        self._held = held
        self._lost = lost
        self._drawing = drawing
        self._adapting = adapting

    @judged(SUBMIT)
    async def submit(self, ask: requests.Submit) -> answers.Submitted:
        """Finish a task, once, by whoever holds its lease.

        Raises TaskNotFound, LeaseLost, NotEligible, WrongTaskState,
        StaleSettings, InvalidArgument, PermissionDenied.
        """
        place, person = await self._door.act_for(
            ask.change, ask.person, SUBMIT, entry=ask.hold.task.entry
        )
        queue = await self._items.queue_of(place.project, ask.hold.task.entry)
        if queue is None:
            raise errors.TaskNotFound(str(ask.hold.task))
        known = await self._known(place.project, queue, ask)
        content = await self._keep(place.project, ask.work)
        earlier: Earlier | None = None
        for _ in range(TRIES):
            outcome = await self._attempt(place, person, ask, known, content, earlier)
            if outcome.word == "corrected":
                earlier = await self._drawing.earlier(place.project, ask, outcome.seq)
            elif outcome.word == "stale_settings":
                known = await self._settings.reload_whole(place.project, queue)
            else:
                return await self._answer(place, person, ask, known.settings, outcome)
        if earlier:
            raise errors.TaskChanged(str(ask.hold.task))
        ids = await self._directory.queue_ids(place.project, [queue])
        raise errors.StaleSettings(ids[queue])

    async def _known(self, project: int, queue: int, ask: requests.Submit) -> Known:
        """The settings as this process knows them, or new ones if they do not fit the request."""
        known = await self._settings.whole(project, queue)
        try:
            _checked(ask, known.settings)
        except errors.InvalidArgument:
            return await self._settings.reload_whole(project, queue)
        return known

    async def _attempt(
        self,
        place: Place,
        person: int,
        ask: requests.Submit,
        known: Known,
        content: int,
        earlier: Earlier | None,
    ) -> Outcome:
        settings = known.settings
        status = _checked(ask, settings)
        meaning = settings.statuses[status - 1].meaning
        review = await self._adapting.of(
            place.project, person, known.review, ask.hold.task, ask.work.classes
        )
        drawn = await self._drawing.of(
            *(place.project, person, ask, settings, review, meaning, earlier)
        )
        return await self._ledger.change(
            *(place.project, "submit", ask.change.key, place.actor),
            person=person,
            entry=ask.hold.task.entry,
            slot=ask.hold.task.slot,
            token=ask.hold.token,
            settings_seq=settings.settings_seq,
            status=status,
            meaning=int(meaning),
            spent_ms=ask.spent_ms,
            units=ask.work.units,
            content=content,
            digest=xxhash.xxh3_64_hexdigest(ask.work.body) if content else "",
            inline=b"" if content else ask.work.body,
            review=drawn.review,
            sampled=drawn.sampled,
        )

    async def _keep(self, project: int, work: requests.Work) -> int:
        """Content first: what is too long for the event is a row before it."""
        if len(work.body) <= MOST_INLINE_BYTES:
            return 0
        content, _ = await self._content.put(project, work.body)
        return content

    async def _answer(
        self,
        place: Place,
        person: int,
        ask: requests.Submit,
        settings: QueueSettings,
        outcome: Outcome,
    ) -> answers.Submitted:
        if outcome.word == "ok":
            return await self._submitted(place.project, happened(outcome), settings)
        if outcome.word == "open_issues":
            raise errors.OpenIssues(str(ask.hold.task), int(value(outcome)))
        if outcome.word in ("not_found", "wrong_state"):
            before = await self._lost.submitted_before(place.project, ask.hold, person, outcome)
            if before is not None:
                return await self._submitted(place.project, before, settings)
        error = await self._lost.error_of_edit(place.project, ask.hold, person, outcome)
        if isinstance(error, errors.LeaseLost):
            await self._draft(place.project, person, ask, settings)
        raise error

    async def _submitted(
        self, project: int, event: Event, settings: QueueSettings
    ) -> answers.Submitted:
        """What an event says; its status may be younger than the settings known here."""
        body = event.body
        if body["status"] > len(settings.statuses):
            settings = await self._settings.reload(project, settings.queue)
        return answers.Submitted(
            seq=event.seq,
            state=TaskState(body["state"]),
            status=settings.statuses[body["status"] - 1].name,
            late=bool(body["late"]),
            units=_to_review(body),
            batch=await self._held.refilled(project, event),
        )

    async def _draft(
        self, project: int, person: int, ask: requests.Submit, settings: QueueSettings
    ) -> None:
        """Keep the work of somebody who came too late."""
        await self._content.draft(
            project,
            entry=ask.hold.task.entry,
            slot=ask.hold.task.slot,
            person=person,
            token=ask.hold.token,
            status=_checked(ask, settings),
            body=ask.work.body,
        )


def _to_review(body: Mapping[str, Any]) -> int:
    """How many units of a submission are to be reviewed, by its event."""
    review = body["review"] or {}
    return sum(len(some(made[4])) for made in some(review.get("reviews")))


def _checked(ask: requests.Submit, settings: QueueSettings) -> int:
    """The index of the status; the classes are the queue's.

    Raises InvalidArgument.
    """
    status = settings.index_of(ask.status)
    if status is None:
        names = ", ".join(repr(one.name) for one in settings.statuses)
        raise errors.InvalidArgument("status", f"must be one of the queue's: {names}")
    for place, name in enumerate(ask.work.classes if settings.classes else ()):
        if name and name not in settings.classes:
            raise errors.InvalidArgument(
                f"units[{place}].class_name", "must be one of the queue's unit_classes"
            )
    return status
