"""What of a project is copied, as the steps that copy it: no person, skill or queue gets a number.

Steps name people and skills by their numbers in the project that is copied, and
everything else by its external id. One for each of: the settings, up to 100
people, a group, up to 100 of its members, a dataset, up to 1000 of its items, a
queue, a dataset that it follows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from allocator.filters import Order
from allocator.model import QueueSettings, Role
from allocator.ports import (
    Content,
    DatasetView,
    Directory,
    Groups,
    GroupView,
    Items,
    Ledger,
    Listings,
    MemberView,
    QueueView,
    Views,
)
from allocator.ports.lists import ListAsk
from allocator.requests_projects import CopyProject
from allocator.services import queue_settings
from allocator.services.door import Place
from allocator.services.outcomes import some, value
from allocator.strategies.operations import pieces
from dibs import errors

PEOPLE_AT_ONCE = 100
ITEMS_AT_ONCE = 1_000
PAGE = 1_000
T = TypeVar("T")
Step = list[Any]


class _Chosen(NamedTuple):
    """What is copied, whatever its steps are."""

    people: Sequence[MemberView]
    groups: Sequence[GroupView]
    datasets: Sequence[DatasetView]
    queues: Sequence[QueueView]


class Template:
    """Reads a project that is to be copied."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        items: Items,
        views: Views,
        listings: Listings,
        groups: Groups,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._items = items
        self._views = views
        self._listings = listings
        self._groups = groups

    async def steps(self, place: Place, ask: CopyProject) -> list[Step]:
        """The steps, of the project as it is now.

        Raises DatasetNotFound, QueueNotFound, InvalidArgument (a status that no queue has).
        """
        project = place.project
        now = await self._ledger.read(project, "operations", limit=1)
        await self._views.wait_for(project, now.seq)
        chosen = _Chosen(
            people=[one async for one in self._people(project, everybody=ask.members)],
            groups=await self._all_groups(project) if ask.members else (),
            datasets=await self._datasets(project, ask.datasets),
            queues=await self._queues(project, ask.queues),
        )
        return [
            *await self._project(project, ask),
            *_people(place.actor, chosen.people),
            *[step for group in chosen.groups for step in await self._group(project, group)],
            *[step for one in chosen.datasets for step in await self._dataset(project, one)],
            *await self._with_queues(place, ask, chosen),
        ]

    async def _project(self, project: int, ask: CopyProject) -> list[Step]:
        view = await self._views.project(project)
        if view is None or not (ask.settings or ask.tags):
            return []
        texts = {
            "display_name": ask.display_name or view.display_name,
            "ontology_ref": view.ontology_ref if ask.settings else "",
            "instruction_ref": view.instruction_ref if ask.settings else "",
            "tags": list(view.tags) if ask.tags else [],
        }
        return [["settings", texts, int(view.status_locks and ask.settings)]]

    async def _people(self, project: int, *, everybody: bool) -> AsyncIterator[MemberView]:
        """The members, or only the ADMINs, by person_id."""
        order, after = Order(field="person_id"), tuple[str, ...]()
        while rows := await self._listings.members(
            project, ListAsk(order=order, limit=PAGE, after=after)
        ):
            for row in rows:
                if everybody or Role(row.roles) & Role.ADMIN:
                    yield row
            after = (rows[-1].external_id,)

    async def _all_groups(self, project: int) -> list[GroupView]:
        return await _all(
            lambda after: self._groups.views(project, after, PAGE), lambda row: row.external_id
        )

    async def _group(self, project: int, group: GroupView) -> list[Step]:
        ids = await _all(
            lambda after: self._groups.members(project, group.group, after, PAGE), lambda row: row
        )
        people = list((await self._directory.people(project, ids)).values())
        joining = [["join", group.external_id, part] for part in _parts(people)]
        return [["group", group.external_id, group.display_name], *joining]

    async def _datasets(self, project: int, ids: Sequence[str] | None) -> list[DatasetView]:
        if ids is None:
            return await _all(
                lambda after: self._views.datasets(project, after, PAGE),
                lambda row: row.external_id,
            )
        found = []
        for dataset_id in ids:
            number = await self._directory.dataset(project, dataset_id)
            view = await self._views.dataset(project, number) if number else None
            if view is None:
                raise errors.DatasetNotFound(dataset_id)
            found.append(view)
        return found

    async def _dataset(self, project: int, view: DatasetView) -> list[Step]:
        runs = await self._items.ranges_of(project, view.dataset)
        named = (view.external_id, view.display_name)
        filling = [
            ["items", *named, view.dataset, piece.after, piece.last]
            for piece in pieces(runs, ITEMS_AT_ONCE)
        ]
        return [["dataset", *named], *filling]

    async def _queues(self, project: int, ids: Sequence[str] | None) -> list[QueueView]:
        if ids is None:
            return [one async for one in self._all_queues(project)]
        found = []
        for queue_id in ids:
            number = await self._directory.queue(project, queue_id)
            view = await self._views.queue(project, number) if number else None
            if view is None:
                raise errors.QueueNotFound(queue_id)
            found.append(view)
        return found

    async def _all_queues(self, project: int) -> AsyncIterator[QueueView]:
        order, after = Order(field="queue_id"), tuple[str, ...]()
        while rows := await self._listings.queues(
            project, ListAsk(order=order, limit=PAGE, after=after)
        ):
            for row in rows:
                if not row.settings["archived"]:
                    yield row
            after = (rows[-1].external_id,)

    async def _with_queues(self, place: Place, ask: CopyProject, chosen: _Chosen) -> list[Step]:
        settings = [await self._settings(place.project, view) for view in chosen.queues]
        _check_statuses(ask, settings)
        steps, ids = [], {view.queue: view.external_id for view in chosen.queues}
        pairs = sorted(zip(chosen.queues, settings, strict=True), key=lambda pair: pair[1].is_qa)
        for view, of in pairs:
            if of.is_qa and of.source not in ids:
                continue  # there would be nothing that it checks
            kept = _kept(of, ask, chosen, place.actor)
            if of.is_qa:
                kept = _checking(kept, settings[list(ids).index(of.source)], ask)
            rules, body = queue_settings.rules_of(kept), queue_settings.body_of(kept)
            rules["source"] = ids.get(of.source, 0)
            groups = await self._groups.ids(place.project, kept.groups)
            rules["groups"] = sorted(groups.values())
            steps.append(["queue", view.external_id, rules, body])
            steps += await self._followed(place.project, view, chosen.datasets)
        return steps

    async def _settings(self, project: int, view: QueueView) -> QueueSettings:
        body = await self._content.get(project, int(view.settings["content"]))
        return queue_settings.settings_of(view.settings, body, view.queue)

    async def _followed(
        self, project: int, view: QueueView, datasets: Sequence[DatasetView]
    ) -> list[Step]:
        """Which of the datasets the queue follows, with the priority, and from when on."""
        found = value(await self._ledger.read(project, "queue", queue=view.queue))
        ids = {one.dataset: one.external_id for one in datasets}
        return [
            ["attach", view.external_id, ids[dataset], priority, not_before, skip]
            for dataset, _, priority, not_before, skip in sorted(map(list, some(found["attached"])))
            if dataset in ids
        ]


