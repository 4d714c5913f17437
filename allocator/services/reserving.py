"""Asking for work: Reserve and EnsureReservations, and why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from allocator import answers, requests
from allocator.model import CLOCK_STEP_MS, Cause, CauseSize, Nothing, ReasonForNothing
from allocator.ports import Ledger, Outcome, WallClock
from allocator.services.door import Door, Place, judged
from allocator.services.held import HeldTasks, holdings
from allocator.services.outcomes import happened, some, value

MOST_GRANTED = 100
ANYWHERE: Final[Mapping[str, int]] = {"first": 0, "last": 2**53}
"""All entries, of what is unfinished."""
HOLDINGS_A_CALL = 1000

RESERVE = "AllocationService.Reserve"
ENSURE = "AllocationService.EnsureReservations"


class Reserving:
    """Reserve and EnsureReservations of AllocationService."""

    def __init__(self, *, ledger: Ledger, door: Door, held: HeldTasks, clock: WallClock) -> None:
        self._ledger = ledger
        self._door = door
        self._held = held
        self._clock = clock

    @judged(RESERVE)
    async def reserve(self, ask: requests.Reserve) -> answers.Reserved:
        """Grant the first tasks the person may do, or say why there are none.

        In a queue with batches: the first tasks that they have not finished,
        after a refill where one is due. Without a queue: in the first of all
        that has anything for them.

        Raises QueueNotFound, PersonNotFound, PermissionDenied.
        """
        place, person = await self._door.act_for(
            ask.change, ask.person, RESERVE, queue=ask.queue_id
        )
        outcome = await self._reserve(place, ask, person, count=ask.count, target=0)
        if _has_batches(outcome):
            return await self._unfinished(place, ask, person, outcome)
        if outcome.word == "nothing":
            await self._judge(ask, RESERVE, outcome)
            return nothing(outcome, self._clock.now_ms())
        event = happened(outcome)
        return answers.Reserved(seq=event.seq, tasks=await self._held.granted(place.project, event))

    @judged(ENSURE)
    async def ensure(self, ask: requests.Reserve) -> answers.Reserved:
        """Make the person hold `count` tasks, and list all they hold in the queue.

        Raises QueueNotFound, PersonNotFound, PermissionDenied.
        """
        place, person = await self._door.act_for(ask.change, ask.person, ENSURE, queue=ask.queue_id)
        outcome = await self._reserve(
            place, ask, person, count=min(ask.count, MOST_GRANTED), target=ask.count
        )
        await self._judge(ask, ENSURE, outcome)
        queue = await self._door.queue(place.project, ask.queue_id)
        holds = await holdings(
            self._ledger, place.project, person=person, queue=queue, limit=HOLDINGS_A_CALL
        )
        now_ms = self._clock.now_ms()
        tasks = await self._held.holdings(place.project, some(value(holds)), now_ms)
        if outcome.word == "nothing":
            reasons = nothing(outcome, now_ms).nothing
            return answers.Reserved(seq=outcome.seq, tasks=tasks, nothing=reasons, now_ms=now_ms)
        return answers.Reserved(seq=happened(outcome).seq, tasks=tasks)

    async def _reserve(
        self, place: Place, ask: requests.Reserve, person: int, *, count: int, target: int
    ) -> Outcome:
        if not ask.queue_id:
            return await self._ledger.change(
                *(place.project, "reserve_anywhere", ask.change.key, place.actor),
                person=person,
                count=count,
                cursor="",
            )
        queue = await self._door.queue(place.project, ask.queue_id)
        return await self._ledger.change(
            *(place.project, "reserve", ask.change.key, place.actor),
            queue=queue,
            person=person,
            count=count,
            target=target,
        )

    async def _unfinished(
        self, place: Place, ask: requests.Reserve, person: int, outcome: Outcome
    ) -> answers.Reserved:
        """What they have to do first, now; a repeat too says what it is then."""
        if ask.queue_id:
            queue = await self._door.queue(place.project, ask.queue_id)
        else:
            queue = int(happened(outcome).body["queue"])
        found = await self._ledger.read(
            place.project, "unfinished", queue=queue, person=person, limit=ask.count, **ANYWHERE
        )
        now_ms = self._clock.now_ms()
        tasks = await self._held.holdings(place.project, some(value(found)), now_ms)
        return answers.Reserved(seq=outcome.seq, tasks=tasks)

    async def _judge(self, ask: requests.Reserve, rpc: str, outcome: Outcome) -> None:
        """Without the role for the work, one may not even ask for it oneself."""
        reasons = some(value(outcome)) if outcome.word == "nothing" else []
        causes = {one["cause"] for reason in reasons for one in some(reason.get("causes"))}
        if Cause.ROLE in causes:
            await self._door.judge(ask.change, rpc, person=ask.person, queue=ask.queue_id)


def nothing(outcome: Outcome, now_ms: int) -> answers.Reserved:
    """The answer "nothing", with the reasons that the function gave."""
    reasons = tuple(reason_of(found) for found in some(value(outcome)))
    return answers.Reserved(seq=outcome.seq, nothing=reasons, now_ms=now_ms)


def _has_batches(outcome: Outcome) -> bool:
    """Whether there are batches there, and the person has something to do."""
    if outcome.word == "nothing":
        return not some(value(outcome))
    return bool(happened(outcome).body["batch"])


def reason_of(found: dict[str, object]) -> ReasonForNothing:
    """A reason as the store tells it."""
    causes = [
        CauseSize(cause=Cause(one["cause"]), tasks=one.get("tasks", 0))
        for one in some(found.get("causes"))
    ]
    free = found.get("next_free")
    return ReasonForNothing(
        reason=Nothing(str(found["reason"])),
        causes=tuple(causes),
        next_free_ms=None if free is None else max(0, int(str(free)) - CLOCK_STEP_MS),
        manual=bool(found.get("manual")),
    )
