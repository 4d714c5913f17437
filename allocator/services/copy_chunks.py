"""What a step of a copy does: one change of the new project, under the operation's own key.

A step that finds nothing left to do writes something as it is already: each step
is one event, so that whoever drives next goes on behind it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from allocator.model import Member, NewItem, RequestKey, Role
from allocator.ports import Content, Directory, Groups, Items, Ledger, Outcome, Views
from allocator.requests import Change, ImportChunk
from allocator.services.datasets import Datasets
from allocator.services.door import Door, Place
from allocator.services.driving import Doer, Running
from allocator.services.outcomes import value
from allocator.services.projects import packed
from allocator.services.template import ITEMS_AT_ONCE
from allocator.strategies.operations import Part, Verb
from dibs import errors

TRIES = 4
ANY = -1
Row = tuple[int, bool, int, Sequence[int]]
"""Person, active, roles, skills, with the numbers of the project that is copied."""


class Copy:
    """Where a step is done, from where, and as which request."""

    def __init__(self, source: int, one: Running, key: RequestKey) -> None:
        self.source, self.project, self.actor, self.key = source, one.project, one.actor, key


class CopyChunks:
    """One method a kind of step."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        items: Items,
        views: Views,
        groups: Groups,
        datasets: Datasets,
        door: Door,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._items = items
        self._views = views
        self._groups = groups
        self._datasets = datasets
        self._door = door
        self._does: Mapping[str, Callable[..., Awaitable[Outcome]]] = {
            "settings": self._settings,
            "members": self._members,
            "group": self._group,
            "join": self._join,
            "dataset": self._dataset,
            "items": self._fill,
            "queue": self._queue,
            "attach": self._attach,
        }

    def doers(self) -> Mapping[Verb, Doer]:
        """How the chunks of the verb are done."""
        return {Verb.COPY_PROJECT: self.copy}

    async def copy(self, one: Running, key: RequestKey, part: Part) -> Outcome:
        """One step. Raises what its RPC would."""
        word, *about = part.how["step"]
        return await self._does[word](Copy(part.how["source"], one, key), *about)

    async def _settings(self, at: Copy, texts: Mapping[str, Any], locks: int) -> Outcome:
        body = json.dumps(texts, sort_keys=True, ensure_ascii=False).encode()
        content, _ = await self._content.put(at.project, body)
        for _ in range(TRIES):
            found = value(await self._ledger.read(at.project, "project"))
            outcome = await self._change(
                *(at, "update_project"),
                expected=found["set_seq"],
                content=content,
                status_locks=locks,
            )
            if outcome.word != "stale_etag":
                return outcome
        raise errors.StoreUnavailable

    async def _members(self, at: Copy, mode: str, rows: Sequence[Row]) -> Outcome:
        people = await self._people(at, [row[0] for row in rows])
        skills = await self._skills(at, {skill for row in rows for skill in row[3]})
        records = [
            Member(
                person=people[person],
                active=active,
                roles=Role(roles),
                skills=frozenset(skills[skill] for skill in has),
            )
            for person, active, roles, has in rows
            if person in people
        ]
        outcome = await self._write(at, mode, records)
        for _ in range(TRIES):
            if outcome.word not in ("already_exists", "not_found", "stale_record"):
                return outcome
            outcome = await self._write_rest(at, records)
        raise errors.StoreUnavailable

    async def _write(
        self, at: Copy, mode: str, records: Sequence[Member], expected: int = ANY
    ) -> Outcome:
        return await self._change(
            *(at, "change_members"),
            mode=mode,
            members=[packed(record) for record in records],
            expected=[expected] * len(records),
        )

    async def _write_rest(self, at: Copy, records: Sequence[Member]) -> Outcome:
        """Who was let in by somebody else meanwhile stays as they are."""
        found = [await self._door.record(at.project, record.person) for record in records]
        absent = [r for r, now in zip(records, found, strict=True) if not now.member.member]
        if absent:
            return await self._write(at, "add", absent)
        return await self._write(at, "change", [found[0].member], found[0].changed)

    async def _group(self, at: Copy, group_id: str, display_name: str) -> Outcome:
        group, content = await self._groups.add(at.project, group_id), 0
        if display_name:
            content, _ = await self._content.put(at.project, display_name.encode())
        outcome = await self._change(at, "create_group", group=group, content=content)
        if outcome.word == "already_exists":
            raise errors.GroupAlreadyExists(group_id)
        return outcome

    async def _join(self, at: Copy, group_id: str, people: Sequence[int]) -> Outcome:
        numbers = await self._people(at, people)
        outcome = await self._change(
            *(at, "change_group"),
            group=(await self._groups.numbers(at.project, [group_id]))[group_id],
            mode="add",
            people=list(numbers.values()),
        )
        if outcome.word == "not_found":
            raise errors.GroupNotFound(group_id)
        if outcome.word in ("no_member", "too_many_groups"):
            ids = await self._directory.people_ids(at.project, [int(value(outcome))])
            raise errors.PersonNotFound(next(iter(ids.values())))
        return outcome

    async def _dataset(self, at: Copy, dataset_id: str, display_name: str) -> Outcome:
        dataset = await self._directory.add_dataset(at.project, dataset_id, display_name)
        outcome = await self._change(at, "create_dataset", dataset=dataset)
        if outcome.word == "already_exists":
            raise errors.DatasetAlreadyExists(dataset_id)
        return outcome

    async def _fill(
        self, at: Copy, dataset_id: str, name: str, source: int, after: int, last: int
    ) -> Outcome:
        """Items that the source has in this piece, as they are; none of those that it lost."""
        found = await self._items.page(at.source, source, after, ITEMS_AT_ONCE)
        await self._still_there(at, dataset_id)
        items = tuple(
            NewItem(
                item.external_id, item.weight, item.classes, item.required_skills, item.attributes
            )
            for item in found
            if item.number <= last
        )
        dataset = await self._door.dataset(at.project, dataset_id)
        place = await self._place(at)
        change = Change(project=place.row.external_id, actor="", key=at.key)
        ask = ImportChunk(change=change, dataset_id=dataset_id, first_line=1, items=items)
        outcome = await self._datasets.copied(place, dataset, ask)
        if outcome is None:
            content, _ = await self._content.put(at.project, name.encode())
            outcome = await self._change(at, "name_dataset", dataset=dataset, content=content)
        if outcome.word == "not_found":
            raise errors.DatasetNotFound(dataset_id)
        return outcome

    async def _still_there(self, at: Copy, dataset_id: str) -> None:
        """Nothing was read of a project that is being purged. Raises DatasetNotFound."""
        view = await self._views.project(at.source)
        if view is None or view.deleted_ms:
            raise errors.DatasetNotFound(dataset_id)

    async def _queue(
        self, at: Copy, queue_id: str, rules: Mapping[str, Any], body: bytes
    ) -> Outcome:
        groups = await self._groups.numbers(at.project, rules["groups"])
        people = await self._people(at, [rules["owner"], *rules["allowed"]])
        content, _ = await self._content.put(at.project, body)
        source = rules["source"] and await self._directory.queue(at.project, rules["source"])
        queue = await self._directory.add_queue(at.project, queue_id)
        outcome = await self._change(
            *(at, "create_queue"),
            queue=queue,
            rules={
                **rules,
                "source": source or 0,
                "groups": sorted(groups.values()),
                "owner": people.get(rules["owner"], at.actor),
                "allowed": sorted(people[one] for one in rules["allowed"] if one in people),
            },
            content=content,
        )
        if outcome.word == "already_exists":
            raise errors.QueueAlreadyExists(queue_id)
        if outcome.word == "no_source":
            raise errors.QueueNotFound(rules["source"])
        if outcome.word == "no_group":
            ids = await self._groups.ids(at.project, [int(value(outcome))])
            raise errors.GroupNotFound(next(iter(ids.values())))
        return outcome

    async def _attach(
        self,
        at: Copy,
        queue_id: str,
        dataset_id: str,
        priority: int,
        not_before: int,
        skip: int,
    ) -> Outcome:
        """Its items become tasks as those of any dataset that is attached."""
        dataset = await self._door.dataset(at.project, dataset_id)
        outcome = await self._change(
            *(at, "attach_dataset"),
            queue=await self._door.queue(at.project, queue_id),
            dataset=dataset,
            priority=priority,
            classes=[list(of) for of in await self._items.classes_of(at.project, dataset)],
            not_before=not_before,
            skip=skip,
        )
        if outcome.word == "not_found":
            raise errors.DatasetNotFound(dataset_id)
        if outcome.word == "already_exists":
            raise errors.AttachmentAlreadyExists(queue_id, dataset_id)
        if outcome.word == "too_many_classes":
            raise errors.TooManyClasses(queue_id)
        return outcome

    async def _change(self, at: Copy, name: str, **inputs: Any) -> Outcome:
        return await self._ledger.change(at.project, name, at.key, at.actor, **inputs)

    async def _place(self, at: Copy) -> Place:
        external_id = await self._directory.project_id(at.project)
        row = await self._directory.project(external_id) if external_id else None
        if row is None:
            raise errors.ProjectNotFound(external_id or str(at.project))
        return Place(row=row, actor=at.actor)

    async def _people(self, at: Copy, numbers: Sequence[int]) -> dict[int, int]:
        """Their numbers in the copy, by those in the source; without whoever was erased there."""
        ids = await self._directory.people_ids(at.source, numbers)
        names = await self._directory.people_names(at.source, numbers)
        found = await self._directory.add_people(at.project, ids.values())
        people = {number: found[external_id] for number, external_id in ids.items()}
        named = {people[one]: name for one, name in names.items() if name and one in people}
        await self._directory.name_people(at.project, named)
        domains = await self._directory.people_domains(at.source, numbers)
        of = {people[one]: domain for one, domain in domains.items() if one in people}
        await self._directory.set_domains(at.project, of)
        return people

    async def _skills(self, at: Copy, numbers: set[int]) -> dict[int, int]:
        names = await self._directory.skill_names(at.source, numbers)
        found = await self._directory.skills(at.project, names.values())
        return {number: found[name] for number, name in names.items()}
