"""The RPC that copies a project, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable

from dibs.call import Call, Scope
from dibs.v1 import copying_pb2 as pb


def copy_project(
    scope: Scope,
    new_project_id: str,
    *,
    display_name: str = "",
    members: bool = False,
    settings: bool = False,
    tags: bool = False,
    all_datasets: bool = False,
    dataset_ids: Iterable[str] = (),
    all_queues: bool = False,
    queue_ids: Iterable[str] = (),
    all_statuses: bool = False,
    statuses: Iterable[str] = (),
    metadata: bool = False,
) -> Call[pb.CopyProjectResponse]:
    """Make a project from the client's own: what is asked for of it, and no work."""
    request = pb.CopyProjectRequest(
        **scope.where(),
        new_project_id=new_project_id,
        display_name=display_name,
        members=members,
        settings=settings,
        tags=tags,
        all_datasets=all_datasets,
        dataset_ids=dataset_ids,
        all_queues=all_queues,
        queue_ids=queue_ids,
        all_statuses=all_statuses,
        statuses=statuses,
        metadata=metadata,
    )
    return Call("/dibs.v1.ProjectService/CopyProject", request, pb.CopyProjectResponse, "")
