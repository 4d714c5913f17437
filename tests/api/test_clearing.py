"""ClearWaiting: all that waits is removed by one event; what is held or finished stays."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2, operation_pb2
from tests.api.test_operations import counts, operations
from tests.api.world import World, ids, refused

ITEMS = [f"i{n:03}" for n in range(120)]


@pytest.fixture
async def stocked(world: World) -> World:
    """A queue with 120 items."""
    await world.people("ann", "bob")
    await world.dataset("d", ITEMS)
    await world.queue("q", "d")
    return world


async def clear(world: World, queue: str = "q", **fields: Any) -> Any:
    return await world.stubs.queues.ClearWaiting(
        operation_pb2.ClearWaitingRequest(**(world.change() | fields), queue_id=queue)
    )


@pytest.mark.shows("P73", "P76")
async def test_what_waits_is_removed_at_once_and_nothing_else_is_touched(stocked: World) -> None:
    done, started, held = (await stocked.reserve("q", "ann", 3)).tasks
    await stocked.submit("ann", done, status="completed")
    await stocked.start("ann", started)

    operation = (await clear(stocked)).operation

    assert (operation.verb, operation.state) == (
        operation_pb2.OPERATION_VERB_CLEAR_WAITING,
        operation_pb2.OPERATION_STATE_SUCCEEDED,
    )
    assert (operation.total, operation.done, operation.percent) == (117, 117, 100)
    assert [one.operation_id for one in await operations(stocked)] == [operation.operation_id]
    assert await counts(stocked) == {
        "COMPLETED": 1,
        "IN_PROGRESS": 1,
        "ASSIGNED": 1,
        "REMOVED": 117,
    }
    nothing = await stocked.reserve("q", "bob")
    assert nothing.nothing.reason == allocation_pb2.NOTHING_REASON_ALL_LEASED
    await stocked.submit("ann", started, status="completed")
    await stocked.submit("ann", held, status="completed")
    assert await counts(stocked) == {"COMPLETED": 3, "REMOVED": 117}


async def test_what_was_held_waits_again_when_it_is_given_back(stocked: World) -> None:
    [task] = (await stocked.reserve("q", "ann")).tasks
    await clear(stocked)

    await stocked.release("ann", task)

    assert await counts(stocked) == {"QUEUED": 1, "REMOVED": 119}
    assert ids(await stocked.reserve("q", "bob", 10)) == [ITEMS[0]]


async def test_what_was_given_back_before_is_removed_too(stocked: World) -> None:
    [task] = (await stocked.reserve("q", "ann")).tasks
    await stocked.release("ann", task)

    await clear(stocked)

    assert await counts(stocked) == {"REMOVED": 120}
    assert ids(await stocked.reserve("q", "ann")) == []
    assert (await stocked.depth("q")).available == 0


async def test_a_cleared_item_that_is_added_again_is_a_new_task(stocked: World) -> None:
    await stocked.reserve("q", "ann")
    await clear(stocked)

    there = await refused(stocked.add("q", "d", [ITEMS[0]]))
    await stocked.add("q", "d", [ITEMS[7]])

    assert isinstance(there, errors.ItemAlreadyInQueue)
    assert ids(await stocked.reserve("q", "bob", 10)) == [ITEMS[7]]
    assert await counts(stocked) == {"ASSIGNED": 2, "REMOVED": 119}


async def test_of_an_item_for_two_people_only_the_waiting_half_is_removed(world: World) -> None:
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d", slots=2)
    [task] = (await world.reserve("q", "ann")).tasks

    await clear(world)

    assert await counts(world) == {"ASSIGNED": 1, "REMOVED": 3}
    assert ids(await world.reserve("q", "bob")) == []
    await world.submit("ann", task, status="completed")
    assert await counts(world) == {"COMPLETED": 1, "REMOVED": 3}


async def test_a_queue_is_cleared_again_and_again(stocked: World) -> None:
    assert (await clear(stocked)).operation.total == 120
    assert (await clear(stocked)).operation.total == 0
    await stocked.add("q", "d", ITEMS[:2])
    assert (await clear(stocked)).operation.total == 2
    await stocked.add("q", "d", ITEMS[1:3])
    assert ids(await stocked.reserve("q", "ann", 10)) == ITEMS[1:3]


async def test_a_repeated_clear_is_the_same_one(stocked: World) -> None:
    frame = stocked.change()

    first = await clear(stocked, **frame)
    await stocked.add("q", "d", ITEMS[:1])
    again = await clear(stocked, **frame)

    assert again.seq == first.seq
    assert await counts(stocked) == {"QUEUED": 1, "REMOVED": 120}
    assert isinstance(await refused(clear(stocked, "nowhere")), errors.QueueNotFound)
