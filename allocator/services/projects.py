"""Projects and their members."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from allocator import answers, requests
from allocator import operation_words as words
from allocator.answers_figures import MemberFigures
from allocator.filters import Field, Kind
from allocator.model import Member, Role
from allocator.permissions import COLUMNS, ROWS, Right
from allocator.ports import (
    Directory,
    Event,
    Ledger,
    Listings,
    MemberView,
    ProjectRow,
    Sums,
    Views,
    WallClock,
)
from allocator.services import paging
from allocator.services.asking import Orders, asked, filter_of
from allocator.services.beginning import Beginning
from allocator.services.door import Door, Place
from allocator.services.making import made
from allocator.services.outcomes import happened, some, value
from allocator.services.project_life import shown
from dibs import errors

TRIES = 3
FIELDS = {
    "person_id": Field(kind=Kind.TEXT),
    "display_name": Field(kind=Kind.TEXT),
    "domain": Field(kind=Kind.TEXT),
    "role": Field(
        kind=Kind.WORD,
        words={str(role.name): int(role) for role in COLUMNS if role is not Role.OWNER},
    ),
    "active": Field(kind=Kind.FLAG),
}
ORDERS = Orders(keys={"person_id": (str,)})
PROJECT_FIELDS = {
    "project_id": Field(kind=Kind.TEXT),
    "display_name": Field(kind=Kind.TEXT),
    "tags": Field(kind=Kind.LIST),
}
ADD = "ProjectService.AddMembers"
UPDATE = "ProjectService.UpdateMember"
REMOVE = "ProjectService.RemoveMembers"


class Projects:
    """What ProjectService does."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        views: Views,
        listings: Listings,
        sums: Sums,
        door: Door,
        beginning: Beginning,
        clock: WallClock,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._views = views
        self._listings = listings
        self._sums = sums
        self._door = door
        self._beginning = beginning
        self._clock = clock

    async def create(self, ask: requests.CreateProject) -> answers.Project:
        """Make a project.

        Raises ProjectAlreadyExists, also for one that was deleted or purged; to a
        repeat, ProjectNotFound if it is.
        """
        row = ProjectRow(
            project=0,
            external_id=ask.change.project,
            display_name=ask.display_name or ask.change.project,
            fast=ask.fast,
            created_ms=0,
        )
        new = await made(self._directory, self._ledger, ask.change, row)
        return shown(new.row, seq=1)

    async def get(self, ask: requests.Look) -> answers.Project:
        """A project."""
        place = await self._door.permit(ask, "ProjectService.GetProject")
        await self._views.wait_for(place.project, ask.min_seq)
        found = shown(await self._views.project(place.project) or place.row)
        figures = await self._sums.project(place.project, self._clock.now_ms())
        return dataclasses.replace(found, figures=figures)

    async def page(self, ask: requests.ListProjects) -> answers.Listed[answers.Project]:
        """The actor's projects, and, if asked for, deleted ones. Raises InvalidArgument."""
        chosen = filter_of(ask.filter, PROJECT_FIELDS)
        of = ("projects", ask.actor, ask.filter, ask.deleted)
        after = paging.position(ask.page, "", *of)
        rows = await self._views.projects_of(
            ask.actor, chosen, after, paging.size_of(ask.page) + 1, deleted=ask.deleted
        )
        return paging.listed(
            [shown(row) for row in rows], ask.page, lambda row: row.project_id, *of
        )

    async def add_members(self, ask: requests.AddMembers) -> answers.Members:
        """Add people, all or none.

        Raises MemberAlreadyExists, PermissionDenied.
        """
        place = await self._manage(ask.change, ADD, [m.roles for m in ask.members])
        ids = [member.person_id for member in ask.members]
        numbers = await self._directory.add_people(place.project, ids)
        skills = await self._directory.skills(
            place.project, {skill for member in ask.members for skill in member.skills}
        )
        records = [
            Member(
                person=numbers[member.person_id],
                active=member.active,
                roles=member.roles,
                skills=frozenset(skills[skill] for skill in member.skills),
            )
            for member in ask.members
        ]
        event = await self._write(place, ask.change, "add", records, [-1] * len(records), ids)
        names = {numbers[m.person_id]: m.name for m in ask.members if m.name}
        await self._directory.name_people(place.project, names)
        domains = {numbers[member.person_id]: member.domain for member in ask.members}
        await self._directory.set_domains(place.project, domains)
        return await self._members(place, event)

    async def update_member(self, ask: requests.UpdateMember) -> answers.Members:
        """Change a member; whoever else changes them at the same time is seen.

        Raises PersonNotFound, AdminIsForGood, LastAdmin, PermissionDenied.
        """
        place = await self._manage(ask.change, UPDATE, [ask.roles or Role.NONE])
        person = await self._door.person(place.project, ask.person_id)
        skills = await self._directory.skills(place.project, ask.skills or ())
        numbers = None if ask.skills is None else frozenset(skills[name] for name in ask.skills)
        for _ in range(TRIES):
            old = await self._door.record(place.project, person)
            await self._keep_admins(ask, old.member)
            try:
                event = await self._write(
                    *(place, ask.change, "change", [_changed(old.member, ask, numbers)]),
                    *([old.changed], [ask.person_id]),
                )
            except StaleRecord:
                continue
            if ask.name is not None:
                await self._directory.name_people(place.project, {person: ask.name})
            if ask.domain is not None:
                await self._directory.set_domains(place.project, {person: ask.domain})
            return await self._members(place, event)
        raise errors.StoreUnavailable()

    async def remove_members(self, ask: requests.RemoveMembers) -> words.Operation:
        """Remove people, all or none; the answer is the operation that takes back what they hold.

        Raises PersonNotFound, LastAdmin, PermissionDenied.
        """
        place = await self._manage(ask.change, REMOVE, ())
        numbers = await self._directory.people(place.project, ask.person_ids)
        missing = [person for person in ask.person_ids if person not in numbers]
        if missing:
            raise errors.PersonNotFound(missing[0])
        people = [numbers[person] for person in ask.person_ids]
        for _ in range(TRIES):
            before = [await self._door.record(place.project, person) for person in people]
            await self._manage(ask.change, REMOVE, [record.member.roles for record in before])
            expected = [record.changed for record in before]
            try:
                event = await self._write(
                    *(place, ask.change, "change"),
                    *([_gone(person) for person in people], expected, ask.person_ids),
                )
            except StaleRecord:
                continue
            return await self._beginning.follow(place, event)
        raise errors.StoreUnavailable()

    async def page_members(self, ask: requests.ListOf) -> answers.Listed[answers.Member]:
        """The members of a project, with the figures of those whose the caller may see."""
        place = await self._door.permit(ask.look, "ProjectService.ListMembers")
        project = place.project
        wanted = asked(ask, FIELDS, ORDERS, "members", project)
        await self._views.wait_for(project, ask.look.min_seq)
        rows = await self._listings.members(project, wanted.rows(wanted.filter))
        skills = await self._directory.skill_names(
            project, {skill for row in rows for skill in row.skills}
        )
        seen = await self._seen(place, rows)
        return await wanted.listed(
            [_listed(row, skills, seen.get(row.person)) for row in rows],
            lambda row: (row.person_id,),
            lambda: self._listings.count_members(project, wanted.filter),
        )

    async def _seen(self, place: Place, rows: Sequence[MemberView]) -> Mapping[int, MemberFigures]:
        """The figures of those of whom the caller may see any."""
        people = [row.person for row in rows]
        if not (await self._door.caller(place)).has(ROWS[Right.DATA], own=False):
            people = [person for person in people if person == place.actor]
        return await self._sums.people(place.project, people, self._clock.now_ms())

    async def _manage(self, change: requests.Change, rpc: str, roles: Sequence[Role]) -> Place:
        """Let in who may manage members of these roles; ADMIN is a matter of ADMINs."""
        admin = any(role & Role.ADMIN for role in roles)
        return await self._door.permit(change, rpc, right=Right.PROJECT if admin else None)

    async def _keep_admins(self, ask: requests.UpdateMember, old: Member) -> None:
        """Nobody takes ADMIN away, and only ADMINs change an ADMIN.

        Raises AdminIsForGood, PermissionDenied.
        """
        if not old.roles & Role.ADMIN:
            return
        await self._manage(ask.change, UPDATE, [old.roles])
        if ask.roles is not None and not ask.roles & Role.ADMIN:
            raise errors.AdminIsForGood(ask.person_id)

    async def _write(
        self,
        place: Place,
        change: requests.Change,
        mode: str,
        records: Sequence[Member],
        expected: Sequence[int],
        ids: Sequence[str],
    ) -> Event:
        outcome = await self._ledger.change(
            *(place.project, "change_members", change.key, place.actor),
            mode=mode,
            members=[packed(record) for record in records],
            expected=list(expected),
        )
        if outcome.word in _REFUSALS:
            person = int(value(outcome))
            named = next(i for r, i in zip(records, ids, strict=True) if r.person == person)
            raise _REFUSALS[outcome.word](named)
        if outcome.word == "stale_record":
            raise StaleRecord
        return happened(outcome)

    async def _members(self, place: Place, event: Event) -> answers.Members:
        """The members as an event wrote them."""
        records = some(event.body["members"])
        people = [row[0] for row in records]
        ids = await self._directory.people_ids(place.project, people)
        names = await self._directory.people_names(place.project, people)
        domains = await self._directory.people_domains(place.project, people)
        skills = await self._directory.skill_names(
            place.project, {skill for row in records for skill in some(row[4])}
        )
        members = tuple(
            answers.Member(
                person_id=ids[person],
                name=names.get(person, ""),
                domain=domains.get(person, ""),
                active=bool(active),
                roles=Role(roles),
                skills=tuple(sorted(skills[skill] for skill in some(has))),
            )
            for person, _, active, roles, has in records
        )
        return answers.Members(seq=event.seq, members=members)


