"""Whom a queue names: people and groups by id, as numbers, and a queue's numbers as names."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence

from allocator import answers
from allocator.model import PauseMode, QueueSettings
from allocator.ports import Content, Directory, Groups
from allocator.services import queue_settings
from allocator.services.door import Door
from dibs import errors


class Names:
    """Numbers of who is named, and names of what a queue's numbers are."""

    def __init__(
        self, *, directory: Directory, groups: Groups, content: Content, door: Door
    ) -> None:
        self._directory = directory
        self._groups = groups
        self._content = content
        self._door = door

    async def members(self, project: int, person_ids: Sequence[str]) -> frozenset[int]:
        """The numbers of members. Raises PersonNotFound for the first who is none."""
        numbers = await self._directory.people(project, person_ids)
        known = [numbers[person] for person in person_ids if person in numbers]
        records = await asyncio.gather(*(self._door.record(project, one) for one in known))
        members = {record.member.person for record in records if record.member.member}
        missing = [person for person in person_ids if numbers.get(person) not in members]
        if missing:
            raise errors.PersonNotFound(missing[0])
        return frozenset(known)

    async def people(self, project: int, person_ids: Sequence[str]) -> dict[str, int]:
        """Their numbers, in order. Raises PersonNotFound for the first who has none."""
        numbers = await self._directory.people(project, person_ids)
        missing = [person for person in person_ids if person not in numbers]
        if missing:
            raise errors.PersonNotFound(missing[0])
        return {person: numbers[person] for person in person_ids}

    async def owner(self, project: int, person_id: str) -> int:
        """The number of a member who is to own a queue. Raises PersonNotFound."""
        return next(iter(await self.members(project, [person_id])))

    async def shares(
        self, project: int, asked: Sequence[tuple[str, float]]
    ) -> tuple[tuple[int, float], ...]:
        """Members, once each, with their loads.

        Raises PersonNotFound, InvalidArgument.
        """
        for place, (person, _) in enumerate(asked):
            if person in {other for other, _ in asked[:place]}:
                field = f"queue.distribution.shares[{place}].person_id"
                raise errors.InvalidArgument(field, "must have each person once")
        await self.members(project, [person for person, _ in asked])
        numbers = await self.people(project, [person for person, _ in asked])
        return tuple((numbers[person], load) for person, load in asked)

    async def group_numbers(self, project: int, group_ids: Sequence[str]) -> dict[str, int]:
        """The numbers of groups that may be there: the function knows.

        Raises GroupNotFound for the first that never was.
        """
        numbers = await self._groups.numbers(project, group_ids)
        missing = [group for group in group_ids if group not in numbers]
        if missing:
            raise errors.GroupNotFound(missing[0])
        return {group: numbers[group] for group in group_ids}

    async def groups(self, project: int, group_ids: Sequence[str]) -> frozenset[int]:
        """As a set. Raises GroupNotFound."""
        return frozenset((await self.group_numbers(project, group_ids)).values())

    async def no_group(self, project: int, group: int) -> errors.GroupNotFound:
        """The error about a group that the function does not know any more."""
        ids = await self._groups.ids(project, [group])
        return errors.GroupNotFound(ids[group])

    async def related(self, project: int, queue_id: str, related: Sequence[str]) -> None:
        """Ask whether the queues that one is to be related to are there.

        Raises QueueNotFound for the first that is not, InvalidArgument for itself.
        """
        if queue_id in related:
            field = f"queue.related_queue_ids[{related.index(queue_id)}]"
            raise errors.InvalidArgument(field, "must be another queue")
        for one in related:
            await self._door.there(project, await self._door.queue(project, one))

    async def queue(
        self,
        project: int,
        found: Mapping[str, object],
        created_ms: int,
        seq: int = 0,
        batches: int = 0,
    ) -> answers.Queue:
        """A queue from its numbers, be they of the event or of the view."""
        queue, content = int(str(found["queue"])), int(str(found["content"]))
        body = await self._content.get(project, content)
        settings = queue_settings.settings_of(found, body, queue)
        ids = await self._directory.queue_ids(project, {queue, settings.source} - {0})
        named = settings.allowed | {settings.owner} | {person for person, _ in settings.shares}
        people = await self._directory.people_ids(project, named)
        groups = await self._groups.ids(project, settings.groups)
        return answers.Queue(
            queue_id=ids[queue],
            settings=titled(settings, ids[queue]),
            allowed=tuple(sorted(people[person] for person in settings.allowed)),
            groups=tuple(sorted(groups.values())),
            owner=people[settings.owner],
            shares=tuple((people[person], load) for person, load in settings.shares),
            etag=etag_of(int(str(found.get("set_seq", seq)))),
            paused=PauseMode(int(str(found.get("paused", 0)))),
            archived=bool(found.get("archived", False)),
            created_ms=created_ms,
            seq=seq,
            batches=batches,
            source=ids.get(settings.source, ""),
        )


def etag_of(set_seq: int) -> str:
    """Which settings these are: those that this event wrote."""
    return f"{set_seq:x}"


def set_seq_of(etag: str) -> int:
    """The event of an etag; 0, which wrote none, for what is no etag."""
    plausible = 0 < len(etag) <= 13 and set(etag) <= set("0123456789abcdef")
    return int(etag, 16) if plausible else 0


def titled(settings: QueueSettings, queue_id: str) -> QueueSettings:
    """With the name for people filled in."""
    return dataclasses.replace(settings, display_name=settings.display_name or queue_id)
