"""Groups: named sets of members, each meaning whoever is in it at the moment."""

from __future__ import annotations

from typing import Any

from allocator import answers, answers_control, requests, requests_control
from allocator.ports import Content, Directory, Groups, GroupView, Ledger, Outcome, Views
from allocator.services import paging
from allocator.services.door import Door, Place
from allocator.services.outcomes import happened, some, value
from dibs import errors

MOST_GROUPS = 32


class GroupCalls:
    """What GroupService does."""

    def __init__(
        self,
        *,
        directory: Directory,
        groups: Groups,
        ledger: Ledger,
        content: Content,
        views: Views,
        door: Door,
    ) -> None:
        self._directory = directory
        self._groups = groups
        self._ledger = ledger
        self._content = content
        self._views = views
        self._door = door

    async def create(self, ask: requests_control.CreateGroup) -> answers_control.Group:
        """Make an empty group.

        Raises GroupAlreadyExists, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "GroupService.CreateGroup")
        group = await self._groups.add(place.project, ask.group_id)
        content = await self._name(place.project, ask.display_name)
        outcome = await self._change(place, ask.change, "create_group", group, content=content)
        if outcome.word == "already_exists":
            raise errors.GroupAlreadyExists(ask.group_id)
        event = happened(outcome)
        return answers_control.Group(
            group_id=ask.group_id,
            display_name=ask.display_name or ask.group_id,
            members=0,
            created_ms=event.wall_ms,
            seq=event.seq,
        )

    async def update(self, ask: requests_control.UpdateGroup) -> answers.Seq:
        """Give a group another name.

        Raises GroupNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "GroupService.UpdateGroup")
        group = await self._number(place.project, ask.group_id)
        content = await self._name(place.project, ask.display_name)
        outcome = await self._change(place, ask.change, "name_group", group, content=content)
        if outcome.word == "not_found":
            raise errors.GroupNotFound(ask.group_id)
        return answers.Seq(seq=happened(outcome).seq)

    async def delete(self, ask: requests_control.OnGroup) -> answers.Seq:
        """End a group that no queue names.

        Raises GroupNotFound, GroupInUse, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "GroupService.DeleteGroup")
        group = await self._number(place.project, ask.group_id)
        outcome = await self._change(place, ask.change, "delete_group", group)
        if outcome.word == "not_found":
            raise errors.GroupNotFound(ask.group_id)
        if outcome.word == "in_use":
            raise errors.GroupInUse(ask.group_id, int(value(outcome)))
        return answers.Seq(seq=happened(outcome).seq)

    async def add_members(self, ask: requests_control.OnGroup) -> answers_control.GroupChanged:
        """Put members of the project into a group, all or none.

        Raises GroupNotFound, PersonNotFound, TooManyGroups, PermissionDenied.
        """
        return await self._members(ask, "Add")

    async def remove_members(self, ask: requests_control.OnGroup) -> answers_control.GroupChanged:
        """Take people out of a group, all or none.

        Raises GroupNotFound, PersonNotFound, PermissionDenied.
        """
        return await self._members(ask, "Remove")

    async def get(self, ask: requests.LookAt) -> answers_control.Group:
        """A group. Raises GroupNotFound."""
        place = await self._door.permit(ask.look, "GroupService.GetGroup")
        group = await self._number(place.project, ask.id)
        return _group(await self._view(place.project, group, ask.id, ask.look.min_seq))

    async def page(self, ask: requests.ListOf) -> answers.Listed[answers_control.Group]:
        """The groups of a project."""
        place = await self._door.permit(ask.look, "GroupService.ListGroups")
        of = ("groups", place.project)
        after = paging.position(ask.page, "", *of)
        await self._views.wait_for(place.project, ask.look.min_seq)
        views = await self._groups.views(place.project, after, paging.size_of(ask.page) + 1)
        rows = [_group(view) for view in views]
        return paging.listed(rows, ask.page, lambda row: row.group_id, *of)

    async def page_members(self, ask: requests.ListOf) -> answers.Listed[str]:
        """The person_ids of the people in a group. Raises GroupNotFound."""
        place = await self._door.permit(ask.look, "GroupService.ListGroupMembers")
        group = await self._number(place.project, ask.parent)
        of = ("group members", place.project, group)
        after = paging.position(ask.page, "", *of)
        await self._view(place.project, group, ask.parent, ask.look.min_seq)
        size = paging.size_of(ask.page)
        rows = await self._groups.members(place.project, group, after, size + 1)
        return paging.listed(rows, ask.page, str, *of)

    async def _members(
        self, ask: requests_control.OnGroup, mode: str
    ) -> answers_control.GroupChanged:
        place = await self._door.permit(ask.change, f"GroupService.{mode}GroupMembers")
        group = await self._number(place.project, ask.group_id)
        numbers = await self._people(place.project, ask.person_ids)
        outcome = await self._change(
            *(place, ask.change, "change_group", group),
            mode=mode.lower(),
            people=list(numbers.values()),
        )
        if outcome.word == "not_found":
            raise errors.GroupNotFound(ask.group_id)
        if outcome.word in ("no_member", "too_many_groups"):
            person = next(i for i, n in numbers.items() if n == int(value(outcome)))
            if outcome.word == "no_member":
                raise errors.PersonNotFound(person)
            raise errors.TooManyGroups(person, MOST_GROUPS)
        event = happened(outcome)
        changed = [*some(event.body["added"]), *some(event.body["removed"])]
        ids = await self._directory.people_ids(place.project, changed)
        people = tuple(ids[person] for person in changed)
        return answers_control.GroupChanged(seq=event.seq, person_ids=people)

    async def _people(self, project: int, person_ids: tuple[str, ...]) -> dict[str, int]:
        """Their numbers, in order. Raises PersonNotFound for the first who has none."""
        numbers = await self._directory.people(project, person_ids)
        missing = [person for person in person_ids if person not in numbers]
        if missing:
            raise errors.PersonNotFound(missing[0])
        return {person: numbers[person] for person in person_ids}

    async def _number(self, project: int, group_id: str) -> int:
        numbers = await self._groups.numbers(project, [group_id])
        if group_id not in numbers:
            raise errors.GroupNotFound(group_id)
        return numbers[group_id]

    async def _view(self, project: int, group: int, group_id: str, seq: int) -> GroupView:
        await self._views.wait_for(project, seq)
        view = await self._groups.view(project, group)
        if view is None:
            raise errors.GroupNotFound(group_id)
        return view

    async def _name(self, project: int, display_name: str) -> int:
        """Content first: the log has no text about people."""
        if not display_name:
            return 0
        content, _ = await self._content.put(project, display_name.encode())
        return content

    async def _change(
        self, place: Place, change: requests.Change, name: str, group: int, **inputs: Any
    ) -> Outcome:
        return await self._ledger.change(
            place.project, name, change.key, place.actor, group=group, **inputs
        )


def _group(view: GroupView) -> answers_control.Group:
    return answers_control.Group(
        group_id=view.external_id,
        display_name=view.display_name or view.external_id,
        members=view.members,
        created_ms=view.created_ms,
    )
