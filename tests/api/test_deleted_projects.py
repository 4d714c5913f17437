"""DeleteProject and UndeleteProject, through the wire."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message_factory import GetMessageClass

from allocator.permissions import OPEN
from dibs import errors
from dibs.v1 import project_pb2 as pb
from tests.api.examples import example, send
from tests.api.world import World, open_session, refused
from tests.protos.test_protos import RPCS

DAY_MS = 86_400_000
# What a deleted project hears; and what is about no project that is there.
STILL = OPEN | {"ProjectService.DeleteProject", "ProjectService.UndeleteProject"}


async def _delete(world: World, **fields: Any) -> Any:
    return await world.stubs.projects.DeleteProject(
        pb.DeleteProjectRequest(**(world.change() | fields))
    )


async def _undelete_request(world: World, **fields: Any) -> pb.UndeleteProjectRequest:
    outside = await open_session(world.stubs, "")
    frame = {**world.where(), "request_id": outside.next()}
    return pb.UndeleteProjectRequest(**(frame | fields))


async def _undelete(world: World, **fields: Any) -> Any:
    return await world.stubs.projects.UndeleteProject(await _undelete_request(world, **fields))


async def _listed(world: World, **fields: Any) -> list[Any]:
    request = pb.ListProjectsRequest(actor=world.actor, page_size=1000, **fields)
    found = (await world.stubs.projects.ListProjects(request)).projects
    return [project for project in found if project.project_id == world.project]


@pytest.fixture
async def at_work(world: World) -> World:
    """A queue in which ann has started one of two tasks."""
    await world.people("ann", "bystander")
    await world.dataset("d", ["a", "b"])
    await world.queue("q", lease_s=60)
    await world.add("q", "d", ["a", "b"])
    return world


async def test_from_its_event_on_every_rpc_says_that_a_deleted_project_is_not_there(
    at_work: World,
) -> None:
    await _delete(at_work)
    for service, rpc in RPCS:
        name = f"{service}.{rpc.name}"
        if name in STILL:
            continue
        kind = descriptor_pool.Default().FindMessageTypeByName(rpc.input_type.removeprefix("."))
        request = example(at_work, name, GetMessageClass(kind), at_work.actor)
        error = await refused(send(at_work.stubs, name)(request))
        assert isinstance(error, errors.ProjectNotFound), (name, error)
        assert error.metadata == {"project_id": at_work.project}
    error = await refused(_delete(at_work))
    assert isinstance(error, errors.ProjectNotFound)


async def test_undeleted_a_project_is_as_it_was(at_work: World) -> None:
    [task] = (await at_work.reserve("q", "ann")).tasks
    await at_work.start("ann", task)
    await at_work.save_draft("ann", task, b"half")
    depth = await at_work.depth("q")
    deleted = await _delete(at_work)
    for call in (at_work.submit("ann", task), at_work.save_draft("ann", task, b"in vain")):
        assert isinstance(await refused(call), errors.ProjectNotFound)
    undeleted = await _undelete(at_work)

    assert undeleted.seq == deleted.seq + 1
    assert not undeleted.project.HasField("delete_time")
    after = await at_work.depth("q")
    assert [one.count for one in after.tasks] == [one.count for one in depth.tasks]
    assert (await at_work.draft("ann", task)).content == b"half"
    [held] = (await at_work.mine("ann")).tasks
    assert (held.task_id, held.lease.lease_token) == (task.task_id, task.lease.lease_token)
    # The lease clock stood: it runs as long as it did.
    assert held.lease.expire_time.seconds >= task.lease.expire_time.seconds - 1
    await at_work.submit("ann", task)


async def test_lists_leave_deleted_projects_out_unless_asked(world: World) -> None:
    seen = pb.GetProjectRequest(**world.where(), min_seq=1)
    await world.stubs.projects.GetProject(seen)
    [before] = await _listed(world)
    answer = await _delete(world, purge_after=Duration(seconds=86_400))
    assert await _listed(world) == []
    [shown] = await _listed(world, show_deleted=True)
    assert (shown.delete_time, shown.purge_time) == (answer.delete_time, answer.purge_time)
    lasts_ms = answer.purge_time.ToMilliseconds() - answer.delete_time.ToMilliseconds()
    assert lasts_ms == DAY_MS
    await _undelete(world)
    assert await _listed(world) == [before]


async def test_repeats_are_answered_alike_and_the_id_stays_taken(world: World) -> None:
    deletion = pb.DeleteProjectRequest(**world.change())
    deleted = await world.stubs.projects.DeleteProject(deletion)
    assert await world.stubs.projects.DeleteProject(deletion) == deleted
    lasts_ms = deleted.purge_time.ToMilliseconds() - deleted.delete_time.ToMilliseconds()
    assert lasts_ms == 30 * DAY_MS
    outside = await open_session(world.stubs, "")
    taken = pb.CreateProjectRequest(**world.where(), request_id=outside.next())
    error = await refused(world.stubs.projects.CreateProject(taken))
    assert isinstance(error, errors.ProjectAlreadyExists)

    request = await _undelete_request(world)
    first = await world.stubs.projects.UndeleteProject(request)
    again = await world.stubs.projects.UndeleteProject(request)
    assert again.seq == first.seq
    await _delete(world)
    # What was done once is not done again, though it is deleted again.
    assert (await world.stubs.projects.UndeleteProject(request)).seq == first.seq
    assert await _listed(world) == []


async def test_only_admins_delete_and_undelete_and_only_what_is_deleted(at_work: World) -> None:
    error = await refused(_undelete(at_work))
    assert isinstance(error, errors.ProjectNotDeleted)
    error = await refused(_delete(at_work, actor="ann"))
    assert isinstance(error, errors.PermissionDenied)
    await _delete(at_work)
    for actor in ("ann", "stranger"):
        error = await refused(_undelete(at_work, actor=actor))
        assert isinstance(error, errors.PermissionDenied)
    error = await refused(_undelete(at_work, request_id=at_work.session.next()))
    assert isinstance(error, errors.SessionUnknown)
    assert (await _undelete(at_work)).project.project_id == at_work.project


async def test_what_is_forced_cannot_come_back(world: World) -> None:
    error = await refused(_delete(world, force=True, purge_after=Duration(seconds=1)))
    assert isinstance(error, errors.InvalidArgument)
    answer = await _delete(world, force=True)
    assert answer.purge_time == answer.delete_time
    error = await refused(_undelete(world))
    assert isinstance(error, errors.ProjectNotFound)
    while await _listed(world, show_deleted=True):
        pass  # each look is a call: the background gets its turn
    outside = await open_session(world.stubs, "")
    again = pb.CreateProjectRequest(**world.where(), request_id=outside.next())
    error = await refused(world.stubs.projects.CreateProject(again))
    assert isinstance(error, errors.ProjectAlreadyExists)
    error = await refused(world.depth("q"))
    assert isinstance(error, errors.ProjectNotFound)
