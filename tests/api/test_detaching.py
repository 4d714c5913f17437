"""DetachDataset: from one event on nothing of the dataset is given, started or submitted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2, operation_pb2
from tests.api.alone import ITEMS, Broken
from tests.api.test_operations import FAILED, RUNNING, SUCCEEDED, cancel, counts, retry
from tests.api.world import World, ids, refused


@pytest.fixture
async def mixed(lonely: World) -> World:
    """250 items of dataset d and, among them in the queue, 4 of dataset e."""
    await lonely.dataset("e", ["e1", "e2", "e3", "e4"])
    await lonely.add("q", "e", ["e1", "e2"], priority="PRIORITY_HIGH")
    await lonely.add("q", "e", ["e3", "e4"])
    return lonely


async def detach(world: World, dataset: str = "d", queue: str = "q", **fields: Any) -> Any:
    return await world.stubs.queues.DetachDataset(
        operation_pb2.DetachDatasetRequest(
            **(world.change() | fields), queue_id=queue, dataset_id=dataset
        )
    )


async def test_the_fence_holds_before_the_first_chunk_has_moved(
    mixed: World, broken: Broken
) -> None:
    given = (await mixed.reserve("q", "ann", 6)).tasks
    assert [task.external_id for task in given] == ["e1", "e2", *ITEMS[:4]]
    finished, started, held, back = given[2:]
    await mixed.submit("ann", finished, status="completed")
    await mixed.start("ann", started)
    await mixed.release("ann", back)
    broken.breaks_at, broken.waits = 1, asyncio.Event()

    operation = (await detach(mixed)).operation

    assert (operation.state, operation.total, operation.done) == (RUNNING, 250, 0)
    for refusal in (
        await refused(mixed.start("ann", held)),
        await refused(mixed.submit("ann", held, status="completed")),
        await refused(mixed.submit("ann", started, status="completed")),
        await refused(mixed.renew("ann", started)),
    ):
        assert isinstance(refusal, errors.LeaseLost)
        assert refusal.metadata["cause"] == "removed"
    assert ids(await mixed.reserve("q", "bob", 100)) == ["e3", "e4"]
    nothing = await mixed.reserve("q", "bob", 100)
    assert nothing.nothing.reason == allocation_pb2.NOTHING_REASON_ALL_LEASED
    await mixed.load("d", ["late"])
    undivided = await refused(cancel(mixed, operation.operation_id))
    assert isinstance(undivided, errors.WrongOperationState)

    broken.waits.set()
    done = await mixed.waited(operation)
    assert (done.state, done.done, done.failed) == (SUCCEEDED, 250, 0)
    assert await counts(mixed) == {"COMPLETED": 1, "ASSIGNED": 4, "REMOVED": 249}
    mine = await mixed.mine("ann")
    assert ids(mine) == ["e1", "e2"]


@pytest.mark.shows("E4")
async def test_a_detached_dataset_leaves_and_what_is_finished_stays(lonely: World) -> None:
    done, _held = (await lonely.reserve("q", "ann", 2)).tasks
    await lonely.submit("ann", done, status="completed")
    await lonely.queue("other", "d")

    operation = await lonely.waited((await detach(lonely)).operation)

    assert (operation.state, operation.percent) == (SUCCEEDED, 100)
    assert await counts(lonely) == {"COMPLETED": 1, "REMOVED": 249}
    assert await counts(lonely, "other") == {"QUEUED": 250}
    again = await refused(detach(lonely))
    assert isinstance(again, errors.AttachmentNotFound)


@pytest.mark.shows("P28")
async def test_a_dataset_that_is_attached_again_makes_new_tasks_of_what_was_open(
    lonely: World, broken: Broken
) -> None:
    """Even while what was there before is still on its way out."""
    [done] = (await lonely.reserve("q", "ann")).tasks
    await lonely.submit("ann", done, status="completed")
    broken.breaks_at, broken.waits = 1, asyncio.Event()
    operation = (await detach(lonely)).operation
    assert operation.state == RUNNING

    await lonely.attach("q", "d")
    assert ids(await lonely.reserve("q", "ann", 2)) == ITEMS[1:3]
    broken.waits.set()

    assert (await lonely.waited(operation)).state == SUCCEEDED
    assert await counts(lonely) == {"COMPLETED": 1, "ASSIGNED": 2, "QUEUED": 247, "REMOVED": 249}
    await lonely.load("d", ["late"])
    second = await lonely.waited((await detach(lonely)).operation)
    assert second.state == SUCCEEDED
    assert ids(await lonely.reserve("q", "bob")) == []


async def test_what_had_ended_before_its_dataset_was_detached_is_in_the_queue_all_along(
    lonely: World, broken: Broken
) -> None:
    """One of two tasks of b is finished, the other was cleared: there is nothing to detach."""
    await lonely.dataset("two", ["a", "b", "c"])
    await lonely.queue("pairs", "two", slots=2)
    a, b = (await lonely.reserve("pairs", "ann", 2)).tasks
    await lonely.stubs.queues.ClearWaiting(
        operation_pb2.ClearWaitingRequest(**lonely.change(), queue_id="pairs")
    )
    await lonely.submit("ann", b, status="completed")
    broken.breaks_at, broken.waits = 1, asyncio.Event()
    operation = (await detach(lonely, "two", "pairs")).operation
    assert operation.state == RUNNING

    await lonely.attach("pairs", "two")
    given = await lonely.reserve("pairs", "bob", 9)
    broken.waits.set()

    assert ids(given) == ["a", "c"]
    assert (await lonely.waited(operation)).state == SUCCEEDED
    gone = await refused(lonely.submit("ann", a, status="completed"))
    assert isinstance(gone, errors.WrongTaskState)


async def test_a_detachment_that_failed_keeps_its_fence_until_it_is_retried(
    mixed: World, broken: Broken
) -> None:
    broken.breaks_at = 2
    failed = await mixed.waited((await detach(mixed)).operation)
    assert failed.state == FAILED
    assert ids(await mixed.reserve("q", "ann", 100)) == ["e1", "e2", "e3", "e4"]

    broken.breaks_at = 1_000
    retried = await retry(mixed, failed.operation_id)

    assert (await mixed.waited(failed, min_seq=retried.seq)).state == SUCCEEDED
    assert await counts(mixed) == {"ASSIGNED": 4, "REMOVED": 250}


async def test_what_cannot_be_detached_is_told(lonely: World) -> None:
    frame = lonely.change()
    assert isinstance(await refused(detach(lonely, queue="r")), errors.QueueNotFound)
    assert isinstance(await refused(detach(lonely, "e")), errors.DatasetNotFound)
    await lonely.queue("free")
    assert isinstance(await refused(detach(lonely, queue="free")), errors.AttachmentNotFound)
    first = await detach(lonely, **frame)
    assert (await detach(lonely, **frame)).seq == first.seq
