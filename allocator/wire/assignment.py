"""AssignmentService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from allocator import answers, requests
from allocator import answers_assigning as told
from allocator import operation_words as words
from allocator import requests_assigning as asked
from allocator.strategies.redistribution import Scope, Sharing, Spread
from allocator.wire import allocation, bulk, common, figures, operation
from dibs.v1 import assignment_pb2 as pb
from dibs.v1 import queue_pb2

SERVICE = "/dibs.v1.AssignmentService/"


def assign_tasks(request: pb.AssignTasksRequest) -> asked.AssignTasks:
    return asked.AssignTasks(
        chosen=bulk.chosen(request),
        person=request.person,
        reason=request.reason,
        partial=request.allow_partial,
        change=common.change(SERVICE + "AssignTasks", request),
    )


def release_tasks(request: pb.ReleaseTasksRequest) -> asked.AssignTasks:
    return asked.AssignTasks(
        chosen=bulk.chosen(request),
        person="",
        reason=request.reason,
        partial=request.allow_partial,
        started=request.include_started,
        change=common.change(SERVICE + "ReleaseTasks", request),
    )


def reassign(request: pb.ReassignRequest) -> asked.Reassign:
    return asked.Reassign(
        queue_id=request.queue_id,
        source=request.from_person,
        target=request.to_person,
        assignment=request.assignment_id,
        reason=request.reason,
        rest_to_pool=request.move_rest_to_pool,
        all_domains=request.all_domains,
        change=common.change(SERVICE + "Reassign", request),
    )


def plan_redistribution(request: pb.PlanRedistributionRequest) -> asked.PlanRedistribution:
    level = request.spread == pb.SPREAD_LEVEL
    return asked.PlanRedistribution(
        queue_id=request.queue_id,
        source=request.from_person,
        targets=tuple(
            (one.person_id, one.load if one.HasField("load") else None) for one in request.targets
        ),
        everybody=request.all_contributors,
        only_unassigned=request.only_unassigned,
        all_domains=request.all_domains,
        filter=request.filter,
        scope=Scope(
            only_without_annotations=request.only_without_annotations,
            include_returned=request.include_returned,
            include_started=request.include_started,
        ),
        sharing=Sharing(
            spread=Spread.LEVEL if level else Spread.BY_LOAD,
            weighted=request.weighted,
            keep_together=request.keep_together,
        ),
        change=common.change(SERVICE + "PlanRedistribution", request),
    )


def apply_redistribution(request: pb.ApplyRedistributionRequest) -> asked.ApplyRedistribution:
    return asked.ApplyRedistribution(
        queue_id=request.queue_id,
        plan=int(request.plan_id),
        reason=request.reason,
        change=common.change(SERVICE + "ApplyRedistribution", request),
    )


def undo_redistribution(request: pb.UndoRedistributionRequest) -> asked.UndoRedistribution:
    return asked.UndoRedistribution(
        queue_id=request.queue_id,
        operation=int(request.operation_id),
        reason=request.reason,
        change=common.change(SERVICE + "UndoRedistribution", request),
    )


def get_assignment(request: pb.GetAssignmentRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.assignment_id)


def list_assignments(request: pb.ListAssignmentsRequest) -> requests.ListOf:
    return replace(common.list_of(request), include_archived=request.include_archived)


def next_task(request: pb.NextTaskRequest) -> asked.NextTask:
    change = common.change(SERVICE + "NextTask", request)
    return asked.NextTask(id=request.assignment_id, change=change)


def update_assignment(request: pb.UpdateAssignmentRequest) -> asked.UpdateAssignment:
    paths, change = request.update_mask.paths, common.change(SERVICE + "UpdateAssignment", request)
    return asked.UpdateAssignment(
        id=request.assignment_id,
        due_ms=_due_ms(request) if "due_time" in paths else None,
        priority=_rank(request) if "priority" in paths else None,
        note=request.note if "note" in paths else None,
        etag=request.etag,
        reason=request.reason,
        change=change,
    )


def _due_ms(request: pb.UpdateAssignmentRequest | pb.CreateRangeRequest) -> int:
    return common.epoch_ms(request.due_time) if request.HasField("due_time") else 0


def _rank(request: pb.UpdateAssignmentRequest | pb.CreateRangeRequest) -> int:
    return int(common.priority(request.priority)) if request.priority else asked.NO_RANK


def updated(answer: told.Updated) -> pb.UpdateAssignmentResponse:
    return pb.UpdateAssignmentResponse(seq=answer.seq, assignment=_shown(answer.assignment))


def create_range(request: pb.CreateRangeRequest) -> asked.CreateRange:
    return asked.CreateRange(
        queue_id=request.queue_id,
        person=request.person,
        first=request.first,
        last=request.last,
        due_ms=_due_ms(request),
        priority=_rank(request),
        note=request.note,
        reason=request.reason,
        change=common.change(SERVICE + "CreateRange", request),
    )


def split_range(request: pb.SplitRangeRequest) -> asked.SplitRange:
    return asked.SplitRange(
        id=request.assignment_id,
        at=request.at,
        reason=request.reason,
        change=common.change(SERVICE + "SplitRange", request),
    )


def merge_ranges(request: pb.MergeRangesRequest) -> asked.MergeRanges:
    return asked.MergeRanges(
        id=request.assignment_id,
        other=request.other_assignment_id,
        reason=request.reason,
        change=common.change(SERVICE + "MergeRanges", request),
    )


def range_made(answer: told.RangeMade) -> pb.CreateRangeResponse:
    return pb.CreateRangeResponse(
        seq=answer.seq,
        assignment=_shown(answer.assignment) if answer.assignment else None,
        operation=operation.shown(answer.operation),
    )


def range_split(answer: told.Ranged) -> pb.SplitRangeResponse:
    return pb.SplitRangeResponse(seq=answer.seq, assignments=map(_shown, answer.ranges))


def ranges_merged(answer: told.Ranged) -> pb.MergeRangesResponse:
    merged = _shown(answer.ranges[0]) if answer.ranges else None
    return pb.MergeRangesResponse(seq=answer.seq, assignment=merged)


def assignment(answer: told.Assignment) -> pb.GetAssignmentResponse:
    return pb.GetAssignmentResponse(assignment=_shown(answer))


def assignments(answer: answers.Listed[told.Assignment]) -> pb.ListAssignmentsResponse:
    return pb.ListAssignmentsResponse(
        assignments=map(_shown, answer.rows),
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def next_of(answer: answers.Reserved) -> pb.NextTaskResponse:
    return pb.NextTaskResponse(
        seq=answer.seq,
        task=allocation.task(answer.tasks[0]) if answer.tasks else None,
        nothing=allocation.nothing(answer.nothing, answer.now_ms),
    )


def _shown(found: told.Assignment) -> pb.Assignment:
    kind = pb.ASSIGNMENT_KIND_BUCKET if found.bucket else pb.ASSIGNMENT_KIND_SHARE
    if found.first:
        kind = pb.ASSIGNMENT_KIND_RANGE
    return pb.Assignment(
        assignment_id=found.id,
        queue_id=found.queue_id,
        queue_name=found.queue_name,
        channel=common.number(found.channel),
        person_id=found.person_id,
        kind=kind,
        type=queue_pb2.QUEUE_TYPE_QA if found.qa else queue_pb2.QUEUE_TYPE_LABELING,
        status=common.number(found.status),
        priority=common.priority_out(found.priority),
        due_time=common.timestamp(found.due_ms or None),
        overdue=found.overdue,
        active=found.active,
        locked=found.locked,
        description=found.description,
        note=found.note,
        total_tasks=found.total,
        remaining_tasks=found.remaining,
        progress_percent=found.progress,
        items_with_open_issues=found.with_issues,
        items_for_review=found.for_review,
        state_counts=figures.by_state(found.by_state),
        queue_create_time=common.timestamp(found.created_ms),
        etag=found.etag,
        first_place=found.first,
        last_place=found.last,
    )


def assigned(answer: told.Assigned) -> pb.AssignTasksResponse:
    return pb.AssignTasksResponse(
        seq=answer.seq,
        assigned=answer.tasks,
        left=_left(answer),
        operation=operation.shown(answer.operation) if answer.operation else None,
    )


def released(answer: told.Assigned) -> pb.ReleaseTasksResponse:
    return pb.ReleaseTasksResponse(
        seq=answer.seq,
        released=answer.tasks,
        left=_left(answer),
        operation=operation.shown(answer.operation) if answer.operation else None,
    )


def reassigned(answer: told.Moving) -> pb.ReassignResponse:
    return pb.ReassignResponse(
        seq=answer.operation.seq,
        operation=operation.shown(answer.operation),
        staying=_staying(answer.staying),
        assignment_ids=answer.ranges,
    )


def planned(answer: told.Planned) -> pb.PlanRedistributionResponse:
    return pb.PlanRedistributionResponse(
        seq=answer.seq,
        plan_id=str(answer.seq),
        expire_time=common.timestamp(answer.expire_ms),
        planned=[
            pb.PlannedTasks(
                person_id=one.person,
                tasks=one.tasks,
                weight=one.weight,
                assignment_ids=one.ranges,
            )
            for one in answer.planned
        ],
        staying=_staying(answer.staying),
        removed_assignment_ids=answer.gone,
    )


def applied(answer: words.Operation) -> pb.ApplyRedistributionResponse:
    return pb.ApplyRedistributionResponse(seq=answer.seq, operation=operation.shown(answer))


def undone(answer: words.Operation) -> pb.UndoRedistributionResponse:
    return pb.UndoRedistributionResponse(seq=answer.seq, operation=operation.shown(answer))


def _left(answer: told.Assigned) -> list[pb.LeftTask]:
    return [pb.LeftTask(task_id=str(task), reason=reason) for task, reason in answer.left]


def _staying(staying: Mapping[str, int]) -> list[pb.StayingTasks]:
    return [pb.StayingTasks(reason=why, count=n) for why, n in sorted(staying.items())]
