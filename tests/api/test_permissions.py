"""Every cell of the table of permissions, over the wire."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.message_factory import GetMessageClass

from allocator.model import Role
from allocator.permissions import OPEN, ROW_OF, WORK, Grant, Right, row_for
from dibs import errors, validation
from dibs.v1 import common_pb2, dataset_pb2, project_pb2, queue_pb2, tasks_pb2
from tests.api.examples import example, send
from tests.api.reviews import Desk
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND
from tests.protos.test_protos import RPCS

pytestmark = ON_ONE_KIND

KINDS = {f"{service}.{rpc.name}": rpc for service, rpc in RPCS}
GUARDED = sorted(set(KINDS) - OPEN)
# The mightiest comes last: what it does cannot be undone.
OWNER = "olga"
ROLES = {
    "ann": Role.ANNOTATOR,
    "rev": Role.REVIEWER,
    "both": Role.ANNOTATOR_AND_REVIEWER,
    "tom": Role.TEAM_MANAGER,
    "ada": Role.ADMIN,
}


@pytest.fixture
async def staffed(world: World) -> World:
    """A queue with two tasks, and a member of every role."""
    await world.dataset("d", ["a"])
    await world.people(OWNER, roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.stubs.queues.CreateQueue(
        queue_pb2.CreateQueueRequest(**world.change(OWNER), queue_id="q", queue={})
    )
    await world.attach("q", "d")
    await world.load("d", ["b"])
    # The owner's role alone would be enough for next to nothing.
    await world.update(OWNER, "roles", roles=[project_pb2.ROLE_REVIEWER])
    await world.people("bystander")
    for person, role in ROLES.items():
        if person != world.actor:
            await world.people(person, roles=[f"ROLE_{role.name}"])
    return world


def _kind(rpc: str) -> Any:
    """The class of its requests."""
    name = KINDS[rpc].input_type.removeprefix(".")
    return GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(name))


OF_AUTHORS = frozenset({Right.STATUS})
# What the second who may finds taken.
ONCE = frozenset({"AssignmentService.CreateRange"})


async def _denied(world: World, rpc: str, actor: str, **fields: Any) -> bool:
    """Whether a call ends with PERMISSION_DENIED, and that says what it should."""
    request = example(world, rpc, _kind(rpc), actor, **fields)
    validation.check(request)
    try:
        await send(world.stubs, rpc)(request)
    except Exception as error:
        found = errors_of(error)
        assert not isinstance(found, errors.Internal), found
        assert rpc in ONCE or not isinstance(found, errors.InvalidArgument), found
        if isinstance(found, errors.PermissionDenied):
            assert found.metadata["actor"] == actor
            assert found.metadata["kind"] == "permission"
            assert found.metadata["needs"]
            return True
    return False


def errors_of(error: Exception) -> errors.DibsError:
    from dibs import status

    return status.rebuilt(error)


@pytest.mark.shows("E6", "E7", "E9")
@pytest.mark.parametrize("rpc", GUARDED)
async def test_every_role_may_what_its_cell_says(staffed: World, rpc: str) -> None:
    row = ROW_OF[rpc]
    owner = max(row.grant(Role.OWNER), row.best(Role.REVIEWER))
    assert await _denied(staffed, rpc, OWNER) is (owner is Grant.NONE), (OWNER, row.right)
    for person, role in ROLES.items():
        if row.right in OF_AUTHORS and row.best(role) is Grant.OWN:
            continue  # the task is nobody's of them: test_finished, test_comments have authors
        expected = row.best(role) is Grant.NONE
        assert await _denied(staffed, rpc, person) is expected, (person, row.right)
    assert await _denied(staffed, rpc, "stranger")


async def _review(world: World) -> None:
    """A review of what somebody submitted to the queue, the first of the project."""
    desk = Desk(world)
    await desk.settings(enabled=True)
    done = await desk.submit("both", "u")
    await world.look("q", done.seq)


# Reopening is not about the person it names: they are who gets the tasks.
@pytest.mark.parametrize(
    "rpc",
    [
        rpc
        for rpc in GUARDED
        if "person" in _kind(rpc).DESCRIPTOR.fields_by_name and not rpc.endswith("Reopen")
    ],
)
async def test_what_is_ones_own_is_not_somebody_elses(staffed: World, rpc: str) -> None:
    row = row_for(rpc, own=False)
    if "review_id" in _kind(rpc).DESCRIPTOR.fields_by_name:
        await _review(staffed)
    for person, role in ROLES.items():
        expected = row.best(role) is not Grant.ALL
        denied = await _denied(staffed, rpc, person, person="bystander")
        assert denied is expected, (person, row.right)
    owner = row.grant(Role.OWNER) is Grant.NONE
    assert await _denied(staffed, rpc, OWNER, person="bystander") is owner, row.right


@pytest.mark.shows("P45")
async def test_who_has_a_task_reads_it_and_others_who_manage(staffed: World) -> None:
    [task] = (await staffed.reserve("q", "ann")).tasks
    seq = (await staffed.start("ann", task)).seq

    async def read(actor: str) -> Any:
        request = tasks_pb2.GetTaskRequest(
            **staffed.where(actor), task_id=task.task_id, min_seq=seq
        )
        return (await staffed.stubs.allocation.GetTask(request)).record

    assert [(await read(actor)).person for actor in ("ann", "tom", OWNER)] == ["ann"] * 3
    error = await refused(read("both"))
    assert isinstance(error, errors.PermissionDenied)
    assert error.metadata["kind"] == "permission"


@pytest.mark.shows("P79", "P44")
async def test_queues_are_paused_resumed_and_cleared_by_administrators(staffed: World) -> None:
    for name in ("PauseQueue", "ResumeQueue", "ClearWaiting", "AttachDataset", "DetachDataset"):
        rpc = f"QueueService.{name}"
        denied = [person for person in ROLES if await _denied(staffed, rpc, person)]
        assert denied == ["ann", "rev", "both", "tom"], name
    listed = await staffed.stubs.queues.ListQueues(
        queue_pb2.ListQueuesRequest(**staffed.where(), filter="queue_id = q")
    )
    assert listed.queues[0].queue_id == "q"


@pytest.mark.shows("P43")
async def test_an_administrator_is_refused_nothing_for_want_of_permission(staffed: World) -> None:
    last = {"ProjectService.RemoveMembers", "QueueService.ClearWaiting"}
    end = {"ProjectService.DeleteProject", "ProjectService.UndeleteProject"}
    others = sorted(set(GUARDED) - end)
    for rpc in sorted(others, key=lambda rpc: ("Delete" in rpc or "Archive" in rpc, rpc in last)):
        assert not await _denied(staffed, rpc, "ada"), rpc
    answer = await staffed.stubs.projects.GetProject(
        project_pb2.GetProjectRequest(**staffed.where())
    )
    assert answer.project.project_id == staffed.project
    for rpc in sorted(end):
        assert not await _denied(staffed, rpc, "ada"), rpc


async def test_who_may_not_annotate_may_not_even_ask(staffed: World) -> None:
    error = await refused(staffed.reserve("q", "rev"))
    assert isinstance(error, errors.PermissionDenied)
    assert error.metadata["action"] == "Reserve"
    assert "ANNOTATOR" in error.metadata["needs"]


@pytest.mark.shows("P9")
async def test_a_refusal_says_whether_it_is_permission_state_or_lock(staffed: World) -> None:
    [task] = (await staffed.reserve("q", "ann")).tasks
    permission = await refused(staffed.start("rev", task))
    lock = await refused(staffed.start("both", task))
    await staffed.submit("ann", task)
    state = await refused(staffed.start("ann", task))

    assert [error.metadata["kind"] for error in (permission, lock, state)] == [
        "permission",
        "lock",
        "state",
    ]


@pytest.mark.parametrize("rpc", [rpc for rpc in GUARDED if ROW_OF[rpc].right not in WORK])
async def test_who_left_may_nothing(world: World, rpc: str) -> None:
    await world.people("eve", roles=[project_pb2.ROLE_ADMIN])
    await world.remove("eve")
    assert await _denied(world, rpc, "eve")


@pytest.mark.shows("E12")
async def test_admin_is_for_good(staffed: World) -> None:
    await staffed.people("eve", roles=[project_pb2.ROLE_ADMIN])
    error = await refused(staffed.update("eve", "roles", roles=[project_pb2.ROLE_ANNOTATOR]))
    assert isinstance(error, errors.AdminIsForGood)
    assert error.metadata["person"] == "eve"

    more = [project_pb2.ROLE_ADMIN, project_pb2.ROLE_REVIEWER]
    changed = await staffed.update("eve", "roles", roles=more)
    assert list(changed.member.roles) == more
    removal = project_pb2.RemoveMembersRequest(**staffed.change("tom"), person_ids=["eve"])
    denied = await refused(staffed.stubs.projects.RemoveMembers(removal))
    assert isinstance(denied, errors.PermissionDenied)
    assert denied.metadata["needs"] == "ADMIN"


async def test_the_last_admin_stays(staffed: World) -> None:
    def removal(*people: str) -> project_pb2.RemoveMembersRequest:
        return project_pb2.RemoveMembersRequest(**staffed.change(), person_ids=people)

    gone = await refused(staffed.stubs.projects.RemoveMembers(removal("ann", "ada")))
    idle = await refused(staffed.update("ada", "active", active=False))
    for error in (gone, idle):
        assert isinstance(error, errors.LastAdmin)
        assert error.metadata["person"] == "ada"
    await staffed.people("eve", roles=[project_pb2.ROLE_ADMIN])
    assert (await staffed.stubs.projects.RemoveMembers(removal("ada"))).seq > 0


@pytest.mark.shows("D39")
async def test_who_owns_a_queue_makes_datasets_and_queues_too(staffed: World) -> None:
    made = await staffed.stubs.queues.CreateQueue(
        queue_pb2.CreateQueueRequest(**staffed.change(OWNER), queue_id="q2", queue={})
    )
    elsewhere = await staffed.stubs.datasets.CreateDataset(
        dataset_pb2.CreateDatasetRequest(**staffed.change(OWNER), dataset_id="e")
    )
    request = dataset_pb2.CreateDatasetRequest(**staffed.change("rev"), dataset_id="f")
    denied = await refused(staffed.stubs.datasets.CreateDataset(request))

    assert made.seq < elsewhere.seq
    assert isinstance(denied, errors.PermissionDenied)
    assert denied.metadata["needs"] == "ADMIN, TEAM_MANAGER, owner of the queue"


async def test_an_owner_is_one_in_their_own_queue_only(staffed: World) -> None:
    await staffed.queue("other")
    await staffed.dataset("e", ["x"])
    denied = await refused(staffed.add("other", "e", ["x"], actor=OWNER))

    assert (await staffed.add("q", "e", ["x"], actor=OWNER)).added == 1
    assert isinstance(denied, errors.PermissionDenied)


async def test_what_was_started_may_be_finished_whatever_role_was_lost(staffed: World) -> None:
    [task] = (await staffed.reserve("q", "ann")).tasks
    await staffed.start("ann", task)
    await staffed.update("ann", "roles", roles=[project_pb2.ROLE_REVIEWER])

    done = await staffed.submit("ann", task)
    assert done.state == common_pb2.TASK_STATE_COMPLETED
