"""RPCs of AssignmentService, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.call import Call, Scope, timestamp
from dibs.v1 import assignment_pb2 as pb
from dibs.v1.common_pb2 import Priority

_SERVICE = "/dibs.v1.AssignmentService/"


def get_assignment(
    scope: Scope, assignment: str, *, min_seq: int = 0
) -> Call[pb.GetAssignmentResponse]:
    """One person's work in one queue."""
    request = pb.GetAssignmentRequest(**scope.where(), assignment_id=assignment, min_seq=min_seq)
    return Call(_SERVICE + "GetAssignment", request, pb.GetAssignmentResponse)


def list_assignments(
    scope: Scope,
    *,
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    include_archived: bool = False,
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[pb.ListAssignmentsResponse]:
    """Who has how much of which queue."""
    request = pb.ListAssignmentsRequest(
        **scope.where(),
        filter=filter,
        order_by=order_by,
        include_archived=include_archived,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_SERVICE + "ListAssignments", request, pb.ListAssignmentsResponse)


def update_assignment(
    scope: Scope,
    assignment: str,
    *,
    reason: str,
    paths: Iterable[str],
    due_time: datetime | None = None,
    priority: Priority = Priority.PRIORITY_UNSPECIFIED,
    note: str = "",
    etag: str = "",
) -> Call[pb.UpdateAssignmentResponse]:
    """Say when it is to be done, how urgent it is, what its person should know: what paths name."""
    request = pb.UpdateAssignmentRequest(
        **scope.where(),
        assignment_id=assignment,
        due_time=timestamp(due_time),
        priority=priority,
        note=note,
        update_mask=FieldMask(paths=paths),
        etag=etag,
        reason=reason,
    )
    return Call(_SERVICE + "UpdateAssignment", request, pb.UpdateAssignmentResponse, scope.project)


def create_range(
    scope: Scope,
    queue: str,
    person: str,
    first: int,
    last: int,
    *,
    reason: str,
    due_time: datetime | None = None,
    priority: Priority = Priority.PRIORITY_UNSPECIFIED,
    note: str = "",
) -> Call[pb.CreateRangeResponse]:
    """Make places of a queue's order one person's; an operation gives what waits there."""
    request = pb.CreateRangeRequest(
        **scope.where(),
        queue_id=queue,
        person=person,
        first=first,
        last=last,
        due_time=timestamp(due_time),
        priority=priority,
        note=note,
        reason=reason,
    )
    return Call(_SERVICE + "CreateRange", request, pb.CreateRangeResponse, scope.project)


def split_range(
    scope: Scope, assignment: str, at: int, *, reason: str
) -> Call[pb.SplitRangeResponse]:
    """Make two ranges of one: the second begins at this place."""
    request = pb.SplitRangeRequest(**scope.where(), assignment_id=assignment, at=at, reason=reason)
    return Call(_SERVICE + "SplitRange", request, pb.SplitRangeResponse, scope.project)


def merge_ranges(
    scope: Scope, assignment: str, other: str, *, reason: str
) -> Call[pb.MergeRangesResponse]:
    """Make one range of two neighbours."""
    request = pb.MergeRangesRequest(
        **scope.where(), assignment_id=assignment, other_assignment_id=other, reason=reason
    )
    return Call(_SERVICE + "MergeRanges", request, pb.MergeRangesResponse, scope.project)


def next_task(scope: Scope, assignment: str) -> Call[pb.NextTaskResponse]:
    """The first thing to do of an assignment."""
    request = pb.NextTaskRequest(**scope.where(), assignment_id=assignment)
    return Call(_SERVICE + "NextTask", request, pb.NextTaskResponse, scope.project)


def assign_tasks(
    scope: Scope,
    queue: str,
    person: str,
    *,
    reason: str,
    task_ids: Iterable[str] = (),
    filter: str = "",  # noqa: A002 - the field's name
    allow_partial: bool = False,
) -> Call[pb.AssignTasksResponse]:
    """Give chosen tasks, or those of a filter, to one person."""
    request = pb.AssignTasksRequest(
        **scope.where(),
        queue_id=queue,
        task_ids=task_ids,
        filter=filter,
        person=person,
        reason=reason,
        allow_partial=allow_partial,
    )
    return Call(_SERVICE + "AssignTasks", request, pb.AssignTasksResponse, scope.project)


def release_tasks(
    scope: Scope,
    queue: str,
    *,
    reason: str,
    task_ids: Iterable[str] = (),
    filter: str = "",  # noqa: A002 - the field's name
    allow_partial: bool = False,
    include_started: bool = False,
) -> Call[pb.ReleaseTasksResponse]:
    """Take chosen tasks, or those of a filter, from whoever has them."""
    request = pb.ReleaseTasksRequest(
        **scope.where(),
        queue_id=queue,
        task_ids=task_ids,
        filter=filter,
        reason=reason,
        allow_partial=allow_partial,
        include_started=include_started,
    )
    return Call(_SERVICE + "ReleaseTasks", request, pb.ReleaseTasksResponse, scope.project)


def reassign(
    scope: Scope,
    queue: str,
    from_person: str,
    to_person: str,
    *,
    reason: str,
    assignment: str = "",
    move_rest_to_pool: bool = False,
    all_domains: bool = False,
) -> Call[pb.ReassignResponse]:
    """Move what one person has open, all or of one assignment, to another, in an operation."""
    request = pb.ReassignRequest(
        **scope.where(),
        queue_id=queue,
        from_person=from_person,
        to_person=to_person,
        assignment_id=assignment,
        reason=reason,
        move_rest_to_pool=move_rest_to_pool,
        all_domains=all_domains,
    )
    return Call(_SERVICE + "Reassign", request, pb.ReassignResponse, scope.project)


def plan_redistribution(
    scope: Scope,
    queue: str,
    from_person: str,
    targets: Iterable[str] = (),
    *,
    loads: Mapping[str, float] | None = None,
    only_unassigned: bool = False,
    all_domains: bool = False,
    only_without_annotations: bool = False,
    include_returned: bool = False,
    include_started: bool = False,
    filter: str = "",  # noqa: A002 - the field's name
    spread: pb.Spread = pb.SPREAD_UNSPECIFIED,
    weighted: bool = False,
    keep_together: bool = False,
) -> Call[pb.PlanRedistributionResponse]:
    """Say who would get what of somebody's open tasks.

    `targets` get equal parts, those of `loads` so many percent each; without
    either all contributors take part.
    """
    listed = [pb.RedistributionTarget(person_id=person) for person in targets]
    listed += [
        pb.RedistributionTarget(person_id=person, load=load)
        for person, load in (loads or {}).items()
    ]
    request = pb.PlanRedistributionRequest(
        **scope.where(),
        queue_id=queue,
        from_person=from_person,
        targets=listed,
        all_contributors=not listed,
        only_unassigned=only_unassigned,
        all_domains=all_domains,
        only_without_annotations=only_without_annotations,
        include_returned=include_returned,
        include_started=include_started,
        filter=filter,
        spread=spread,
        weighted=weighted,
        keep_together=keep_together,
    )
    rpc = _SERVICE + "PlanRedistribution"
    return Call(rpc, request, pb.PlanRedistributionResponse, scope.project)


def apply_redistribution(
    scope: Scope, queue: str, plan: str, *, reason: str
) -> Call[pb.ApplyRedistributionResponse]:
    """Do what was planned; the answer is an operation."""
    request = pb.ApplyRedistributionRequest(
        **scope.where(), queue_id=queue, plan_id=plan, reason=reason
    )
    rpc = _SERVICE + "ApplyRedistribution"
    return Call(rpc, request, pb.ApplyRedistributionResponse, scope.project)


def undo_redistribution(
    scope: Scope, queue: str, operation: str, *, reason: str
) -> Call[pb.UndoRedistributionResponse]:
    """Let what an operation moved go back; the answer is an operation."""
    request = pb.UndoRedistributionRequest(
        **scope.where(), queue_id=queue, operation_id=operation, reason=reason
    )
    rpc = _SERVICE + "UndoRedistribution"
    return Call(rpc, request, pb.UndoRedistributionResponse, scope.project)
