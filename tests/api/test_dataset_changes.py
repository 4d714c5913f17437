"""Datasets: renamed, deleted, and added to in small steps; queues follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from allocator.bootstrap import Worker
from allocator.model import Priority
from allocator.ports import Items, Lag, Views
from allocator.services.attaching import Attaching
from dibs import errors
from dibs.v1 import dataset_pb2
from tests.api.tasks import HIGH
from tests.api.test_detaching import detach
from tests.api.test_operations import SUCCEEDED, counts
from tests.api.world import World, ids, refused


@pytest.fixture
async def stocked(world: World) -> World:
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b", "c"])
    return world


async def add(world: World, items: list[Any], dataset: str = "d", **fields: Any) -> Any:
    made = [dataset_pb2.Item(external_id=i) if isinstance(i, str) else i for i in items]
    return await world.stubs.datasets.AddDatasetItems(
        dataset_pb2.AddDatasetItemsRequest(
            **(world.change() | fields), dataset_id=dataset, items=made
        )
    )


async def delete(world: World, dataset: str = "d", *, force: bool = False, **fields: Any) -> Any:
    return await world.stubs.datasets.DeleteDataset(
        dataset_pb2.DeleteDatasetRequest(
            **(world.change() | fields), dataset_id=dataset, force=force
        )
    )


async def get(world: World, dataset: str = "d", min_seq: int = 0) -> Any:
    return await world.stubs.datasets.GetDataset(
        dataset_pb2.GetDatasetRequest(**world.where(), dataset_id=dataset, min_seq=min_seq)
    )


async def reserved(world: World, person: str, count: int, wanted: int) -> list[str]:
    """What they get until it is so many: what is added follows shortly after."""
    found: list[str] = []
    while len(found) < wanted:
        found += ids(await world.reserve("q", person, count))
    return found


class LateItems:
    """The items, of which more come in between any two looks at them."""

    def __init__(self, items: Items, come_in: Callable[[], Awaitable[Any]]) -> None:
        self._items = items
        self._come_in = come_in

    def __getattr__(self, name: str) -> Any:
        async def look(*of: Any) -> Any:
            found = await getattr(self._items, name)(*of)
            await self._come_in()
            return found

        return look


async def test_no_item_is_passed_over_that_comes_in_while_the_queue_follows(
    stocked: World, server: Worker
) -> None:
    await stocked.queue("q", "d")
    lag = await _lag(stocked, server, cursor=3)
    more = iter(["x1", "x2", "x3", "x4"])
    late: Any = LateItems(server.store.items, lambda: add(stocked, [next(more)]))
    attaching = Attaching(*(server.store.ledger, late, server.store.views, server.store.duplicates))
    await attaching.step(lag)

    come = 4 - len(list(more))
    assert come > 0
    assert await reserved(stocked, "ann", 10, 3 + come) == [
        *("a", "b", "c"),
        *(f"x{n}" for n in range(1, come + 1)),
    ]


async def _lag(world: World, server: Worker, *, cursor: int) -> Lag:
    """How far the queue follows the dataset."""
    project = await server.store.directory.project(world.project)
    assert project is not None
    return Lag(project=project.project, queue=1, dataset=1, cursor=cursor)


class LateViews:
    """The views, behind whose back an attachment is made anew once they told that it lags."""

    def __init__(self, views: Views, make_anew: Callable[[], Awaitable[Any]]) -> None:
        self._views = views
        self._left = [make_anew]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._views, name)

    async def lagging(self, project: int, limit: int) -> Sequence[Lag]:
        found = await self._views.lagging(project, limit)
        while found and self._left:
            await self._left.pop()()
        return found


async def test_what_is_attached_anew_while_the_queue_follows_comes_as_the_other_attachment_says(
    lonely: World, alone: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone.store.sweeper, "_followers", [])
    store = alone.store
    place = await store.directory.project(lonely.project)
    assert place is not None
    await store.views.wait_for(place.project, (await add(lonely, ["late"])).seq)
    anew = {"queue": 1, "dataset": 1, "priority": int(Priority.HIGH), "classes": [[]], "skip": 0}

    async def make_anew() -> None:
        await detach(lonely)
        await store.ledger.change(place.project, "attach_dataset", None, 1, not_before=0, **anew)

    late: Any = LateViews(store.views, make_anew)
    await Attaching(store.ledger, store.items, late, store.duplicates).follow(place.project)

    tasks = (await lonely.reserve("q", "ann", 10)).tasks
    assert {task.priority for task in tasks} == {HIGH}
    assert len(tasks) == 10


@pytest.mark.shows("E2", "E3")
async def test_items_that_a_dataset_gets_later_follow_in_their_order(stocked: World) -> None:
    await stocked.queue("q", "d")
    assert ids(await stocked.reserve("q", "ann", 10)) == ["a", "b", "c"]

    answer = await add(stocked, ["e", "b", "f"])
    assert answer.added == 2
    assert [(one.line, one.external_id, one.reason) for one in answer.line_errors] == [
        (2, "b", "DUPLICATE_ITEM")
    ]
    last = await add(stocked, ["g"])

    assert await reserved(stocked, "bob", 1, 3) == ["e", "f", "g"]
    assert (await get(stocked, min_seq=last.seq)).dataset.item_count == 6


async def test_a_repeated_addition_adds_nothing_twice(stocked: World) -> None:
    frame = stocked.change()
    first = await add(stocked, ["e"], **frame)
    again = await add(stocked, ["e"], **frame)

    assert again == first
    assert isinstance(await refused(add(stocked, ["e"], "nowhere")), errors.DatasetNotFound)
    assert isinstance(await refused(add(stocked, [])), errors.InvalidArgument)


async def test_a_dataset_gets_another_name(stocked: World) -> None:
    update = dataset_pb2.UpdateDatasetRequest(
        **stocked.change(), dataset_id="d", display_name="Digits, new"
    )
    answer = await stocked.stubs.datasets.UpdateDataset(update)

    assert (answer.dataset.display_name, answer.dataset.item_count) == ("Digits, new", 3)
    assert (await get(stocked, min_seq=answer.seq)).dataset.display_name == "Digits, new"
    unknown = dataset_pb2.UpdateDatasetRequest(**stocked.change(), dataset_id="e")
    assert isinstance(
        await refused(stocked.stubs.datasets.UpdateDataset(unknown)), errors.DatasetNotFound
    )


async def test_a_dataset_in_use_is_deleted_by_force_only(stocked: World) -> None:
    await stocked.queue("q", "d")
    await stocked.queue("r", "d")
    [task] = (await stocked.reserve("q", "ann")).tasks
    await stocked.submit("ann", task, status="completed")

    refusal = await refused(delete(stocked))
    assert isinstance(refusal, errors.DatasetInUse)
    assert refusal.metadata["queues"] == "2"
    operation = await stocked.waited((await delete(stocked, force=True)).operation)

    assert (operation.state, operation.done) == (SUCCEEDED, 6)
    assert sorted(operation.queue_ids) == ["q", "r"]
    assert await counts(stocked) == {"COMPLETED": 1, "REMOVED": 2}
    assert await counts(stocked, "r") == {"REMOVED": 3}


async def test_a_deleted_dataset_is_not_found_and_its_id_is_not_used_again(
    stocked: World,
) -> None:
    frame = stocked.change()
    await stocked.queue("q")
    answer = await delete(stocked, **frame)

    for refusal in (
        await refused(get(stocked, min_seq=answer.seq)),
        await refused(add(stocked, ["e"])),
        await refused(stocked.attach("q", "d")),
        await refused(stocked.add("q", "d", ["a"])),
        await refused(delete(stocked)),
    ):
        assert isinstance(refusal, errors.DatasetNotFound)
    again = dataset_pb2.CreateDatasetRequest(**stocked.change(), dataset_id="d")
    taken = await refused(stocked.stubs.datasets.CreateDataset(again))
    assert isinstance(taken, errors.DatasetAlreadyExists)
    assert (await delete(stocked, **frame)).seq == answer.seq
    nothing = await stocked.reserve("q", "ann")
    assert list(nothing.tasks) == []
    assert nothing.nothing.reason
