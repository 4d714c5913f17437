"""DeleteUnits: what a manager found invalid in finished work is there no more."""

from __future__ import annotations

from typing import Final

from allocator import answers_reviews as told
from allocator.model import TaskState
from allocator.ports import Content, EntryPlace, Items, Ledger, Outcome, Reviews, Views
from allocator.requests_reviews import DeleteUnits
from allocator.services.door import Door, Place
from allocator.services.named_tasks import NamedTasks
from allocator.services.outcomes import happened, some, value
from allocator.services.reasons import kept
from dibs import errors
from reviewqueue.model import MISSING

DELETE: Final = "ReviewService.DeleteUnits"
TRIES: Final = 4


class DeletingUnits:
    """Takes units out of finished work, which stays finished."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        reviews: Reviews,
        door: Door,
        named: NamedTasks,
    ) -> None:
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._reviews = reviews
        self._door = door
        self._named = named

    async def delete(self, ask: DeleteUnits) -> told.UnitsDeleted:
        """Say that units are not there any more, and why.

        Raises TaskNotFound, UnitNotFound, WrongTaskState, TaskChanged, PermissionDenied.
        """
        place = await self._door.permit(ask.change, DELETE, entry=ask.task.entry)
        came = await self._items.places(place.project, [ask.task.entry])
        if ask.task.entry not in came:
            raise errors.TaskNotFound(str(ask.task))
        queue = came[ask.task.entry].queue
        now = await self._ledger.read(place.project, "queue", queue=queue)
        await self._views.wait_for(place.project, now.seq)
        content = await kept(self._content, place.project, ask.reason)
        for _ in range(TRIES):
            outcome = await self._change(place, ask, came[ask.task.entry], content)
            if outcome.word != "stale_entry":
                return _deleted(ask, outcome)
            await self._views.wait_for(place.project, outcome.seq)
        raise errors.TaskChanged(str(ask.task))

    async def _change(
        self, place: Place, ask: DeleteUnits, came: EntryPlace, content: int
    ) -> Outcome:
        units = await self._reviews.units(place.project, ask.task)
        numbers = {one.external_id: one.unit for one in units if one.unit < MISSING}
        for unit_id in ask.unit_ids:
            if unit_id not in numbers:
                raise errors.UnitNotFound(str(ask.task), unit_id)
        now = await self._named.told(place.project, [ask.task], {ask.task.entry: came})
        if now.removed is not None:
            raise errors.WrongTaskState(str(ask.task), TaskState.REMOVED.name)
        return await self._ledger.change(
            *(place.project, "delete_units", ask.change.key, place.actor),
            queue=came.queue,
            person=place.actor,
            task=now.rows[0][:8],
            as_of=now.as_of,
            units=sorted(numbers[unit_id] for unit_id in ask.unit_ids),
            content=content,
        )


def _deleted(ask: DeleteUnits, outcome: Outcome) -> told.UnitsDeleted:
    if outcome.word == "not_found":
        raise errors.TaskNotFound(str(ask.task))
    if outcome.word == "wrong_state":
        raise errors.WrongTaskState(str(ask.task), TaskState(int(value(outcome))).name)
    event = happened(outcome)
    return told.UnitsDeleted(seq=event.seq, units=len(some(event.body["units"])))
