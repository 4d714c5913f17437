"""What the tasks of a queue, a project and a person add up to."""

from __future__ import annotations

import time
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from dibs.v1 import common_pb2, figures_pb2, project_pb2
from dibs.v1 import queue_pb2 as pb
from tests.api.tasks import remove_status, reopen, set_status
from tests.api.test_clearing import clear
from tests.api.test_dataset_changes import delete
from tests.api.test_detaching import detach
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

TODO = figures_pb2.WORK_STATUS_TODO
IN_PROGRESS = figures_pb2.WORK_STATUS_IN_PROGRESS
COMPLETED = figures_pb2.WORK_STATUS_COMPLETED
PAST = Timestamp(seconds=1_500_000_000)
FUTURE = Timestamp(seconds=4_000_000_000)


@pytest.fixture
async def four(world: World) -> World:
    """A queue of four tasks, and two annotators."""
    await world.dataset("d", ["a", "b", "c", "d"])
    await world.queue(
        "q", "d", statuses=[pb.Status(name="blurred", meaning=pb.STATUS_MEANING_DISCARD)]
    )
    await world.people("ann", "bob")
    await world.until("q", queued=4)
    return world


async def seen(world: World, queue: str = "q", **fields: Any) -> Any:
    """The queue as of now."""
    return await world.get_queue(queue, min_seq=(await world.mine("ada")).seq, **fields)


def states(found: Any) -> dict[str, int]:
    """Tasks by state."""
    names = common_pb2.TaskState
    return {names.Name(one.state)[11:]: one.count for one in found.state_counts}


async def do(world: World, person: str, queue: str = "q", **fields: Any) -> Any:
    """Take the next task, and finish it."""
    [task] = (await world.reserve(queue, person)).tasks
    await world.submit(person, task, **fields)
    return task


@pytest.mark.shows("D30", "D31", "D32")
async def test_a_queue_is_to_do_until_something_is_started_and_then_in_progress(
    four: World,
) -> None:
    assert (await seen(four)).status == TODO
    [task] = (await four.reserve("q", "ann")).tasks
    assert (await seen(four)).status == TODO
    await four.start("ann", task)
    assert (await seen(four)).status == IN_PROGRESS
    await four.release("ann", task)
    assert (await seen(four)).status == TODO
    await do(four, "ann")
    assert (await seen(four)).status == IN_PROGRESS


@pytest.mark.shows("D33")
async def test_a_queue_is_completed_while_every_task_has_a_status(four: World) -> None:
    done = [await do(four, "ann") for _ in range(3)]
    last = await do(four, "bob", status="discarded")
    assert (await seen(four)).status == COMPLETED

    await remove_status(four, "bob", last.task_id)
    assert (await seen(four)).status == IN_PROGRESS
    await four.submit("bob", (await four.mine("bob")).tasks[0])
    assert (await seen(four)).status == COMPLETED
    await reopen(four, "q", [done[0].task_id])
    assert (await seen(four)).status == IN_PROGRESS
    await set_status(four, "ada", done[1].task_id, "blurred")
    [back] = (await four.reserve("q", "ann")).tasks
    await four.submit("ann", back)
    await four.load("d", ["e"])
    await four.until("q", queued=1)
    assert (await seen(four)).status == IN_PROGRESS


async def test_a_queue_without_tasks_is_to_do(world: World) -> None:
    await world.queue("q")
    found = await seen(world)

    assert (found.status, found.total_tasks, found.progress_percent) == (TODO, 0, 0)
    assert not found.overdue


@pytest.mark.shows("D69", "D71", "P46")
async def test_what_remains_and_how_far_it_is_is_exact_after_every_step(four: World) -> None:
    async def figures() -> tuple[int, ...]:
        found = await seen(four)
        assert found.total_tasks == found.remaining_tasks + sum(
            one.count for one in found.status_counts
        )
        return (
            *(found.total_tasks, found.remaining_tasks),
            *(found.progress_percent, found.annotated_tasks),
        )

    assert await figures() == (4, 4, 0, 0)
    first = await do(four, "ann")
    assert await figures() == (4, 3, 25, 1)
    [held] = (await four.reserve("q", "bob")).tasks
    await four.save_draft("bob", held, b"half")
    assert await figures() == (4, 3, 25, 2)
    await four.release("bob", held)
    assert await figures() == (4, 3, 25, 2)
    await reopen(four, "q", [first.task_id])
    assert await figures() == (4, 4, 0, 2)
    await four.waited((await four.remove_items("q", "d", ["d"])).operation)
    assert await figures() == (3, 3, 0, 2)
    await clear(four, "q")
    assert await figures() == (1, 1, 0, 1)


