"""StartTask: one chosen task, out of turn."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, picking_pb2
from tests.api.world import World, ids, refused

IN_PROGRESS = common_pb2.TASK_STATE_IN_PROGRESS


@pytest.fixture
async def open_queue(world: World) -> World:
    """Five tasks, of which anybody may pick one; nobody holds more than two."""
    await world.dataset("d", ["a", "b", "c", "d", "e"])
    await world.queue("q", "d", lease_s=60, allow_pick=True, max_held=2)
    await world.people("ann", "bob")
    return world


async def _tasks(world: World, person: str) -> list[Any]:
    return list((await world.mine(person)).tasks)


@pytest.mark.shows("E54")
async def test_exactly_the_chosen_task_is_started_and_the_others_keep_their_order(
    open_queue: World,
) -> None:
    picked = (await open_queue.pick("ann", "3-1")).task

    assert (picked.external_id, picked.state) == ("c", IN_PROGRESS)
    assert [task.task_id for task in await _tasks(open_queue, "ann")] == ["3-1"]
    assert ids(await open_queue.reserve("q", "bob", 5)) == ["a", "b"]
    assert (await open_queue.submit("ann", picked)).state == common_pb2.TASK_STATE_COMPLETED
    assert ids(await open_queue.reserve("q", "ann", 5)) == ["d", "e"]
    assert (await open_queue.depth("q")).available == 0


async def test_a_repeat_gives_the_same_task_with_the_same_token(open_queue: World) -> None:
    request = picking_pb2.StartTaskRequest(**open_queue.change("ann"), task_id="2-1")
    first = await open_queue.stubs.allocation.StartTask(request)

    assert await open_queue.stubs.allocation.StartTask(request) == first
    assert len(await _tasks(open_queue, "ann")) == 1


async def test_the_first_of_all_may_be_picked_and_returns_to_its_place(open_queue: World) -> None:
    picked = (await open_queue.pick("ann", "1-1")).task
    await open_queue.release("ann", picked)
    assert ids(await open_queue.reserve("q", "bob")) == ["a"]


async def test_a_task_that_somebody_has_or_had_is_not_picked(open_queue: World) -> None:
    held = (await open_queue.pick("ann", "2-1")).task
    for person in ("ann", "bob"):
        error = await refused(open_queue.pick(person, "2-1"))
        assert isinstance(error, errors.WrongTaskState)
        assert error.state == "IN_PROGRESS"
    await open_queue.submit("ann", held)
    error = await refused(open_queue.pick("bob", "2-1"))
    assert isinstance(error, errors.WrongTaskState)
    assert error.state == "COMPLETED"


async def test_nobody_picks_above_max_held(open_queue: World) -> None:
    await open_queue.reserve("q", "ann", 2)
    error = await refused(open_queue.pick("ann", "5-1"))
    assert isinstance(error, errors.AtCap)
    assert error.metadata["limit"] == "2"


async def test_people_pick_only_where_the_queue_lets_them_managers_everywhere(
    world: World,
) -> None:
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q", "d")
    await world.people("ann")

    error = await refused(world.pick("ann", "2-1"))
    assert isinstance(error, errors.PickNotAllowed)
    assert error.metadata["queue_id"] == "q"
    assert (await world.pick("ada", "2-1")).task.external_id == "b"
    assert (await world.pick("ada", "3-1", person="ann")).task.external_id == "c"
    assert [task.external_id for task in await _tasks(world, "ann")] == ["c"]


async def test_who_may_not_do_a_task_may_not_pick_it(world: World) -> None:
    from dibs.v1 import dataset_pb2

    hard = dataset_pb2.Item(external_id="hard", required_skills=["lidar"])
    await world.dataset("d", [hard, "easy"])
    await world.queue("q", "d", allow_pick=True, slots=2)
    await world.people("ann")

    error = await refused(world.pick("ann", "1-1"))
    assert isinstance(error, errors.NotEligible)
    assert error.causes == ("SKILL",)
    await world.pick("ann", "2-2")
    error = await refused(world.pick("ann", "2-1"))
    assert isinstance(error, errors.NotEligible)
    assert error.causes == ("EXCLUDED",)
    assert isinstance(await refused(world.pick("ann", "2-3")), errors.TaskNotFound)
    assert isinstance(await refused(world.pick("ann", "99-1")), errors.TaskNotFound)
    error = await refused(world.pick("ann", "nonsense"))
    assert isinstance(error, errors.InvalidArgument)


@pytest.mark.shows("E46", "E47", "E51")
async def test_a_task_is_queued_until_it_is_assigned_started_and_finished(world: World) -> None:
    """And queued again after a release, as if nobody had ever had it."""
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d")
    await world.people("ann")

    async def counted() -> dict[int, int]:
        return {one.state: one.count for one in (await world.depth("q")).tasks if one.count}

    queued, assigned = common_pb2.TASK_STATE_QUEUED, common_pb2.TASK_STATE_ASSIGNED
    assert await counted() == {queued: 2}
    [task] = (await world.reserve("q", "ann")).tasks
    assert (task.external_id, len(await _tasks(world, "ann"))) == ("a", 1)
    assert await counted() == {queued: 1, assigned: 1}
    await world.release("ann", task)
    assert await counted() == {queued: 2}
    [task] = (await world.reserve("q", "ann")).tasks
    await world.start("ann", task)
    assert await counted() == {queued: 1, IN_PROGRESS: 1}
    await world.submit("ann", task)
    assert await counted() == {queued: 1, common_pb2.TASK_STATE_COMPLETED: 1}
    assert (await world.reserve("q", "ann")).nothing.reason == pb.NOTHING_REASON_UNSPECIFIED
