"""Who comes in: external ids to numbers, and whether the actor may act here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allocator.model import Member, Role
from allocator.ports import Directory, Ledger, ProjectRow
from allocator.requests import Change, Look
from allocator.services.outcomes import some, value
from dibs import errors

MANAGERS = Role.ADMIN | Role.TEAM_MANAGER
ADMINS = Role.ADMIN
ANYBODY = Role(-1)


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
class Record:
    """A person's record, and the event that wrote it last (0: never)."""

    member: Member
    changed: int = 0


class Door:
    """Lets members in; everybody else gets the error that says why not."""

    def __init__(self, directory: Directory, ledger: Ledger) -> None:
        self._directory = directory
        self._ledger = ledger

    async def enter(self, project_id: str, actor: str, action: str) -> Place:
        """For calls in which the function itself decides about the actor.

        Raises ProjectNotFound, or PermissionDenied if nobody ever saw the actor.
        """
        row = await self._directory.project(project_id)
        if row is None:
            raise errors.ProjectNotFound(project_id)
        numbers = await self._directory.people(row.project, [actor])
        if actor not in numbers:
            raise errors.PermissionDenied(actor, action)
        return Place(row=row, actor=numbers[actor])

    async def look(self, look: Look, action: str) -> Place:
        """For reads: any member.

        Raises ProjectNotFound, PermissionDenied.
        """
        place = await self.enter(look.project, look.actor, action)
        record = await self.record(place.project, place.actor)
        if not record.member.member:
            raise errors.PermissionDenied(look.actor, action)
        return place

    async def manage(self, change: Change, needs: Role, action: str) -> Place:
        """For changes: an active member with one of the roles `needs`.

        Raises ProjectNotFound, PermissionDenied.
        """
        place = await self.enter(change.project, change.actor, action)
        member = (await self.record(place.project, place.actor)).member
        if not (member.member and member.active and member.roles & needs):
            raise errors.PermissionDenied(change.actor, action)
        return place

    async def act_for(self, change: Change, person: str, action: str) -> tuple[Place, int]:
        """For work: the actor themselves, or an active member on behalf of somebody.

        Raises ProjectNotFound, PermissionDenied, PersonNotFound.
        """
        if person == change.actor:
            place = await self.enter(change.project, change.actor, action)
            return place, place.actor
        place = await self.manage(change, ANYBODY, action)
        return place, await self.person(place.project, person)

    async def person(self, project: int, person_id: str) -> int:
        """The number of a person. Raises PersonNotFound if they never had one."""
        numbers = await self._directory.people(project, [person_id])
        if person_id not in numbers:
            raise errors.PersonNotFound(person_id)
        return numbers[person_id]

    async def record(self, project: int, person: int) -> Record:
        """A person's record now; that of a stranger is no member."""
        outcome = await self._ledger.read(project, "member", person=person)
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
