"""MarkFixed: what an author says of units that came back to them."""

from __future__ import annotations

from collections.abc import Sequence

from allocator import answers_reviews as told
from allocator.ports import Content, Ledger, Outcome, Reviews, UnitView, Views
from allocator.requests import Hold
from allocator.requests_reviews import MarkFixed
from allocator.services.door import Door, Place, judged, not_theirs
from allocator.services.issue_ids import unit_of
from allocator.services.lost import Lost
from allocator.services.outcomes import happened, some, value
from allocator.services.reasons import kept
from dibs import errors
from reviewqueue.model import MISSING, UnitState

TRIES = 3

FIX = "ReviewService.MarkFixed"


class Fixing:
    """What ReviewService does for whom a task was returned to."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        content: Content,
        views: Views,
        reviews: Reviews,
        door: Door,
        lost: Lost,
    ) -> None:
        self._ledger = ledger
        self._content = content
        self._views = views
        self._reviews = reviews
        self._door = door
        self._lost = lost

    @judged(FIX)
    async def mark(self, ask: MarkFixed) -> told.Marked:
        """Say that units are corrected: their issues are for review.

        Raises TaskNotFound, UnitNotFound, IssueNotFound, UnitNotReturned,
        PersonNotFound, PermissionDenied.
        """
        place, person = await self._door.act_for(ask.change, ask.person, FIX, entry=ask.task.entry)
        content = await kept(self._content, place.project, ask.comment)
        now = await self._ledger.read(place.project, "member", person=place.actor)
        await self._views.wait_for(place.project, now.seq)  # what was decided before is known
        for _ in range(TRIES):
            units = await self._reviews.units(place.project, ask.task)
            outcome = await self._write(place, person, ask, _chosen(ask, units), content)
            if outcome.word != "not_returned" or ask.unit_ids or ask.issue_ids:
                break
            await self._views.wait_for(place.project, outcome.seq)
        if outcome.word == "ok":
            event = happened(outcome)
            return told.Marked(seq=event.seq, units=len(some(event.body["units"])))
        raise await self._refusal(place.project, person, ask, outcome, units)

    async def _write(
        self, place: Place, person: int, ask: MarkFixed, units: Sequence[int], content: int
    ) -> Outcome:
        return await self._ledger.change(
            *(place.project, "mark_fixed", ask.change.key, place.actor),
            person=person,
            entry=ask.task.entry,
            slot=ask.task.slot,
            units=list(units),
            content=content,
        )

    async def _refusal(
        self,
        project: int,
        person: int,
        ask: MarkFixed,
        outcome: Outcome,
        units: Sequence[UnitView],
    ) -> errors.DibsError:
        if outcome.word == "not_theirs":
            return not_theirs(ask.change, FIX)
        if outcome.word == "not_returned":
            ids = {one.unit: one.external_id for one in units}
            return errors.UnitNotReturned(str(ask.task), ids.get(int(value(outcome)), ""))
        return await self._lost.error(project, Hold(task=ask.task), person, outcome)


def _chosen(ask: MarkFixed, units: Sequence[UnitView]) -> Sequence[int]:
    """The numbers of the units meant.

    Of all the returned ones; if that is none, any: the function then says of a
    repeat what it said before.

    Raises UnitNotFound, IssueNotFound.
    """
    if ask.unit_ids:
        numbers = {one.external_id: one.unit for one in units if one.unit < MISSING}
        for unit_id in ask.unit_ids:
            if unit_id not in numbers:
                raise errors.UnitNotFound(str(ask.task), unit_id)
        return [numbers[unit_id] for unit_id in ask.unit_ids]
    if ask.issue_ids:
        there = {one.unit: one for one in units}
        return [unit_of(issue, there) for issue in ask.issue_ids]
    returned = [one.unit for one in units if one.state == UnitState.RETURNED]
    return returned or [one.unit for one in units][:1] or [0]
