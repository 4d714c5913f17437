"""Items that are done in another queue already: the answer tells, and one may do without them."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import dataset_pb2, duplicates_pb2, queue_pb2
from tests.api.test_figures import FUTURE
from tests.api.world import World, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

SKIP, REFUSE = duplicates_pb2.ON_DUPLICATE_SKIP, duplicates_pb2.ON_DUPLICATE_REFUSE
ITEMS = ["a", "b", "c", "d", "e"]


@pytest.fixture
async def half_done(world: World) -> World:
    """In "first" a and b are completed, c is discarded, d is held; in "second" b is completed."""
    await world.people("ann")
    await world.dataset("x", ITEMS)
    await world.queue("first")
    await world.add("first", "x", ITEMS[:4])
    await world.queue("second")
    await world.add("second", "x", ["b"])
    for task, status in zip(
        (await world.reserve("first", "ann", 4)).tasks,
        ["completed", "completed", "discarded"],
        strict=False,
    ):
        await world.submit("ann", task, status=status)
    [task] = (await world.reserve("second", "ann")).tasks
    done = await world.submit("ann", task)
    await world.queue("third")
    await world.get_queue("first", min_seq=done.seq)
    return world


def told(answer: Any) -> tuple[int, list[str]]:
    done = answer.already_done
    assert not done.items_is_lower_bound
    return done.items, list(done.queue_ids)


async def _waiting(world: World) -> list[str]:
    return ids(await world.reserve("third", "ann", 10))


@pytest.mark.shows("P17")
async def test_who_adds_what_is_done_elsewhere_is_told_how_much_and_where(
    half_done: World,
) -> None:
    answer = await half_done.add("third", "x", ITEMS)

    assert (answer.added, told(answer)) == (5, (2, ["first", "second"]))
    assert await _waiting(half_done) == ITEMS


@pytest.mark.shows("P17")
async def test_who_attaches_a_dataset_is_told_what_of_it_is_done(half_done: World) -> None:
    answer = await half_done.attach("third", "x")
    await half_done.dataset("y", ["a", "b"])
    other = await half_done.attach("third", "y")

    assert told(answer) == (2, ["first", "second"])
    assert told(other) == (0, [])


@pytest.mark.shows("P17")
async def test_a_dataset_is_attached_without_what_is_done_or_not_at_all(half_done: World) -> None:
    before = await half_done.depth("third")
    error = await refused(half_done.attach("third", "x", on_duplicate=REFUSE))
    assert isinstance(error, errors.ItemAlreadyDone)
    assert (error.metadata["external_id"], error.metadata["items"]) == ("a", "2")
    assert await half_done.depth("third") == before

    answer = await half_done.attach("third", "x", on_duplicate=SKIP)
    await half_done.load("x", ["f"])
    await half_done.until("third", queued=4)

    assert told(answer) == (2, ["first", "second"])
    assert await _waiting(half_done) == ["c", "d", "e", "f"]


async def test_what_left_the_dataset_is_no_reason_to_refuse_it(half_done: World) -> None:
    await half_done.stubs.datasets.RemoveDatasetItems(
        dataset_pb2.RemoveDatasetItemsRequest(
            **half_done.change(), dataset_id="x", external_ids=["a", "b"]
        )
    )
    request = queue_pb2.AttachDatasetRequest(
        **half_done.change(), queue_id="third", dataset_id="x", on_duplicate=REFUSE
    )
    first = await half_done.stubs.queues.AttachDataset(request)
    [held] = (await half_done.mine("ann", queue_id="first")).tasks
    await half_done.submit("ann", held)

    assert (await half_done.stubs.queues.AttachDataset(request)).seq == first.seq
    assert await _waiting(half_done) == ["c", "d", "e"]


async def test_what_is_done_in_the_queue_itself_is_no_duplicate(half_done: World) -> None:
    answer = await half_done.add("second", "x", ["a", "e"])
    assert told(answer) == (1, ["first"])


async def test_what_is_done_is_left_out_if_it_is_asked_so(half_done: World) -> None:
    request = queue_pb2.AddItemsRequest(
        **half_done.change(), queue_id="third", dataset_id="x", external_ids=ITEMS[::-1]
    )
    request.on_duplicate = SKIP
    answer = await half_done.stubs.queues.AddItems(request)

    assert (answer.added, told(answer)) == (3, (2, ["first", "second"]))
    assert await half_done.stubs.queues.AddItems(request) == answer
    assert await _waiting(half_done) == ["e", "d", "c"]


async def test_where_everything_is_done_nothing_is_added(half_done: World) -> None:
    answer = await half_done.add("third", "x", ["b", "a"], on_duplicate=SKIP)

    assert (answer.added, told(answer)) == (0, (2, ["first", "second"]))
    later = await half_done.add("third", "x", ["a"], on_duplicate=SKIP, not_before=FUTURE)
    assert (later.added, told(later)) == (0, (1, ["first"]))
    assert await _waiting(half_done) == []
    assert list((await half_done.depth("third")).tasks) == []
    assert (await half_done.add("third", "x", ["b", "a"])).added == 2


async def test_what_is_left_out_may_be_in_the_queue_already(half_done: World) -> None:
    await half_done.add("third", "x", ["a"])
    answer = await half_done.add("third", "x", ["a", "e"], on_duplicate=SKIP)
    error = await refused(half_done.add("third", "x", ["a", "e"], on_duplicate=SKIP))

    assert (answer.added, told(answer)) == (1, (1, ["first"]))
    assert isinstance(error, errors.ItemAlreadyInQueue)
    assert error.metadata["external_id"] == "e"


async def test_what_is_done_is_refused_whole_if_it_is_asked_so(half_done: World) -> None:
    before = await half_done.depth("third")
    error = await refused(half_done.add("third", "x", ["e", "b", "a"], on_duplicate=REFUSE))

    assert isinstance(error, errors.ItemAlreadyDone)
    assert (error.metadata["external_id"], error.metadata["items"]) == ("b", "2")
    assert await half_done.depth("third") == before
    assert (await half_done.add("third", "x", ["e", "c"], on_duplicate=REFUSE)).added == 2


async def test_a_repeat_of_what_was_added_is_answered_whatever_is_done_since(
    half_done: World,
) -> None:
    request = queue_pb2.AddItemsRequest(
        **half_done.change(), queue_id="third", dataset_id="x", external_ids=["d", "e"]
    )
    request.on_duplicate = REFUSE
    first = await half_done.stubs.queues.AddItems(request)
    [held] = (await half_done.mine("ann", queue_id="first")).tasks
    await half_done.submit("ann", held)

    again = await half_done.stubs.queues.AddItems(request)
    assert (again.seq, again.added) == (first.seq, 2)


async def test_what_becomes_of_duplicates_is_one_of_three(half_done: World) -> None:
    error = await refused(half_done.add("third", "x", ["e"], on_duplicate=4))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "on_duplicate"
