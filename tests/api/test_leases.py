"""Start, Renew, Submit, Release: tokens, lateness, what is lost and what is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, queue_pb2
from tests.api.world import World, ids, refused

QUEUED = common_pb2.TASK_STATE_QUEUED
UNIT = pb.ReviewUnit(unit_id="u1", class_name="car", digest=b"\x01" * 32)


@pytest.fixture
async def held(world: World) -> Any:
    """Ann holds the first of three tasks."""
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q", "d", lease_s=60, statuses=[_status()], unit_classes=["car"])
    await world.people("ann", "bob")
    return (await world.reserve("q", "ann")).tasks[0]


def _status() -> queue_pb2.Status:
    return queue_pb2.Status(name="broken", meaning=queue_pb2.STATUS_MEANING_DISCARD)


async def _drafts(world: World, server: Worker) -> list[Any]:
    return await server.store.postgres.fetch(
        "SELECT d.token, d.status, d.bytes FROM draft d JOIN project p USING (project)"
        " WHERE p.external_id = $1",
        world.project,
    )


async def _until_queued(world: World, queued: int) -> None:
    while True:
        counts = {count.state: count.count for count in (await world.depth("q")).tasks}
        if counts.get(QUEUED, 0) == queued:
            return
        await asyncio.sleep(0.02)


async def _expired(world: World) -> Any:
    """A task that Ann held, and that nobody holds any more."""
    await world.dataset("d", ["a"])
    await world.queue("q", "d", lease_s=0.05)
    await world.people("ann", "bob")
    task = (await world.reserve("q", "ann")).tasks[0]
    await _until_queued(world, 1)
    return task


async def test_start_keeps_the_token_and_runs_the_lease_anew(world: World, held: Any) -> None:
    request = pb.StartRequest(
        **world.change("ann"), task_id=held.task_id, lease_token=held.lease.lease_token
    )
    answer = await world.stubs.allocation.Start(request)

    assert await world.stubs.allocation.Start(request) == answer
    assert answer.state == common_pb2.TASK_STATE_IN_PROGRESS
    assert answer.lease.lease_token == held.lease.lease_token
    assert answer.lease.expire_time.ToMilliseconds() >= held.lease.expire_time.ToMilliseconds()
    again = await world.start("ann", held)
    assert (again.state, again.seq > answer.seq) == (common_pb2.TASK_STATE_IN_PROGRESS, True)


@pytest.mark.shows("D36", "E80")
async def test_a_submission_finishes_once(world: World, held: Any) -> None:
    request = pb.SubmitRequest(
        **world.change("ann"),
        task_id=held.task_id,
        lease_token=held.lease.lease_token,
        units=[UNIT],
        time_spent=Duration(seconds=3),
    )
    answer = await world.stubs.allocation.Submit(request)

    assert (answer.state, answer.status, answer.late) == (
        common_pb2.TASK_STATE_COMPLETED,
        "completed",
        False,
    )
    assert await world.stubs.allocation.Submit(request) == answer
    under_the_same_token = await world.submit("ann", held)
    assert under_the_same_token == answer


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("discarded", common_pb2.TASK_STATE_DISCARDED),
        ("broken", common_pb2.TASK_STATE_DISCARDED),
        ("completed", common_pb2.TASK_STATE_COMPLETED),
    ],
)
@pytest.mark.shows("D8", "D25", "D26")
async def test_a_status_says_how_a_task_ends(
    world: World, held: Any, status: str, state: int
) -> None:
    answer = await world.submit("ann", held, status=status)

    assert (answer.status, answer.state) == (status, state)


@pytest.mark.shows("D13", "D28")
async def test_an_item_has_a_status_in_each_queue(world: World, held: Any) -> None:
    await world.queue("other", "d")
    elsewhere = (await world.reserve("other", "ann")).tasks[0]
    here = await world.submit("ann", held, status="broken")
    there = await world.submit("ann", elsewhere)

    assert held.external_id == elsewhere.external_id
    assert (here.status, there.status) == ("broken", "completed")


async def test_ten_thousand_units_are_taken(world: World, held: Any) -> None:
    units = [pb.ReviewUnit(unit_id=f"unit-{n}", digest=b"x" * 32) for n in range(10_000)]

    assert (await world.submit("ann", held, units=units)).state == common_pb2.TASK_STATE_COMPLETED


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"status": "odd"}, "status"),
        ({"units": [pb.ReviewUnit(unit_id="u", class_name="tree")]}, "units[0].class_name"),
        ({"units": [pb.ReviewUnit(unit_id="u"), pb.ReviewUnit(unit_id="u")]}, "units[1].unit_id"),
        ({"units": [pb.ReviewUnit(unit_id="u", digest=b"x" * 33)]}, "units[0].digest"),
        ({"units": [pb.ReviewUnit(unit_id="")]}, "units[0].unit_id"),
        ({"time_spent": Duration(seconds=-1)}, "time_spent"),
    ],
)
async def test_a_wrong_submission_changes_nothing(
    world: World, held: Any, fields: dict[str, Any], field: str
) -> None:
    error = await refused(world.submit("ann", held, **fields))

    assert isinstance(error, errors.InvalidArgument)
    assert error.field == field
    assert ids(await world.mine("ann")) == ["a"]


async def test_settings_that_changed_meanwhile_are_read_again(world: World, held: Any) -> None:
    second = (await world.reserve("q", "ann")).tasks[0]
    await world.submit("ann", held)
    await world.queue("another")

    assert (await world.submit("ann", second)).state == common_pb2.TASK_STATE_COMPLETED


@pytest.mark.shows("E51")
async def test_release_gives_back_to_the_first_place(world: World, held: Any) -> None:
    request = pb.ReleaseRequest(
        **world.change("ann"), task_id=held.task_id, lease_token=held.lease.lease_token
    )
    answer = await world.stubs.allocation.Release(request)

    assert answer.state == QUEUED
    assert await world.stubs.allocation.Release(request) == answer
    assert (await world.release("ann", held)) == answer
    assert ids(await world.reserve("q", "ann")) == ["a"]


async def test_after_a_release_the_token_is_dead(world: World, held: Any) -> None:
    await world.release("ann", held)
    for call in (world.start("ann", held), world.submit("ann", held), world.renew("ann", held)):
        error = await refused(call)
        assert isinstance(error, errors.LeaseLost)
        assert (error.task_id, error.cause, error.holder) == (held.task_id, "released", "ann")


async def test_a_token_of_an_earlier_lease_says_who_has_the_task(world: World, held: Any) -> None:
    await world.release("ann", held)
    await world.reserve("q", "bob")
    for call in (world.submit("ann", held), world.release("ann", held)):
        error = await refused(call)
        assert isinstance(error, errors.LeaseLost)
        assert error.holder == "bob"
        assert error.since is not None


@pytest.mark.shows("D41", "E62")
async def test_nobody_uses_the_lease_of_somebody_else(world: World, held: Any) -> None:
    for call in (world.submit("bob", held), world.release("bob", held), world.start("bob", held)):
        error = await refused(call)
        assert isinstance(error, errors.LeaseLost)
        assert error.holder == "ann"
    assert ids(await world.mine("ann")) == ["a"]


async def test_renew_moves_the_end_of_one_of_some_or_of_all(world: World, held: Any) -> None:
    more = (await world.reserve("q", "ann", 2)).tasks
    one = await world.renew("ann", held)
    some = await world.renew("ann", held, *more)
    everything = await world.renew("ann", all=True)
    here = await world.renew("ann", all=True, queue_id="q")

    assert [lease.task_id for lease in one.renewed] == [held.task_id]
    for answer in (some, everything, here):
        found = {lease.task_id: lease.lease.lease_token for lease in answer.renewed}
        assert found == {task.task_id: task.lease.lease_token for task in (held, *more)}
        assert all(lease.lease.HasField("expire_time") for lease in answer.renewed)


async def test_renew_is_all_or_none_and_names_the_task(world: World, held: Any) -> None:
    second = (await world.reserve("q", "ann")).tasks[0]
    await world.release("ann", second)
    error = await refused(world.renew("ann", held, second))

    assert isinstance(error, errors.LeaseLost)
    assert error.task_id == second.task_id
    assert list((await world.renew("bob", all=True)).renewed) == []


async def test_a_second_device_takes_over(world: World, held: Any) -> None:
    answer = await world.renew("ann", all=True, takeover=True)
    [taken] = answer.renewed

    assert taken.lease.lease_token == answer.seq > held.lease.lease_token
    error = await refused(world.submit("ann", held))
    assert isinstance(error, errors.LeaseLost)
    held.lease.lease_token = taken.lease.lease_token
    assert (await world.submit("ann", held)).state == common_pb2.TASK_STATE_COMPLETED


async def test_an_expired_task_comes_back_by_itself_and_may_still_be_submitted(
    world: World,
) -> None:
    task = await _expired(world)
    answer = await world.submit("ann", task)

    assert (answer.late, answer.state) == (True, common_pb2.TASK_STATE_COMPLETED)
    assert await world.submit("ann", task) == answer
    assert (await world.reserve("q", "bob")).nothing.reason == pb.NOTHING_REASON_QUEUE_EMPTY


async def test_after_a_newer_lease_the_late_work_is_kept_as_a_draft(
    world: World, server: Worker
) -> None:
    task = await _expired(world)
    await world.update("ann", "display_name", display_name="Ann")
    assert ids(await world.reserve("q", "bob")) == ["a"]
    error = await refused(world.submit("ann", task, units=[pb.ReviewUnit(unit_id="mine")]))

    assert isinstance(error, errors.LeaseLost)
    [(token, status, body)] = await _drafts(world, server)
    assert (token, status) == (task.lease.lease_token, 1)
    assert pb.SubmitRequest.FromString(body).units[0].unit_id == "mine"


async def test_removal_kills_tokens_at_once_and_tasks_come_back(world: World, held: Any) -> None:
    await world.start("ann", held)
    await world.remove("ann")
    for call in (world.submit("ann", held), world.start("ann", held)):
        error = await refused(call)
        assert isinstance(error, errors.LeaseLost)
    await _until_queued(world, 3)
    assert ids(await world.reserve("q", "bob")) == ["a"]


async def test_losing_a_role_takes_what_is_assigned_and_leaves_what_is_started(
    world: World, held: Any
) -> None:
    from dibs.v1 import project_pb2

    second = (await world.reserve("q", "ann")).tasks[0]
    await world.start("ann", held)
    await world.update("ann", "roles", roles=[project_pb2.ROLE_REVIEWER])
    error = await refused(world.start("ann", second))

    assert isinstance(error, errors.PermissionDenied)
    await _until_queued(world, 2)
    assert (await world.submit("ann", held)).state == common_pb2.TASK_STATE_COMPLETED


async def test_tasks_that_never_were_and_tasks_nobody_held(world: World, held: Any) -> None:
    ghost = common_pb2.Task(task_id="999-1", lease=common_pb2.Lease(lease_token=3))
    waiting = common_pb2.Task(task_id="2-1", lease=common_pb2.Lease(lease_token=3))
    beyond = common_pb2.Task(task_id="1-2", lease=common_pb2.Lease(lease_token=3))
    for call in (world.start, world.submit, world.release, world.renew):
        error = await refused(call("ann", ghost))
        assert isinstance(error, errors.TaskNotFound), call
        assert error.metadata["task_id"] == "999-1"
        error = await refused(call("ann", waiting))
        assert isinstance(error, errors.WrongTaskState), call
        assert error.state == "QUEUED"
        assert isinstance(await refused(call("ann", beyond)), errors.TaskNotFound), call


async def test_a_finished_task_is_not_started_or_released(world: World, held: Any) -> None:
    await world.submit("ann", held)
    for call in (world.start("ann", held), world.release("ann", held), world.renew("ann", held)):
        error = await refused(call)
        assert isinstance(error, errors.WrongTaskState)
        assert error.state == "COMPLETED"
    assert isinstance(await refused(world.submit("bob", held)), errors.WrongTaskState)


async def test_who_was_overtaken_learns_who_finished(world: World, server: Worker) -> None:
    task = await _expired(world)
    newer = (await world.reserve("q", "bob")).tasks[0]
    await world.submit("bob", newer)

    error = await refused(world.submit("ann", task))
    assert isinstance(error, errors.LeaseLost)
    assert (error.cause, error.holder) == ("submitted", "bob")
    assert len(await _drafts(world, server)) == 1
