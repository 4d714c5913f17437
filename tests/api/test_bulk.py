"""Priorities and reopening in bulk: chunk by chunk, and what cannot be changed is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dibs import errors
from dibs.v1 import tasks_pb2
from tests.api.alone import ITEMS, Broken
from tests.api.tasks import HIGH, LOW, NONE, bulk_reopen, bulk_set_priority
from tests.api.test_operations import RUNNING, SUCCEEDED, cancel, counts
from tests.api.world import World, ids, refused

POOL = tasks_pb2.REOPEN_TO_POOL
PERSON = tasks_pb2.REOPEN_TO_PERSON


async def finished(world: World, person: str, count: int) -> list[Any]:
    """The next tasks, done by one person."""
    done = list((await world.reserve("q", person, count)).tasks)
    await asyncio.gather(*(world.submit(person, task) for task in done))
    return done


def told(operation: Any) -> list[tuple[str, str, str]]:
    return [(one.external_id, one.reason, one.task_id) for one in operation.errors]


@pytest.mark.shows("P43", "P44")
async def test_a_filter_puts_tasks_first_and_tells_what_is_finished(lonely: World) -> None:
    [done] = await finished(lonely, "ann", 1)
    [held] = (await lonely.reserve("q", "ann")).tasks
    first = int(done.task_id.split("-")[0])

    lower = await bulk_set_priority(lonely, "q", LOW, filter='dataset = "d"')
    operation = await lonely.waited(lower.operation)
    some = [f"{first + n}-1" for n in (0, 1, 249, 201, 5)]
    chosen = await lonely.waited(
        (await bulk_set_priority(lonely, "q", HIGH, task_ids=some)).operation
    )

    assert (operation.state, operation.total, operation.done) == (SUCCEEDED, 250, 250)
    assert told(operation) == [(ITEMS[0], "WRONG_TASK_STATE", done.task_id)]
    assert (chosen.total, chosen.done, chosen.failed) == (5, 5, 1)
    given = (await lonely.reserve("q", "bob", 5)).tasks
    assert [task.external_id for task in given] == [ITEMS[n] for n in (5, 201, 249, 2, 3)]
    assert [task.priority for task in given[2:]] == [HIGH, LOW, LOW]
    [mine] = (await lonely.mine("ann")).tasks
    assert (mine.priority, mine.lease.lease_token) == (HIGH, held.lease.lease_token)


async def test_the_order_is_right_from_each_chunk_on(lonely: World, broken: Broken) -> None:
    [task] = (await lonely.reserve("q", "ann")).tasks
    first = int(task.task_id.split("-")[0])
    names = [f"{first + n}-1" for n in range(50, 250)]
    broken.breaks_at, broken.waits = 2, asyncio.Event()

    operation = (await bulk_set_priority(lonely, "q", HIGH, task_ids=names)).operation

    assert (operation.state, operation.done) == (RUNNING, 100)
    assert ids(await lonely.reserve("q", "ann", 2)) == ITEMS[50:52]
    assert ids(await lonely.reserve("q", "bob", 99)) == [*ITEMS[52:150], ITEMS[1]]
    broken.waits.set()
    assert (await lonely.waited(operation)).state == SUCCEEDED
    assert ids(await lonely.reserve("q", "ann")) == [ITEMS[150]]


async def test_what_is_cancelled_keeps_what_it_did(lonely: World, broken: Broken) -> None:
    broken.breaks_at, broken.waits = 2, asyncio.Event()
    begun = (await bulk_set_priority(lonely, "q", HIGH, filter="state = QUEUED")).operation
    await cancel(lonely, begun.operation_id)
    broken.waits.set()
    given = (await lonely.reserve("q", "ann", 100)).tasks
    assert {task.priority for task in given} == {HIGH}
    assert (await lonely.reserve("q", "bob")).tasks[0].priority == NONE


@pytest.mark.shows("P75")
async def test_reopened_tasks_go_where_they_may_and_the_rest_is_told(lonely: World) -> None:
    anns = await finished(lonely, "ann", 3)
    bobs = await finished(lonely, "bob", 2)
    [held] = (await lonely.reserve("q", "bob")).tasks
    names = [task.task_id for task in (*anns, *bobs, held)]
    await lonely.remove("bob")

    to_authors = await lonely.waited((await bulk_reopen(lonely, "q", task_ids=names)).operation)

    assert (to_authors.state, to_authors.total, to_authors.failed) == (SUCCEEDED, 6, 3)
    assert [reason for _, reason, _ in told(to_authors)] == [
        *("NOT_ELIGIBLE", "NOT_ELIGIBLE", "WRONG_TASK_STATE")
    ]
    given = (await lonely.reserve("q", "ann", 3)).tasks
    assert [task.task_id for task in given] == names[:3]
    to_ann = await lonely.waited(
        (
            await bulk_reopen(lonely, "q", filter='status = "completed"', to=PERSON, person="ann")
        ).operation
    )
    assert (to_ann.total, to_ann.failed) == (2, 0)
    assert len((await lonely.mine("ann")).tasks) == 5


async def test_what_was_removed_and_what_left_meanwhile_is_told(lonely: World) -> None:
    """Of an item with two slots one is done and the other removed: it never comes back."""
    await lonely.queue("two", "d", slots=2)
    done = list((await lonely.reserve("two", "ann", 2)).tasks)
    await asyncio.gather(*(lonely.submit("ann", task) for task in done))
    await lonely.waited((await lonely.remove_items("two", "d", ITEMS[:1])).operation)

    operation = await lonely.waited(
        (await bulk_reopen(lonely, "two", filter="state = COMPLETED", to=POOL)).operation
    )

    assert (operation.total, operation.failed) == (2, 1)
    assert told(operation) == [(ITEMS[0], "WRONG_TASK_STATE", done[0].task_id)]


async def test_what_cannot_be_begun_changes_nothing(lonely: World) -> None:
    frame = lonely.change()
    for refusal in (
        await refused(bulk_set_priority(lonely, "q", HIGH)),
        await refused(bulk_set_priority(lonely, "q", HIGH, task_ids=["1-1"], filter="slot = 1")),
        await refused(bulk_set_priority(lonely, "q", HIGH, filter="state = NOWHERE")),
        await refused(bulk_reopen(lonely, "q")),
    ):
        assert isinstance(refusal, errors.InvalidArgument)
        assert refusal.field == "filter"
    nobody = await refused(bulk_reopen(lonely, "q", filter="slot = 1", to=PERSON))
    assert isinstance(nobody, errors.InvalidArgument)
    assert nobody.field == "person"
    unknown = await refused(bulk_set_priority(lonely, "q", HIGH, task_ids=["999999999-1"]))
    assert isinstance(unknown, errors.TaskNotFound)
    await lonely.archive("q")
    archived = await refused(bulk_set_priority(lonely, "q", HIGH, filter="slot = 1", **frame))
    assert isinstance(archived, errors.QueueArchived)
    assert await counts(lonely) == {"QUEUED": 250}
