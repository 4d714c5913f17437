"""Every bulk verb in chunks: killed in any of them, failed, retried, cancelled.

In each case five items, two a chunk: whatever stands between two chunks is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from allocator import bootstrap
from allocator.services import assigning, chunks
from allocator.strategies import operations
from dibs import errors
from dibs.v1 import reviewing_again_pb2, tasks_pb2
from tests.api import fleet
from tests.api.alone import Broken
from tests.api.assigned import assign, reassign, release
from tests.api.reviews import Desk
from tests.api.tasks import HIGH, bulk_reopen, bulk_set_priority
from tests.api.test_dataset_changes import delete as delete_dataset
from tests.api.test_delayed_tasks import listed
from tests.api.test_delays import LATER_MS, in_ms
from tests.api.test_deleting import delete as delete_queue
from tests.api.test_detaching import detach
from tests.api.test_operations import (
    CANCELLED,
    FAILED,
    RUNNING,
    SUCCEEDED,
    cancel,
    counts,
    remove_matching,
    retry,
)
from tests.api.test_taking_out import take_out
from tests.api.world import Stubs, World, ids, refused

NAMES = list("abcde")
COMPLETED = "state = COMPLETED"
Calls = Callable[[World], Awaitable[Any]]


async def attached(world: World) -> None:
    await world.attach("q", "d")
    await world.until("q", QUEUED=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A bulk verb over the five items of a queue."""

    name: str
    begin: Calls
    moved: Calls
    """How many it has moved by now, as anybody can see."""
    prepare: Calls = attached
    promise: Callable[[World, Any], Awaitable[None]] | None = None
    """What holds from its first event on; `held` is what ann held before."""
    undivided: bool = False
    """Whether it may not be cancelled."""

    def __str__(self) -> str:
        return self.name


async def removed(world: World) -> int:
    return (await counts(world)).get("REMOVED", 0)


async def waiting_no_more(world: World) -> int:
    return 5 - (await counts(world)).get("DELAYED", 0)


async def of_rank_high(world: World) -> int:
    return int((await listed(world, "priority = HIGH", queue_id="q")).total_size)


async def queued(world: World) -> int:
    return (await counts(world)).get("QUEUED", 0)


async def bobs(world: World) -> int:
    return len(ids(await world.mine("bob")))


async def delayed(world: World) -> None:
    await world.add("q", "d", NAMES, not_before=in_ms(LATER_MS))


async def finished(world: World) -> None:
    await attached(world)
    tasks = (await world.reserve("q", "ann", 5)).tasks
    await asyncio.gather(*(world.submit("ann", task) for task in tasks))


async def reviewed(world: World) -> None:
    """All done before anything was said of rates."""
    await set_rate(world, 0.0)
    await finished(world)


async def drawn_by_other_rates(world: World) -> None:
    await reviewed(world)
    await set_rate(world, 1.0)


async def set_rate(world: World, rate: float) -> None:
    await Desk(world).settings(enabled=True, sampling_rate=rate)


async def in_review(world: World) -> int:
    return (await counts(world)).get("IN_REVIEW", 0)


async def hold(world: World) -> None:
    await attached(world)
    await world.reserve("q", "ann", 5)


async def nothing_is_given_or_kept(world: World, held: list[Any]) -> None:
    assert ids(await world.reserve("q", "bob", 5)) == []
    for task in held:
        lost = await refused(world.start("ann", task))
        assert isinstance(lost, errors.LeaseLost | errors.WrongTaskState)


async def there_is_no_such_dataset(world: World, held: list[Any]) -> None:
    await nothing_is_given_or_kept(world, held)
    assert isinstance(await refused(world.attach("q", "d")), errors.DatasetNotFound)


async def they_are_the_datasets_no_more(world: World, held: list[Any]) -> None:
    await world.queue("other")
    assert isinstance(await refused(world.add("other", "d", NAMES[:1])), errors.ItemNotFound)


async def there_is_no_such_queue(world: World, held: list[Any]) -> None:
    assert isinstance(await refused(world.depth("q")), errors.QueueNotFound)
    assert ids(await world.mine("ann")) == []
    for task in held:
        assert isinstance(await refused(world.submit("ann", task)), errors.NotFound)


async def unknown(world: World) -> None:
    """Nobody sees it: there is no such queue."""


async def everything(world: World) -> Any:
    return await remove_matching(world, "slot = 1")


