"""Asking for reviews: ReserveReviews and ListMyReviews, and why there are none."""

from __future__ import annotations

from allocator import answers, requests
from allocator import answers_reviews as told
from allocator.model import STAGE, Cause, Nothing, ReasonForNothing, TaskKind
from allocator.ports import Ledger, Outcome, WallClock
from allocator.requests_reviews import ReserveReviews
from allocator.services import paging
from allocator.services.door import Door, Place, judged
from allocator.services.held import holdings
from allocator.services.held_reviews import HeldReviews, stage
from allocator.services.outcomes import happened, some, value
from allocator.services.queue_settings import SettingsCache
from allocator.services.reserving import nothing
from dibs import errors

RESERVE = "ReviewService.ReserveReviews"
MINE = "ReviewService.ListMyReviews"


class Reviewing:
    """What people do to have something to review."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        settings: SettingsCache,
        door: Door,
        held: HeldReviews,
        clock: WallClock,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._door = door
        self._held = held
        self._clock = clock

    @judged(RESERVE)
    async def reserve(self, ask: ReserveReviews) -> told.ReservedReviews:
        """Grant the first reviews the person may do, or say why there are none.

        Raises QueueNotFound, PersonNotFound, PermissionDenied.
        """
        place, person = await self._door.act_for(
            ask.change, ask.person, RESERVE, queue=ask.queue_id
        )
        queue = await self._door.queue(place.project, ask.queue_id)
        unset = await self._unset(place.project, queue)
        if unset:
            await self._door.judge(ask.change, RESERVE, person=ask.person, queue=ask.queue_id)
            return told.ReservedReviews(seq=unset, none=_nothing_ever(unset))
        outcome = await self._ledger.change(
            *(place.project, "reserve", ask.change.key, place.actor),
            queue=stage(queue, ask.kind),
            person=person,
            count=ask.count,
            target=0,
        )
        if outcome.word == "nothing":
            await self._judge(ask, outcome)
            none = nothing(outcome, self._clock.now_ms())
            return told.ReservedReviews(seq=outcome.seq, none=none)
        event = happened(outcome)
        reviews = await self._held.granted(place.project, event)
        reasons = await self._reasons(place.project, queue)
        return told.ReservedReviews(seq=event.seq, reviews=reviews, reasons=reasons)

    async def next(
        self, place: Place, person: int, stage_: int
    ) -> tuple[told.Review | None, answers.Reserved | None]:
        """What the person holds first in a stage, after a grant if that is nothing."""
        outcome = await self._ledger.change(
            *(place.project, "reserve", None, place.actor),
            queue=stage_,
            person=person,
            count=1,
            target=1,
        )
        held = await holdings(self._ledger, place.project, person=person, queue=stage_, limit=1)
        now_ms = self._clock.now_ms()
        reviews = await self._held.holdings(place.project, some(value(held)), now_ms, held.seq)
        if reviews:
            return reviews[0], None
        return None, nothing(outcome, now_ms)

    async def mine(self, ask: requests.ListMyTasks) -> answers.Listed[told.Review]:
        """The reviews that a person holds, queue by queue, in order.

        Raises QueueNotFound, PersonNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.look, MINE, queue=ask.queue_id, person=ask.person)
        person = await self._door.person(place.project, ask.person)
        queue = await self._door.queue(place.project, ask.queue_id) if ask.queue_id else 0
        unset = await self._unset(place.project, queue) if queue else 0
        if unset:
            return answers.Listed(rows=(), seq=unset)
        of = ("my reviews", place.project, person, queue)
        after = paging.position(ask.page, [STAGE, -1], *of)
        size = paging.size_of(ask.page)
        outcome = await holdings(
            *(self._ledger, place.project),
            person=person,
            queue=stage(queue, TaskKind.REVIEW) if queue else 0,
            after=after,
            limit=size + 1,
        )
        if outcome.seq < ask.look.min_seq:
            raise errors.StoreUnavailable()
        holds = some(value(outcome))
        now_ms = self._clock.now_ms()
        reviews = await self._held.holdings(place.project, holds[:size], now_ms, outcome.seq)
        more = len(holds) > size
        last = [holds[size - 1][0], holds[size - 1][-1]] if more else []
        return answers.Listed(
            rows=reviews, next_token=paging.token(last, *of) if more else "", seq=outcome.seq
        )

    async def _unset(self, project: int, queue: int) -> int:
        """0; of a queue of which nobody ever said how it is reviewed, as of which event."""
        if (await self._settings.whole(project, queue)).review.set_seq:
            return 0
        outcome = await self._ledger.read(project, "queue", queue=queue)
        return 0 if value(outcome)["review_seq"] else outcome.seq

    async def _reasons(self, project: int, queue: int) -> tuple[str, ...]:
        known = await self._settings.whole(project, queue)
        return known.review.reasons

    async def _judge(self, ask: requests.Reserve, outcome: Outcome) -> None:
        """Without the role for the work, one may not even ask for it oneself."""
        reasons = some(value(outcome)) if outcome.word == "nothing" else []
        causes = {one["cause"] for reason in reasons for one in some(reason.get("causes"))}
        if Cause.ROLE in causes:
            await self._door.judge(ask.change, RESERVE, person=ask.person, queue=ask.queue_id)


def _nothing_ever(seq: int) -> answers.Reserved:
    """The answer where there are no reviews at all."""
    empty = ReasonForNothing(reason=Nothing.QUEUE_EMPTY)
    return answers.Reserved(seq=seq, nothing=(empty,))
