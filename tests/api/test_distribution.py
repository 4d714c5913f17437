"""Queues whose work is distributed: shares, the bucket, holds without an end, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, control_pb2, dataset_pb2, queue_pb2
from store import keys
from tests.api.world import World, ids, refused

ITEMS = [f"i{n}" for n in range(1, 13)]
HOUR_MS = 3_600_000


def shares(*people: str, weighted: bool = False, **loads: float) -> queue_pb2.Distribution:
    listed = [queue_pb2.Share(person_id=person) for person in people]
    listed += [queue_pb2.Share(person_id=person, load=load) for person, load in loads.items()]
    return queue_pb2.Distribution(weighted=weighted, shares=listed)


async def _distributed(
    world: World, distribution: queue_pb2.Distribution, items: Any = ITEMS, **fields: Any
) -> None:
    await world.dataset("d", items)
    await world.people("ann", "ben", "cas")
    await world.queue("q", distribution=distribution, **fields)


async def _has(world: World, *people: str) -> dict[str, list[str]]:
    return {person: ids(await world.mine(person)) for person in people}


@pytest.mark.shows("D10", "D17", "L25")
async def test_work_is_assigned_in_advance_in_equal_shares_and_in_order(world: World) -> None:
    await _distributed(world, shares("ann", "ben", "cas"))
    await world.attach("q", "d")

    assert await _has(world, "ann", "ben", "cas") == {
        "ann": ["i1", "i4", "i7", "i10"],
        "ben": ["i2", "i5", "i8", "i11"],
        "cas": ["i3", "i6", "i9", "i12"],
    }
    [first, *_] = (await world.mine("ann")).tasks
    assert first.state == common_pb2.TASK_STATE_ASSIGNED
    assert not first.lease.HasField("expire_time")
    assert (await world.depth("q")).available == 0


async def test_loads_in_percent_hold_for_whatever_is_added_later(world: World) -> None:
    await _distributed(world, shares(ann=50, ben=25, cas=25))
    await world.add("q", "d", ITEMS[:3])
    first = await _has(world, "ann", "ben", "cas")
    await world.add("q", "d", ITEMS[3:])
    after = await _has(world, "ann", "ben", "cas")

    assert {person: len(tasks) for person, tasks in first.items()} == {"ann": 2, "ben": 1, "cas": 0}
    assert {person: len(tasks) for person, tasks in after.items()} == {"ann": 6, "ben": 3, "cas": 3}


async def test_by_weight_nobody_is_more_than_the_heaviest_item_above_their_load(
    world: World,
) -> None:
    heavy = [dataset_pb2.Item(external_id=f"w{n}", weight=n) for n in (9, 1, 1, 1, 8, 4)]
    heavy = [
        dataset_pb2.Item(external_id=f"{n}-{item.external_id}", weight=item.weight)
        for n, item in enumerate(heavy)
    ]
    await _distributed(world, shares("ann", "ben", weighted=True), heavy)
    await world.attach("q", "d")
    weights = {
        person: sum(task.weight for task in (await world.mine(person)).tasks)
        for person in ("ann", "ben")
    }

    assert sum(weights.values()) == 24
    assert max(weights.values()) <= 12 + 9


async def test_reserve_there_gives_ones_own_and_nobody_pulls(world: World) -> None:
    await _distributed(world, shares("ann", "ben"))
    await world.attach("q", "d")

    assert ids(await world.reserve("q", "ann", 2)) == ["i1", "i3"]
    assert ids(await world.reserve("q", "ann", 2)) == ["i1", "i3"]
    nothing = (await world.reserve("q", "cas")).nothing
    assert nothing.reason == pb.NOTHING_REASON_ALL_LEASED
    assert not nothing.HasField("next_free")
    [task] = (await world.reserve("q", "ann")).tasks
    await world.submit("ann", task)
    assert ids(await world.reserve("q", "ann", 2)) == ["i3", "i5"]


@pytest.mark.shows("D131")
async def test_what_is_released_waits_in_the_bucket_for_nobody_to_pull(world: World) -> None:
    await _distributed(world, shares("ann", "ben"))
    await world.attach("q", "d")
    [task] = (await world.reserve("q", "ann")).tasks
    await world.release("ann", task)
    [skipped] = (await world.reserve("q", "ben")).tasks
    await world.skip("ben", skipped)
    nothing = (await world.reserve("q", "cas")).nothing

    assert (await world.depth("q")).available == 2
    assert nothing.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
    [cause] = nothing.causes
    assert (cause.cause, cause.count) == (common_pb2.INELIGIBILITY_NOT_ASSIGNED, 2)
    assert "i1" not in ids(await world.reserve("q", "ann", 9))


@pytest.mark.shows("D131")
async def test_without_people_everything_goes_to_the_bucket(world: World) -> None:
    await _distributed(world, queue_pb2.Distribution())
    await world.attach("q", "d")

    assert (await world.depth("q")).available == 12
    assert not ids(await world.reserve("q", "ann"))


@pytest.mark.shows("P21")
async def test_nobody_gets_what_they_have_not_the_skill_for(world: World) -> None:
    items = [
        dataset_pb2.Item(external_id=f"i{n}", required_skills=["ct"] if n % 2 else ["mri"])
        for n in range(1, 9)
    ]
    await _distributed(world, shares("ann", "ben", "cas"), items)
    await world.update("ann", "skills", skills=["ct"])
    await world.update("ben", "skills", skills=["ct"])
    await world.attach("q", "d")

    assert await _has(world, "ann", "ben", "cas") == {
        "ann": ["i1", "i5"],
        "ben": ["i3", "i7"],
        "cas": [],
    }
    assert (await world.depth("q")).available == 4


async def test_the_slots_of_an_item_go_to_different_people(world: World) -> None:
    await _distributed(world, shares("ann", "ben", "cas"), slots=2)
    await world.attach("q", "d")
    has = await _has(world, "ann", "ben", "cas")

    assert {person: len(tasks) for person, tasks in has.items()} == {"ann": 8, "ben": 8, "cas": 8}
    assert all(len(set(tasks)) == len(tasks) for tasks in has.values())


@pytest.mark.shows("D15", "D18")
async def test_who_joins_gets_their_part_of_what_comes_after(world: World) -> None:
    await _distributed(world, shares("ann", "ben"), allowed_assignees=["ann", "ben"])
    await world.add("q", "d", ITEMS[:6])
    await world.admit("q", "cas")
    await world.add("q", "d", ITEMS[6:])
    has = await _has(world, "ann", "ben", "cas")

    assert {person: len(tasks) for person, tasks in has.items()} == {"ann": 5, "ben": 5, "cas": 2}


@pytest.mark.shows("D130")
async def test_who_is_taken_out_leaves_their_open_tasks_in_the_bucket(world: World) -> None:
    await _distributed(world, shares("ann", "ben"), allowed_assignees=["ann", "ben"])
    await world.attach("q", "d")
    [task] = (await world.reserve("q", "ann")).tasks
    await world.submit("ann", task)
    answer = await world.expel("q", "ann")
    await world.waited(answer.operation)

    assert await _has(world, "ann") == {"ann": []}
    assert (await world.depth("q")).available == 5
    assert [share.person_id for share in answer.queue.distribution.shares] == ["ben"]


async def test_groups_share_equally_by_whoever_is_in_them(world: World) -> None:
    await world.dataset("d", ITEMS)
    await world.people("ann", "ben")
    await world.group("crew", "ann", "ben")
    await world.queue("q", distribution=queue_pb2.Distribution(), allowed_groups=["crew"])
    await world.attach("q", "d")

    has = await _has(world, "ann", "ben")
    assert {person: len(tasks) for person, tasks in has.items()} == {"ann": 6, "ben": 6}


async def test_a_lease_begins_with_start_and_what_it_ends_is_theirs_still(
    world: World, server: Worker
) -> None:
    await _distributed(world, shares("ann", "ben"))
    await world.attach("q", "d")
    [task] = (await world.reserve("q", "ann")).tasks
    started = await world.start("ann", task)
    assert started.lease.HasField("expire_time")

    project = await server.store.directory.project(world.project)
    assert project is not None
    await server.store.redis.call(
        "HINCRBY", keys.header(project.project), "clock", str(HOUR_MS + 1_000)
    )
    await world.until("q", in_progress=0, assigned=12)
    [same] = (await world.reserve("q", "ann")).tasks

    assert (same.task_id, same.lease.lease_token) == (task.task_id, task.lease.lease_token)
    assert same.state == common_pb2.TASK_STATE_ASSIGNED
    assert not same.lease.HasField("expire_time")
    assert (await world.submit("ann", task)).seq


async def test_nobody_begins_in_a_paused_queue(world: World) -> None:
    await _distributed(world, shares("ann", "ben"))
    await world.attach("q", "d")
    [task] = (await world.reserve("q", "ann")).tasks
    await world.pause("q", control_pb2.PAUSE_MODE_DRAIN)
    error = await refused(world.start("ann", task))
    await world.resume("q")

    assert (error.reason, error.metadata["causes"]) == ("NOT_ELIGIBLE", "PAUSED")
    assert (await world.start("ann", task)).seq


@pytest.mark.parametrize(
    ("distribution", "field", "right"),
    [
        (shares(ann=50, ben=20), "queue.distribution.shares", "add up to 100"),
        (shares("ann", "ann"), "queue.distribution.shares[1].person_id", "once"),
        (shares("ann", ben=100), "queue.distribution.shares[0].load", "set"),
        (shares(ann=101), "queue.distribution.shares[0].load", "100"),
        (shares(ann=-1), "queue.distribution.shares[0].load", "0"),
        (shares(ann=float("nan")), "queue.distribution.shares[0].load", "0"),
    ],
)
async def test_shares_that_make_no_sense_make_no_queue(
    world: World, distribution: queue_pb2.Distribution, field: str, right: str
) -> None:
    await world.people("ann", "ben")
    error = await refused(world.queue("q", distribution=distribution))

    assert isinstance(error, errors.InvalidRequest)
    assert field in str(error.metadata) or field in str(error)
    assert right in str(error)
    assert isinstance(await refused(world.get_queue("q")), errors.QueueNotFound)


async def test_fewer_people_than_slots_and_people_who_are_none_make_no_queue(world: World) -> None:
    await world.people("ann")
    few = await refused(world.queue("q", distribution=shares("ann"), slots=2))
    nobody = await refused(world.queue("q", distribution=shares("zoe")))
    both = await refused(world.queue("q", distribution=shares("ann"), batches=queue_pb2.Batches()))

    assert "2" in str(few)
    assert isinstance(nobody, errors.PersonNotFound)
    assert "distribution" in str(both)


@pytest.mark.shows("D16")
async def test_loads_change_while_work_runs_but_not_that_it_is_distributed(world: World) -> None:
    await _distributed(world, shares("ann", "ben"))
    await world.add("q", "d", ITEMS[:4])
    await world.change_queue("q", "distribution", distribution=shares(ann=0, ben=100))
    await world.add("q", "d", ITEMS[4:8])
    has = await _has(world, "ann", "ben")
    gone = await refused(world.change_queue("q", "distribution"))

    assert {person: len(tasks) for person, tasks in has.items()} == {"ann": 2, "ben": 6}
    assert isinstance(gone, errors.InvalidRequest)
