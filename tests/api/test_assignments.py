"""GetAssignment, ListAssignments and NextTask."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from dibs import errors
from dibs.v1 import assignment_pb2 as pb
from dibs.v1 import common_pb2, figures_pb2, project_pb2, queue_pb2
from tests.api.assigned import assign, release
from tests.api.tasks import reopen
from tests.api.world import World, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

ITEMS = [f"i{n}" for n in range(1, 9)]


@pytest.fixture
async def filled(world: World) -> World:
    """A queue from which people pull, and one whose work is distributed over ann and ben."""
    await world.dataset("d", ITEMS)
    await world.people("ann", "ben", "cas")
    await world.queue(
        "pulled", "d", display_name="Urgent chests", priority=common_pb2.PRIORITY_HIGH
    )
    shares = [queue_pb2.Share(person_id=person) for person in ("ann", "ben")]
    await world.queue("dealt", distribution=queue_pb2.Distribution(shares=shares))
    await world.attach("dealt", "d")
    await world.reserve("pulled", "ann", 3)
    return world


async def assignments(world: World, actor: str = "", **fields: Any) -> list[Any]:
    seq = max([int((await world.depth(queue)).seq) for queue in ("pulled", "dealt")])
    request = pb.ListAssignmentsRequest(**world.where(actor), min_seq=seq, **fields)
    return list((await world.stubs.assignments.ListAssignments(request)).assignments)


async def next_task(world: World, actor: str, assignment: Any, **fields: Any) -> Any:
    request = pb.NextTaskRequest(
        **(world.change(actor) | fields), assignment_id=assignment.assignment_id
    )
    return await world.stubs.assignments.NextTask(request)


def told(found: list[Any]) -> list[tuple[str, str, int, int]]:
    return [(one.queue_id, one.person_id, one.total_tasks, one.remaining_tasks) for one in found]


@pytest.mark.shows("D4", "D111", "D112")
async def test_managers_see_who_has_how_much_of_which_queue(filled: World) -> None:
    [task] = (await filled.mine("ann", queue_id="pulled", page_size=1)).tasks
    await filled.submit("ann", task)
    found = await assignments(filled)
    of_one = await assignments(filled, filter='queue_id = "pulled"')

    assert told(found) == [
        ("dealt", "ada", 0, 0),
        ("dealt", "ann", 4, 4),
        ("dealt", "ben", 4, 4),
        ("pulled", "ann", 3, 2),
    ]
    assert [one.kind for one in found][:2] == [
        *(pb.ASSIGNMENT_KIND_BUCKET, pb.ASSIGNMENT_KIND_SHARE),
    ]
    assert told(of_one) == [("pulled", "ann", 3, 2)]
    assert (of_one[0].status, of_one[0].progress_percent) == (
        *(figures_pb2.WORK_STATUS_IN_PROGRESS, 33),
    )
    assert found[1].status == figures_pb2.WORK_STATUS_TODO


@pytest.mark.shows("D109", "P45", "E15")
async def test_annotators_see_their_own_in_all_queues_and_nobody_elses(filled: World) -> None:
    mine = await assignments(filled, "ann")
    nothing = await assignments(filled, "cas")
    [bens] = await assignments(filled, filter='person_id = "ben"')
    request = pb.GetAssignmentRequest(**filled.where("ann"), assignment_id=bens.assignment_id)
    error = await refused(filled.stubs.assignments.GetAssignment(request))

    assert [(one.queue_id, one.person_id) for one in mine] == [("dealt", "ann"), ("pulled", "ann")]
    assert nothing == []
    assert isinstance(error, errors.AssignmentNotFound)


@pytest.mark.shows("D48", "D60", "D64")
async def test_filters_and_searches_find_assignments(filled: World) -> None:
    by_name = await assignments(filled, filter='queue_name : "chest"')
    by_priority = await assignments(filled, filter="priority = HIGH")
    without = await assignments(filled, filter="priority = N/A AND kind = SHARE")
    is_open = await assignments(filled, filter='status = OPEN AND person_id = "ann"')
    wrong = await refused(
        filled.stubs.assignments.ListAssignments(
            pb.ListAssignmentsRequest(**filled.where(), filter="colour = red")
        )
    )

    assert [(one.queue_id, one.person_id) for one in by_name] == [("pulled", "ann")]
    assert told(by_priority) == told(by_name)
    assert [one.person_id for one in without] == ["ann", "ben"]
    assert [one.queue_id for one in is_open] == ["dealt", "pulled"]
    assert isinstance(wrong, errors.InvalidRequest)


@pytest.mark.shows("D59", "D87", "L26")
async def test_assignments_are_found_by_type_and_by_how_far_they_are(filled: World) -> None:
    [task, *rest] = (await filled.mine("ann", queue_id="pulled")).tasks
    await filled.submit("ann", task)
    labeling = await assignments(filled, filter="type = LABELING AND kind = SHARE")
    reviews = await assignments(filled, filter="type = QA")
    begun = await assignments(filled, filter="status = IN_PROGRESS")
    for task in rest:
        await filled.submit("ann", task)
    [done] = await assignments(filled, filter="status = COMPLETED")

    assert [one.person_id for one in labeling] == ["ann", "ben", "ann"]
    assert {one.type for one in labeling} == {queue_pb2.QUEUE_TYPE_LABELING}
    assert reviews == []
    assert told(begun) == [("pulled", "ann", 3, 2)]
    assert (*told([done]), done.progress_percent) == (("pulled", "ann", 3, 0), 100)
    assert await assignments(filled, filter="status = COMPLETED_WITH_ISSUES") == []


@pytest.mark.shows("D101")
async def test_what_a_machine_wants_to_know_of_an_assignment_is_in_answers(filled: World) -> None:
    await filled.update("ben", "active", active=False)
    found = await assignments(filled, filter="queue_id = dealt AND kind = SHARE")
    queue = await filled.get_queue(found[0].queue_id)

    assert [(one.person_id, one.active) for one in found] == [("ann", True), ("ben", False)]
    assert {one.queue_id for one in found} == {"dealt"}
    assert list(queue.dataset_ids) == ["d"]


@pytest.mark.shows("D49")
async def test_assignments_are_found_by_the_id_of_their_queue(filled: World) -> None:
    by_part = await assignments(filled, filter="queue_id:eal")
    [by_id] = await assignments(filled, filter="queue_id = pulled")

    assert [(one.queue_id, one.person_id) for one in by_part] == [
        *(("dealt", "ada"), ("dealt", "ann"), ("dealt", "ben")),
    ]
    assert (by_id.queue_id, by_id.person_id) == ("pulled", "ann")
    assert await assignments(filled, filter="queue_id = pull") == []


@pytest.mark.shows("L3", "L4")
async def test_the_status_of_an_assignment_is_true_after_every_step(filled: World) -> None:
    async def status() -> str:
        [one] = await assignments(filled, filter="queue_id = pulled")
        return figures_pb2.WorkStatus.Name(one.status).removeprefix("WORK_STATUS_")

    tasks = (await filled.mine("ann", queue_id="pulled")).tasks
    steps = [await status()]
    for task in tasks:
        await filled.submit("ann", task)
        steps.append(await status())
    await reopen(filled, "pulled", [tasks[0].task_id])
    steps.append(await status())

    assert steps == ["TODO", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED", "IN_PROGRESS"]


@pytest.mark.shows("L8")
async def test_an_assignment_is_overdue_while_tasks_remain_after_the_date(filled: World) -> None:
    past = Timestamp(seconds=1_000_000_000)
    await filled.change_queue("pulled", "due_time", due_time=past)
    late = await assignments(filled, filter="overdue = true")
    others = await assignments(filled, filter="overdue = false AND kind = SHARE")
    for task in (await filled.mine("ann", queue_id="pulled")).tasks:
        await filled.submit("ann", task)
    [done] = await assignments(filled, filter='queue_id = "pulled"')

    assert told(late) == [("pulled", "ann", 3, 3)]
    assert (late[0].overdue, late[0].due_time) == (True, past)
    assert {one.queue_id for one in others} == {"dealt"}
    assert (done.overdue, await assignments(filled, filter="overdue = true")) == (False, [])


@pytest.mark.parametrize(
    "named", ["x", "s0-1", "s1", "s1-999", "s999-1", "b999", f"s{'9' * 16}-{'9' * 16}"]
)
async def test_what_is_no_assignment_is_not_found(filled: World, named: str) -> None:
    get = pb.GetAssignmentRequest(**filled.where(), assignment_id=named)
    error = await refused(filled.stubs.assignments.GetAssignment(get))
    following = await refused(next_task(filled, "ann", pb.Assignment(assignment_id=named)))

    assert isinstance(error, errors.AssignmentNotFound)
    assert isinstance(following, errors.AssignmentNotFound | errors.InvalidRequest)


@pytest.mark.parametrize(
    "wrong",
    [
        *("type > LABELING", "overdue > true", "status > OPEN", "status : OPEN", "kind < SHARE"),
        *("priority > N/A", "due_time = x", f"total_tasks = {'9' * 20}"),
    ],
)
async def test_a_comparison_that_means_nothing_is_refused(filled: World, wrong: str) -> None:
    request = pb.ListAssignmentsRequest(**filled.where(), filter=wrong)
    error = await refused(filled.stubs.assignments.ListAssignments(request))

    assert isinstance(error, errors.InvalidRequest)
    assert "filter" in str(error)


async def test_pages_go_on_where_the_one_before_ended(filled: World) -> None:
    seq = int((await filled.depth("pulled")).seq)
    first = await filled.stubs.assignments.ListAssignments(
        pb.ListAssignmentsRequest(
            **filled.where(), min_seq=seq, page_size=2, order_by="remaining_tasks desc"
        )
    )
    second = await filled.stubs.assignments.ListAssignments(
        pb.ListAssignmentsRequest(
            **filled.where(),
            page_size=2,
            order_by="remaining_tasks desc",
            page_token=first.next_page_token,
        )
    )
    other = await refused(
        filled.stubs.assignments.ListAssignments(
            pb.ListAssignmentsRequest(**filled.where(), page_token=first.next_page_token)
        )
    )

    assert first.total_size == 4
    assert [one.remaining_tasks for one in (*first.assignments, *second.assignments)] == [
        4,
        4,
        3,
        0,
    ]
    assert isinstance(other, errors.InvalidRequest)


@pytest.mark.shows("D110", "E46")
async def test_opening_an_assignment_opens_the_next_task_of_it(filled: World) -> None:
    [dealt] = await assignments(filled, filter='person_id = "ann" AND queue_id = "dealt"')
    first = (await next_task(filled, "ann", dealt)).task
    await filled.start("ann", first)
    again = (await next_task(filled, "ann", dealt)).task
    await filled.submit("ann", first)
    second = (await next_task(filled, "ann", dealt)).task
    denied = await refused(next_task(filled, "ben", dealt))
    [bucket] = await assignments(filled, filter="kind = BUCKET")

    assert (first.external_id, again.external_id, second.external_id) == ("i1", "i1", "i3")
    assert isinstance(denied, errors.PermissionDenied)
    assert isinstance(await refused(next_task(filled, "ada", bucket)), errors.InvalidRequest)


async def test_where_people_pull_the_next_task_is_a_new_one_once_all_is_done(filled: World) -> None:
    [pulled] = await assignments(filled, filter='queue_id = "pulled"')
    for task in (await filled.mine("ann", queue_id="pulled")).tasks:
        await filled.submit("ann", task)
    answer = await next_task(filled, "ann", pulled)

    assert answer.task.external_id == "i4"
    assert not answer.HasField("nothing")


@pytest.mark.shows("D130", "D131")
async def test_who_left_keeps_a_locked_assignment_and_their_work_is_in_the_bucket(
    filled: World,
) -> None:
    [task, *_] = (await filled.mine("ben", queue_id="dealt")).tasks
    await filled.submit("ben", task)
    await filled.waited((await filled.remove("ben")).operation)
    await filled.change_queue(
        "dealt",
        "distribution",
        distribution=queue_pb2.Distribution(shares=[queue_pb2.Share(person_id="ann")]),
    )
    found = await assignments(filled, filter='queue_id = "dealt"')

    assert told(found) == [
        ("dealt", "ada", 3, 3),
        ("dealt", "ann", 4, 4),
        ("dealt", "ben", 1, 0),
    ]
    assert [(one.active, one.locked) for one in found][1:] == [(True, False), (False, True)]


@pytest.mark.shows("D104", "P12")
async def test_those_of_archived_queues_are_listed_if_it_is_asked_so(filled: World) -> None:
    await filled.archive("pulled")
    without = await assignments(filled)
    everything = await assignments(filled, include_archived=True)

    assert {one.queue_id for one in without} == {"dealt"}
    assert {one.queue_id for one in everything} == {"dealt", "pulled"}


async def test_what_goes_back_to_the_bucket_is_assigned_from_there(filled: World) -> None:
    await release(filled, "dealt", filter='person = "ann"')
    [bucket] = await assignments(filled, filter="kind = BUCKET")
    await assign(filled, "dealt", "cas", filter="state = QUEUED")
    [cas] = await assignments(filled, filter='person_id = "cas"')

    assert (bucket.total_tasks, bucket.person_id) == (4, "ada")
    assert cas.total_tasks == 4
    assert ids(await filled.mine("cas")) == ["i1", "i3", "i5", "i7"]


@pytest.mark.shows("D72", "D103")
async def test_queues_and_projects_say_how_many_assignments_they_have(filled: World) -> None:
    await assignments(filled)  # the views have all of it
    where = filled.where()
    queues = (await filled.stubs.queues.ListQueues(queue_pb2.ListQueuesRequest(**where))).queues
    header = await filled.stubs.assignments.ListAssignments(pb.ListAssignmentsRequest(**where))
    before = await project(filled)
    await filled.archive("dealt")
    after = await project(filled, min_seq=(await filled.depth("dealt")).seq)

    assert {one.queue_id: one.assignment_count for one in queues} == {"pulled": 1, "dealt": 3}
    assert (before.queues, before.assignments, header.total_size) == (2, 4, 4)
    assert (after.queues, after.assignments) == (1, 1)


async def project(world: World, **fields: Any) -> Any:
    request = project_pb2.GetProjectRequest(**world.where(), **fields)
    return (await world.stubs.projects.GetProject(request)).figures
