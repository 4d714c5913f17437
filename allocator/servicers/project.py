"""ProjectService."""

from __future__ import annotations

from typing import Any

from allocator.services.copying import Copying
from allocator.services.project_life import ProjectLife
from allocator.services.projects import Projects
from allocator.wire import common
from allocator.wire import project as wire
from dibs.v1 import copying_pb2, project_pb2_grpc
from dibs.v1 import project_pb2 as pb


class ProjectServicer(project_pb2_grpc.ProjectServiceServicer):
    """Decode, call, encode."""

    def __init__(self, projects: Projects, life: ProjectLife, copying: Copying) -> None:
        self._projects = projects
        self._life = life
        self._copying = copying

    async def CreateProject(
        self, request: pb.CreateProjectRequest, context: Any
    ) -> pb.CreateProjectResponse:
        return wire.created_project(await self._projects.create(wire.create_project(request)))

    async def CopyProject(
        self, request: copying_pb2.CopyProjectRequest, context: Any
    ) -> copying_pb2.CopyProjectResponse:
        return wire.copied_project(await self._copying.copy(wire.copy_project(request)))

    async def GetProject(
        self, request: pb.GetProjectRequest, context: Any
    ) -> pb.GetProjectResponse:
        return wire.project(await self._projects.get(common.look(request)))

    async def ListProjects(
        self, request: pb.ListProjectsRequest, context: Any
    ) -> pb.ListProjectsResponse:
        return wire.projects(await self._projects.page(wire.list_projects(request)))

    async def UpdateProject(
        self, request: pb.UpdateProjectRequest, context: Any
    ) -> pb.UpdateProjectResponse:
        return wire.updated_project(await self._life.update(wire.update_project(request)))

    async def DeleteProject(
        self, request: pb.DeleteProjectRequest, context: Any
    ) -> pb.DeleteProjectResponse:
        return wire.deleted_project(await self._life.delete(wire.delete_project(request)))

    async def UndeleteProject(
        self, request: pb.UndeleteProjectRequest, context: Any
    ) -> pb.UndeleteProjectResponse:
        return wire.undeleted_project(await self._life.undelete(wire.undelete_project(request)))

    async def AddMembers(
        self, request: pb.AddMembersRequest, context: Any
    ) -> pb.AddMembersResponse:
        return wire.added_members(await self._projects.add_members(wire.add_members(request)))

    async def UpdateMember(
        self, request: pb.UpdateMemberRequest, context: Any
    ) -> pb.UpdateMemberResponse:
        return wire.updated_member(await self._projects.update_member(wire.update_member(request)))

    async def RemoveMembers(
        self, request: pb.RemoveMembersRequest, context: Any
    ) -> pb.RemoveMembersResponse:
        return wire.removed_members(
            await self._projects.remove_members(wire.remove_members(request))
        )

    async def ListMembers(
        self, request: pb.ListMembersRequest, context: Any
    ) -> pb.ListMembersResponse:
        return wire.members(await self._projects.page_members(wire.list_members(request)))
