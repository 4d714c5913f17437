"""Datasets and imports."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, NamedTuple

from allocator import answers, requests
from allocator.filters import EVERYTHING, Field, Kind
from allocator.model import Item
from allocator.ports import (
    Chunk,
    Content,
    DatasetView,
    Directory,
    Event,
    ItemList,
    Items,
    Ledger,
    Outcome,
    Staged,
    Views,
)
from allocator.services import paging
from allocator.services.ahead import one_ahead
from allocator.services.asking import Orders, asked
from allocator.services.door import Door, Place
from allocator.services.outcomes import happened
from dibs import errors

FINISHING_TRIES = 10
FIELDS = {
    "number": Field(kind=Kind.NUMBER),
    "external_id": Field(kind=Kind.TEXT),
    "weight": Field(kind=Kind.NUMBER),
    "attributes": Field(kind=Kind.MAP),
    "classes": Field(kind=Kind.LIST),
}
ORDERS = Orders(keys={"number": (int,), "external_id": (str,)})
_KEYS: dict[str, Callable[[Item], Any]] = {
    "number": lambda item: item.number,
    "external_id": lambda item: item.external_id,
}


class _PutAside(NamedTuple):
    """A chunk whose rows are written, and whose event is not made."""

    ask: requests.ImportChunk
    place: Place
    staged: Staged


class Datasets:
    """What DatasetService does."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        item_list: ItemList,
        content: Content,
        views: Views,
        door: Door,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._item_list = item_list
        self._content = content
        self._views = views
        self._door = door

    async def create(self, ask: requests.CreateDataset) -> answers.Dataset:
        """Make an empty dataset.

        Raises DatasetAlreadyExists, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "DatasetService.CreateDataset")
        name = ask.display_name or ask.dataset_id
        dataset = await self._directory.add_dataset(place.project, ask.dataset_id, name)
        outcome = await self._ledger.change(
            place.project, "create_dataset", ask.change.key, place.actor, dataset=dataset
        )
        if outcome.word == "already_exists":
            raise errors.DatasetAlreadyExists(ask.dataset_id)
        event = happened(outcome)
        return answers.Dataset(
            dataset_id=ask.dataset_id,
            display_name=name,
            items=0,
            created_ms=event.wall_ms,
            seq=event.seq,
        )

    async def update(self, ask: requests.CreateDataset) -> answers.Dataset:
        """Give a dataset another display name; empty: its id.

        Raises DatasetNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "DatasetService.UpdateDataset")
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        name = ask.display_name or ask.dataset_id
        content, _ = await self._content.put(place.project, name.encode())
        outcome = await self._ledger.change(
            *(place.project, "name_dataset", ask.change.key, place.actor),
            dataset=dataset,
            content=content,
        )
        if outcome.word == "not_found":
            raise errors.DatasetNotFound(ask.dataset_id)
        seq = happened(outcome).seq
        await self._views.wait_for(place.project, seq)
        view = await self._views.dataset(place.project, dataset)
        if view is None:
            raise errors.DatasetNotFound(ask.dataset_id)
        return dataclasses.replace(_dataset(view), seq=seq)

    async def add_items(self, ask: requests.ImportChunk) -> answers.Imported:
        """A small import: what the dataset has already is reported by line.

        Raises DatasetNotFound, PermissionDenied.
        """
        return await self._taken_in(await self._put_aside(ask, "DatasetService.AddDatasetItems"))

    async def get(self, ask: requests.LookAt) -> answers.Dataset:
        """A dataset, with the number of its items. Raises DatasetNotFound."""
        place = await self._door.permit(ask.look, "DatasetService.GetDataset")
        dataset = await self._door.dataset(place.project, ask.id)
        await self._views.wait_for(place.project, ask.look.min_seq)
        view = await self._views.dataset(place.project, dataset)
        if view is None:
            raise errors.DatasetNotFound(ask.id)
        return _dataset(view)

    async def page(self, ask: requests.ListOf) -> answers.Listed[answers.Dataset]:
        """The datasets of a project."""
        place = await self._door.permit(ask.look, "DatasetService.ListDatasets")
        of = ("datasets", place.project)
        after = paging.position(ask.page, "", *of)
        await self._views.wait_for(place.project, ask.look.min_seq)
        rows = await self._views.datasets(place.project, after, paging.size_of(ask.page) + 1)
        return paging.listed(
            [_dataset(row) for row in rows], ask.page, lambda row: row.dataset_id, *of
        )

    async def page_items(self, ask: requests.ListOf) -> answers.Listed[Item]:
        """The items of a dataset, by number or id.

        Raises DatasetNotFound, InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(ask.look, "DatasetService.ListItems")
        dataset = await self._door.dataset(place.project, ask.parent)
        wanted = asked(ask, FIELDS, ORDERS, "items", place.project, dataset)
        await self._views.wait_for(place.project, ask.look.min_seq)
        view = await self._views.dataset(place.project, dataset)
        if view is None:
            raise errors.DatasetNotFound(ask.parent)
        rows = await self._item_list.page(place.project, dataset, wanted.rows(wanted.filter))

        async def count() -> int:
            if wanted.filter == EVERYTHING:
                return view.items
            return await self._item_list.count(place.project, dataset, wanted.filter)

        return await wanted.listed(rows, lambda row: (_KEYS[wanted.order.field](row),), count)

    async def import_chunks(
        self, asks: AsyncGenerator[requests.ImportChunk]
    ) -> AsyncGenerator[answers.Imported]:
        """Take in one chunk after the other, each as `add_items` does.

        While the event of one is made, the rows of the next are written, and no more:
        whoever meets rows without an event may make it, and it must be the next.
        """
        async with aclosing(one_ahead(self._all_put_aside(asks))) as chunks:
            async for chunk in chunks:
                yield await self._taken_in(chunk)

    async def _all_put_aside(
        self, asks: AsyncGenerator[requests.ImportChunk]
    ) -> AsyncGenerator[_PutAside]:
        """Each chunk is decoded while Postgres is busy with the rows of the one before."""
        async with aclosing(one_ahead(asks)) as decoded:
            async for ask in decoded:
                yield await self._put_aside(ask, "DatasetService.ImportItems")

    async def copied(self, place: Place, dataset: int, ask: requests.ImportChunk) -> Outcome | None:
        """Take in a chunk of another project's items; None if the dataset has them all.

        Raises DatasetNotFound.
        """
        chunk = (await self._stage(place, dataset, ask)).chunk
        return await self._change(place.project, place.actor, chunk) if chunk.count else None

    async def _put_aside(self, ask: requests.ImportChunk, rpc: str) -> _PutAside:
        """Write the rows of a chunk. Raises DatasetNotFound, PermissionDenied."""
        place = await self._door.permit(ask.change, rpc)
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        return _PutAside(ask, place, await self._stage(place, dataset, ask))

    async def _taken_in(self, chunk: _PutAside) -> answers.Imported:
        """Make the event of a chunk. Raises DatasetNotFound."""
        ask, place, staged = chunk
        if staged.chunk.count == 0:
            now = await self._ledger.read(place.project, "member", person=place.actor)
            return _imported(ask, now.seq, frozenset())
        event = await self._add(place, staged.chunk, ask.dataset_id)
        return _imported(ask, event.seq, await self._added(place.project, event, staged))

    async def _stage(self, place: Place, dataset: int, ask: requests.ImportChunk) -> Staged:
        names = {skill for item in ask.items for skill in item.required_skills}
        skills = await self._directory.skills(place.project, names)
        first = {item.external_id: item for item in reversed(ask.items)}
        items = [item for item in ask.items if first[item.external_id] is item]
        for _ in range(FINISHING_TRIES):
            staged = await self._items.stage(
                place.project, dataset, ask.change.key, place.actor, items, skills
            )
            if not staged.unfinished:
                return staged
            for chunk in staged.unfinished:
                await self._finish(place.project, chunk, ask.dataset_id)
        raise errors.StoreUnavailable()

    async def _finish(self, project: int, chunk: Chunk, dataset_id: str) -> None:
        """Do for another importer what they may not live to do; exactly once, by their key.

        Raises DatasetNotFound.
        """
        try:
            outcome = await self._change(project, chunk.actor, chunk)
        except (errors.SessionUnknown, errors.RequestTooOld, errors.RequestIdReused):
            # Nobody can ever add these rows any more: they are in nobody's way.
            await self._items.discard(project, chunk.import_)
        else:
            if outcome.word == "not_found":
                raise errors.DatasetNotFound(dataset_id)

    async def _add(self, place: Place, chunk: Chunk, dataset_id: str) -> Event:
        outcome = await self._change(place.project, place.actor, chunk)
        if outcome.word == "not_found":
            raise errors.DatasetNotFound(dataset_id)
        return happened(outcome)

    async def _change(self, project: int, actor: int, chunk: Chunk) -> Outcome:
        return await self._ledger.change(
            *(project, "add_items", chunk.key, actor),
            **_inputs(chunk),
        )

    async def _added(self, project: int, event: Event, staged: Staged) -> frozenset[str]:
        """What the event added: the rows of its import, which may be those of an earlier try."""
        if staged.written and event.body["import"] == staged.chunk.import_:
            return staged.written
        return frozenset(await self._items.rows_of(project, event.body["import"]))


def _imported(ask: requests.ImportChunk, seq: int, added: frozenset[str]) -> answers.Imported:
    """What went in, and a line error for each line that did not."""
    wrong, seen = [], set()
    for line, item in enumerate(ask.items, ask.first_line):
        if item.external_id not in added or item.external_id in seen:
            wrong.append(_duplicate(line, item.external_id))
        seen.add(item.external_id)
    return answers.Imported(seq=seq, n=ask.change.key.n, added=len(added), line_errors=tuple(wrong))


def _inputs(chunk: Chunk) -> dict[str, Any]:
    return {
        "dataset": chunk.dataset,
        "import": chunk.import_,
        "first": chunk.first,
        "count": chunk.count,
    }


def _duplicate(line: int, external_id: str) -> answers.LineError:
    error = errors.DuplicateItem(external_id)
    return answers.LineError(
        line=line, external_id=external_id, reason=error.reason, message=error.sentence
    )


def _dataset(view: DatasetView) -> answers.Dataset:
    return answers.Dataset(
        dataset_id=view.external_id,
        display_name=view.display_name,
        items=view.items,
        created_ms=view.created_ms,
    )