VERBS = (
    Verb(
        name="RemoveItems",
        begin=lambda world: world.remove_items("q", "d", NAMES),
        moved=removed,
    ),
    Verb(name="RemoveMatchingItems", begin=everything, moved=removed),
    Verb(
        name="RemoveMatchingItems of DELAYED ones",
        prepare=delayed,
        begin=everything,
        moved=waiting_no_more,
    ),
    Verb(
        name="BulkSetPriority",
        begin=lambda world: bulk_set_priority(world, "q", HIGH, filter="slot = 1"),
        moved=of_rank_high,
    ),
    Verb(
        name="BulkSetPriority of DELAYED ones",
        prepare=delayed,
        begin=lambda world: bulk_set_priority(world, "q", HIGH, filter="slot = 1"),
        moved=of_rank_high,
    ),
    Verb(
        name="BulkReopen",
        prepare=finished,
        begin=lambda world: bulk_reopen(world, "q", filter=COMPLETED, to=tasks_pb2.REOPEN_TO_POOL),
        moved=queued,
    ),
    Verb(
        name="AddReviews",
        prepare=reviewed,
        begin=lambda world: world.stubs.reviews.AddReviews(
            reviewing_again_pb2.AddReviewsRequest(**world.change(), queue_id="q", filter=COMPLETED)
        ),
        moved=in_review,
    ),
    Verb(
        name="Resample",
        prepare=drawn_by_other_rates,
        begin=lambda world: world.stubs.reviews.Resample(
            reviewing_again_pb2.ResampleRequest(**world.change(), queue_id="q", filter=COMPLETED)
        ),
        moved=in_review,
    ),
    Verb(
        name="AssignTasks",
        begin=lambda world: assign(world, "q", "bob", filter="slot = 1", allow_partial=True),
        moved=bobs,
    ),
    Verb(
        name="ReleaseTasks",
        prepare=hold,
        begin=lambda world: release(world, "q", filter="slot = 1", allow_partial=True),
        moved=queued,
    ),
    Verb(
        name="Reassign",
        prepare=hold,
        begin=lambda world: reassign(world, "q", "ann", "bob"),
        moved=bobs,
    ),
    Verb(
        name="RemoveDatasetItems",
        begin=lambda world: take_out(world, NAMES),
        moved=removed,
        promise=they_are_the_datasets_no_more,
    ),
    Verb(
        name="DetachDataset",
        begin=detach,
        moved=removed,
        promise=nothing_is_given_or_kept,
        undivided=True,
    ),
    Verb(
        name="DeleteDataset",
        begin=lambda world: delete_dataset(world, "d", force=True),
        moved=removed,
        promise=there_is_no_such_dataset,
        undivided=True,
    ),
    Verb(
        name="DeleteQueue",
        prepare=hold,
        begin=lambda world: delete_queue(world, force=True),
        moved=unknown,
        promise=there_is_no_such_queue,
        undivided=True,
    ),
)


@pytest.fixture
async def world(alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Five items in queue q, of a worker that nobody helps; two of them a chunk."""
    monkeypatch.setattr(operations, "CHUNK", 2)
    monkeypatch.setattr(chunks, "CHUNK", 2)
    monkeypatch.setattr(assigning, "AT_ONCE", 4)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{alone.port}") as channel:
        world = await World.make(Stubs(fleet.Watched(lambda: channel)))
        await world.people("ann", "bob")
        await world.dataset("d", NAMES)
        await world.queue("q")
        yield world


async def begun(world: World, verb: Verb) -> tuple[Any, list[Any]]:
    """The operation, and what ann held before it."""
    await verb.prepare(world)
    held = list((await world.mine("ann")).tasks)
    if verb.promise and not held:
        held = list((await world.reserve("q", "ann")).tasks)
    return (await verb.begin(world)).operation, held


@pytest.mark.parametrize("chunk", [1, 2, 3])
@pytest.mark.parametrize("dies", ["before", "after"])
@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_a_driver_that_dies_in_a_chunk_is_replaced_and_the_first_event_holds(
    world: World, broken: Broken, verb: Verb, chunk: int, dies: str
) -> None:
    broken.breaks_at, broken.dies, broken.waits = chunk, dies, asyncio.Event()

    operation, held = await begun(world, verb)

    done = min(5, 2 * (chunk - (dies == "before")))
    assert operation.total == 5
    assert operation.state == RUNNING or operation.done == 5
    assert operation.done <= done  # whoever else drives may have asked for one of them again
    assert await verb.moved(world) in (operation.done, None)
    if verb.promise:
        await verb.promise(world, held)
    broken.waits.set()
    ended = await world.waited(operation)
    assert (ended.state, ended.done, ended.failed) == (SUCCEEDED, 5, 0)
    assert await verb.moved(world) in (5, None)


@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_what_failed_keeps_its_promise_and_a_retry_goes_on_where_it_stood(
    world: World, broken: Broken, verb: Verb
) -> None:
    broken.breaks_at = 2
    operation, held = await begun(world, verb)
    failed = await world.waited(operation)

    assert (failed.state, failed.error, failed.done) == (FAILED, "ZeroDivisionError", 2)
    assert await verb.moved(world) in (2, None)
    if verb.promise:
        await verb.promise(world, held)
    broken.breaks_at = 1_000
    retried = await retry(world, failed.operation_id)
    ended = await world.waited(failed, min_seq=retried.seq)
    assert (ended.state, ended.error, ended.done) == (SUCCEEDED, "", 5)
    assert await verb.moved(world) in (5, None)


@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_what_is_cancelled_keeps_what_it_moved_unless_it_may_not_be(
    world: World, broken: Broken, verb: Verb
) -> None:
    broken.breaks_at, broken.dies, broken.waits = 2, "before", asyncio.Event()
    operation, _ = await begun(world, verb)
    assert (operation.state, operation.done) == (RUNNING, 2)

    if verb.undivided:
        error = await refused(cancel(world, operation.operation_id))
        assert isinstance(error, errors.WrongOperationState)
        broken.waits.set()
        assert (await world.waited(operation)).state == SUCCEEDED
        return
    answer = await cancel(world, operation.operation_id)
    broken.waits.set()
    assert (answer.operation.state, answer.operation.done) == (CANCELLED, 2)
    assert await verb.moved(world) == 2
    not_failed = await refused(retry(world, operation.operation_id))
    assert isinstance(not_failed, errors.WrongOperationState)
