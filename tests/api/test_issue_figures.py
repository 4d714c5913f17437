"""What open issues and reviews make of a queue, of assignments and of lists of tasks."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import assignment_pb2, figures_pb2, lists_pb2, queue_pb2
from tests.api.reviews import APPROVE, REJECT, Desk
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND
COMPLETED = figures_pb2.WORK_STATUS_COMPLETED
WITH_ISSUES = figures_pb2.WORK_STATUS_COMPLETED_WITH_ISSUES
IN_PROGRESS, PENDING_REVIEW, PASSED = (
    figures_pb2.STAGE_IN_PROGRESS,
    figures_pb2.STAGE_PENDING_REVIEW,
    figures_pb2.STAGE_REVIEW_PASSED,
)


async def _stands(world: World, seq: int) -> tuple[Any, Any, int, int]:
    """The queue's status and stage, items with open issues, items for review."""
    queue = await world.get_queue("q", min_seq=seq)
    return queue.status, queue.stage, queue.items_with_open_issues, queue.items_for_review


async def _queues(world: World, text: str) -> list[str]:
    request = queue_pb2.ListQueuesRequest(**world.where(), filter=text)
    return [one.queue_id for one in (await world.stubs.queues.ListQueues(request)).queues]


async def _assignments(world: World, text: str, seq: int) -> list[Any]:
    request = assignment_pb2.ListAssignmentsRequest(**world.where(), filter=text, min_seq=seq)
    return list((await world.stubs.assignments.ListAssignments(request)).assignments)


async def _tasks(world: World, text: str, seq: int) -> list[Any]:
    request = lists_pb2.ListTasksRequest(**world.where(), filter=text, min_seq=seq)
    return list((await world.stubs.queues.ListTasks(request)).tasks)


@pytest.mark.shows("D34", "P4", "P5")
async def test_a_queue_is_completed_with_issues_until_a_review_of_all_has_passed(
    world: World,
) -> None:
    desk = await Desk.make(world, items=2)
    await desk.submit("bob", "b")
    done = await desk.submit("ann", "a")
    assert await _stands(world, done.seq) == (COMPLETED, PENDING_REVIEW, 0, 0)

    of_bob, of_ann = await desk.take("rev"), await desk.take("rev")
    await desk.decide("rev", of_bob, {"b": APPROVE})
    back = await desk.decide("rev", of_ann, {"a": REJECT})
    assert await _stands(world, back.seq) == (WITH_ISSUES, IN_PROGRESS, 1, 0)
    [held] = (await world.reserve("q", "ann")).tasks
    fixed = await desk.fix("ann", held.task_id, all=True)
    assert await _stands(world, fixed.seq) == (WITH_ISSUES, IN_PROGRESS, 0, 1)
    again = await desk.submit("ann", "a", task=held)
    assert await _stands(world, again.seq) == (WITH_ISSUES, PENDING_REVIEW, 0, 1)
    last = await desk.decide("rev", await desk.take("rev"), {"a": APPROVE})
    assert await _stands(world, last.seq) == (COMPLETED, PASSED, 0, 0)


@pytest.mark.shows("D58", "D61", "D86")
async def test_queues_and_assignments_are_found_by_their_issues(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a")
    await desk.submit("bob", "b")
    for unit in "ab":
        back = await desk.decide("rev", await desk.take("rev"), {unit: REJECT})
    [held] = (await world.reserve("q", "bob")).tasks
    fixed = await desk.fix("bob", held.task_id, all=True)

    for text, person in (("items_with_open_issues > 0", "ann"), ("items_for_review > 0", "bob")):
        [one] = await _assignments(world, text, fixed.seq)
        assert (one.person_id, one.status) == (person, WITH_ISSUES)
        assert one.items_with_open_issues == (person == "ann")
        assert one.items_for_review == (person == "bob")
        assert await _queues(world, text) == ["q"]
    [open_one] = await _tasks(world, "open_issues > 0", fixed.seq)
    assert (open_one.person, open_one.open_issues, open_one.issues_for_review) == ("ann", 1, 0)
    reviewed = await _tasks(world, "reviewed_by = rev AND reviews = 1", back.seq)
    assert [one.submitted_by for one in reviewed] == ["ann", "bob"]
    assert not await _tasks(world, "reviewed_by = roy", back.seq)
