"""The hot path: who works on what, now."""

from __future__ import annotations

import secrets
from typing import Any

from allocator import answers, requests
from allocator.model import STAGE, TaskId, TaskState
from allocator.ports import Content, Directory, Event, Ledger, Outcome, WallClock
from allocator.services import paging
from allocator.services.door import Door, Place, judged
from allocator.services.held import HeldTasks, holdings
from allocator.services.lost import Lost
from allocator.services.outcomes import expire_ms, happened, some, value
from allocator.services.reasons import kept
from dibs import errors

SECRET_BYTES = 8

START = "AllocationService.Start"
RELEASE = "AllocationService.Release"
RENEW = "AllocationService.Renew"


class Allocation:
    """Sessions, holds, and what a person holds."""

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
            raise await self._lost.error_of_edit(place.project, ask.hold, person, outcome)
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
        reason = await kept(self._content, place.project, ask.reason)
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
        outcome = await holdings(
            *(self._ledger, place.project),
            person=person,
            queue=queue,
            after=after,
            limit=size + 1,
        )
        if outcome.seq < ask.look.min_seq:
            raise errors.StoreUnavailable()
        # Reviews come last: their stages have the highest numbers. ListMyReviews has them.
        holds = [hold for hold in some(value(outcome)) if hold[0] < STAGE]
        tasks = await self._held.holdings(place.project, holds[:size], self._clock.now_ms())
        more = len(holds) > size
        last = [holds[size - 1][0], holds[size - 1][-1]] if more else []
        return answers.Listed(
            rows=tasks, next_token=paging.token(last, *of) if more else "", seq=outcome.seq
        )

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
