"""The RPCs about projects, datasets and queues, from plain values to a `Call`.

Both clients take their methods from here, so that each parameter and default
is named once. What is left empty takes the server's default; limits are checked
by the server (see the comments in protos/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.call import Call, Scope, duration, timestamp
from dibs.v1 import dataset_pb2 as datasets
from dibs.v1 import duplicates_pb2 as duplicates
from dibs.v1 import project_pb2 as projects
from dibs.v1 import queue_pb2 as queues
from dibs.v1.common_pb2 import Priority

_PROJECT = "/dibs.v1.ProjectService/"
_DATASET = "/dibs.v1.DatasetService/"
_QUEUE = "/dibs.v1.QueueService/"


def create_project(
    scope: Scope,
    project_id: str = "",
    *,
    display_name: str = "",
    durability: projects.Durability = projects.DURABILITY_UNSPECIFIED,
) -> Call[projects.CreateProjectResponse]:
    """Make a project (the client's own, if not named); the actor becomes its ADMIN."""
    request = projects.CreateProjectRequest(
        project_id=project_id or scope.project,
        actor=scope.actor,
        display_name=display_name,
        durability=durability,
    )
    return Call(_PROJECT + "CreateProject", request, projects.CreateProjectResponse, "")


def get_project(scope: Scope, *, min_seq: int = 0) -> Call[projects.GetProjectResponse]:
    """Ask for the client's project."""
    request = projects.GetProjectRequest(**scope.where(), min_seq=min_seq)
    return Call(_PROJECT + "GetProject", request, projects.GetProjectResponse)


def update_project(
    scope: Scope,
    *,
    display_name: str | None = None,
    ontology_ref: str | None = None,
    instruction_ref: str | None = None,
    tags: Iterable[str] | None = None,
    status_locks: bool | None = None,
    etag: str = "",
) -> Call[projects.UpdateProjectResponse]:
    """Change what is given of the client's project; `etag`, if set, must be the last one."""
    values = {
        "display_name": display_name,
        "ontology_ref": ontology_ref,
        "instruction_ref": instruction_ref,
        "tags": tags,
        "status_locks": status_locks,
    }
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    request = projects.UpdateProjectRequest(
        **scope.where(),
        project=projects.Project(etag=etag, **given),
        update_mask=FieldMask(paths=given),
    )
    return Call(_PROJECT + "UpdateProject", request, projects.UpdateProjectResponse, scope.project)


def delete_project(
    scope: Scope, *, purge_after: timedelta | None = None, force: bool = False
) -> Call[projects.DeleteProjectResponse]:
    """Delete the client's project: for 30 d or `purge_after` it can come back, unless forced."""
    request = projects.DeleteProjectRequest(
        **scope.where(), purge_after=duration(purge_after), force=force
    )
    return Call(_PROJECT + "DeleteProject", request, projects.DeleteProjectResponse, scope.project)


def undelete_project(scope: Scope) -> Call[projects.UndeleteProjectResponse]:
    """Bring the client's project back, as it was before it was deleted."""
    request = projects.UndeleteProjectRequest(**scope.where())
    return Call(_PROJECT + "UndeleteProject", request, projects.UndeleteProjectResponse, "")


def list_projects(
    scope: Scope,
    *,
    filter: str = "",  # noqa: A002 - the field's name
    page_size: int = 0,
    page_token: str = "",
    show_deleted: bool = False,
) -> Call[projects.ListProjectsResponse]:
    """List the projects that the actor is a member of, and that a filter keeps."""
    request = projects.ListProjectsRequest(
        actor=scope.actor,
        filter=filter,
        page_size=page_size,
        page_token=page_token,
        show_deleted=show_deleted,
    )
    return Call(_PROJECT + "ListProjects", request, projects.ListProjectsResponse)


def _member(member: projects.Member | str) -> projects.Member:
    return projects.Member(person_id=member) if isinstance(member, str) else member


def add_members(
    scope: Scope, members: Iterable[projects.Member | str]
) -> Call[projects.AddMembersResponse]:
    """Add members, all or none; a bare person_id becomes an ANNOTATOR."""
    request = projects.AddMembersRequest(**scope.where(), members=map(_member, members))
    return Call(_PROJECT + "AddMembers", request, projects.AddMembersResponse, scope.project)


def update_member(
    scope: Scope,
    person_id: str,
    *,
    roles: Iterable[projects.Role] | None = None,
    skills: Iterable[str] | None = None,
    active: bool | None = None,
    display_name: str | None = None,
    domain: str | None = None,
) -> Call[projects.UpdateMemberResponse]:
    """Change what is given, and only that."""
    values = {
        "roles": roles,
        "skills": skills,
        "active": active,
        "display_name": display_name,
        "domain": domain,
    }
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    request = projects.UpdateMemberRequest(
        **scope.where(),
        member=projects.Member(person_id=person_id, **given),
        update_mask=FieldMask(paths=given),
    )
    return Call(_PROJECT + "UpdateMember", request, projects.UpdateMemberResponse, scope.project)


def remove_members(scope: Scope, person_ids: Iterable[str]) -> Call[projects.RemoveMembersResponse]:
    """Remove members, all or none; their holds end at once."""
    request = projects.RemoveMembersRequest(**scope.where(), person_ids=person_ids)
    return Call(_PROJECT + "RemoveMembers", request, projects.RemoveMembersResponse, scope.project)


def list_members(
    scope: Scope,
    *,
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[projects.ListMembersResponse]:
    """List the members of the project."""
    request = projects.ListMembersRequest(
        **scope.where(),
        filter=filter,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_PROJECT + "ListMembers", request, projects.ListMembersResponse)


def create_dataset(
    scope: Scope, dataset: str, *, display_name: str = ""
) -> Call[datasets.CreateDatasetResponse]:
    """Make an empty dataset."""
    request = datasets.CreateDatasetRequest(
        **scope.where(), dataset_id=dataset, display_name=display_name
    )
    return Call(_DATASET + "CreateDataset", request, datasets.CreateDatasetResponse, scope.project)


def get_dataset(
    scope: Scope, dataset: str, *, min_seq: int = 0
) -> Call[datasets.GetDatasetResponse]:
    """Ask for a dataset."""
    request = datasets.GetDatasetRequest(**scope.where(), dataset_id=dataset, min_seq=min_seq)
    return Call(_DATASET + "GetDataset", request, datasets.GetDatasetResponse)


def list_datasets(
    scope: Scope, *, page_size: int = 0, page_token: str = "", min_seq: int = 0
) -> Call[datasets.ListDatasetsResponse]:
    """List the datasets of the project."""
    request = datasets.ListDatasetsRequest(
        **scope.where(), page_size=page_size, page_token=page_token, min_seq=min_seq
    )
    return Call(_DATASET + "ListDatasets", request, datasets.ListDatasetsResponse)


def list_items(
    scope: Scope,
    dataset: str,
    *,
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[datasets.ListItemsResponse]:
    """List the items of a dataset, by number."""
    request = datasets.ListItemsRequest(
        **scope.where(),
        dataset_id=dataset,
        filter=filter,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_DATASET + "ListItems", request, datasets.ListItemsResponse)


def create_queue(
    scope: Scope,
    queue: str,
    *,
    display_name: str = "",
    type: queues.QueueType = queues.QUEUE_TYPE_UNSPECIFIED,  # noqa: A002 - the field's name
    slots: int | None = None,
    lease_duration: timedelta | None = None,
    allowed_assignees: Iterable[str] = (),
    allowed_groups: Iterable[str] = (),
    restricted: bool | None = None,
    priority: Priority = Priority.PRIORITY_UNSPECIFIED,
    max_held: int | None = None,
    statuses: Mapping[str, queues.StatusMeaning] | None = None,
    unit_classes: Iterable[str] = (),
    settings: queues.Queue | None = None,
) -> Call[queues.CreateQueueResponse]:
    """Make an empty queue; `statuses` are those beyond "completed" and "discarded".

    `settings` are any that have no parameter here.
    """
    made = queues.Queue(
        display_name=display_name,
        type=type,
        slots=slots,
        lease_duration=duration(lease_duration),
        allowed_assignees=allowed_assignees,
        allowed_groups=allowed_groups,
        priority=priority,
        max_held=max_held,
        statuses=[queues.Status(name=n, meaning=m) for n, m in (statuses or {}).items()],
        unit_classes=unit_classes,
    )
    if settings is not None:
        made.MergeFrom(settings)
    if restricted is not None:
        made.restricted = restricted
    request = queues.CreateQueueRequest(**scope.where(), queue_id=queue, queue=made)
    return Call(_QUEUE + "CreateQueue", request, queues.CreateQueueResponse, scope.project)


def get_queue(scope: Scope, queue: str, *, min_seq: int = 0) -> Call[queues.GetQueueResponse]:
    """Ask for a queue."""
    request = queues.GetQueueRequest(**scope.where(), queue_id=queue, min_seq=min_seq)
    return Call(_QUEUE + "GetQueue", request, queues.GetQueueResponse)


def list_queues(
    scope: Scope,
    *,
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
    include_archived: bool = False,
    read_mask: Sequence[str] = (),
) -> Call[queues.ListQueuesResponse]:
    """List the queues of the project, with the fields that read_mask names, or with all."""
    request = queues.ListQueuesRequest(
        **scope.where(),
        filter=filter,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
        include_archived=include_archived,
        read_mask=FieldMask(paths=read_mask) if read_mask else None,
    )
    return Call(_QUEUE + "ListQueues", request, queues.ListQueuesResponse)


def get_queue_depth(
    scope: Scope, queue: str, *, min_seq: int = 0
) -> Call[queues.GetQueueDepthResponse]:
    """Count the tasks of a queue."""
    request = queues.GetQueueDepthRequest(**scope.where(), queue_id=queue, min_seq=min_seq)
    return Call(_QUEUE + "GetQueueDepth", request, queues.GetQueueDepthResponse)


def attach_dataset(
    scope: Scope,
    queue: str,
    dataset: str,
    *,
    priority: Priority = Priority.PRIORITY_UNSPECIFIED,
    priority_level: float | None = None,
    not_before: datetime | None = None,
    on_duplicate: duplicates.OnDuplicate = duplicates.ON_DUPLICATE_UNSPECIFIED,
) -> Call[queues.AttachDatasetResponse]:
    """Let a dataset's items, and those it gets later, become tasks of a queue."""
    request = queues.AttachDatasetRequest(
        **scope.where(),
        queue_id=queue,
        dataset_id=dataset,
        priority=priority,
        priority_level=priority_level,
        not_before=timestamp(not_before),
        on_duplicate=on_duplicate,
    )
    return Call(_QUEUE + "AttachDataset", request, queues.AttachDatasetResponse, scope.project)


def add_items(
    scope: Scope,
    queue: str,
    dataset: str,
    external_ids: Iterable[str],
    *,
    priority: Priority = Priority.PRIORITY_UNSPECIFIED,
    priority_level: float | None = None,
    not_before: datetime | None = None,
    on_duplicate: duplicates.OnDuplicate = duplicates.ON_DUPLICATE_UNSPECIFIED,
) -> Call[queues.AddItemsResponse]:
    """Add chosen items of a dataset to a queue, all or none, or those not done elsewhere."""
    request = queues.AddItemsRequest(
        **scope.where(),
        queue_id=queue,
        dataset_id=dataset,
        external_ids=external_ids,
        priority=priority,
        priority_level=priority_level,
        not_before=timestamp(not_before),
        on_duplicate=on_duplicate,
    )
    return Call(_QUEUE + "AddItems", request, queues.AddItemsResponse, scope.project)
