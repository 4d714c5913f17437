"""CopyProject: what comes along, what never does, and what a kill leaves."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import copying_pb2 as pb
from dibs.v1 import dataset_pb2, group_pb2, lists_pb2, project_pb2, queue_pb2
from tests.api.test_deleting import delete as delete_queue
from tests.api.test_operations import SUCCEEDED
from tests.api.world import ADMIN, World, open_session, refused, unique
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND
ITEMS = [
    dataset_pb2.Item(
        external_id=f"i{n}",
        weight=n,
        classes=["car"],
        required_skills=["cars"],
        attributes={"n": f"{n}"},
    )
    for n in range(1, 4)
]
DONE, DISCARD = queue_pb2.STATUS_MEANING_DONE, queue_pb2.STATUS_MEANING_DISCARD
STATUSES = [
    queue_pb2.Status(name="blurred", meaning=DISCARD),
    queue_pb2.Status(name="easy", meaning=DONE),
]
EVERYTHING: dict[str, Any] = {
    **dict.fromkeys(("members", "settings", "tags", "all_datasets", "all_queues"), True),
    **dict.fromkeys(("all_statuses", "metadata"), True),
}


async def furnish(world: World) -> None:
    """A project with some of everything, and a task of each state."""
    await world.people("ann", skills=["cars"])
    await world.people("bob", roles=[project_pb2.ROLE_ADMIN])
    await world.group("night", "ann", display_name="Night shift")
    await world.dataset("d", ITEMS)
    await world.queue(
        *("q", "d"),
        statuses=STATUSES,
        allowed_groups=["night"],
        allowed_assignees=["bob"],
        owner="bob",
        tags=["first"],
        metadata={"batch": "7"},
    )
    request = project_pb2.UpdateProjectRequest(
        **world.change(), project=project_pb2.Project(ontology_ref="o/1", tags=["cars"])
    )
    request.update_mask.paths.extend(("ontology_ref", "tags"))
    await world.stubs.projects.UpdateProject(request)


@pytest.fixture
async def furnished(world: World) -> World:
    await furnish(world)
    return world


async def request_of(world: World, actor: str = ADMIN, **fields: Any) -> pb.CopyProjectRequest:
    outside = await open_session(world.stubs, "")
    frame = {**world.where(actor), "request_id": outside.next(), "new_project_id": unique()}
    return pb.CopyProjectRequest(**(frame | fields))


async def entered(world: World, request: pb.CopyProjectRequest) -> World:
    name = request.new_project_id
    return World(world.stubs, name, await open_session(world.stubs, name))


async def copied(world: World, **fields: Any) -> World:
    """The copy, once it is whole."""
    request = await request_of(world, **fields)
    answer = await world.stubs.projects.CopyProject(request)
    new = await entered(world, request)
    ended = await new.waited(answer.operation)
    assert (ended.state, ended.done, ended.error) == (SUCCEEDED, ended.total, "")
    return new


async def members(world: World) -> dict[str, Any]:
    """All of them, as of the copy, which saw everything before it."""
    listed = await world.stubs.projects.ListMembers(project_pb2.ListMembersRequest(**world.where()))
    for one in listed.members:
        one.ClearField("figures")
    return {one.person_id: one for one in listed.members}


async def items(world: World) -> list[Any]:
    listed = await world.stubs.datasets.ListItems(
        dataset_pb2.ListItemsRequest(**world.where(), dataset_id="d")
    )
    for one in listed.items:
        one.ClearField("number")
    return list(listed.items)


async def queue_ids(world: World) -> list[str]:
    listed = await world.stubs.queues.ListQueues(queue_pb2.ListQueuesRequest(**world.where()))
    return [one.queue_id for one in listed.queues]


@pytest.mark.shows("E63", "E64")
async def test_a_copy_has_everything_of_the_project_and_none_of_its_work(furnished: World) -> None:
    done, held = (await furnished.reserve("q", "ann", 2)).tasks
    await furnished.submit("ann", done, status="easy")
    await furnished.start("ann", held)

    new = await copied(furnished, **EVERYTHING)

    await new.until("q", QUEUED=3)
    tasks = await new.stubs.queues.ListTasks(
        lists_pb2.ListTasksRequest(**new.where(), queue_id="q", min_seq=(await new.depth("q")).seq)
    )
    assert [(task.person, task.status) for task in tasks.tasks] == [("", "")] * 3
    assert await members(new) == await members(furnished)
    group = await new.stubs.groups.ListGroupMembers(
        group_pb2.ListGroupMembersRequest(**new.where(), group_id="night")
    )
    assert list(group.person_ids) == ["ann"]
    assert await items(new) == await items(furnished)
    old_queue, new_queue = await furnished.look("q"), await new.look("q")
    for queue in (old_queue, new_queue):
        queue.ClearField("create_time")
        queue.ClearField("etag")
    assert new_queue == old_queue
    found = await new.stubs.projects.GetProject(project_pb2.GetProjectRequest(**new.where()))
    assert (found.project.ontology_ref, list(found.project.tags)) == ("o/1", ["cars"])
    assert [task.state for task in (await furnished.mine("ann")).tasks] == [held.state + 1]


@pytest.mark.shows("E64", "E65")
async def test_only_what_is_asked_for_comes_along_and_the_admins(furnished: World) -> None:
    bare = await copied(furnished, display_name="Bare")
    chosen = await copied(furnished, queue_ids=["q"], statuses=["easy"])

    assert sorted(await members(bare)) == sorted(await members(chosen)) == [ADMIN, "bob"]
    assert await queue_ids(bare) == []
    assert isinstance(await refused(items(bare)), errors.DatasetNotFound)
    queue = await chosen.look("q")
    assert [status.name for status in queue.statuses] == ["easy"]
    assert (queue.owner, list(queue.allowed_assignees), list(queue.allowed_groups)) == (
        *("bob", ["bob"]),
        [],
    )
    assert (queue.restricted, list(queue.tags), dict(queue.metadata)) == (True, [], {})
    assert not (await chosen.depth("q")).available


async def test_what_cannot_be_copied_makes_no_project(furnished: World) -> None:
    world = furnished
    await world.update("ann", "roles", roles=[project_pb2.ROLE_TEAM_MANAGER])
    asks = {
        "PERMISSION_DENIED": await request_of(world, "ann"),
        "PROJECT_NOT_FOUND": await request_of(world, project_id=unique()),
        "DATASET_NOT_FOUND": await request_of(world, dataset_ids=["d", "nothing"]),
        "QUEUE_NOT_FOUND": await request_of(world, queue_ids=["nothing"]),
        "PROJECT_ALREADY_EXISTS": await request_of(world, new_project_id=world.project),
    }
    for reason, ask in asks.items():
        assert (await refused(world.stubs.projects.CopyProject(ask))).reason == reason
    wrong = {
        "statuses[1]": await request_of(world, all_queues=True, statuses=["easy", "hard"]),
        "dataset_ids": await request_of(world, all_datasets=True, dataset_ids=["d"]),
    }
    for field, ask in wrong.items():
        error = await refused(world.stubs.projects.CopyProject(ask))
        assert isinstance(error, errors.InvalidArgument)
        assert field in str(error)
    for ask in (asks["DATASET_NOT_FOUND"], asks["QUEUE_NOT_FOUND"], *wrong.values()):
        look = project_pb2.GetProjectRequest(project_id=ask.new_project_id, actor=ADMIN)
        gone = await refused(world.stubs.projects.GetProject(look))
        assert isinstance(gone, errors.ProjectNotFound)


async def test_a_repeat_copies_nothing_more(furnished: World) -> None:
    request = await request_of(furnished, **EVERYTHING)
    first = await furnished.stubs.projects.CopyProject(request)
    new = await entered(furnished, request)
    await new.waited(first.operation)
    await delete_queue(furnished)

    again = await furnished.stubs.projects.CopyProject(request)

    assert (again.seq, again.operation.operation_id) == (first.seq, first.operation.operation_id)
    assert again.operation.state == SUCCEEDED
    assert await queue_ids(new) == ["q"]


async def test_a_queue_for_qa_is_copied_with_the_queue_that_it_checks_or_not_at_all(
    furnished: World,
) -> None:
    of_qa: dict[str, Any] = {"type": queue_pb2.QUEUE_TYPE_QA, "source_queue_id": "q"}
    await furnished.queue("a-check", source_statuses=["easy", "blurred"], **of_qa)
    some = await copied(furnished, all_queues=True, statuses=["easy"])
    alone = await copied(furnished, queue_ids=["a-check"])

    found = await some.look("a-check")
    assert (found.type, found.source_queue_id) == (queue_pb2.QUEUE_TYPE_QA, "q")
    assert list(found.source_statuses) == ["easy"]
    missing = await refused(alone.depth("a-check"))
    assert isinstance(missing, errors.QueueNotFound)