async def _all(page: Callable[[str], Awaitable[Sequence[T]]], key: Callable[[T], str]) -> list[T]:
    """Every row of a list that goes by external id."""
    found: list[T] = []
    while rows := await page(key(found[-1]) if found else ""):
        found += rows
    return found


def _parts(people: Sequence[T]) -> list[list[T]]:
    starts = range(0, len(people), PEOPLE_AT_ONCE)
    return [list(people[start : start + PEOPLE_AT_ONCE]) for start in starts]


def _people(actor: int, people: Sequence[MemberView]) -> list[Step]:
    """Who copies is there already, as nothing but ADMIN."""
    rows = {one.person: [one.person, one.active, one.roles, list(one.skills)] for one in people}
    own = rows.pop(actor, None)
    changing = [["members", "change", [own]]] if own else []
    return [*changing, *(["members", "add", part] for part in _parts(list(rows.values())))]


def _check_statuses(ask: CopyProject, settings: Sequence[QueueSettings]) -> None:
    """Raises InvalidArgument for a status that no queue has which is copied."""
    known = {status.name for of in settings for status in of.statuses}
    for place, name in enumerate(ask.statuses or ()):
        if name not in known:
            right = "must be a status of a queue that is copied"
            raise errors.InvalidArgument(f"statuses[{place}]", right)


def _checking(kept: QueueSettings, source: QueueSettings, ask: CopyProject) -> QueueSettings:
    """Of a queue for QA: which statuses it takes of those that its labeling queue keeps.

    Nothing of the copy is finished: one that does not follow has nothing to check.
    """
    own = len(queue_settings.DEFAULT_NAMES)
    names = [
        one.name
        for place, one in enumerate(source.statuses)
        if place < own or ask.statuses is None or one.name in ask.statuses
    ]
    chosen = tuple(name for name in kept.source_statuses if name in names)
    takes = tuple(sorted(names.index(name) + 1 for name in chosen))
    upto = 0 if kept.follow else 1
    return dataclasses.replace(kept, source_statuses=chosen, takes=takes, upto=upto)


def _kept(of: QueueSettings, ask: CopyProject, chosen: _Chosen, actor: int) -> QueueSettings:
    """What a copy takes over of a queue's settings: nothing in it is anybody's."""
    people = {one.person for one in chosen.people}
    own = len(queue_settings.DEFAULT_NAMES)
    statuses = of.statuses[:own] + tuple(
        one for one in of.statuses[own:] if ask.statuses is None or one.name in ask.statuses
    )
    queues = {view.external_id for view in chosen.queues}
    return dataclasses.replace(
        of,
        allowed=of.allowed & people,
        groups=of.groups & {group.group for group in chosen.groups},
        owner=of.owner if of.owner in people else actor,
        shares=(),
        statuses=statuses,
        tags=of.tags if ask.tags else (),
        related=tuple(one for one in of.related if one in queues),
        metadata=of.metadata if ask.metadata else {},
    )
