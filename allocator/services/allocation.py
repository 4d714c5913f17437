"""The hot path: who works on what, now."""

from __future__ import annotations

import secrets
from typing import Any

from allocator import answers, requests
from allocator.model import (
    CLOCK_STEP_MS,
    Cause,
    CauseSize,
    Nothing,
    ReasonForNothing,
    TaskId,
    TaskState,
)
from allocator.ports import Content, Directory, Event, Ledger, Outcome, WallClock
from allocator.services import paging
from allocator.services.door import Door, Place, judged
from allocator.services.held import HeldTasks
from allocator.services.lost import Lost
from allocator.services.outcomes import expire_ms, happened, some, value
from dibs import errors

MOST_GRANTED = 100
HOLDINGS_A_CALL = 1000
SECRET_BYTES = 8

RESERVE = "AllocationService.Reserve"
ENSURE = "AllocationService.EnsureReservations"
START = "AllocationService.Start"
RELEASE = "AllocationService.Release"
RENEW = "AllocationService.Renew"


class Allocation:
    """What AllocationService does, apart from Submit."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        door: Door,
        held: HeldTasks,
        lost: Lost,
        clock: WallClock,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._door = door
        self._held = held
        self._lost = lost
        self._clock = clock

    async def open_session(self, ask: requests.OpenSession) -> answers.Session:
        """A session of a project, or of none.

        Raises ProjectNotFound, PermissionDenied.
        """
        secret = secrets.token_hex(SECRET_BYTES)
        if not ask.project:
            number = await self._directory.open_session(secret)
            return answers.Session(number=number, secret=secret)
        look = requests.Look(project=ask.project, actor=ask.actor)
        place = await self._door.permit(look, "AllocationService.OpenSession")
        event = happened(
            await self._ledger.change(
                place.project, "open_session", None, place.actor, secret=secret
            )
        )
        return answers.Session(number=event.seq, secret=secret, seq=event.seq)

    @judged(RESERVE)
    async def reserve(self, ask: requests.Reserve) -> answers.Reserved:
        """Grant the first tasks the person may do, or say why there are none.

        Raises QueueNotFound, PersonNotFound, PermissionDenied.
        """
        place, person = await self._door.act_for(
            ask.change, ask.person, RESERVE, queue=ask.queue_id
        )
        outcome = await self._reserve(place, ask, person, count=ask.count, target=0)
        if outcome.word == "nothing":
            await self._judge(ask, RESERVE, outcome)
            return self._nothing(outcome)
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
        holds = await self._holdings(place.project, person, queue, (0, -1), HOLDINGS_A_CALL)
        now_ms = self._clock.now_ms()
        tasks = await self._held.holdings(place.project, some(value(holds)), now_ms)
        if outcome.word == "nothing":
            reasons = self._nothing(outcome).nothing
            return answers.Reserved(seq=outcome.seq, tasks=tasks, nothing=reasons, now_ms=now_ms)
        return answers.Reserved(seq=happened(outcome).seq, tasks=tasks)

    @judged(START)
    async def start(self, ask: requests.OnHold) -> answers.Leased:
        """Begin a task one holds.

        Raises TaskNotFound, LeaseLost, NotEligible, WrongTaskState.
        """
        place, person = await self._door.act_for(
            ask.change, ask.person, START, entry=ask.hold.task.entry
        )
        outcome = await self._on_hold(place, "start", ask, person)
        if outcome.word != "ok":
            raise await self._lost.error(place.project, ask.hold, person, outcome)
        event = happened(outcome)
        return answers.Leased(
            seq=event.seq,
            task=ask.hold.task,
            token=event.body["token"],
            expire_ms=expire_ms(event, event.body["deadline"]),
        )

    @judged(RELEASE)
    async def release(self, ask: requests.Release) -> answers.Released:
        """Give a task back; again under the same token is no error.

        Raises TaskNotFound, LeaseLost, WrongTaskState, InvalidArgument.
        """
        if not ask.hold.token and ask.person == ask.change.actor:
            raise errors.InvalidArgument("lease_token", "must be set for a task of one's own")
        place, person = await self._door.act_for(
            ask.change, ask.person, RELEASE, entry=ask.hold.task.entry
        )
        reason = await self._reason(place.project, ask.reason)
        outcome = await self._on_hold(place, "release", ask, person, content=reason)
        if outcome.word == "ok":
            return answers.Released(seq=happened(outcome).seq, state=TaskState.QUEUED)
        seq = await self._lost.released_before(place.project, ask.hold, person, outcome)
        if seq is None:
            raise await self._lost.error(place.project, ask.hold, person, outcome)
        return answers.Released(seq=seq, state=TaskState.QUEUED)

    @judged(RENEW)
    async def renew(self, ask: requests.Renew) -> answers.Renewed:
        """Let leases run anew, all or none.

        Raises QueueNotFound, TaskNotFound, LeaseLost.
        """
        place, person = await self._door.act_for(ask.change, ask.person, RENEW, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id) if ask.queue_id else 0
        outcome = await self._ledger.change(
            *(place.project, "renew", ask.change.key, place.actor),
            person=person,
            queue=queue,
            takeover=ask.takeover,
            tasks=[[hold.task.entry, hold.task.slot, hold.token] for hold in ask.holds],
        )
        if outcome.word == "nothing_held":
            await self._door.judge(ask.change, RENEW, person=ask.person, queue=ask.queue_id)
            return answers.Renewed(seq=outcome.seq, leases=())
        if outcome.word != "ok":
            raise await self._lost.error_of_some(place.project, ask.holds, person, outcome)
        event = happened(outcome)
        return answers.Renewed(seq=event.seq, leases=_renewed(event))

    async def page(self, ask: requests.ListMyTasks) -> answers.Listed[answers.HeldTask]:
        """What a person holds, queue by queue, in order.

        Raises QueueNotFound, PersonNotFound, PermissionDenied.
        """
        place = await self._door.permit(
            ask.look, "AllocationService.ListMyTasks", queue=ask.queue_id, person=ask.person
        )
        person = await self._door.person(place.project, ask.person)
        queue = await self._door.queue(place.project, ask.queue_id) if ask.queue_id else 0
        of = ("my tasks", place.project, person, queue)
        after = paging.position(ask.page, [0, -1], *of)
        size = paging.size_of(ask.page)
        outcome = await self._holdings(place.project, person, queue, after, size + 1)
        if outcome.seq < ask.look.min_seq:
            raise errors.StoreUnavailable()
        holds = some(value(outcome))
        tasks = await self._held.holdings(place.project, holds[:size], self._clock.now_ms())
        more = len(holds) > size
        last = [holds[size - 1][0], holds[size - 1][-1]] if more else []
        return answers.Listed(
            rows=tasks, next_token=paging.token(last, *of) if more else "", seq=outcome.seq
        )

    async def _reserve(
        self, place: Place, ask: requests.Reserve, person: int, *, count: int, target: int
    ) -> Outcome:
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._ledger.change(
            *(place.project, "reserve", ask.change.key, place.actor),
            queue=queue,
            person=person,
            count=count,
            target=target,
        )
        if outcome.word == "not_found":
            raise errors.QueueNotFound(ask.queue_id)
        return outcome

    async def _judge(self, ask: requests.Reserve, rpc: str, outcome: Outcome) -> None:
        """Without the role for the work, one may not even ask for it oneself."""
        reasons = some(value(outcome)) if outcome.word == "nothing" else []
        causes = {one["cause"] for reason in reasons for one in some(reason.get("causes"))}
        if Cause.ROLE in causes:
            await self._door.judge(ask.change, rpc, person=ask.person, queue=ask.queue_id)

    async def _reason(self, project: int, reason: str) -> int:
        """Text about people is content; the event has its number."""
        if not reason:
            return 0
        content, _ = await self._content.put(project, reason.encode())
        return content

    async def _on_hold(
        self, place: Place, name: str, ask: requests.OnHold, person: int, **more: Any
    ) -> Outcome:
        return await self._ledger.change(
            *(place.project, name, ask.change.key, place.actor),
            person=person,
            entry=ask.hold.task.entry,
            slot=ask.hold.task.slot,
            token=ask.hold.token,
            **more,
        )

    async def _holdings(
        self, project: int, person: int, queue: int, after: tuple[int, int], limit: int
    ) -> Outcome:
        return await self._ledger.read(
            *(project, "holdings"),
            person=person,
            queue=queue,
            after_queue=after[0],
            after_score=after[1],
            limit=limit,
        )

    def _nothing(self, outcome: Outcome) -> answers.Reserved:
        return answers.Reserved(
            seq=outcome.seq,
            nothing=tuple(_reason(found) for found in some(value(outcome))),
            now_ms=self._clock.now_ms(),
        )


def _renewed(event: Event) -> tuple[answers.Leased, ...]:
    return tuple(
        answers.Leased(
            seq=event.seq,
            task=TaskId(entry=entry, slot=slot),
            token=token,
            expire_ms=expire_ms(event, deadline),
        )
        for entry, slot, deadline, token in some(event.body["tasks"])
    )


def _reason(found: dict[str, object]) -> ReasonForNothing:
    causes = [
        CauseSize(cause=Cause(one["cause"]), tasks=one.get("tasks", 0))
        for one in some(found.get("causes"))
    ]
    free = found.get("next_free")
    return ReasonForNothing(
        reason=Nothing(str(found["reason"])),
        causes=tuple(causes),
        next_free_ms=None if free is None else max(0, int(str(free)) - CLOCK_STEP_MS),
    )
