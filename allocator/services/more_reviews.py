"""AddReviews and Resample: past submissions are reviewed by more people, or by other rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator import operation_words as words
from allocator.model import TaskId
from allocator.ports import Reviews
from allocator.services.bulk import Bulk
from allocator.services.door import Door, Place
from allocator.services.named import Names
from allocator.services.queue_settings import SettingsCache
from allocator.strategies.operations import Verb
from dibs import errors
from reviewqueue.model import MISSING

ADD: Final = "ReviewService.AddReviews"
RESAMPLE: Final = "ReviewService.Resample"


class MoreReviews:
    """The bulk verbs of ReviewService."""

    def __init__(
        self,
        *,
        reviews: Reviews,
        settings: SettingsCache,
        names: Names,
        door: Door,
        bulk: Bulk,
    ) -> None:
        self._reviews = reviews
        self._settings = settings
        self._names = names
        self._door = door
        self._bulk = bulk

    async def add(self, ask: words.AddReviews) -> words.Operation:
        """Begin to have tasks reviewed once more.

        Raises QueueNotFound, QueueNotReviewed, TaskNotFound, UnitNotFound, PersonNotFound,
        InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(ask.change, ADD, queue=ask.chosen.queue_id)
        await self._reviewed(place, ask.chosen.queue_id)
        units: Sequence[int] = ()
        if ask.unit_ids:
            units = await self.numbers(place.project, ask.chosen.tasks[0], ask.unit_ids)
        people = sorted(await self._names.members(place.project, ask.reviewers))
        how = {"units": list(units), "people": people}
        return await self._bulk.begin(place, ask.change, ask.chosen, Verb.ADD_REVIEWS, how)

    async def resample(self, ask: words.Resample) -> words.Operation:
        """Begin to draw anew what of tasks is reviewed.

        Raises QueueNotFound, QueueNotReviewed, TaskNotFound, InvalidArgument,
        PermissionDenied.
        """
        place = await self._door.permit(ask.change, RESAMPLE, queue=ask.chosen.queue_id)
        await self._reviewed(place, ask.chosen.queue_id)
        how: dict[str, list[int]] = {"units": [], "people": []}
        return await self._bulk.begin(place, ask.change, ask.chosen, Verb.RESAMPLE, how)

    async def numbers(self, project: int, task: TaskId, unit_ids: Sequence[str]) -> list[int]:
        """The units of these ids, in order. Raises UnitNotFound."""
        units = await self._reviews.units(project, task)
        numbers = {one.external_id: one.unit for one in units if one.unit < MISSING}
        for unit_id in unit_ids:
            if unit_id not in numbers:
                raise errors.UnitNotFound(str(task), unit_id)
        return [numbers[unit_id] for unit_id in unit_ids]

    async def _reviewed(self, place: Place, queue_id: str) -> None:
        """Raises QueueNotFound; QueueNotReviewed."""
        queue = await self._door.queue(place.project, queue_id)
        known = await self._settings.fresh(place.project, queue)
        if not known.review.set_seq:
            raise errors.QueueNotReviewed(queue_id)
