"""Skip by every policy, what comes next, escalation, and the way back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, dataset_pb2, skipping_pb2
from tests.api.world import World, ids, refused

QUEUED = common_pb2.TASK_STATE_QUEUED
RETURNED = common_pb2.TASK_STATE_RETURNED
DISCARDED = common_pb2.TASK_STATE_DISCARDED
ESCALATED = common_pb2.TASK_STATE_ESCALATED
FOR_OTHERS = skipping_pb2.SKIP_POLICY_REQUEUE_FOR_OTHERS
FOR_ME = skipping_pb2.SKIP_POLICY_REQUEUE_FOR_ME
DISCARD = skipping_pb2.SKIP_POLICY_DISCARD


@pytest.fixture
async def three(world: World) -> World:
    """Three tasks, and three people."""
    await world.dataset("d", ["a", "b", "c"])
    await world.people("ann", "bob", "cem")
    return world


async def _first(world: World, person: str) -> Any:
    return (await world.reserve("q", person)).tasks[0]


async def _counts(world: World) -> dict[int, int]:
    return {one.state: one.count for one in (await world.depth("q")).tasks if one.count}


async def _until_escalated(world: World) -> None:
    async with asyncio.timeout(10):
        while True:
            if (await _counts(world)).get(ESCALATED):
                return
            await asyncio.sleep(0.02)


@pytest.mark.shows("E79")
async def test_the_next_task_comes_with_the_skip_and_the_skipped_one_is_for_others(
    three: World,
) -> None:
    await three.queue("q", "d", lease_s=60)
    skipped = await three.skip("ann", await _first(three, "ann"), reason="too blurred")

    assert (skipped.state, ids(skipped)) == (QUEUED, ["b"])
    assert skipped.tasks[0].lease.lease_token == skipped.seq
    assert ids(await three.reserve("q", "ann", 5)) == ["c"]
    assert ids(await three.reserve("q", "bob")) == ["a"]
    assert (await three.submit("ann", skipped.tasks[0])).status == "completed"


async def test_a_repeat_gives_the_same_next_task_however_it_is_repeated(three: World) -> None:
    await three.queue("q", "d")
    task = await _first(three, "ann")
    lease = {"task_id": task.task_id, "lease_token": task.lease.lease_token}
    request = skipping_pb2.SkipRequest(**three.change("ann"), **lease)
    first = await three.stubs.allocation.Skip(request)

    assert await three.stubs.allocation.Skip(request) == first
    assert await three.skip("ann", task) == first
    assert len((await three.mine("ann")).tasks) == 1
    assert isinstance(await refused(three.submit("ann", task)), errors.LeaseLost)
    assert isinstance(await refused(three.skip("bob", task)), errors.LeaseLost)


async def test_what_one_keeps_for_oneself_comes_after_all_else_that_is_ones_own(
    three: World,
) -> None:
    await three.queue("q", "d", skip_policy=FOR_ME)
    first = await three.skip("ann", await _first(three, "ann"))
    assert (first.state, ids(first)) == (RETURNED, ["b"])
    second = await three.skip("ann", first.tasks[0])

    assert ids(second) == ["a"]
    assert ids(await three.reserve("q", "bob", 5)) == ["c"]
    third = await three.skip("ann", second.tasks[0])
    assert ids(third) == ["b"]
    assert ids(await three.reserve("q", "ann", 5)) == ["a"]


async def test_a_skip_may_discard(three: World) -> None:
    await three.queue("q", "d", skip_policy=DISCARD)
    task = await _first(three, "ann")
    skipped = await three.skip("ann", task)

    assert (skipped.state, ids(skipped)) == (DISCARDED, ["b"])
    assert await three.skip("ann", task) == skipped
    assert (await _counts(three))[DISCARDED] == 1
    assert ids(await three.reserve("q", "bob", 5)) == ["c"]
    error = await refused(three.submit("ann", task))
    assert isinstance(error, errors.WrongTaskState)
    assert error.state == "DISCARDED"


async def test_who_takes_something_else_for_granted_skips_nothing(three: World) -> None:
    await three.queue("q", "d", skip_policy=FOR_ME)
    task = await _first(three, "ann")
    for policy in (FOR_OTHERS, DISCARD):
        error = await refused(three.skip("ann", task, policy=policy))
        assert isinstance(error, errors.SkipNotAllowed)
        assert error.metadata["policy"] == "REQUEUE_FOR_ME"
    await three.start("ann", task)
    assert (await three.skip("ann", task, policy=FOR_ME)).state == RETURNED


async def test_what_stays_ones_own_is_never_skipped_for_others(three: World) -> None:
    """As it is with corrections: what is returned to somebody stays theirs."""
    await three.queue("q", "d", skip_policy=FOR_ME)
    await three.skip("ann", await _first(three, "ann"))
    again = (await three.reserve("q", "ann")).tasks[0]
    assert again.external_id == "a"
    error = await refused(three.skip("ann", again, policy=FOR_OTHERS))
    assert isinstance(error, errors.SkipNotAllowed)


async def test_after_max_skips_people_a_task_is_escalated_until_its_skips_are_cleared(
    three: World,
) -> None:
    await three.queue("q", "d", max_skips=2)
    task = await _first(three, "ann")
    assert (await three.skip("ann", task)).state == QUEUED
    skipped = await three.skip("bob", await _first(three, "bob"))

    assert skipped.state == ESCALATED
    assert (await _counts(three))[ESCALATED] == 1
    assert ids(await three.reserve("q", "cem", 5)) == []
    cleared = await three.clear_skips("q", task.task_id, "3-1")
    assert cleared.cleared == 1
    assert ESCALATED not in await _counts(three)
    assert ids(await three.reserve("q", "ann")) == ["a"]


async def test_a_task_that_nobody_is_left_for_is_escalated_by_itself(world: World) -> None:
    hard = dataset_pb2.Item(external_id="hard", required_skills=["lidar"])
    await world.dataset("d", [hard, "easy"])
    await world.queue("q", "d")
    await world.people("ann", "bob", skills=["lidar"])
    await world.people("cem")

    await world.skip("ann", await _first(world, "ann"))
    held = await _first(world, "bob")
    assert held.external_id == "hard"
    await world.release("bob", held)
    assert ESCALATED not in await _counts(world)
    await world.update("bob", "skills", skills=[])
    await _until_escalated(world)
    await world.clear_skips("q", held.task_id)
    assert ids(await world.reserve("q", "ann")) == ["hard"]


async def test_skips_are_cleared_by_who_may_assign(three: World) -> None:
    await three.queue("q", "d")
    await three.queue("other")
    await three.skip("ann", await _first(three, "ann"))
    error = await refused(three.clear_skips("q", "1-1", actor="ann"))
    assert isinstance(error, errors.PermissionDenied)
    error = await refused(three.clear_skips("other", "1-1"))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "task_ids[0]"
    assert isinstance(await refused(three.clear_skips("q", "99-1")), errors.TaskNotFound)
    assert (await three.clear_skips("q", "2-1")).cleared == 0


async def test_bad_skips_change_nothing(three: World) -> None:
    await three.queue("q", "d")
    task = await _first(three, "ann")
    error = await refused(three.skip("ann", task, reason="x" * 1001))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "reason"
    ghost = common_pb2.Task(task_id="999-1", lease=common_pb2.Lease(lease_token=3))
    assert isinstance(await refused(three.skip("ann", ghost)), errors.TaskNotFound)
    await three.submit("ann", task)
    error = await refused(three.skip("ann", task))
    assert isinstance(error, errors.WrongTaskState)


async def test_at_the_end_of_a_queue_a_skip_gives_nothing_and_says_no_more(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q", "d")
    await world.people("ann", "bob")
    skipped = await world.skip("ann", await _first(world, "ann"))

    assert ids(skipped) == []
    nothing = (await world.reserve("q", "ann")).nothing
    assert nothing.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
    assert [one.cause for one in nothing.causes] == [common_pb2.INELIGIBILITY_EXCLUDED]
