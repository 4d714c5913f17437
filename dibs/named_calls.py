"""The RPCs about tasks by their ids, from plain values to a `Call`.

Both clients take their methods from here, so that each parameter and default
is named once.
"""

from __future__ import annotations

from collections.abc import Iterable

from dibs.call import Call, Scope
from dibs.v1 import tasks_pb2 as tasks
from dibs.v1.common_pb2 import Priority

_QUEUE = "/dibs.v1.QueueService/"
_ALLOCATION = "/dibs.v1.AllocationService/"


def set_priority(
    scope: Scope,
    queue: str,
    task_ids: Iterable[str],
    priority: Priority = Priority.PRIORITY_UNSPECIFIED,
    *,
    priority_level: float | None = None,
) -> Call[tasks.SetPriorityResponse]:
    """Give tasks of a queue another priority, all or none: one of the words, or a level 0 to 1."""
    request = tasks.SetPriorityRequest(
        **scope.where(),
        queue_id=queue,
        task_ids=task_ids,
        priority=priority,
        priority_level=priority_level,
    )
    return Call(_QUEUE + "SetPriority", request, tasks.SetPriorityResponse, scope.project)


def set_status(scope: Scope, task_id: str, status: str) -> Call[tasks.SetStatusResponse]:
    """Give a finished task another status."""
    request = tasks.SetStatusRequest(**scope.where(), task_id=task_id, status=status)
    return Call(_ALLOCATION + "SetStatus", request, tasks.SetStatusResponse, scope.project)


def remove_status(scope: Scope, task_id: str) -> Call[tasks.RemoveStatusResponse]:
    """Give a finished task back to its author, who holds it from then on."""
    request = tasks.RemoveStatusRequest(**scope.where(), task_id=task_id)
    return Call(_ALLOCATION + "RemoveStatus", request, tasks.RemoveStatusResponse, scope.project)


def recall_submission(scope: Scope, task_id: str) -> Call[tasks.RecallSubmissionResponse]:
    """Take one's own submission back, and hold the task again."""
    request = tasks.RecallSubmissionRequest(**scope.where(), task_id=task_id)
    return Call(
        _ALLOCATION + "RecallSubmission", request, tasks.RecallSubmissionResponse, scope.project
    )


def reopen(
    scope: Scope,
    queue: str,
    task_ids: Iterable[str],
    *,
    to: tasks.ReopenTo = tasks.REOPEN_TO_UNSPECIFIED,
    person: str = "",
) -> Call[tasks.ReopenResponse]:
    """Let finished tasks be done again, all or none; by their authors, if not said otherwise."""
    request = tasks.ReopenRequest(
        **scope.where(), queue_id=queue, task_ids=task_ids, to=to, person=person
    )
    return Call(_ALLOCATION + "Reopen", request, tasks.ReopenResponse, scope.project)


def get_task(scope: Scope, task_id: str, *, min_seq: int = 0) -> Call[tasks.GetTaskResponse]:
    """Ask how a task stands."""
    request = tasks.GetTaskRequest(**scope.where(), task_id=task_id, min_seq=min_seq)
    return Call(_ALLOCATION + "GetTask", request, tasks.GetTaskResponse)


def get_item_status(
    scope: Scope, dataset: str, external_id: str, *, min_seq: int = 0
) -> Call[tasks.GetItemStatusResponse]:
    """Ask how an item stands in every queue that it is or was in."""
    request = tasks.GetItemStatusRequest(
        **scope.where(), dataset_id=dataset, external_id=external_id, min_seq=min_seq
    )
    return Call(_ALLOCATION + "GetItemStatus", request, tasks.GetItemStatusResponse)
