"""DatasetService: datasets, imports by chunk, lists of items."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from allocator.bootstrap import Worker
from allocator.model import NewItem, RequestKey
from dibs import errors, status
from dibs.v1 import dataset_pb2 as pb
from tests.api.test_dataset_changes import delete as delete_dataset
from tests.api.world import World, open_session, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


async def _items(world: World, dataset: str, **fields: Any) -> pb.ListItemsResponse:
    return await world.stubs.datasets.ListItems(
        pb.ListItemsRequest(**world.where(), dataset_id=dataset, **fields)
    )


async def test_a_dataset_is_made_once_and_can_be_read(world: World) -> None:
    request = pb.CreateDatasetRequest(**world.change(), dataset_id="d", display_name="Digits")
    made = await world.stubs.datasets.CreateDataset(request)
    again = await world.stubs.datasets.CreateDataset(request)
    other = pb.CreateDatasetRequest(**world.change(), dataset_id="d")
    error = await refused(world.stubs.datasets.CreateDataset(other))
    read = await world.stubs.datasets.GetDataset(
        pb.GetDatasetRequest(**world.where(), dataset_id="d", min_seq=made.seq)
    )

    assert made == again
    assert read.dataset == made.dataset
    assert isinstance(error, errors.DatasetAlreadyExists)


async def test_datasets_are_listed_by_id(world: World) -> None:
    for name in ("b", "c", "a"):
        await world.dataset(name)
    seq = (await world.load("c", ["x", "y"])).seq

    first = await world.stubs.datasets.ListDatasets(
        pb.ListDatasetsRequest(**world.where(), page_size=2, min_seq=seq)
    )
    rest = await world.stubs.datasets.ListDatasets(
        pb.ListDatasetsRequest(**world.where(), page_token=first.next_page_token)
    )
    assert [d.dataset_id for d in first.datasets] == ["a", "b"]
    assert [(d.dataset_id, d.item_count) for d in rest.datasets] == [("c", 2)]


async def test_items_keep_what_they_came_with(world: World) -> None:
    await world.dataset("d")
    item = pb.Item(
        external_id="é/1",
        weight=2.5,
        classes=["car", "van"],
        required_skills=["night", "cars"],
        attributes={"city": "Rome", "empty": ""},
    )
    answer = await world.load("d", [item, "plain"])
    rich, plain = (await _items(world, "d", min_seq=answer.seq)).items

    assert answer.added == 2
    assert sorted(rich.required_skills) == ["cars", "night"]
    assert (rich.number, plain.number) == (1, 2)
    assert (rich.external_id, rich.weight, list(rich.classes)) == ("é/1", 2.5, ["car", "van"])
    assert dict(rich.attributes) == {"city": "Rome", "empty": ""}
    assert (plain.weight, dict(plain.attributes)) == (1, {})


async def test_chunks_are_answered_one_by_one_in_order(world: World) -> None:
    await world.dataset("d")
    chunks = [world.chunk("d", [f"{n}-{i}" for i in range(3)]) for n in range(4)]
    answers = await world.stream(*chunks)

    assert [answer.n for answer in answers] == [chunk.request_id.n for chunk in chunks]
    assert [answer.added for answer in answers] == [3, 3, 3, 3]
    assert sorted(answer.seq for answer in answers) == [answer.seq for answer in answers]


async def test_duplicates_are_told_by_line_and_the_rest_goes_in(world: World) -> None:
    await world.dataset("d", ["a"])
    answer = await world.load("d", ["b", "a", "c", "b"])
    told = [(e.line, e.external_id, e.reason) for e in answer.line_errors]

    assert answer.added == 2
    assert told == [(2, "a", "DUPLICATE_ITEM"), (4, "b", "DUPLICATE_ITEM")]
    listed = await _items(world, "d", min_seq=answer.seq)
    assert [item.external_id for item in listed.items] == ["a", "b", "c"]


async def test_lines_are_counted_from_first_line(world: World) -> None:
    await world.dataset("d", ["a"])
    chunk = world.chunk("d", ["b", "a"])
    chunk.first_line = 1001
    [answer] = await world.stream(chunk)

    assert [e.line for e in answer.line_errors] == [1002]


async def test_the_same_id_in_two_datasets_is_no_duplicate(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.dataset("e")

    assert (await world.load("e", ["a"])).added == 1


async def test_a_repeated_chunk_adds_nothing_and_is_answered_alike(world: World) -> None:
    await world.dataset("d", ["old"])
    chunk = world.chunk("d", ["a", "old", "b", "a"])
    first, again = await world.stream(chunk, chunk)
    [later] = await world.stream(chunk)

    assert first == again == later
    assert (first.added, len(first.line_errors)) == (2, 2)


async def test_a_chunk_of_nothing_but_duplicates_is_no_error(world: World) -> None:
    await world.dataset("d", ["a", "b"])
    answer = await world.load("d", ["b", "a"])

    assert (answer.added, len(answer.line_errors)) == (0, 2)
    assert answer.seq > 0


async def test_a_bad_chunk_ends_the_stream_and_those_before_it_stay(world: World) -> None:
    await world.dataset("d")
    good = world.chunk("d", ["a"])
    bad = world.chunk("d", ["b", pb.Item(external_id="c", weight=float("nan"))])

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await world.stream(good, bad)
    error = status.rebuilt(caught.value)
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "items[1].weight"
    seq = (await world.load("d", ["z"])).seq
    listed = await _items(world, "d", min_seq=seq)
    assert [item.external_id for item in listed.items] == ["a", "z"]


async def test_imports_at_the_same_time_take_each_id_once(world: World) -> None:
    await world.dataset("d")
    sessions = [await open_session(world.stubs, world.project) for _ in range(4)]
    names = [f"item-{n}" for n in range(50)]
    answers = await asyncio.gather(
        *(world.load("d", names, request_id=session.next()) for session in sessions)
    )

    assert sum(answer.added for answer in answers) == 50
    assert sum(len(answer.line_errors) for answer in answers) == 150


async def test_unknown_datasets_are_not_found(world: World) -> None:
    for call in (
        world.load("ghost", ["a"]),
        _items(world, "ghost"),
        world.stubs.datasets.GetDataset(pb.GetDatasetRequest(**world.where(), dataset_id="ghost")),
    ):
        error = await refused(call)
        assert isinstance(error, errors.DatasetNotFound)
        assert error.metadata["dataset_id"] == "ghost"


async def test_a_page_token_of_another_dataset_is_refused(world: World) -> None:
    await world.dataset("d", ["a", "b"])
    await world.dataset("e", ["a", "b"])
    page = await _items(world, "d", page_size=1, min_seq=6)

    rest = await _items(world, "d", page_token=page.next_page_token)
    error = await refused(_items(world, "e", page_token=page.next_page_token))
    assert [item.external_id for item in rest.items] == ["b"]
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "page_token"


async def test_annotators_do_not_import(world: World) -> None:
    await world.dataset("d")
    await world.people("ann")

    error = await refused(world.load("d", ["a"], actor="ann"))
    assert isinstance(error, errors.PermissionDenied)


async def _staged(
    world: World, server: Worker, session: bytes, n: int, name: str
) -> tuple[int, int]:
    """Rows that an importer wrote just before it died; project and dataset."""
    store = server.store
    row = await store.directory.project(world.project)
    assert row
    dataset = await store.directory.dataset(row.project, "d")
    assert dataset
    key = RequestKey(
        session=int.from_bytes(session[:8], "big"), secret=session[8:].hex(), n=n, hash="0" * 16
    )
    staged = await store.items.stage(
        row.project, dataset, key, actor=1, items=[NewItem(external_id=name)], skills={}
    )
    assert staged.chunk.count == 1
    return row.project, dataset


async def test_what_a_dead_importer_staged_is_finished_by_whoever_meets_it(
    world: World, server: Worker
) -> None:
    await world.dataset("d")
    dead = await open_session(world.stubs, world.project)
    await _staged(world, server, dead.session_id, 1, "theirs")
    answer = await world.load("d", ["theirs", "mine"])
    listed = await _items(world, "d", min_seq=answer.seq)

    assert [(e.line, e.external_id) for e in answer.line_errors] == [(1, "theirs")]
    assert [item.external_id for item in listed.items] == ["theirs", "mine"]


async def test_what_a_dead_importer_staged_does_not_hide_that_the_dataset_was_deleted(
    world: World, server: Worker
) -> None:
    await world.dataset("d")
    dead = await open_session(world.stubs, world.project)
    await _staged(world, server, dead.session_id, 1, "theirs")
    await delete_dataset(world)

    caught = await refused(world.load("d", ["theirs", "mine"]))
    assert isinstance(caught, errors.DatasetNotFound)


async def test_what_nobody_can_add_any_more_is_in_nobodys_way(world: World, server: Worker) -> None:
    await world.dataset("d")
    await _staged(world, server, b"\x00" * 6 + b"\x7f\xff" + b"gone.for", 1, "theirs")
    answer = await world.load("d", ["theirs", "mine"])
    listed = await _items(world, "d", min_seq=answer.seq)

    assert (answer.added, list(answer.line_errors)) == (2, [])
    assert [item.external_id for item in listed.items] == ["theirs", "mine"]
