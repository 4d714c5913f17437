"""ProjectService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers, requests, requests_projects
from allocator import operation_words as words
from allocator.model import Role
from allocator.wire import common, figures, operation
from dibs.v1 import copying_pb2
from dibs.v1 import project_pb2 as pb

SERVICE = "/dibs.v1.ProjectService/"
PURGE_AFTER_MS = 30 * 24 * 3600 * 1000


def create_project(request: pb.CreateProjectRequest) -> requests.CreateProject:
    return requests.CreateProject(
        display_name=request.display_name,
        fast=request.durability == pb.DURABILITY_FAST,
        change=common.change(SERVICE + "CreateProject", request),
    )


def copy_project(request: copying_pb2.CopyProjectRequest) -> requests_projects.CopyProject:
    return requests_projects.CopyProject(
        new=request.new_project_id,
        display_name=request.display_name,
        members=request.members,
        settings=request.settings,
        tags=request.tags,
        datasets=None if request.all_datasets else tuple(request.dataset_ids),
        queues=None if request.all_queues else tuple(request.queue_ids),
        statuses=None if request.all_statuses else tuple(request.statuses),
        metadata=request.metadata,
        change=common.change(SERVICE + "CopyProject", request),
    )


def copied_project(answer: words.Operation) -> copying_pb2.CopyProjectResponse:
    return copying_pb2.CopyProjectResponse(seq=answer.seq, operation=operation.shown(answer))


def update_project(request: pb.UpdateProjectRequest) -> requests_projects.UpdateProject:
    project, paths = request.project, set(request.update_mask.paths)
    return requests_projects.UpdateProject(
        display_name=project.display_name if "display_name" in paths else None,
        ontology_ref=project.ontology_ref if "ontology_ref" in paths else None,
        instruction_ref=project.instruction_ref if "instruction_ref" in paths else None,
        tags=tuple(project.tags) if "tags" in paths else None,
        status_locks=project.status_locks if "status_locks" in paths else None,
        etag=project.etag,
        change=common.change(SERVICE + "UpdateProject", request),
    )


def delete_project(request: pb.DeleteProjectRequest) -> requests_projects.DeleteProject:
    after_ms = PURGE_AFTER_MS
    if request.HasField("purge_after"):
        after_ms = max(1, request.purge_after.ToMilliseconds())
    return requests_projects.DeleteProject(
        purge_after_ms=0 if request.force else after_ms,
        change=common.change(SERVICE + "DeleteProject", request),
    )


def undelete_project(request: pb.UndeleteProjectRequest) -> requests_projects.UndeleteProject:
    return requests_projects.UndeleteProject(
        change=common.change(SERVICE + "UndeleteProject", request)
    )


def list_projects(request: pb.ListProjectsRequest) -> requests.ListProjects:
    return requests.ListProjects(
        actor=request.actor,
        page=common.page(request),
        filter=request.filter,
        deleted=request.show_deleted,
    )


def add_members(request: pb.AddMembersRequest) -> requests.AddMembers:
    return requests.AddMembers(
        members=tuple(_new_member(member) for member in request.members),
        change=common.change(SERVICE + "AddMembers", request),
    )


def update_member(request: pb.UpdateMemberRequest) -> requests.UpdateMember:
    member, paths = request.member, set(request.update_mask.paths)
    return requests.UpdateMember(
        person_id=member.person_id,
        name=member.display_name if "display_name" in paths else None,
        domain=member.domain if "domain" in paths else None,
        active=member.active if "active" in paths else None,
        roles=common.roles(member.roles) if "roles" in paths else None,
        skills=tuple(member.skills) if "skills" in paths else None,
        change=common.change(SERVICE + "UpdateMember", request),
    )


def remove_members(request: pb.RemoveMembersRequest) -> requests.RemoveMembers:
    return requests.RemoveMembers(
        person_ids=tuple(request.person_ids),
        change=common.change(SERVICE + "RemoveMembers", request),
    )


def list_members(request: pb.ListMembersRequest) -> requests.ListOf:
    return common.list_of(request)


def created_project(answer: answers.Project) -> pb.CreateProjectResponse:
    return pb.CreateProjectResponse(seq=answer.seq, project=_project(answer))


def updated_project(answer: answers.Project) -> pb.UpdateProjectResponse:
    return pb.UpdateProjectResponse(seq=answer.seq, project=_project(answer))


def deleted_project(answer: answers.ProjectDeleted) -> pb.DeleteProjectResponse:
    return pb.DeleteProjectResponse(
        seq=answer.seq,
        delete_time=common.timestamp(answer.deleted_ms),
        purge_time=common.timestamp(answer.purge_ms),
    )


def undeleted_project(answer: answers.Project) -> pb.UndeleteProjectResponse:
    return pb.UndeleteProjectResponse(seq=answer.seq, project=_project(answer))


def project(answer: answers.Project) -> pb.GetProjectResponse:
    return pb.GetProjectResponse(
        project=_project(answer), figures=figures.of_project(answer.figures)
    )


def projects(answer: answers.Listed[answers.Project]) -> pb.ListProjectsResponse:
    return pb.ListProjectsResponse(
        projects=[_project(row) for row in answer.rows], next_page_token=answer.next_token
    )


def added_members(answer: answers.Members) -> pb.AddMembersResponse:
    return pb.AddMembersResponse(
        seq=answer.seq, members=[_member(member) for member in answer.members]
    )


def updated_member(answer: answers.Members) -> pb.UpdateMemberResponse:
    return pb.UpdateMemberResponse(seq=answer.seq, member=_member(answer.members[0]))


def removed_members(answer: words.Operation) -> pb.RemoveMembersResponse:
    return pb.RemoveMembersResponse(seq=answer.seq, operation=operation.shown(answer))


def members(answer: answers.Listed[answers.Member]) -> pb.ListMembersResponse:
    return pb.ListMembersResponse(
        members=[_member(row) for row in answer.rows],
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def _new_member(member: pb.Member) -> requests.NewMember:
    return requests.NewMember(
        person_id=member.person_id,
        name=member.display_name,
        domain=member.domain,
        active=member.active if member.HasField("active") else True,
        roles=common.roles(member.roles) or Role.ANNOTATOR,
        skills=tuple(member.skills),
    )


def _member(member: answers.Member) -> pb.Member:
    return pb.Member(
        person_id=member.person_id,
        display_name=member.name,
        domain=member.domain,
        roles=common.roles_out(member.roles),
        skills=member.skills,
        active=member.active,
        figures=figures.of_member(member.figures),
    )


def _project(answer: answers.Project) -> pb.Project:
    return pb.Project(
        project_id=answer.project_id,
        display_name=answer.display_name,
        durability=pb.DURABILITY_FAST if answer.fast else pb.DURABILITY_DURABLE,
        create_time=common.timestamp(answer.created_ms),
        ontology_ref=answer.ontology_ref,
        instruction_ref=answer.instruction_ref,
        tags=answer.tags,
        status_locks=answer.status_locks,
        etag=answer.etag,
        delete_time=common.timestamp(answer.deleted_ms or None),
        purge_time=common.timestamp(answer.purge_ms or None),
    )
