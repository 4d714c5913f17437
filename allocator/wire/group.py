"""GroupService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests
from allocator import answers_control as given
from allocator import requests_control as asked
from allocator.wire import common
from dibs.v1 import group_pb2 as pb

SERVICE = "/dibs.v1.GroupService/"


def create_group(request: pb.CreateGroupRequest) -> asked.CreateGroup:
    return asked.CreateGroup(
        group_id=request.group_id,
        display_name=request.display_name,
        change=common.change(SERVICE + "CreateGroup", request),
    )


def get_group(request: pb.GetGroupRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.group_id)


def list_groups(request: pb.ListGroupsRequest) -> requests.ListOf:
    return requests.ListOf(look=common.look(request), page=common.page(request))


def update_group(request: pb.UpdateGroupRequest) -> asked.UpdateGroup:
    return asked.UpdateGroup(
        group_id=request.group_id,
        display_name=request.display_name,
        change=common.change(SERVICE + "UpdateGroup", request),
    )


def delete_group(request: pb.DeleteGroupRequest) -> asked.OnGroup:
    change = common.change(SERVICE + "DeleteGroup", request)
    return asked.OnGroup(group_id=request.group_id, change=change)


def add_members(request: pb.AddGroupMembersRequest) -> asked.OnGroup:
    return asked.OnGroup(
        group_id=request.group_id,
        person_ids=tuple(request.person_ids),
        change=common.change(SERVICE + "AddGroupMembers", request),
    )


def remove_members(request: pb.RemoveGroupMembersRequest) -> asked.OnGroup:
    return asked.OnGroup(
        group_id=request.group_id,
        person_ids=tuple(request.person_ids),
        change=common.change(SERVICE + "RemoveGroupMembers", request),
    )


def list_members(request: pb.ListGroupMembersRequest) -> requests.ListOf:
    look, page = common.look(request), common.page(request)
    return requests.ListOf(look=look, page=page, parent=request.group_id)


def created_group(answer: given.Group) -> pb.CreateGroupResponse:
    return pb.CreateGroupResponse(seq=answer.seq, group=_group(answer))


def group(answer: given.Group) -> pb.GetGroupResponse:
    return pb.GetGroupResponse(group=_group(answer))


def groups(answer: answers.Listed[given.Group]) -> pb.ListGroupsResponse:
    return pb.ListGroupsResponse(
        groups=[_group(row) for row in answer.rows], next_page_token=answer.next_token
    )


def updated_group(answer: answers.Seq) -> pb.UpdateGroupResponse:
    return pb.UpdateGroupResponse(seq=answer.seq)


def deleted_group(answer: answers.Seq) -> pb.DeleteGroupResponse:
    return pb.DeleteGroupResponse(seq=answer.seq)


def added_members(answer: given.GroupChanged) -> pb.AddGroupMembersResponse:
    return pb.AddGroupMembersResponse(seq=answer.seq, person_ids=answer.person_ids)


def removed_members(answer: given.GroupChanged) -> pb.RemoveGroupMembersResponse:
    return pb.RemoveGroupMembersResponse(seq=answer.seq, person_ids=answer.person_ids)


def members(answer: answers.Listed[str]) -> pb.ListGroupMembersResponse:
    return pb.ListGroupMembersResponse(person_ids=answer.rows, next_page_token=answer.next_token)


def _group(answer: given.Group) -> pb.Group:
    return pb.Group(
        group_id=answer.group_id,
        display_name=answer.display_name,
        member_count=answer.members,
        create_time=common.timestamp(answer.created_ms),
    )
