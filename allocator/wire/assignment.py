"""AssignmentService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from collections.abc import Mapping

from allocator import answers_assigning as told
from allocator import operation_words as words
from allocator import requests_assigning as asked
from allocator.strategies.redistribution import Scope, Sharing, Spread
from allocator.wire import bulk, common, operation
from dibs.v1 import assignment_pb2 as pb

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
        reason=request.reason,
        rest_to_pool=request.move_rest_to_pool,
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
    )


def planned(answer: told.Planned) -> pb.PlanRedistributionResponse:
    return pb.PlanRedistributionResponse(
        seq=answer.seq,
        plan_id=str(answer.seq),
        expire_time=common.timestamp(answer.expire_ms),
        planned=[
            pb.PlannedTasks(person_id=person, tasks=tasks, weight=weight)
            for person, tasks, weight in answer.planned
        ],
        staying=_staying(answer.staying),
    )


def applied(answer: words.Operation) -> pb.ApplyRedistributionResponse:
    return pb.ApplyRedistributionResponse(seq=answer.seq, operation=operation.shown(answer))


def undone(answer: words.Operation) -> pb.UndoRedistributionResponse:
    return pb.UndoRedistributionResponse(seq=answer.seq, operation=operation.shown(answer))


def _left(answer: told.Assigned) -> list[pb.LeftTask]:
    return [pb.LeftTask(task_id=str(task), reason=reason) for task, reason in answer.left]


def _staying(staying: Mapping[str, int]) -> list[pb.StayingTasks]:
    return [pb.StayingTasks(reason=why, count=n) for why, n in sorted(staying.items())]
