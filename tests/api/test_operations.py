"""Bulk verbs: begun by one event, done in chunks, watched, cancelled, retried, forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from allocator import bootstrap
from allocator.strategies.operations import CHUNK
from dibs import errors
from dibs.v1 import common_pb2, operation_pb2
from store import keys
from tests.api.alone import ITEMS, Broken, stock
from tests.api.world import World, ids, refused

SUCCEEDED = operation_pb2.OPERATION_STATE_SUCCEEDED
FAILED = operation_pb2.OPERATION_STATE_FAILED
CANCELLED = operation_pb2.OPERATION_STATE_CANCELLED
RUNNING = operation_pb2.OPERATION_STATE_RUNNING


@pytest.fixture
async def stocked(world: World) -> World:
    return await stock(world)


async def counts(world: World, queue: str = "q") -> dict[str, int]:
    depth = await world.depth(queue)
    prefix = "TASK_STATE_"
    return {
        common_pb2.TaskState.Name(one.state).removeprefix(prefix): one.count for one in depth.tasks
    }


async def operations(world: World, **fields: Any) -> list[operation_pb2.Operation]:
    request = operation_pb2.ListOperationsRequest(**world.where(), **fields)
    return list((await world.stubs.operations.ListOperations(request)).operations)


@pytest.mark.shows("P86", "D22")
async def test_removed_items_leave_the_queue_and_stay_everywhere_else(stocked: World) -> None:
    await stocked.queue("other", "d")

    answer = await stocked.remove_items("q", "d", ITEMS[:201])
    done = await stocked.waited(answer.operation)

    assert (done.state, done.total, done.done, done.failed, done.percent) == (
        *(SUCCEEDED, 201, 201, 0, 100),
    )
    assert (done.actor, list(done.queue_ids), done.dataset_id) == ("ada", ["q"], "d")
    assert await counts(stocked) == {"QUEUED": 49, "REMOVED": 201}
    assert ids(await stocked.reserve("q", "ann")) == [ITEMS[201]]
    assert ids(await stocked.reserve("other", "ann")) == [ITEMS[0]]


async def test_who_holds_a_removed_task_loses_it(stocked: World) -> None:
    [task] = (await stocked.reserve("q", "ann")).tasks

    await stocked.waited((await stocked.remove_items("q", "d", [ITEMS[0]])).operation)

    lost = await refused(stocked.submit("ann", task, status="completed"))
    assert isinstance(lost, errors.WrongTaskState)
    assert lost.metadata["state"] == "REMOVED"
    assert list((await stocked.mine("ann")).tasks) == []


async def test_what_is_finished_stays_and_is_told(stocked: World) -> None:
    [task] = (await stocked.reserve("q", "ann")).tasks
    await stocked.submit("ann", task, status="completed")
    await stocked.queue("small")
    await stocked.add("small", "d", ITEMS[:3])

    done = await stocked.waited((await stocked.remove_items("q", "d", ITEMS[:2])).operation)
    part = await stocked.waited(
        (await stocked.remove_items("small", "d", ["i005", "i001"])).operation
    )

    assert [(e.external_id, e.reason) for e in done.errors] == [(ITEMS[0], "WRONG_TASK_STATE")]
    assert (done.state, done.done, done.failed) == (SUCCEEDED, 2, 1)
    assert [(e.external_id, e.reason) for e in part.errors] == [("i005", "ITEM_NOT_FOUND")]
    assert await counts(stocked) == {"QUEUED": 248, "COMPLETED": 1, "REMOVED": 1}


async def test_a_removed_item_that_is_added_again_is_a_new_task_at_the_tail(stocked: World) -> None:
    await stocked.waited((await stocked.remove_items("q", "d", [ITEMS[0]])).operation)

    await stocked.add("q", "d", [ITEMS[0]])

    twice = await refused(stocked.add("q", "d", [ITEMS[0]]))
    assert isinstance(twice, errors.ItemAlreadyInQueue)
    assert ids(await stocked.reserve("q", "ann")) == [ITEMS[1]]
    rest = ids(await stocked.reserve("q", "bob", 100)) + ids(await stocked.reserve("q", "bob"))
    assert ITEMS[0] not in rest
    assert await counts(stocked) == {"ASSIGNED": 101, "QUEUED": 149, "REMOVED": 1}


async def test_a_repeated_removal_is_the_same_operation(stocked: World) -> None:
    frame = stocked.change()

    first = await stocked.remove_items("q", "d", ITEMS[:5], **frame)
    again = await stocked.remove_items("q", "d", ITEMS[:5], **frame)

    assert again.seq == first.seq
    assert again.operation.operation_id == first.operation.operation_id
    assert len(await operations(stocked)) == 1


async def test_what_cannot_be_removed_changes_nothing(stocked: World) -> None:
    unknown = await refused(stocked.remove_items("q", "d", [ITEMS[0], "nowhere"]))
    no_queue = await refused(stocked.remove_items("r", "d", [ITEMS[0]]))
    no_dataset = await refused(stocked.remove_items("q", "e", [ITEMS[0]]))
    nothing = await refused(stocked.remove_items("q", "d", []))

    assert isinstance(unknown, errors.ItemNotFound)
    assert unknown.metadata["external_id"] == "nowhere"
    assert isinstance(no_queue, errors.QueueNotFound)
    assert isinstance(no_dataset, errors.DatasetNotFound)
    assert isinstance(nothing, errors.InvalidArgument)
    assert await operations(stocked) == []
    assert await counts(stocked) == {"QUEUED": 250}


async def remove_matching(world: World, filter_: str, queue: str = "q", **fields: Any) -> Any:
    return await world.stubs.queues.RemoveMatchingItems(
        operation_pb2.RemoveMatchingItemsRequest(
            **(world.change() | fields), queue_id=queue, filter=filter_
        )
    )


async def test_what_a_filter_lets_through_is_removed_as_of_the_call(stocked: World) -> None:
    held = (await stocked.reserve("q", "ann", 3)).tasks
    await stocked.submit("ann", held[0], status="completed")
    await stocked.release("ann", held[1])

    mine = await stocked.waited((await remove_matching(stocked, 'person = "ann"')).operation)
    waiting = await stocked.waited((await remove_matching(stocked, "state = QUEUED")).operation)

    assert (mine.state, mine.total, mine.failed) == (SUCCEEDED, 2, 1)
    assert [one.external_id for one in mine.errors] == [ITEMS[0]]
    assert (waiting.state, waiting.total, waiting.done) == (SUCCEEDED, 248, 248)
    assert await counts(stocked) == {"COMPLETED": 1, "REMOVED": 249}


async def test_a_filter_that_cannot_be_read_removes_nothing(stocked: World) -> None:
    wrong = await refused(remove_matching(stocked, "state = NOWHERE"))
    empty = await refused(remove_matching(stocked, ""))
    nobody = await stocked.waited((await remove_matching(stocked, 'person = "nobody"')).operation)

    assert isinstance(wrong, errors.InvalidArgument)
    assert isinstance(empty, errors.InvalidArgument)
    assert (nobody.state, nobody.total) == (SUCCEEDED, 0)
    assert await counts(stocked) == {"QUEUED": 250}


async def retry(world: World, *operation_ids: str) -> operation_pb2.RetryOperationsResponse:
    return await world.stubs.operations.RetryOperations(
        operation_pb2.RetryOperationsRequest(**world.change(), operation_ids=operation_ids)
    )


async def cancel(world: World, operation_id: str) -> operation_pb2.CancelOperationResponse:
    return await world.stubs.operations.CancelOperation(
        operation_pb2.CancelOperationRequest(**world.change(), operation_id=operation_id)
    )


@pytest.mark.shows("P75")
async def test_a_fault_of_ours_fails_the_operation_and_a_retry_finishes_it(
    lonely: World, broken: Broken
) -> None:
    broken.breaks_at = 2
    failed = await lonely.waited((await lonely.remove_items("q", "d", ITEMS[:250])).operation)

    assert (failed.state, failed.error, failed.done) == (FAILED, "ZeroDivisionError", CHUNK)
    assert await counts(lonely) == {"QUEUED": 150, "REMOVED": 100}
    assert [one.operation_id for one in await operations(lonely, state=FAILED)] == [
        failed.operation_id
    ]

    broken.breaks_at = 1_000
    retried = await retry(lonely, failed.operation_id)
    done = await lonely.waited(failed, min_seq=retried.seq)
    assert (done.state, done.error, done.done) == (SUCCEEDED, "", 250)
    assert await counts(lonely) == {"REMOVED": 250}
    not_failed = await refused(retry(lonely, failed.operation_id))
    assert isinstance(not_failed, errors.WrongOperationState)
    assert not_failed.metadata["state"] == "SUCCEEDED"


async def test_a_cancelled_operation_keeps_what_it_has_moved(lonely: World, broken: Broken) -> None:
    broken.breaks_at, broken.waits = 2, asyncio.Event()
    began = (await lonely.remove_items("q", "d", ITEMS)).operation
    assert began.state == RUNNING

    answer = await cancel(lonely, began.operation_id)
    broken.waits.set()

    shown = answer.operation
    assert (shown.state, shown.done, shown.percent) == (CANCELLED, CHUNK, 40)
    assert answer.operation.HasField("end_time")
    assert await counts(lonely) == {"QUEUED": 150, "REMOVED": 100}
    over = await refused(cancel(lonely, began.operation_id))
    assert isinstance(over, errors.WrongOperationState)
    assert over.metadata["state"] == "CANCELLED"


@pytest.mark.shows("P80", "P74")
async def test_history_older_than_a_day_is_forgotten_and_who_did_it_is_on_record(
    stocked: World, server: bootstrap.Worker
) -> None:
    old = await stocked.waited((await stocked.remove_items("q", "d", ITEMS[:2])).operation)
    clean = operation_pb2.CleanHistoryRequest
    assert (await stocked.stubs.operations.CleanHistory(clean(**stocked.change()))).cleaned == 0
    row = await server.store.directory.project(stocked.project)
    assert row
    header = keys.header(row.project)
    wall = int(await server.store.redis.call("HGET", header, "wall"))
    day = int(timedelta(days=1).total_seconds() * 1000)
    await server.store.redis.call("HSET", header, "wall", wall + day + 60_000)
    young = await stocked.waited((await stocked.remove_items("q", "d", ITEMS[2:4])).operation)

    cleaned = await stocked.stubs.operations.CleanHistory(clean(**stocked.change()))

    assert cleaned.cleaned == 1
    listed = await operations(stocked, min_seq=cleaned.seq)
    assert [one.operation_id for one in listed] == [young.operation_id]
    event = await server.store.ledger.event_at(row.project, cleaned.seq)
    assert (event.kind, event.body["operations"]) == ("history_cleaned", [int(old.operation_id)])
    gone = await refused(cancel(stocked, old.operation_id))
    assert isinstance(gone, errors.OperationNotFound)


async def test_waiting_ends_at_its_timeout(lonely: World, broken: Broken) -> None:
    broken.breaks_at, broken.waits = 1, asyncio.Event()
    began = (await lonely.remove_items("q", "d", ITEMS[:5])).operation
    request = operation_pb2.WaitOperationRequest(**lonely.where(), operation_id=began.operation_id)
    request.timeout.FromMilliseconds(10)

    still = (await lonely.stubs.operations.WaitOperation(request)).operation
    broken.waits.set()

    assert still.state == RUNNING
    assert (await lonely.waited(began)).state == SUCCEEDED


async def test_the_owner_of_a_queue_sees_its_operations_and_no_others(stocked: World) -> None:
    began = (await stocked.remove_items("q", "d", ITEMS[:5])).operation
    request = operation_pb2.GetOperationRequest(
        **stocked.where("ann"), operation_id=began.operation_id
    )

    denied = await refused(stocked.stubs.operations.GetOperation(request))

    assert isinstance(denied, errors.PermissionDenied)
