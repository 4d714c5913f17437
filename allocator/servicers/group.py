"""GroupService."""

from __future__ import annotations

from typing import Any

from allocator.services.groups import GroupCalls
from allocator.wire import group as wire
from dibs.v1 import group_pb2 as pb
from dibs.v1 import group_pb2_grpc


class GroupServicer(group_pb2_grpc.GroupServiceServicer):
    """Decode, call, encode."""

    def __init__(self, groups: GroupCalls) -> None:
        self._groups = groups

    async def CreateGroup(
        self, request: pb.CreateGroupRequest, context: Any
    ) -> pb.CreateGroupResponse:
        return wire.created_group(await self._groups.create(wire.create_group(request)))

    async def GetGroup(self, request: pb.GetGroupRequest, context: Any) -> pb.GetGroupResponse:
        return wire.group(await self._groups.get(wire.get_group(request)))

    async def ListGroups(
        self, request: pb.ListGroupsRequest, context: Any
    ) -> pb.ListGroupsResponse:
        return wire.groups(await self._groups.page(wire.list_groups(request)))

    async def UpdateGroup(
        self, request: pb.UpdateGroupRequest, context: Any
    ) -> pb.UpdateGroupResponse:
        return wire.updated_group(await self._groups.update(wire.update_group(request)))

    async def DeleteGroup(
        self, request: pb.DeleteGroupRequest, context: Any
    ) -> pb.DeleteGroupResponse:
        return wire.deleted_group(await self._groups.delete(wire.delete_group(request)))

    async def AddGroupMembers(
        self, request: pb.AddGroupMembersRequest, context: Any
    ) -> pb.AddGroupMembersResponse:
        return wire.added_members(await self._groups.add_members(wire.add_members(request)))

    async def RemoveGroupMembers(
        self, request: pb.RemoveGroupMembersRequest, context: Any
    ) -> pb.RemoveGroupMembersResponse:
        return wire.removed_members(await self._groups.remove_members(wire.remove_members(request)))

    async def ListGroupMembers(
        self, request: pb.ListGroupMembersRequest, context: Any
    ) -> pb.ListGroupMembersResponse:
        return wire.members(await self._groups.page_members(wire.list_members(request)))
