"""Who comes in: external ids to numbers, and whether the actor may act here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from allocator.actions import Caller
from allocator.model import REVIEWS, Member, Role
from allocator.permissions import ROW_OF, ROWS, Grant, Right, Row, needs, row_for
from allocator.ports import Directory, Items, Ledger, ProjectRow, Views
from allocator.requests import Change, Look
from allocator.services.outcomes import some, value
from dibs import errors

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a call happens, and who makes it."""

    row: ProjectRow
    actor: int

    @property
    def project(self) -> int:
        """The project's number."""
        return self.row.project


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What of a list somebody may see: everything, or what is theirs and all of `queues`."""

    everything: bool
    queues: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A person's record, and the event that wrote it last (0: never)."""

    member: Member
    changed: int = 0


class Door:
    """Lets members in; everybody else gets the error that says why not."""

    def __init__(self, directory: Directory, ledger: Ledger, items: Items, views: Views) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views

    async def enter(self, project_id: str, actor: str, action: str) -> Place:
        """For calls in which the function itself decides about the actor.

        Raises ProjectNotFound, or PermissionDenied if nobody ever saw the actor.
        """
        row = await self._directory.project(project_id)
        if row is None:
            raise errors.ProjectNotFound(project_id)
        numbers = await self._directory.people(row.project, [actor])
        if actor not in numbers:
            raise _denied(actor, action, ROW_OF.get(action))
        return Place(row=row, actor=numbers[actor])

    async def permit(
        self,
        ask: Change | Look,
        rpc: str,
        *,
        queue: str = "",
        entry: int = 0,
        person: str = "",
        right: Right | None = None,
        even_deleted: bool = False,
    ) -> Place:
        """Whether the table of permissions lets the actor in: the only place that asks it.

        `queue` or `entry` is what the call concerns, for its owner; `person` is
        whom it concerns, by default the actor. `right` is the row, where this
        very request is a matter of another one than its RPC is in general. A
        change needs an active member. With `even_deleted` the project may be so.

        Raises ProjectNotFound, PermissionDenied.
        """
        own = person in {"", ask.actor}
        row = ROWS[right] if right else row_for(rpc, own=own)
        place = await self.enter(ask.project, ask.actor, rpc)
        record = await self.record(place.project, place.actor, even_deleted=even_deleted)
        member = record.member
        let_in = member.member and (member.active or isinstance(ask, Look))
        if let_in and await self._granted(place, row, member.roles, queue, entry, own=own):
            return place
        if row.right is Right.ANNOTATE and await self._is_for_qa(place.project, queue, entry):
            row = ROWS[Right.REVIEW]
            if let_in and await self._granted(place, row, member.roles, queue, entry, own=own):
                return place
        raise _denied(ask.actor, rpc, row)

    async def _is_for_qa(self, project: int, queue: str, entry: int) -> bool:
        """Whether a queue, or that of an entry, is for QA: to work there is to review."""
        number = await self._directory.queue(project, queue) if queue else None
        if entry and entry < REVIEWS:
            number = await self._items.queue_of(project, entry)
        if number is None:
            return False
        try:
            outcome = await self._ledger.read(project, "queue", queue=number)
        except errors.QueueNotFound:
            return False
        return int(value(outcome)["rules"].get("source", 0)) > 0

    async def scope(
        self, look: Look, rpc: str, *, queue: str = "", right: Right | None = None
    ) -> tuple[Place, Scope]:
        """Whether the actor is let in, and what of the list they may see.

        `right` is the row, where it is not that of the RPC.

        Raises ProjectNotFound, PermissionDenied.
        """
        row = ROWS[right] if right else ROW_OF[rpc]
        place = await self.enter(look.project, look.actor, rpc)
        member = (await self.record(place.project, place.actor)).member
        if not member.member:
            raise _denied(look.actor, rpc, row)
        if await self._granted(place, row, member.roles, queue, 0, own=False, named=bool(queue)):
            return place, Scope(everything=True)
        mine = row.best(member.roles) >= Grant.OWN
        owned = () if queue else await self._owned(place, look=mine)
        if not (mine or owned):
            raise _denied(look.actor, rpc, row)
        return place, Scope(everything=False, queues=tuple(owned))

    async def _owned(self, place: Place, *, look: bool) -> Sequence[int]:
        """The actor's queues; whether there are any is asked as of now, unless a `look` will do."""
        owned = await self._views.owned(place.project, place.actor)
        if owned or look:
            return owned
        now = await self._ledger.read(place.project, "member", person=place.actor)
        await self._views.wait_for(place.project, now.seq)
        return await self._views.owned(place.project, place.actor)

    async def caller(self, place: Place) -> Caller:
        """The actor as `actions` sees them; who is out or inactive has no role."""
        member = (await self.record(place.project, place.actor)).member
        here = member.member and member.active
        project = await self._views.project(place.project)
        return Caller(
            person=place.actor,
            roles=member.roles if here else Role.NONE,
            locked=bool(project and project.status_locks),
        )

    async def act_for(
        self, change: Change, person: str, rpc: str, *, queue: str = "", entry: int = 0
    ) -> tuple[Place, int]:
        """For work: the actor themselves, or somebody who may assign, on behalf of `person`.

        About the actor themselves the function decides, by the same predicate
        as always; if it refuses, `judged` asks the table.

        Raises ProjectNotFound, PermissionDenied, PersonNotFound.
        """
        if person == change.actor:
            place = await self.enter(change.project, change.actor, rpc)
            return place, place.actor
        place = await self.permit(change, rpc, queue=queue, entry=entry, person=person)
        return place, await self.person(place.project, person)

    async def judge(
        self,
        change: Change,
        rpc: str,
        *,
        person: str,
        queue: str = "",
        entry: int = 0,
        right: Right | None = None,
    ) -> None:
        """After a refusal of one's own work: whether it was for want of permission.

        `right` is the row, where it is not that of the RPC. Who is out, or inactive,
        has been told that already; so has who works for somebody else.

        Raises PermissionDenied.
        """
        if person != change.actor:
            return
        row = ROWS[right] if right else row_for(rpc, own=True)
        place = await self.enter(change.project, change.actor, rpc)
        if row.right is Right.ANNOTATE and await self._is_for_qa(place.project, queue, entry):
            row = ROWS[Right.REVIEW]
        member = (await self.record(place.project, place.actor)).member
        if not (member.member and member.active):
            return
        if not await self._granted(place, row, member.roles, queue, entry, own=True):
            raise _denied(change.actor, rpc, row)

    async def manages(
        self, ask: Change | Look, place: Place, rpc: str, *, queue: str = "", entry: int = 0
    ) -> bool:
        """Whether the table lets the actor do this to what is not their own."""
        member = (await self.record(place.project, place.actor)).member
        if not (member.member and member.active):
            return False
        return await self._granted(place, ROW_OF[rpc], member.roles, queue, entry, own=False)

    def refusal(self, ask: Change | Look, rpc: str) -> errors.PermissionDenied:
        """The error for who was let in, but not to this."""
        return _denied(ask.actor, rpc, ROW_OF[rpc])

    async def person(self, project: int, person_id: str) -> int:
        """The number of a person. Raises PersonNotFound if they never had one."""
        numbers = await self._directory.people(project, [person_id])
        if person_id not in numbers:
            raise errors.PersonNotFound(person_id)
        return numbers[person_id]

    async def _granted(
        self,
        place: Place,
        row: Row,
        roles: Role,
        queue: str,
        entry: int,
        *,
        own: bool,
        named: bool = True,
    ) -> bool:
        """Whether a role, or the ownership of the queue, is enough.

        With `named`, no queue at all means any.
        """
        enough = Grant.OWN if own else Grant.ALL
        if row.best(roles & ~Role.OWNER) >= enough:
            return True
        if row.grant(Role.OWNER) is Grant.NONE or not named:
            return False
        return await self._owns(place, queue, entry)

    async def _owns(self, place: Place, queue: str, entry: int) -> bool:
        """Whether the actor owns the queue, or the one that the entry is in; any, if neither."""
        if not (queue or entry):
            now = await self._ledger.read(place.project, "member", person=place.actor)
            await self._views.wait_for(place.project, now.seq)
            return await self._views.owns_a_queue(place.project, place.actor)
        number = await self._directory.queue(place.project, queue) if queue else None
        if entry:
            number = await self._items.queue_of(place.project, entry)
        if number is None:
            return False
        outcome = await self._ledger.read(place.project, "queue", queue=number)
        if outcome.word == "not_found":
            return False
        return bool(value(outcome)["rules"]["owner"] == place.actor)

    async def record(self, project: int, person: int, *, even_deleted: bool = False) -> Record:
        """A person's record now; that of a stranger is no member."""
        function = "member_of_deleted" if even_deleted else "member"
        outcome = await self._ledger.read(project, function, person=person)
        if outcome.word == "not_found":
            return Record(member=_stranger(person))
        return _record(person, value(outcome))

    async def dataset(self, project: int, dataset_id: str) -> int:
        """The number of a dataset. Raises DatasetNotFound."""
        number = await self._directory.dataset(project, dataset_id)
        if number is None:
            raise errors.DatasetNotFound(dataset_id)
        return number

    async def queue(self, project: int, queue_id: str) -> int:
        """The number of a queue. Raises QueueNotFound."""
        number = await self._directory.queue(project, queue_id)
        if number is None:
            raise errors.QueueNotFound(queue_id)
        return number

    async def there(self, project: int, queue: int) -> None:
        """Ask whether a queue that has a number is there still. Raises QueueNotFound."""
        await self._ledger.read(project, "queue", queue=queue)


