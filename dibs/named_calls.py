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


def set_priority(
    scope: Scope, queue: str, task_ids: Iterable[str], priority: Priority
) -> Call[tasks.SetPriorityResponse]:
    """Give tasks of a queue another priority, all or none."""
    request = tasks.SetPriorityRequest(
        **scope.where(), queue_id=queue, task_ids=task_ids, priority=priority
    )
    return Call(_QUEUE + "SetPriority", request, tasks.SetPriorityResponse, scope.project)
