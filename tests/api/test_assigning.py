"""AssignTasks, ReleaseTasks and Reassign: chosen work goes to one person, for a reason."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import assignment_pb2 as pb
from dibs.v1 import common_pb2, dataset_pb2, lists_pb2, queue_pb2
from tests.api.assigned import assign, reassign, release
from tests.api.world import World, ids, refused

ITEMS = [f"i{n}" for n in range(1, 7)]


@pytest.fixture
async def filled(world: World) -> World:
    """A queue from which people pull."""
    await world.dataset("d", ITEMS)
    await world.people("ann", "ben", "cas")
    await world.queue("q", "d")
    return world


async def _ids(world: World) -> dict[str, str]:
    """Task ids by item."""

    listed = await world.stubs.queues.ListTasks(
        lists_pb2.ListTasksRequest(**world.where(), queue_id="q", min_seq=await _seq(world))
    )
    return {one.task.external_id: one.task.task_id for one in listed.tasks}


async def _seq(world: World) -> int:
    return int((await world.depth("q")).seq)


@pytest.mark.shows("E49", "P18", "P23")
async def test_a_manager_gives_chosen_tasks_to_somebody_who_keeps_them(filled: World) -> None:
    named = await _ids(filled)
    answer = await assign(filled, "q", "ben", named["i2"], named["i5"])
    by_filter = await assign(filled, "q", "cas", filter='external_id = "i6"')

    assert (answer.assigned, by_filter.assigned) == (2, 1)
    [first, second] = (await filled.mine("ben")).tasks
    assert [first.external_id, second.external_id] == ["i2", "i5"]
    assert first.state == common_pb2.TASK_STATE_ASSIGNED
    assert not first.lease.HasField("expire_time")
    assert ids(await filled.reserve("q", "ann", 9)) == ["i1", "i3", "i4"]
    assert (await filled.submit("ben", first)).seq


@pytest.mark.shows("E50", "E62")
async def test_a_task_that_somebody_has_is_not_given_to_another_until_it_is_released(
    filled: World,
) -> None:
    named = await _ids(filled)
    await filled.reserve("q", "ann")
    held = await refused(assign(filled, "q", "ben", named["i1"], named["i2"]))
    nothing = ids(await filled.mine("ben"))
    answer = await release(filled, "q", named["i1"])

    assert (held.reason, held.metadata["holder"], held.metadata["kind"]) == (
        *("TASK_HELD", "ann"),
        "lock",
    )
    assert nothing == []
    assert answer.released == 1
    assert (await assign(filled, "q", "ben", named["i1"])).assigned == 1


async def test_what_cannot_be_assigned_is_told_task_by_task(filled: World) -> None:
    named = await _ids(filled)
    [task] = (await filled.reserve("q", "ann")).tasks
    await filled.submit("ann", task)
    await filled.reserve("q", "ben")
    wanted = [named[item] for item in ("i1", "i2", "i3")]
    answer = await assign(filled, "q", "cas", *wanted, allow_partial=True)

    assert answer.assigned == 1
    assert [(left.task_id, left.reason) for left in answer.left] == [
        (named["i1"], "TASK_NOT_FOUND"),
        (named["i2"], "TASK_HELD"),
    ]


@pytest.mark.shows("E55")
async def test_started_work_is_released_only_if_it_is_said_so(filled: World) -> None:
    [task] = (await filled.reserve("q", "ann")).tasks
    await filled.start("ann", task)
    error = await refused(release(filled, "q", task.task_id))
    answer = await release(filled, "q", task.task_id, include_started=True)
    lost = await refused(filled.submit("ann", task))

    assert (error.reason, error.metadata["state"]) == ("WRONG_TASK_STATE", "IN_PROGRESS")
    assert answer.released == 1
    assert lost.reason == "LEASE_LOST"


async def test_who_may_not_do_a_task_is_not_given_it(filled: World) -> None:
    named = await _ids(filled)
    await filled.update("ben", "active", active=False)
    inactive = await refused(assign(filled, "q", "ben", named["i1"]))
    nobody = await refused(assign(filled, "q", "zoe", named["i1"]))
    no_task = await refused(assign(filled, "q", "cas", "999-1"))
    neither = await refused(assign(filled, "q", "cas"))

    assert (inactive.reason, inactive.metadata["causes"]) == ("NOT_ELIGIBLE", "NOT_A_MEMBER")
    assert isinstance(nobody, errors.PersonNotFound)
    assert isinstance(no_task, errors.TaskNotFound)
    assert isinstance(neither, errors.InvalidRequest)
    assert (await filled.depth("q")).available == 6


async def test_no_reason_and_a_task_named_twice_are_refused(filled: World) -> None:
    named = await _ids(filled)
    why = await refused(assign(filled, "q", "ben", named["i1"], reason=""))
    twice = await refused(assign(filled, "q", "ben", named["i1"], named["i1"]))
    both = await refused(assign(filled, "q", "ben", named["i1"], filter="slot = 1"))

    for error, field in ((why, "reason"), (twice, "task_ids"), (both, "filter")):
        assert isinstance(error, errors.InvalidRequest)
        assert field in str(error)
    assert (await filled.depth("q")).available == 6


@pytest.mark.shows("P26", "P76")
async def test_more_than_500_go_in_an_operation_if_part_of_them_may(lonely: World) -> None:
    await lonely.dataset("many", [f"i{n}" for n in range(1, 621)])
    await lonely.queue("wide", "many")
    too_many = await refused(assign(lonely, "wide", "ann", filter="state = QUEUED"))
    answer = await assign(lonely, "wide", "ann", filter="state = QUEUED", allow_partial=True)
    done = await lonely.waited(answer.operation)

    assert "allow_partial" in str(too_many)
    assert (done.total, done.done, done.failed) == (620, 620, 0)
    assert (await lonely.depth("wide")).held == 620
    again = (await release(lonely, "wide", filter="slot = 1", allow_partial=True)).operation
    assert (await lonely.waited(again)).done == 620
    assert (await lonely.depth("wide")).available == 620


@pytest.mark.shows("D97", "D117", "D127")
async def test_all_that_one_has_open_is_anothers_with_its_order_and_drafts(filled: World) -> None:
    held = (await filled.reserve("q", "ann", 4)).tasks
    await filled.submit("ann", held[0])
    await filled.start("ann", held[1])
    await filled.save_draft("ann", held[1], b"half of it")
    answer = await reassign(filled, "q", "ann", "ben")
    done = await filled.waited(answer.operation)

    assert (done.done, done.failed) == (3, 0)
    assert ids(await filled.mine("ann")) == []
    mine = (await filled.mine("ben")).tasks
    assert [task.external_id for task in mine] == ["i2", "i3", "i4"]
    assert (await filled.draft("ben", mine[0])).content == b"half of it"
    assert (await refused(filled.submit("ann", held[1]))).reason == "LEASE_LOST"
    assert (await filled.submit("ben", mine[0])).seq


@pytest.mark.shows("D19", "D129", "P19")
async def test_who_is_inactive_is_reassigned_from_and_not_to(world: World) -> None:
    await world.dataset("d", ITEMS)
    await world.people("ann", "ben")
    shares = [queue_pb2.Share(person_id=person) for person in ("ann", "ben")]
    await world.queue("q", distribution=queue_pb2.Distribution(shares=shares))
    await world.attach("q", "d")
    await world.update("ben", "active", active=False)
    to_them = await refused(reassign(world, "q", "ann", "ben"))
    themselves = await refused(reassign(world, "q", "ann", "ann"))

    assert (to_them.reason, to_them.metadata["causes"]) == ("NOT_ELIGIBLE", "NOT_A_MEMBER")
    assert isinstance(themselves, errors.InvalidRequest)
    assert len(ids(await world.mine("ann"))) == 3


async def test_what_the_other_may_not_do_stays_or_goes_to_the_pool(world: World) -> None:

    items: list[Any] = [
        dataset_pb2.Item(external_id=f"i{n}", required_skills=["ct"] if n < 3 else [])
        for n in range(1, 5)
    ]
    await world.dataset("d", items)
    await world.people("ann", skills=["ct"])
    await world.people("ben")
    await world.queue("q", "d")
    await world.reserve("q", "ann", 4)
    first = await reassign(world, "q", "ann", "ben")
    await world.waited(first.operation)
    stays = ids(await world.mine("ann"))
    second = await reassign(world, "q", "ann", "ben", move_rest_to_pool=True)
    await world.waited(second.operation)

    assert [(one.reason, one.count) for one in first.staying] == [("NO_TARGET", 2)]
    assert stays == ["i1", "i2"]
    assert (ids(await world.mine("ann")), ids(await world.mine("ben"))) == ([], ["i3", "i4"])
    assert (await world.depth("q")).available == 2


@pytest.mark.shows("D41", "E11", "E61")
async def test_annotators_assign_nothing(filled: World) -> None:
    named = await _ids(filled)
    request = pb.AssignTasksRequest(
        **filled.change("ann"),
        queue_id="q",
        task_ids=[named["i1"]],
        person="ann",
        reason="I want it",
    )
    error = await refused(filled.stubs.assignments.AssignTasks(request))

    assert isinstance(error, errors.PermissionDenied)