@pytest.mark.shows("D73", "D74")
async def test_tasks_are_counted_by_state_and_status_and_without_reviews_no_issues(
    four: World,
) -> None:
    await do(four, "ann")
    await do(four, "ann", status="blurred")
    await four.reserve("q", "bob")
    found = await seen(four)

    assert states(found) == {"QUEUED": 1, "ASSIGNED": 1, "COMPLETED": 1, "DISCARDED": 1}
    counts = {one.status: one.count for one in found.status_counts}
    assert counts == {"completed": 1, "blurred": 1}
    assert (found.items_with_open_issues, found.items_for_review) == (0, 0)


async def test_a_queue_is_overdue_when_its_time_is_over_and_something_remains(
    four: World,
) -> None:
    assert not (await seen(four)).overdue
    await four.change_queue("q", "due_time", due_time=FUTURE)
    assert not (await seen(four)).overdue
    await four.change_queue("q", "due_time", due_time=PAST)
    assert (await seen(four)).overdue
    for _ in range(4):
        await do(four, "ann")
    assert not (await seen(four)).overdue


@pytest.mark.shows("D79", "P47")
async def test_a_queue_names_the_datasets_that_its_items_are_of(four: World) -> None:
    await four.dataset("chosen", ["x", "y"])
    await four.dataset("other", ["z"])
    await four.add("q", "chosen", ["y"])
    found = await seen(four)
    assert (list(found.dataset_ids), found.dataset_count) == (["chosen", "d"], 2)

    await four.waited((await detach(four)).operation)
    assert list((await seen(four)).dataset_ids) == ["chosen"]
    await four.waited((await delete(four, "chosen")).operation)
    found = await seen(four)
    assert (list(found.dataset_ids), found.dataset_count) == ([], 0)


@pytest.mark.shows("D80", "D82", "D44")
async def test_a_queue_says_when_it_was_made_and_when_anything_of_it_changed(four: World) -> None:
    made = await seen(four)
    assert time.time() - 60 < made.create_time.seconds <= made.update_time.seconds
    assert (await seen(four)).update_time == made.update_time

    [task] = (await four.reserve("q", "ann")).tasks
    given = await seen(four)
    assert given.update_time.ToNanoseconds() > made.update_time.ToNanoseconds()
    assert given.etag == made.etag
    await four.renew("ann", task)
    assert (await seen(four)).update_time == given.update_time
    await four.change_queue("q", "display_name", display_name="Night")
    changed = await seen(four)
    assert changed.update_time.ToNanoseconds() > given.update_time.ToNanoseconds()
    assert changed.etag != made.etag


async def project(world: World) -> Any:
    """What the project adds up to."""
    request = project_pb2.GetProjectRequest(
        **world.where("ann"), min_seq=(await world.mine("ada")).seq
    )
    return (await world.stubs.projects.GetProject(request)).figures


@pytest.mark.shows("P55")
async def test_a_project_adds_up_its_queues_that_are_not_archived(four: World) -> None:
    await four.queue("empty")
    await four.queue("late", "d", due_time=PAST)
    await four.until("late", queued=4)
    await do(four, "ann")
    found = await project(four)

    assert (found.queues, found.open_queues, found.overdue_queues) == (3, 3, 1)
    assert (found.total_tasks, found.remaining_tasks, found.overdue_tasks) == (8, 7, 4)
    assert (found.progress_percent, found.annotated_tasks) == (12, 1)
    assert states(found) == {"QUEUED": 7, "COMPLETED": 1}
    assert (found.items_with_open_issues, found.items_for_review) == (0, 0)
    await four.archive("late")
    found = await project(four)
    assert (found.queues, found.total_tasks, found.overdue_tasks) == (2, 4, 0)


async def members(world: World, actor: str) -> dict[str, Any]:
    """The figures of the members that are told to somebody."""
    request = project_pb2.ListMembersRequest(
        **world.where(actor), min_seq=(await world.mine("ada")).seq
    )
    rows = (await world.stubs.projects.ListMembers(request)).members
    return {row.person_id: row.figures for row in rows if row.HasField("figures")}


@pytest.mark.shows("P53", "P54", "E47")
async def test_everybody_sees_their_own_figures_and_managers_those_of_the_team(
    four: World,
) -> None:
    await four.queue("late", "d", due_time=PAST)
    await four.until("late", queued=4)
    await do(four, "ann")
    await do(four, "ann", status="discarded")
    await do(four, "bob")
    [task] = (await four.reserve("late", "ann")).tasks
    team = await members(four, "ada")
    own = await members(four, "ann")

    assert set(team) == {"ada", "ann", "bob"}
    assert set(own) == {"ann"}
    assert own["ann"] == team["ann"]
    ann = own["ann"]
    assert (ann.total_tasks, ann.remaining_tasks, ann.overdue_tasks) == (3, 1, 1)
    assert ann.progress_percent == 66
    assert states(ann) == {"ASSIGNED": 1, "COMPLETED": 1, "DISCARDED": 1}
    assert (team["bob"].total_tasks, team["bob"].progress_percent) == (1, 100)
    await four.release("ann", task)
    assert states((await members(four, "ann"))["ann"]) == {"COMPLETED": 1, "DISCARDED": 1}
