"""Queues with batches: refill, load, clear, the one deadline, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, queue_pb2
from store import keys
from tests.api.tasks import reopen
from tests.api.world import World, ids, refused

ITEMS = [f"i{n}" for n in range(1, 13)]
MINUTE_MS = 60_000


def sizes(batch_size: int, most: int) -> queue_pb2.Batches:
    return queue_pb2.Batches(batch_size=batch_size, max_batch_workload=most)


async def _pulling(world: World, batches: queue_pb2.Batches, **fields: Any) -> None:
    await world.dataset("d", ITEMS)
    await world.queue("q", batches=batches, **fields)
    await world.add("q", "d", ITEMS)
    await world.people("one", "two")


async def _submit(world: World, person: str, *items: str) -> list[Any]:
    """Their tasks of these items, finished one by one; the answers."""
    held = {task.external_id: task for task in (await world.mine(person)).tasks}
    return [await world.submit(person, held[item]) for item in items]


async def _holds(world: World, person: str) -> list[str]:
    return ids(await world.mine(person))


async def _batches(world: World) -> queue_pb2.Batches:
    seq = (await world.depth("q")).seq
    return (await world.get_queue("q", min_seq=seq)).batches


def batch(answer: Any) -> list[str]:
    return [task.external_id for task in answer.batch]


@pytest.mark.shows("D10", "D94", "D95")
async def test_the_worked_example_of_five_and_seven(world: World) -> None:
    await _pulling(world, sizes(5, 7))

    assert ids(await world.reserve("q", "one", 5)) == ["i1", "i2", "i3", "i4", "i5"]
    assert ids(await world.reserve("q", "two", 5)) == ["i6", "i7", "i8", "i9", "i10"]
    answers = await _submit(world, "one", "i1", "i2", "i3")
    assert [batch(answer) for answer in answers] == [[], [], ["i11", "i12"]]
    assert await _holds(world, "one") == ["i4", "i5", "i11", "i12"]
    answers = await _submit(world, "two", "i6", "i7", "i8")
    assert [batch(answer) for answer in answers] == [[], [], []]
    assert (await world.clear_batch("q", "two")).cleared == 2
    assert await _holds(world, "two") == []
    answers = await _submit(world, "one", "i4", "i5")
    assert [batch(answer) for answer in answers] == [[], ["i9", "i10"]]
    assert await _holds(world, "one") == ["i9", "i10", "i11", "i12"]


@pytest.mark.shows("L24")
async def test_five_and_ten_hand_out_five_at_the_start(world: World) -> None:
    await _pulling(world, queue_pb2.Batches())
    queue = await _batches(world)
    answer = await world.reserve("q", "one", 100)
    again = await world.reserve("q", "one", 100)

    assert (queue.batch_size, queue.max_batch_workload, queue.next_index) == (5, 10, 1)
    assert ids(answer) == ["i1", "i2", "i3", "i4", "i5"]
    assert all(task.state == common_pb2.TASK_STATE_ASSIGNED for task in answer.tasks)
    assert ids(again) == ids(answer)
    assert (await _batches(world)).next_index == 2
    [done] = await _submit(world, "one", "i1")
    assert batch(done) == ["i6", "i7", "i8", "i9", "i10"]


async def test_a_completion_brings_a_whole_batch_in_its_own_event(world: World) -> None:
    await _pulling(world, sizes(3, 5))
    await world.reserve("q", "one")
    held = (await world.mine("one")).tasks
    request = pb.SubmitRequest(
        **world.change("one"), task_id=held[0].task_id, lease_token=held[0].lease.lease_token
    )
    answer = await world.stubs.allocation.Submit(request)

    assert batch(answer) == ["i4", "i5", "i6"]
    assert all(task.lease.lease_token == answer.seq for task in answer.batch)
    assert await world.stubs.allocation.Submit(request) == answer
    assert await _holds(world, "one") == ["i2", "i3", "i4", "i5", "i6"]
    assert (await _batches(world)).next_index == 3
    [second] = await _submit(world, "one", "i2")
    assert batch(second) == []


async def test_reserve_gives_what_is_unfinished_and_nothing_singly(world: World) -> None:
    await _pulling(world, sizes(3, 5))
    first = await world.reserve("q", "one")
    again = await world.reserve("q", "one", 2)
    ensured = await world.ensure("q", "one", 100)

    assert (ids(first), ids(again), ids(ensured)) == (["i1"], ["i1", "i2"], ["i1", "i2", "i3"])
    assert not again.HasField("nothing")
    assert not ensured.HasField("nothing")
    assert (await world.depth("q")).held == 3


@pytest.mark.shows("D95")
async def test_a_load_by_hand_fills_to_the_most_and_no_further(world: World) -> None:
    await _pulling(world, sizes(5, 7))

    assert ids(await world.load_batch("q", "ada", person="one")) == ["i1", "i2", "i3", "i4", "i5"]
    assert ids(await world.load_batch("q", "one")) == ["i6", "i7"]
    full = await world.load_batch("q", "one")
    assert (ids(full), full.nothing.reason) == ([], pb.NOTHING_REASON_AT_CAP)
    assert (await _batches(world)).next_index == 3
    await world.load_batch("q", "two")
    short = await world.load_batch("q", "ada", person="ada")
    assert (ids(short), short.nothing.reason) == ([], pb.NOTHING_REASON_ALL_LEASED)


@pytest.mark.shows("D94")
async def test_what_was_cleared_comes_back_to_them_last_until_somebody_else_had_it(
    world: World,
) -> None:
    await _pulling(world, sizes(3, 6))
    await world.reserve("q", "one")
    [task] = (await world.reserve("q", "one")).tasks
    await world.start("one", task)

    assert (await world.clear_batch("q", "one")).cleared == 2
    assert ids(await world.reserve("q", "one", 9)) == ["i1", "i4", "i5", "i6"]
    assert (await world.clear_batch("q", "one", include_started=True)).cleared == 4
    lost = await refused(world.submit("one", task))
    assert (lost.reason, lost.metadata["cause"]) == ("LEASE_LOST", "cleared")
    assert ids(await world.reserve("q", "two", 9)) == ["i1", "i2", "i3"]
    await world.clear_batch("q", "two")
    # one has been offered i1..i3 since by two, i4..i6 by nobody.
    assert ids(await world.reserve("q", "one", 9)) == ["i1", "i2", "i3"]
    assert ids(await world.load_batch("q", "one")) == ["i7", "i8", "i9"]
    await _submit(world, "one", "i1", "i2", "i3")
    assert await _holds(world, "one") == ["i7", "i8", "i9", "i10", "i11", "i12"]
    await _submit(world, "one", "i7", "i8", "i9")
    assert await _holds(world, "one") == ["i4", "i5", "i6", "i10", "i11", "i12"]


@pytest.mark.shows("D18", "D102")
async def test_people_join_at_any_time_if_they_are_allowed_to(world: World) -> None:
    await _pulling(world, sizes(3, 5), allowed_assignees=["ada"])
    await world.group("crew")
    denied = await world.reserve("q", "one")
    assert denied.nothing.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
    await world.queue("hall", batches=sizes(3, 5), allowed_groups=["crew"])
    await world.add("hall", "d", ITEMS)
    assert not ids(await world.reserve("hall", "two"))
    await world.join("crew", "two")

    assert ids(await world.reserve("hall", "two", 9)) == ["i1", "i2", "i3"]
    await world.people("late")
    await world.join("crew", "late")
    assert ids(await world.reserve("hall", "late", 9)) == ["i4", "i5", "i6"]


async def test_returned_tasks_come_first_and_lift_the_work_above_the_most(
    world: World,
) -> None:
    await _pulling(world, sizes(5, 7))
    await world.reserve("q", "one")
    finished = {task.external_id: task.task_id for task in (await world.mine("one")).tasks}
    await _submit(world, "one", "i1", "i2", "i3")
    assert await _holds(world, "one") == ["i4", "i5", "i6", "i7", "i8", "i9", "i10"]
    await reopen(world, "q", [finished["i3"], finished["i2"]])

    answer = await world.reserve("q", "one", 4)
    assert ids(answer) == ["i2", "i3", "i4", "i5"]
    assert len(await _holds(world, "one")) == 9
    assert (await world.load_batch("q", "one")).nothing.reason == pb.NOTHING_REASON_AT_CAP
    assert (await world.clear_batch("q", "one")).cleared == 7
    assert ids(await world.reserve("q", "one", 2)) == ["i2", "i3"]


async def test_an_hour_and_more_of_diligent_work_on_a_hundred_loses_nothing(
    world: World, server: Worker
) -> None:
    names = [f"n{n:03}" for n in range(100)]
    await world.dataset("d", names)
    await world.queue("q", batches=sizes(100, 102), lease_s=3600)
    await world.add("q", "d", names)
    await world.people("one", "two")
    tasks = (await world.reserve("q", "one", 100)).tasks
    for task in tasks:
        await _minutes_pass(world, server, 59)
        assert await _expired(world, server) == 0
        await world.start("one", task)
        await _minutes_pass(world, server, 59)
        answer = await world.submit("one", task)
        assert (answer.late, answer.state) == (False, common_pb2.TASK_STATE_COMPLETED)
    assert await _expired(world, server) == 0


async def test_who_does_nothing_for_a_lease_loses_all_at_once_and_in_order(
    world: World, server: Worker
) -> None:
    await _pulling(world, sizes(3, 6), lease_s=3600)
    await world.reserve("q", "one")
    [task] = (await world.load_batch("q", "one")).tasks[:1]
    await _minutes_pass(world, server, 30)
    await world.start("one", task)
    await _minutes_pass(world, server, 40)
    assert await _expired(world, server) == 0
    held = (await world.mine("one")).tasks

    assert len(held) == 6
    assert len({task.lease.expire_time.seconds for task in held}) == 1
    await _minutes_pass(world, server, 21)
    await _gone(world, server)
    assert await _holds(world, "one") == []
    assert ids(await world.reserve("q", "two", 9)) == ["i1", "i2", "i3"]


@pytest.mark.parametrize(
    ("batches", "field", "right"),
    [
        (sizes(2, 4), "queue.batches.batch_size", "3"),
        (sizes(0, 0), "queue.batches.batch_size", "3"),
        (sizes(101, 150), "queue.batches.batch_size", "100"),
        (sizes(5, 6), "queue.batches.max_batch_workload", "must be 7 to 10"),
        (sizes(5, 11), "queue.batches.max_batch_workload", "must be 7 to 10"),
        (sizes(100, 201), "queue.batches.max_batch_workload", "must be 102 to 200"),
    ],
)
async def test_sizes_out_of_bounds_are_told_the_range(
    world: World, batches: queue_pb2.Batches, field: str, right: str
) -> None:
    error = await refused(world.queue("q", batches=batches))

    assert isinstance(error, errors.InvalidArgument)
    assert error.violations[0].field == field
    assert right in error.violations[0].right
    assert isinstance(await refused(world.get_queue("q")), errors.QueueNotFound)


async def test_what_has_no_batches_can_neither_be_loaded_nor_cleared(world: World) -> None:
    await _pulling(world, sizes(3, 6))
    await world.queue("plain", "d")

    assert isinstance(await refused(world.load_batch("plain", "one")), errors.NotABatchQueue)
    assert isinstance(await refused(world.clear_batch("plain", "one")), errors.NotABatchQueue)
    assert isinstance(await refused(world.load_batch("none", "one")), errors.QueueNotFound)
    nothing = await refused(world.clear_batch("q", "one"))
    assert isinstance(nothing, errors.NoBatch)
    assert nothing.metadata["started"] == "0"
    [task] = (await world.reserve("q", "one")).tasks
    await world.start("one", task)
    await world.clear_batch("q", "one")
    started = await refused(world.clear_batch("q", "one"))
    assert (type(started), started.metadata["started"]) == (errors.NoBatch, "1")
    assert isinstance(
        await refused(world.clear_batch("q", "one", actor="two")), errors.PermissionDenied
    )
    assert await _holds(world, "one") == ["i1"]


async def test_the_slots_of_an_item_go_to_different_people_batch_by_batch(world: World) -> None:
    await _pulling(world, sizes(3, 6), slots=2)

    assert ids(await world.reserve("q", "one", 9)) == ["i1", "i2", "i3"]
    assert ids(await world.reserve("q", "two", 9)) == ["i1", "i2", "i3"]
    await world.clear_batch("q", "one")
    assert ids(await world.reserve("q", "one", 9)) == ["i4", "i5", "i6"]
    second = (await world.load_batch("q", "two")).tasks
    assert [(task.external_id, task.slot) for task in second] == [("i4", 2), ("i5", 2), ("i6", 2)]


async def _minutes_pass(world: World, server: Worker, minutes: int) -> None:
    project = await _number(world, server)
    await server.store.redis.call(
        "HINCRBY", keys.header(project), "clock", str(minutes * MINUTE_MS)
    )


async def _number(world: World, server: Worker) -> int:
    row = await server.store.directory.project(world.project)
    assert row is not None
    return row.project


async def _expired(world: World, server: Worker) -> int:
    """Tasks that come back now for want of time."""
    project = await _number(world, server)
    outcome = await server.store.ledger.background(project, "expire", limit=100)
    return len(outcome.event.body["tasks"]) if outcome.event else 0


async def _gone(world: World, server: Worker) -> None:
    """Whoever was first, the sweeper or this: nothing is due any more."""
    while await _expired(world, server):
        pass
