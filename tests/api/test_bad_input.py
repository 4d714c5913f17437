"""What bad input gets: one typed error each, that names the field; nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from dibs import errors, status
from dibs.v1 import (
    allocation_pb2,
    common_pb2,
    control_pb2,
    dataset_pb2,
    group_pb2,
    project_pb2,
    queue_pb2,
    stages_pb2,
)
from tests.api.world import Stubs, World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

BAD_IDS = ["", "a{b}", "a\0b", "a\nb", "A", "-a", "a" * 64, "é", "dibs:{1}"]
BAD_TEXTS = ["a\0b", "a\nb", "\x7f", "a" * 129]

# (service, method, request, the fields of a valid one, ids in it)
CALLS: list[tuple[str, str, Any, dict[str, Any], tuple[str, ...]]] = [
    ("projects", "GetProject", project_pb2.GetProjectRequest, {}, ()),
    ("projects", "ListMembers", project_pb2.ListMembersRequest, {}, ()),
    (
        "projects",
        "AddMembers",
        project_pb2.AddMembersRequest,
        {"members": [project_pb2.Member(person_id="new")]},
        (),
    ),
    ("projects", "RemoveMembers", project_pb2.RemoveMembersRequest, {"person_ids": ["x"]}, ()),
    ("groups", "CreateGroup", group_pb2.CreateGroupRequest, {}, ("group_id",)),
    ("groups", "GetGroup", group_pb2.GetGroupRequest, {}, ("group_id",)),
    ("groups", "ListGroups", group_pb2.ListGroupsRequest, {}, ()),
    ("groups", "UpdateGroup", group_pb2.UpdateGroupRequest, {}, ("group_id",)),
    ("groups", "DeleteGroup", group_pb2.DeleteGroupRequest, {}, ("group_id",)),
    (
        "groups",
        "AddGroupMembers",
        group_pb2.AddGroupMembersRequest,
        {"person_ids": ["x"]},
        ("group_id",),
    ),
    (
        "groups",
        "RemoveGroupMembers",
        group_pb2.RemoveGroupMembersRequest,
        {"person_ids": ["x"]},
        ("group_id",),
    ),
    ("groups", "ListGroupMembers", group_pb2.ListGroupMembersRequest, {}, ("group_id",)),
    ("datasets", "CreateDataset", dataset_pb2.CreateDatasetRequest, {}, ("dataset_id",)),
    ("datasets", "GetDataset", dataset_pb2.GetDatasetRequest, {}, ("dataset_id",)),
    ("datasets", "ListDatasets", dataset_pb2.ListDatasetsRequest, {}, ()),
    ("datasets", "ListItems", dataset_pb2.ListItemsRequest, {}, ("dataset_id",)),
    (
        "queues",
        "CreateQueue",
        queue_pb2.CreateQueueRequest,
        {"queue": queue_pb2.Queue()},
        ("queue_id",),
    ),
    (
        "queues",
        "UpdateQueue",
        queue_pb2.UpdateQueueRequest,
        {"queue": queue_pb2.Queue(), "update_mask": {"paths": ["display_name"]}},
        ("queue_id",),
    ),
    (
        "queues",
        "AddContributors",
        queue_pb2.AddContributorsRequest,
        {"person_ids": ["x"]},
        ("queue_id",),
    ),
    (
        "queues",
        "RemoveContributors",
        queue_pb2.RemoveContributorsRequest,
        {"person_ids": ["x"]},
        ("queue_id",),
    ),
    ("queues", "PauseQueue", control_pb2.PauseQueueRequest, {}, ("queue_id",)),
    ("queues", "ResumeQueue", control_pb2.ResumeQueueRequest, {}, ("queue_id",)),
    ("queues", "ArchiveQueue", control_pb2.ArchiveQueueRequest, {}, ("queue_id",)),
    ("queues", "UnarchiveQueue", control_pb2.UnarchiveQueueRequest, {}, ("queue_id",)),
    ("queues", "SubmitForReview", stages_pb2.SubmitForReviewRequest, {}, ("queue_id",)),
    ("queues", "SubmitData", stages_pb2.SubmitDataRequest, {}, ("queue_id",)),
    ("queues", "WithdrawData", stages_pb2.WithdrawDataRequest, {}, ("queue_id",)),
    ("allocation", "StartAnnotation", allocation_pb2.StartAnnotationRequest, {}, ("queue_id",)),
    ("queues", "GetQueue", queue_pb2.GetQueueRequest, {}, ("queue_id",)),
    ("queues", "ListQueues", queue_pb2.ListQueuesRequest, {}, ()),
    ("queues", "GetQueueDepth", queue_pb2.GetQueueDepthRequest, {}, ("queue_id",)),
    ("queues", "AttachDataset", queue_pb2.AttachDatasetRequest, {}, ("queue_id", "dataset_id")),
    (
        "queues",
        "AddItems",
        queue_pb2.AddItemsRequest,
        {"external_ids": ["x"]},
        ("queue_id", "dataset_id"),
    ),
    ("allocation", "Reserve", allocation_pb2.ReserveRequest, {}, ("queue_id",)),
    (
        "allocation",
        "EnsureReservations",
        allocation_pb2.EnsureReservationsRequest,
        {"count": 1},
        ("queue_id",),
    ),
    ("allocation", "ListMyTasks", allocation_pb2.ListMyTasksRequest, {}, ()),
    ("allocation", "Renew", allocation_pb2.RenewRequest, {"all": True}, ()),
    ("allocation", "Start", allocation_pb2.StartRequest, {"task_id": "1-1", "lease_token": 1}, ()),
    (
        "allocation",
        "Submit",
        allocation_pb2.SubmitRequest,
        {"task_id": "1-1", "lease_token": 1},
        (),
    ),
    (
        "allocation",
        "Release",
        allocation_pb2.ReleaseRequest,
        {"task_id": "1-1", "lease_token": 1},
        (),
    ),
]
NAMES = [call[1] for call in CALLS]
MAY_BE_EMPTY = {("Reserve", "queue_id")}
"""Without a queue it looks in all of them."""


def _request(world: World, kind: Any, fields: dict[str, Any], ids: tuple[str, ...]) -> Any:
    """A request that every rule lets pass."""
    frame = world.change() if "request_id" in kind.DESCRIPTOR.fields_by_name else world.where()
    return kind(**frame, **fields, **dict.fromkeys(ids, "x"))


def _call(stubs: Stubs, service: str, method: str) -> Callable[[Any], Any]:
    return getattr(getattr(stubs, service), method)


async def _field(call: Any) -> str:
    error = await refused(call)
    assert isinstance(error, errors.InvalidArgument), error
    assert error.violations[0].right
    return error.field


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
async def test_ids_are_checked_in_every_call(world: World, call: Any) -> None:
    service, method, kind, fields, ids = call
    for name in ("project_id", *ids):
        for bad in BAD_IDS:
            if not bad and (method, name) in MAY_BE_EMPTY:
                continue
            request = _request(world, kind, fields, ids)
            setattr(request, name, bad)
            assert await _field(_call(world.stubs, service, method)(request)) == name


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
async def test_actors_are_checked_in_every_call(world: World, call: Any) -> None:
    service, method, kind, fields, ids = call
    for bad in ("", *BAD_TEXTS):
        request = _request(world, kind, fields, ids)
        request.actor = bad
        assert await _field(_call(world.stubs, service, method)(request)) == "actor"


@pytest.mark.parametrize("call", CALLS, ids=NAMES)
async def test_unknown_projects_and_strangers_are_refused_in_every_call(
    world: World, call: Any
) -> None:
    service, method, kind, fields, ids = call
    request = _request(world, kind, fields, ids)
    request.project_id = "no-such-project"
    error = await refused(_call(world.stubs, service, method)(request))
    assert isinstance(error, errors.ProjectNotFound)
    assert error.metadata["project_id"] == "no-such-project"

    request = _request(world, kind, fields, ids)
    request.actor = "stranger"
    error = await refused(_call(world.stubs, service, method)(request))
    assert isinstance(error, errors.PermissionDenied)


@pytest.mark.parametrize(
    "call", [c for c in CALLS if "request_id" in c[2].DESCRIPTOR.fields_by_name], ids=lambda c: c[1]
)
async def test_every_change_needs_a_whole_request_id(world: World, call: Any) -> None:
    service, method, kind, fields, ids = call
    send = _call(world.stubs, service, method)
    request = _request(world, kind, fields, ids)
    request.ClearField("request_id")
    assert await _field(send(request)) == "request_id"
    for session_id in (b"", b"short", b"x" * 17):
        request = _request(world, kind, fields, ids)
        request.request_id.session_id = session_id
        assert await _field(send(request)) == "request_id.session_id"
    for n in (0, -1, 2**53):
        request = _request(world, kind, fields, ids)
        request.request_id.n = n
        assert await _field(send(request)) == "request_id.n"
    request = _request(world, kind, fields, ids)
    request.request_id.session_id = b"\xff" * 16
    assert isinstance(await refused(send(request)), errors.SessionUnknown)


@pytest.mark.parametrize("call", [c for c in CALLS if c[1].startswith("List")], ids=lambda c: c[1])
async def test_lists_check_their_pages(world: World, call: Any) -> None:
    service, method, kind, fields, ids = call
    send = _call(world.stubs, service, method)
    if method == "ListGroupMembers":
        await world.group("x")
    if method == "ListItems":
        await world.dataset("x")
    for name, bad in (("page_size", -1), ("page_token", "forged"), ("min_seq", -1)):
        request = _request(world, kind, fields, ids)
        setattr(request, name, bad)
        assert await _field(send(request)) == name


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 101}, "count"),
        ({"count": -1}, "count"),
        ({"person": "a\0b"}, "person"),
    ],
)
async def test_reserve_checks_its_figures(world: World, fields: dict[str, Any], field: str) -> None:
    request = allocation_pb2.ReserveRequest(**world.change(), queue_id="q", **fields)
    assert await _field(world.stubs.allocation.Reserve(request)) == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"slots": 0}, "queue.slots"),
        ({"slots": 51}, "queue.slots"),
        ({"max_held": 0}, "queue.max_held"),
        ({"max_held": 1001}, "queue.max_held"),
        ({"lease_s": 30 * 86_400 + 1}, "queue.lease_duration"),
        ({"lease_s": -1}, "queue.lease_duration"),
        ({"priority": 9}, "queue.priority"),
        ({"display_name": "a\nb"}, "queue.display_name"),
        ({"allowed_assignees": ["a", "a"]}, "queue.allowed_assignees"),
        ({"statuses": [queue_pb2.Status(name="x")]}, "queue.statuses[0].meaning"),
        (
            {"statuses": [queue_pb2.Status(name="completed", meaning="STATUS_MEANING_DONE")]},
            "queue.statuses[0].name",
        ),
    ],
)
async def test_queues_check_their_settings(
    world: World, fields: dict[str, Any], field: str
) -> None:
    assert await _field(world.queue("q", **fields)) == field
    listed = await world.stubs.queues.ListQueues(queue_pb2.ListQueuesRequest(**world.where()))
    assert list(listed.queues) == []


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"external_id": ""}, "external_id"),
        ({"external_id": "a\0"}, "external_id"),
        ({"external_id": "a" * 257}, "external_id"),
        ({"external_id": "a", "weight": 0}, "weight"),
        ({"external_id": "a", "weight": -1}, "weight"),
        ({"external_id": "a", "weight": float("nan")}, "weight"),
        ({"external_id": "a", "weight": float("inf")}, "weight"),
        ({"external_id": "a", "classes": ["x", "x"]}, "classes"),
        ({"external_id": "a", "required_skills": ["\n"]}, "required_skills[0]"),
        ({"external_id": "a", "attributes": {"k": "a\0"}}, "attributes['k']"),
    ],
)
async def test_items_are_checked(world: World, item: dict[str, Any], field: str) -> None:
    await world.dataset("d")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await world.load("d", ["good", dataset_pb2.Item(**item)])
    error = status.rebuilt(caught.value)
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == f"items[1].{field}"
    assert (await world.load("d", ["good"])).added == 1


@pytest.mark.parametrize(
    ("task_id", "token", "field"),
    [
        ("", 1, "task_id"),
        ("1", 1, "task_id"),
        ("0-1", 1, "task_id"),
        ("1-51", 1, "task_id"),
        ("1-1}", 1, "task_id"),
        ("1-1", 0, "lease_token"),
        ("1-1", -5, "lease_token"),
        ("1-1", 2**53, "lease_token"),
    ],
)
async def test_holds_are_checked(world: World, task_id: str, token: int, field: str) -> None:
    task = common_pb2.Task(task_id=task_id, lease=common_pb2.Lease(lease_token=token))
    for call in (world.start, world.submit):
        assert await _field(call("ada", task)) == field
    # Without a token Release ends the lease of somebody else: then it is a reason that is missing.
    assert await _field(world.release("ada", task)) in {field, "request"}


async def test_impossible_tasks_are_not_found(world: World) -> None:
    task = common_pb2.Task(task_id="9999999999999999-1", lease=common_pb2.Lease(lease_token=1))
    for call in (world.start, world.submit, world.release, world.renew):
        assert isinstance(await refused(call("ada", task)), errors.TaskNotFound)


@pytest.mark.parametrize(
    "fields", [{}, {"all": True, "tasks": 1}, {"tasks": 2}, {"tasks": 1, "queue_id": "q"}]
)
async def test_renew_takes_tasks_or_all(world: World, fields: dict[str, Any]) -> None:
    tasks = [common_pb2.TaskLease(task_id="1-1", lease_token=1)] * fields.get("tasks", 0)
    request = allocation_pb2.RenewRequest(**world.change(), **(fields | {"tasks": tasks}))

    assert isinstance(await refused(world.stubs.allocation.Renew(request)), errors.InvalidArgument)


async def test_a_message_above_four_megabytes_is_refused_by_the_transport(world: World) -> None:
    await world.dataset("d")
    big = {f"k{n}": "x" * 1000 for n in range(60)}
    items = [dataset_pb2.Item(external_id=f"i{n}", attributes=big) for n in range(100)]

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await world.load("d", items)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_every_broken_rule_is_told_at_once(world: World) -> None:
    request = allocation_pb2.ReserveRequest(
        **(world.change() | {"project_id": "a{b}"}), queue_id="\n", count=0
    )
    error = await refused(world.stubs.allocation.Reserve(request))

    assert isinstance(error, errors.InvalidArgument)
    assert [v.field for v in error.violations] == ["project_id", "queue_id", "count"]


async def test_an_event_that_is_not_there_yet_is_waited_for_in_vain(world: World) -> None:
    request = allocation_pb2.ListMyTasksRequest(**world.where(), min_seq=10_000)
    error = await refused(world.stubs.allocation.ListMyTasks(request))

    assert isinstance(error, errors.StoreUnavailable)
    assert error.retry_after_s > 0
