"""The RPCs of AllocationService, from plain values to a `Call`.

Both clients take their methods from here, so that each parameter and default
is named once. What is left empty takes the server's default; limits are checked
by the server (see the comments in protos/).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dibs.call import Call, Scope, duration
from dibs.v1 import allocation_pb2 as allocation
from dibs.v1 import common_pb2
from dibs.v1 import editing_pb2 as editing
from dibs.v1 import picking_pb2 as picking
from dibs.v1 import skipping_pb2 as skipping
from dibs.v1.common_pb2 import TaskLease

_ALLOCATION = "/dibs.v1.AllocationService/"


def open_session(scope: Scope) -> Call[allocation.OpenSessionResponse]:
    """Open a session. The clients do so by themselves."""
    request = allocation.OpenSessionRequest(**scope.where())
    return Call(_ALLOCATION + "OpenSession", request, allocation.OpenSessionResponse)


def ping(scope: Scope, *, size: int = 0) -> Call[allocation.PingResponse]:
    """Do nothing, and answer with `size` bytes."""
    request = allocation.PingRequest(actor=scope.actor, size=size)
    return Call(_ALLOCATION + "Ping", request, allocation.PingResponse)


def reserve(
    scope: Scope, queue: str = "", *, person: str = "", count: int | None = None
) -> Call[allocation.ReserveResponse]:
    """Give a person the next tasks of a queue; `nothing` says why there are none.

    Without a queue: of the first one that has any for them.
    """
    request = allocation.ReserveRequest(**scope.where(), queue_id=queue, person=person, count=count)
    return Call(_ALLOCATION + "Reserve", request, allocation.ReserveResponse, scope.project)


def ensure_reservations(
    scope: Scope, queue: str, count: int, *, person: str = ""
) -> Call[allocation.EnsureReservationsResponse]:
    """Make a person hold `count` tasks of a queue, and list all they hold there."""
    request = allocation.EnsureReservationsRequest(
        **scope.where(), queue_id=queue, person=person, count=count
    )
    return Call(
        _ALLOCATION + "EnsureReservations",
        request,
        allocation.EnsureReservationsResponse,
        scope.project,
    )


def load_batch(scope: Scope, queue: str, *, person: str = "") -> Call[allocation.LoadBatchResponse]:
    """Give a person new work of a queue with batches, as much as they may have."""
    request = allocation.LoadBatchRequest(**scope.where(), queue_id=queue, person=person)
    return Call(_ALLOCATION + "LoadBatch", request, allocation.LoadBatchResponse, scope.project)


def clear_batch(
    scope: Scope, queue: str, *, person: str = "", include_started: bool = False
) -> Call[allocation.ClearBatchResponse]:
    """Take back what a person has of their batches in a queue."""
    request = allocation.ClearBatchRequest(
        **scope.where(), queue_id=queue, person=person, include_started=include_started
    )
    return Call(_ALLOCATION + "ClearBatch", request, allocation.ClearBatchResponse, scope.project)


def start(
    scope: Scope, task_id: str, lease_token: int, *, person: str = ""
) -> Call[allocation.StartResponse]:
    """Say that work on a task begins."""
    request = allocation.StartRequest(
        **scope.where(), task_id=task_id, lease_token=lease_token, person=person
    )
    return Call(_ALLOCATION + "Start", request, allocation.StartResponse, scope.project)


def start_task(scope: Scope, task_id: str, *, person: str = "") -> Call[picking.StartTaskResponse]:
    """Take one chosen task that waits, out of turn, and start it."""
    request = picking.StartTaskRequest(**scope.where(), task_id=task_id, person=person)
    return Call(_ALLOCATION + "StartTask", request, picking.StartTaskResponse, scope.project)


def renew(
    scope: Scope, leases: Iterable[tuple[str, int]], *, person: str = "", takeover: bool = False
) -> Call[allocation.RenewResponse]:
    """Let these leases, (task_id, lease_token), run anew, all or none."""
    request = allocation.RenewRequest(
        **scope.where(),
        person=person,
        tasks=[TaskLease(task_id=task, lease_token=token) for task, token in leases],
        takeover=takeover,
    )
    return Call(_ALLOCATION + "Renew", request, allocation.RenewResponse, scope.project)


def renew_all(
    scope: Scope, *, queue: str = "", person: str = "", takeover: bool = False
) -> Call[allocation.RenewResponse]:
    """Let all leases of a person run anew, in one queue or in all."""
    request = allocation.RenewRequest(
        **scope.where(), person=person, all=True, queue_id=queue, takeover=takeover
    )
    return Call(_ALLOCATION + "Renew", request, allocation.RenewResponse, scope.project)


def submit(
    scope: Scope,
    task_id: str,
    lease_token: int,
    *,
    person: str = "",
    status: str = "",
    units: Iterable[allocation.ReviewUnit] = (),
    time_spent: timedelta | None = None,
    resolve_issues: bool = False,
) -> Call[allocation.SubmitResponse]:
    """Finish a task; without a status as "completed"."""
    request = allocation.SubmitRequest(
        **scope.where(),
        task_id=task_id,
        lease_token=lease_token,
        person=person,
        status=status,
        units=units,
        time_spent=duration(time_spent),
        resolve_issues=resolve_issues,
    )
    return Call(_ALLOCATION + "Submit", request, allocation.SubmitResponse, scope.project)


def skip(
    scope: Scope,
    task_id: str,
    lease_token: int,
    *,
    person: str = "",
    reason: str = "",
    policy: skipping.SkipPolicy | None = None,
) -> Call[skipping.SkipResponse]:
    """Say that one will not do a task; what comes next is in the answer."""
    request = skipping.SkipRequest(
        **scope.where(),
        task_id=task_id,
        lease_token=lease_token,
        person=person,
        reason=reason,
        policy=policy,
    )
    return Call(_ALLOCATION + "Skip", request, skipping.SkipResponse, scope.project)


def clear_skips(
    scope: Scope, queue: str, task_ids: Iterable[str]
) -> Call[skipping.ClearSkipsResponse]:
    """Let everybody have again what they have skipped."""
    request = skipping.ClearSkipsRequest(**scope.where(), queue_id=queue, task_ids=task_ids)
    return Call(_ALLOCATION + "ClearSkips", request, skipping.ClearSkipsResponse, scope.project)


def can_edit(
    scope: Scope,
    dataset: str,
    external_id: str,
    *,
    queue: str = "",
    person: str = "",
    min_seq: int = 0,
) -> Call[editing.CanEditResponse]:
    """Whether a person may edit an item now, in one queue or wherever it is."""
    request = editing.CanEditRequest(
        **scope.where(),
        min_seq=min_seq,
        person=person,
        queue_id=queue,
        dataset_id=dataset,
        external_id=external_id,
    )
    return Call(_ALLOCATION + "CanEdit", request, editing.CanEditResponse)


def explain(
    scope: Scope,
    *,
    queue: str = "",
    task_id: str = "",
    person: str = "",
    kind: common_pb2.TaskKind = common_pb2.TASK_KIND_UNSPECIFIED,
    min_seq: int = 0,
) -> Call[allocation.ExplainResponse]:
    """Why a person gets what they get: of a queue (tasks, or reviews by kind), or of a task."""
    request = allocation.ExplainRequest(
        **scope.where(),
        min_seq=min_seq,
        person=person,
        queue_id=queue,
        task_id=task_id,
        kind=kind,
    )
    return Call(_ALLOCATION + "Explain", request, allocation.ExplainResponse)


def save_draft(
    scope: Scope, task_id: str, lease_token: int, content: bytes, *, person: str = ""
) -> Call[allocation.SaveDraftResponse]:
    """Keep unfinished work, up to 16,384 bytes, and let the lease run anew."""
    request = allocation.SaveDraftRequest(
        **scope.where(),
        task_id=task_id,
        lease_token=lease_token,
        person=person,
        content=content,
    )
    return Call(_ALLOCATION + "SaveDraft", request, allocation.SaveDraftResponse, scope.project)


def get_draft(
    scope: Scope, task_id: str, *, person: str = "", min_seq: int = 0
) -> Call[allocation.GetDraftResponse]:
    """The newest draft that a person has of a task; unset if there is none."""
    request = allocation.GetDraftRequest(
        **scope.where(), task_id=task_id, person=person, min_seq=min_seq
    )
    return Call(_ALLOCATION + "GetDraft", request, allocation.GetDraftResponse)


def release(
    scope: Scope, task_id: str, lease_token: int = 0, *, person: str = "", reason: str = ""
) -> Call[allocation.ReleaseResponse]:
    """Give a task back to its first place; without a token that of `person`, for a reason."""
    request = allocation.ReleaseRequest(
        **scope.where(), task_id=task_id, lease_token=lease_token, person=person, reason=reason
    )
    return Call(_ALLOCATION + "Release", request, allocation.ReleaseResponse, scope.project)


def list_my_tasks(
    scope: Scope,
    *,
    queue: str = "",
    person: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[allocation.ListMyTasksResponse]:
    """List what a person holds; what was returned to them comes first with the next Reserve."""
    request = allocation.ListMyTasksRequest(
        **scope.where(),
        queue_id=queue,
        person=person,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_ALLOCATION + "ListMyTasks", request, allocation.ListMyTasksResponse)
