"""What managers see of a queue and its people, and what follows from how work was planned."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from dibs.v1 import assignment_pb2, common_pb2, queue_pb2
from dibs.v1.project_pb2 import ListMembersRequest
from tests.api.assigned import apply, assign, plan
from tests.api.tasks import bulk_set_priority, reopen
from tests.api.test_reports import finish, forecast, workload
from tests.api.test_task_list import listed
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


@pytest.fixture
async def team(world: World) -> World:
    """A queue of twelve tasks, three people."""
    await world.dataset("d", [f"i{n:02}" for n in range(12)])
    await world.people("ann", "ben", "cas")
    await world.queue("q", "d", instruction_ref="guide.pdf#v7")
    await world.until("q", queued=12)
    return world


async def shares(world: World) -> dict[str, Any]:
    seq = (await world.depth("q")).seq
    request = assignment_pb2.ListAssignmentsRequest(**world.where(), min_seq=seq)
    found = (await world.stubs.assignments.ListAssignments(request)).assignments
    return {one.person_id: one for one in found}


def ids(answer: Any) -> list[str]:
    return [one.task.task_id for one in answer.tasks]


async def entries(world: World, person: str) -> list[int]:
    found = (await world.mine(person)).tasks
    return [int(task.task_id.partition("-")[0]) for task in found]


@pytest.mark.shows("L31")
async def test_a_specialist_is_given_a_single_item(team: World) -> None:
    await assign(team, "q", "cas", "7-1")
    [task] = (await team.mine("cas")).tasks

    assert (task.task_id, task.external_id) == ("7-1", "i06")
    assert (await shares(team))["cas"].total_tasks == 1


@pytest.mark.shows("L14")
async def test_neighbours_stay_together_when_it_is_asked_so(team: World) -> None:
    shares = [queue_pb2.Share(person_id="ann")]
    await team.queue("dealt", distribution=queue_pb2.Distribution(shares=shares))
    await team.attach("dealt", "d")
    await team.until("dealt", assigned=12)
    apart = await plan(team, "dealt", "ann", ["ben", "cas"])
    together = await plan(team, "dealt", "ann", ["ben", "cas"], keep_together=True)
    moved = await apply(team, "dealt", together.plan_id)
    await team.waited(moved.operation)
    held = [await entries(team, person) for person in ("ben", "cas")]

    assert [one.tasks for one in apart.planned] == [6, 6]
    assert sorted(held) == [[], list(range(13, 25))]


@pytest.mark.shows("L6", "E66")
async def test_where_the_instructions_are_is_kept_with_the_queue(team: World) -> None:
    seq = (await team.depth("q")).seq
    queue = await team.get_queue("q", actor="ann", min_seq=seq)

    assert queue.instruction_ref == "guide.pdf#v7"


@pytest.mark.shows("E52", "E53")
async def test_assigned_and_returned_tasks_are_told_apart(team: World) -> None:
    await assign(team, "q", "ben", "5-1")
    await finish(team, "ann", 1)
    await reopen(team, "q", ["1-1"])

    assert ids(await listed(team, "state = ASSIGNED")) == ["5-1"]
    assert ids(await listed(team, "state = RETURNED")) == ["1-1"]


@pytest.mark.shows("P24")
async def test_how_many_tasks_a_filter_selects_is_told_before_they_are_changed(team: World) -> None:
    await assign(team, "q", "ben", "5-1", "6-1")
    found = await listed(team, "person = ben", page_size=1)
    changed = await bulk_set_priority(team, "q", common_pb2.PRIORITY_HIGH, filter="person = ben")
    done = await team.waited(changed.operation)

    assert (found.total_size, len(found.tasks)) == (2, 1)
    assert (done.total, done.done) == (2, 2)


@pytest.mark.shows("D96", "P50")
async def test_of_each_assignment_its_tasks_and_its_progress_are_seen(team: World) -> None:
    await finish(team, "ann", 2)
    await team.reserve("q", "ann", 2)
    await finish(team, "ben", 1)
    of_each = await shares(team)
    tasks = await listed(team, "person = ann")

    assert {person: one.progress_percent for person, one in of_each.items()} == {
        "ann": 50,
        "ben": 100,
    }
    assert ids(tasks) == ["1-1", "2-1", "3-1", "4-1"]


@pytest.mark.shows("D92", "D114", "P83")
async def test_how_fast_somebody_works_is_told_of_the_queue_and_of_each_assignment(
    team: World,
) -> None:
    await finish(team, "ann", 2, seconds=90)
    await team.reserve("q", "ann")
    [mine] = (await forecast(team)).assignments
    ann = next(row for row in (await workload(team)).workloads if row.person_id == "ann")

    assert (mine.forecast.remaining_tasks, mine.median_handling) == (1, Duration(seconds=90))
    assert (ann.done_tasks, ann.median_handling) == (2, Duration(seconds=90))


@pytest.mark.shows("P48")
async def test_how_many_tasks_of_a_queue_have_work_in_them_is_told(team: World) -> None:
    await finish(team, "ann", 3)
    seq = (await team.depth("q")).seq

    assert (await team.get_queue("q", min_seq=seq)).annotated_tasks == 3


@pytest.mark.shows("P82")
async def test_a_person_is_found_by_their_id(team: World) -> None:
    seq = (await team.depth("q")).seq
    request = ListMembersRequest(**team.where(), min_seq=seq, filter="person_id = ben")
    [ben] = (await team.stubs.projects.ListMembers(request)).members

    assert (ben.person_id, ben.active) == ("ben", True)
