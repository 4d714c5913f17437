"""The RPCs about groups, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable

from dibs.call import Call, Scope
from dibs.v1 import group_pb2 as pb

_GROUP = "/dibs.v1.GroupService/"


def create_group(
    scope: Scope, group: str, *, display_name: str = ""
) -> Call[pb.CreateGroupResponse]:
    """Make an empty group."""
    request = pb.CreateGroupRequest(**scope.where(), group_id=group, display_name=display_name)
    return Call(_GROUP + "CreateGroup", request, pb.CreateGroupResponse, scope.project)


def get_group(scope: Scope, group: str, *, min_seq: int = 0) -> Call[pb.GetGroupResponse]:
    """Ask for a group."""
    request = pb.GetGroupRequest(**scope.where(), group_id=group, min_seq=min_seq)
    return Call(_GROUP + "GetGroup", request, pb.GetGroupResponse)


def list_groups(
    scope: Scope, *, page_size: int = 0, page_token: str = "", min_seq: int = 0
) -> Call[pb.ListGroupsResponse]:
    """List the groups of the project."""
    request = pb.ListGroupsRequest(
        **scope.where(), page_size=page_size, page_token=page_token, min_seq=min_seq
    )
    return Call(_GROUP + "ListGroups", request, pb.ListGroupsResponse)


def update_group(scope: Scope, group: str, *, display_name: str) -> Call[pb.UpdateGroupResponse]:
    """Give a group another name."""
    request = pb.UpdateGroupRequest(**scope.where(), group_id=group, display_name=display_name)
    return Call(_GROUP + "UpdateGroup", request, pb.UpdateGroupResponse, scope.project)


def delete_group(scope: Scope, group: str) -> Call[pb.DeleteGroupResponse]:
    """Delete a group; its members stay members of the project."""
    request = pb.DeleteGroupRequest(**scope.where(), group_id=group)
    return Call(_GROUP + "DeleteGroup", request, pb.DeleteGroupResponse, scope.project)


def add_group_members(
    scope: Scope, group: str, person_ids: Iterable[str]
) -> Call[pb.AddGroupMembersResponse]:
    """Put members of the project into a group, all or none."""
    request = pb.AddGroupMembersRequest(**scope.where(), group_id=group, person_ids=person_ids)
    return Call(_GROUP + "AddGroupMembers", request, pb.AddGroupMembersResponse, scope.project)


def remove_group_members(
    scope: Scope, group: str, person_ids: Iterable[str]
) -> Call[pb.RemoveGroupMembersResponse]:
    """Take people out of a group, all or none."""
    request = pb.RemoveGroupMembersRequest(**scope.where(), group_id=group, person_ids=person_ids)
    method = _GROUP + "RemoveGroupMembers"
    return Call(method, request, pb.RemoveGroupMembersResponse, scope.project)


def list_group_members(
    scope: Scope, group: str, *, page_size: int = 0, page_token: str = "", min_seq: int = 0
) -> Call[pb.ListGroupMembersResponse]:
    """List the people in a group."""
    request = pb.ListGroupMembersRequest(
        **scope.where(),
        group_id=group,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_GROUP + "ListGroupMembers", request, pb.ListGroupMembersResponse)
