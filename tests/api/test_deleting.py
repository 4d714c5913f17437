"""DeleteQueue: one event, and there is no such queue, nor any task of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.message_factory import GetMessageClass

from allocator import bootstrap
from dibs import errors
from dibs.v1 import allocation_pb2, deleting_pb2, group_pb2, operation_pb2, queue_pb2
from store.purging import purge_some
from store.view_rebuild import ViewRebuild
from tests.api.alone import Broken
from tests.api.examples import example, send
from tests.api.test_dataset_changes import delete as delete_dataset
from tests.api.test_operations import RUNNING, SUCCEEDED, cancel, counts, operations
from tests.api.world import World, ids, refused
from tests.protos.test_protos import RPCS

KINDS = {
    f"{service}.{rpc.name}": GetMessageClass(
        descriptor_pool.Default().FindMessageTypeByName(rpc.input_type.removeprefix("."))
    )
    for service, rpc in RPCS
}
NAMING = {
    rpc: kind
    for rpc, kind in KINDS.items()
    if {"queue_id", "task_id"} & set(kind.DESCRIPTOR.fields_by_name)
    and rpc != "QueueService.CreateQueue"
}
"""Calls that name a queue, or a task."""
INSTEAD: dict[str, dict[str, Any]] = {
    "AllocationService.Explain": {"queue_id": ""},
    "AllocationService.Reopen": {"person": ""},
    "AllocationService.BulkReopen": {"person": ""},
}


@pytest.fixture
async def stocked(world: World) -> World:
    """Two queues over one dataset; the first is for a group, and somebody works in it."""
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b", "c"])
    await world.group("g", "ann", "bob")
    await world.queue("q", "d", restricted=True, allowed_groups=["g"])
    await world.queue("other", "d")
    return world


async def delete(world: World, queue: str = "q", **fields: Any) -> Any:
    return await world.stubs.queues.DeleteQueue(
        deleting_pb2.DeleteQueueRequest(**(world.change() | fields), queue_id=queue)
    )


async def listed(world: World) -> list[str]:
    request = queue_pb2.ListQueuesRequest(**world.where())
    return [queue.queue_id for queue in (await world.stubs.queues.ListQueues(request)).queues]


async def test_a_queue_in_which_something_is_held_is_deleted_by_force_only(stocked: World) -> None:
    [task] = (await stocked.reserve("q", "ann")).tasks

    refusal = await refused(delete(stocked))
    assert isinstance(refusal, errors.QueueHeld)
    assert refusal.metadata == {"queue_id": "q", "tasks": "1", "kind": "state"}
    await stocked.submit("ann", task)
    frame = stocked.change()
    answer = await delete(stocked, **frame)

    operation = await stocked.waited(answer.operation)
    assert (operation.verb, operation.state, operation.total, operation.percent) == (
        *(operation_pb2.OPERATION_VERB_DELETE_QUEUE, SUCCEEDED, 0, 100),
    )
    assert list(operation.queue_ids) == ["q"]
    assert (await delete(stocked, **frame)).seq == answer.seq
    assert isinstance(await refused(delete(stocked, force=True)), errors.QueueNotFound)


@pytest.mark.shows("D93")
async def test_whatever_names_the_queue_or_a_task_of_it_finds_no_queue(stocked: World) -> None:
    held, started = (await stocked.reserve("q", "ann", 2)).tasks
    await stocked.start("ann", started)
    await delete(stocked, force=True)

    told: dict[str, tuple[str, str | None]] = {}
    lease = {"task_id": started.task_id, "lease_token": started.lease.lease_token}
    named = {**lease, "person": "ann", "person_ids": ["ann"]}
    for rpc, kind in NAMING.items():
        request = example(stocked, rpc, kind, "ada", **(named | INSTEAD.get(rpc, {})), content=b"x")
        error = await refused(send(stocked.stubs, rpc)(request))
        told[rpc] = (type(error).__name__, error.metadata.get("queue_id"))
    assert told == dict.fromkeys(NAMING, ("QueueNotFound", "q"))
    for gone in (
        await refused(stocked.submit("ann", held)),
        await refused(stocked.save_draft("ann", started, b"work")),
        await refused(stocked.renew("ann", held)),
        await refused(stocked.mine("ann", queue_id="q")),
    ):
        assert isinstance(gone, errors.QueueNotFound)
    assert ids(await stocked.mine("ann")) == []


@pytest.mark.shows("P86", "D93")
async def test_items_datasets_and_other_queues_stay(stocked: World) -> None:
    done, _held = (await stocked.reserve("q", "ann", 2)).tasks
    await stocked.submit("ann", done)
    await stocked.reserve("other", "ann")

    await delete(stocked, force=True)

    assert await listed(stocked) == ["other"]
    assert await counts(stocked, "other") == {"ASSIGNED": 1, "QUEUED": 2}
    everywhere = allocation_pb2.ReserveRequest(**stocked.change("bob"), count=5)
    assert ids(await stocked.stubs.allocation.Reserve(everywhere)) == ["b", "c"]
    await stocked.queue("next", "d")
    assert await counts(stocked, "next") == {"QUEUED": 3}
    taken = await refused(stocked.queue("q"))
    assert isinstance(taken, errors.QueueAlreadyExists)


async def test_what_the_queue_used_is_free_of_it(stocked: World) -> None:
    await delete(stocked, "other")
    in_use = await refused(delete_dataset(stocked))
    assert isinstance(in_use, errors.DatasetInUse)
    await delete(stocked)

    operation = await stocked.waited((await delete_dataset(stocked)).operation)

    assert (operation.state, operation.total) == (SUCCEEDED, 0)
    group = group_pb2.DeleteGroupRequest(**stocked.change(), group_id="g")
    assert (await stocked.stubs.groups.DeleteGroup(group)).seq > 0


async def test_every_lease_is_dead_before_the_first_chunk_has_ended_one(
    lonely: World, broken: Broken
) -> None:
    [first, second] = (await lonely.reserve("q", "ann", 2)).tasks
    broken.breaks_at, broken.waits = 1, asyncio.Event()

    operation = (await delete(lonely, force=True)).operation

    assert (operation.state, operation.total, operation.done) == (RUNNING, 2, 0)
    for refusal in (
        await refused(lonely.start("ann", first)),
        await refused(lonely.submit("ann", second)),
        await refused(lonely.reserve("q", "bob")),
    ):
        assert isinstance(refusal, errors.QueueNotFound)
    assert ids(await lonely.mine("ann")) == []
    undivided = await refused(cancel(lonely, operation.operation_id))
    assert isinstance(undivided, errors.WrongOperationState)
    broken.waits.set()
    done = await lonely.waited(operation)
    assert (done.state, done.done, done.failed) == (SUCCEEDED, 2, 0)


@pytest.mark.parametrize("chunk", [1, 2])
@pytest.mark.parametrize("dies", ["before", "after"])
async def test_a_driver_that_dies_in_any_chunk_of_a_deletion_is_replaced(
    lonely: World, broken: Broken, alone: bootstrap.Worker, chunk: int, dies: str
) -> None:
    """That no lease is left, the audit tells at the end; that no row is, we."""
    for person in ("ann", "bob"):
        assert len((await lonely.reserve("q", person, 100)).tasks) == 100
    broken.breaks_at, broken.dies = chunk, dies

    done = await lonely.waited((await delete(lonely, force=True)).operation)

    assert (done.state, done.total, done.done) == (SUCCEEDED, 200, 200)
    assert [one.operation_id for one in await operations(lonely)] == [done.operation_id]
    while await purge_some(alone.store.postgres):
        pass
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    left = await alone.store.postgres.fetch(
        "SELECT FROM view_task WHERE project = $1", place.project
    )
    assert left == []
    views = ViewRebuild(alone.store.postgres, alone.store.log)
    assert await views.heal(place.project, most_events=1_000) == 0