_REFUSALS: dict[str, Callable[[str], errors.DibsError]] = {
    "already_exists": errors.MemberAlreadyExists,
    "not_found": errors.PersonNotFound,
    "last_admin": errors.LastAdmin,
}


class StaleRecord(Exception):
    """The record has changed since it was read."""


def packed(record: Member) -> list[object]:
    """A record as `change_members` takes it."""
    return [
        record.person,
        int(record.member),
        int(record.active),
        int(record.roles),
        sorted(record.skills),
    ]


def _changed(old: Member, ask: requests.UpdateMember, skills: frozenset[int] | None) -> Member:
    return Member(
        person=old.person,
        active=old.active if ask.active is None else ask.active,
        roles=old.roles if ask.roles is None else ask.roles,
        skills=old.skills if skills is None else skills,
    )


def _gone(person: int) -> Member:
    return Member(person=person, member=False, active=False, roles=Role.NONE)


def _listed(
    row: MemberView, skills: Mapping[int, str], figures: MemberFigures | None
) -> answers.Member:
    return answers.Member(
        person_id=row.external_id,
        name=row.name,
        domain=row.domain,
        active=row.active,
        roles=Role(row.roles),
        skills=tuple(sorted(skills[skill] for skill in row.skills)),
        figures=figures,
    )