def _stranger(person: int) -> Member:
    return Member(person=person, member=False, active=False, roles=Role.NONE)


def _record(person: int, found: dict[str, Any]) -> Record:
    return Record(
        member=Member(
            person=person,
            member=bool(found["member"]),
            active=bool(found["active"]),
            roles=Role(found["roles"]),
            skills=frozenset(some(found["skills"])),
        ),
        changed=found["changed"],
    )


def _denied(actor: str, rpc: str, row: Row | None) -> errors.PermissionDenied:
    action = rpc.partition(".")[2] or rpc
    return errors.PermissionDenied(actor, action, needs(row) if row else None)


def not_theirs(ask: Change | Look, rpc: str) -> errors.PermissionDenied:
    """The error for who may do this to what is their own, which this is not."""
    return _denied(ask.actor, rpc, ROW_OF[rpc])


def judged(rpc: str) -> Callable[[Callable[..., Awaitable[T]]], Callable[..., Awaitable[T]]]:
    """For a service's verb of work: a refusal becomes PermissionDenied where that is why.

    The hot path so asks nothing that the function does not ask itself.
    """

    def around(verb: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        @wraps(verb)
        async def judging(self: Any, ask: Any) -> T:
            try:
                return await verb(self, ask)
            except _REFUSALS:
                await _judge(self._door, ask, rpc)
                raise

        return judging

    return around


async def _judge(door: Door, ask: Any, rpc: str) -> None:
    hold = getattr(ask, "hold", None)
    holds = [hold] if hold else getattr(ask, "holds", ())
    reviews = bool(holds) and all(one.task.is_review for one in holds)
    await door.judge(
        *(ask.change, rpc),
        person=ask.person,
        queue=getattr(ask, "queue_id", ""),
        entry=hold.task.entry if hold else 0,
        right=Right.REVIEW if reviews else None,
    )


_REFUSALS = (errors.InvalidRequest, errors.NotFound, errors.Conflict, errors.WrongState)
