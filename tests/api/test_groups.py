"""GroupService through the wire."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, project_pb2, queue_pb2
from dibs.v1 import group_pb2 as pb
from tests.api.world import World, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


async def _get(world: World, group: str, min_seq: int = 0) -> Any:
    request = pb.GetGroupRequest(**world.where(), group_id=group, min_seq=min_seq)
    return (await world.stubs.groups.GetGroup(request)).group


async def _members(world: World, group: str, **fields: Any) -> Any:
    request = pb.ListGroupMembersRequest(**world.where(), group_id=group, **fields)
    return await world.stubs.groups.ListGroupMembers(request)


async def _delete(world: World, group: str) -> Any:
    request = pb.DeleteGroupRequest(**world.change(), group_id=group)
    return await world.stubs.groups.DeleteGroup(request)


@pytest.mark.shows("E13", "D9")
async def test_a_group_is_made_once_filled_and_read(world: World) -> None:
    await world.people("ann", "bob", "cat")
    request = pb.CreateGroupRequest(**world.change(), group_id="night", display_name="Night shift")
    made = await world.stubs.groups.CreateGroup(request)
    joined = await world.join("night", "ann", "bob")
    read = await _get(world, "night", joined.seq)

    assert await world.stubs.groups.CreateGroup(request) == made
    assert list(joined.person_ids) == ["ann", "bob"]
    assert (read.display_name, read.member_count) == ("Night shift", 2)
    assert read.create_time == made.group.create_time
    assert list((await _members(world, "night")).person_ids) == ["ann", "bob"]


async def test_joining_twice_and_leaving_twice_change_nothing_more(world: World) -> None:
    await world.people("ann", "bob")
    await world.group("night", "ann")
    again = await world.join("night", "ann", "bob")
    left = await world.leave("night", "ann")
    gone = await world.leave("night", "ann")

    assert list(again.person_ids) == ["bob"]
    assert list(left.person_ids) == ["ann"]
    assert list(gone.person_ids) == []
    assert list((await _members(world, "night", min_seq=gone.seq)).person_ids) == ["bob"]


async def test_a_repeat_of_joining_is_answered_alike_though_they_left_since(world: World) -> None:
    await world.people("ann")
    await world.group("night")
    request = pb.AddGroupMembersRequest(**world.change(), group_id="night", person_ids=["ann"])
    first = await world.stubs.groups.AddGroupMembers(request)
    left = await world.leave("night", "ann")

    assert await world.stubs.groups.AddGroupMembers(request) == first
    assert list((await _members(world, "night", min_seq=left.seq)).person_ids) == []


async def test_groups_and_their_members_are_listed_page_by_page(world: World) -> None:
    await world.people("ann", "bob", "cat")
    for group in ("west", "east", "north"):
        await world.group(group, "bob", "cat", "ann")
    seq = (await world.leave("west", "cat")).seq
    list_groups, fields = world.stubs.groups.ListGroups, {"page_size": 2, "min_seq": seq}
    first = await list_groups(pb.ListGroupsRequest(**world.where(), **fields))
    token = first.next_page_token
    rest = await list_groups(pb.ListGroupsRequest(**world.where(), **fields, page_token=token))

    assert [g.group_id for g in (*first.groups, *rest.groups)] == ["east", "north", "west"]
    assert [g.member_count for g in (*first.groups, *rest.groups)] == [3, 3, 2]
    assert rest.next_page_token == ""
    one = await _members(world, "east", page_size=2)
    two = await _members(world, "east", page_size=2, page_token=one.next_page_token)
    assert [*one.person_ids, *two.person_ids] == ["ann", "bob", "cat"]
    other = await refused(_members(world, "north", page_token=one.next_page_token))
    assert isinstance(other, errors.InvalidArgument)
    assert other.field == "page_token"


async def test_a_group_gets_another_name_or_none(world: World) -> None:
    await world.group("night", display_name="Night shift")
    for given, seen in (("Late shift", "Late shift"), ("", "night")):
        request = pb.UpdateGroupRequest(**world.change(), group_id="night", display_name=given)
        seq = (await world.stubs.groups.UpdateGroup(request)).seq
        assert (await _get(world, "night", seq)).display_name == seen


async def test_a_deleted_group_is_gone_and_its_id_is_not_given_again(world: World) -> None:
    await world.people("ann")
    await world.group("night", "ann")
    seq = (await _delete(world, "night")).seq

    for call in (
        _get(world, "night", seq),
        _members(world, "night"),
        _delete(world, "night"),
        world.join("night", "ann"),
    ):
        error = await refused(call)
        assert isinstance(error, errors.GroupNotFound)
        assert error.metadata["group_id"] == "night"
    taken = await refused(world.group("night"))
    assert isinstance(taken, errors.GroupAlreadyExists)
    members = project_pb2.ListMembersRequest(**world.where(), min_seq=seq)
    listed = await world.stubs.projects.ListMembers(members)
    assert "ann" in [member.person_id for member in listed.members]


async def test_who_is_no_member_of_the_project_joins_no_group_and_nobody_does(
    world: World,
) -> None:
    await world.people("ann", "gone")
    await world.remove("gone")
    await world.group("night")
    for stranger in ("ghost", "gone"):
        error = await refused(world.join("night", "ann", stranger))
        assert isinstance(error, errors.PersonNotFound)
        assert error.metadata["person"] == stranger
    seq = (await world.leave("night", "ann")).seq
    assert (await _get(world, "night", seq)).member_count == 0


async def test_who_is_removed_from_the_project_has_left_every_group(world: World) -> None:
    await world.people("ann", "bob")
    await world.group("night", "ann", "bob")
    await world.remove("ann")
    await world.people("ann")
    back = await world.join("night", "ann")

    assert list(back.person_ids) == ["ann"]
    assert (await _get(world, "night", back.seq)).member_count == 2


async def test_a_person_is_in_thirty_two_groups_at_most_and_deleted_ones_do_not_count(
    world: World,
) -> None:
    await world.people("ann")
    for n in range(33):
        await world.group(f"g{n}", *(["ann"] if n < 32 else []))
    error = await refused(world.join("g32", "ann"))
    await _delete(world, "g7")

    assert isinstance(error, errors.TooManyGroups)
    assert error.metadata == {"person": "ann", "limit": "32"}
    assert list((await world.join("g32", "ann")).person_ids) == ["ann"]


@pytest.mark.parametrize("role", [project_pb2.ROLE_ANNOTATOR, project_pb2.ROLE_REVIEWER])
async def test_only_managers_change_groups(world: World, role: Any) -> None:
    await world.people("ann", roles=[role])
    await world.group("night")
    request = pb.AddGroupMembersRequest(**world.change("ann"), group_id="night", person_ids=["ann"])
    error = await refused(world.stubs.groups.AddGroupMembers(request))

    assert isinstance(error, errors.PermissionDenied)
    assert error.metadata["actor"] == "ann"


@pytest.mark.parametrize("people", [[], ["ann", "ann"], [""], ["a\nb"], ["x"] * 101])
async def test_a_list_of_people_has_1_to_100_each_once(world: World, people: list[str]) -> None:
    await world.group("night")
    error = await refused(world.join("night", *people))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field.startswith("person_ids")


@pytest.mark.shows("D102", "E13")
async def test_a_group_in_allowed_groups_means_its_members_at_each_moment(world: World) -> None:
    await world.people("ann", "bob")
    await world.group("night", "ann")
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q", allowed_groups=["night"])
    await world.add("q", "d", ["a", "b", "c"])
    before = await world.reserve("q", "bob")
    await world.join("night", "bob")
    joined = await world.reserve("q", "bob")
    await world.start("bob", joined.tasks[0])
    await world.leave("night", "bob")
    after = await world.reserve("q", "bob")

    assert ids(await world.reserve("q", "ann")) == ["b"]
    assert ids(joined) == ["a"]
    for answer in (before, after):
        assert [cause.cause for cause in answer.nothing.causes] == [
            common_pb2.INELIGIBILITY_NOT_ALLOWED
        ]


async def test_who_leaves_a_group_keeps_what_they_started_and_the_rest_goes_back(
    world: World,
) -> None:
    await world.people("ann", "bob")
    await world.group("night", "ann", "bob")
    await world.dataset("d", ["a", "b"])
    await world.queue("q", allowed_groups=["night"])
    await world.add("q", "d", ["a", "b"])
    started, assigned = (await world.reserve("q", "ann", 2)).tasks
    await world.start("ann", started)
    await world.leave("night", "ann")
    error = await refused(world.start("ann", assigned))

    assert isinstance(error, errors.NotEligible | errors.LeaseLost)
    assert (await world.submit("ann", started)).state == common_pb2.TASK_STATE_COMPLETED
    await world.until("q", queued=1)
    assert ids(await world.reserve("q", "bob")) == ["b"]


async def test_a_group_that_a_queue_names_is_not_deleted(world: World) -> None:
    await world.group("night")
    for queue in ("one", "two"):
        await world.queue(queue, allowed_groups=["night"])
    error = await refused(_delete(world, "night"))

    assert isinstance(error, errors.GroupInUse)
    assert error.metadata == {"group_id": "night", "queues": "2", "kind": "state"}
    joined = await world.join("night", world.actor)
    assert (await _get(world, "night", joined.seq)).member_count == 1


async def test_a_queue_names_only_groups_that_are_there(world: World) -> None:
    await world.group("gone")
    await _delete(world, "gone")
    for group in ("ghost", "gone"):
        error = await refused(world.queue("q", allowed_groups=[group]))
        assert isinstance(error, errors.GroupNotFound)
        assert error.metadata["group_id"] == group
    error = await refused(world.queue("q", allowed_groups=["Bad Id"]))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "queue.allowed_groups[0]"
    missing = queue_pb2.GetQueueRequest(**world.where(), queue_id="q")
    assert isinstance(await refused(world.stubs.queues.GetQueue(missing)), errors.QueueNotFound)


async def test_a_queue_tells_its_groups_and_that_it_is_restricted(world: World) -> None:
    await world.group("west")
    await world.group("east")
    request = queue_pb2.CreateQueueRequest(
        **world.change(), queue_id="q", queue=queue_pb2.Queue(allowed_groups=["west", "east"])
    )
    made = await world.stubs.queues.CreateQueue(request)
    queue = await world.look("q", made.seq)

    assert queue == made.queue
    assert list(queue.allowed_groups) == ["east", "west"]
    assert queue.restricted
