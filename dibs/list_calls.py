"""Lists of tasks, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.call import Call, Scope
from dibs.v1 import lists_pb2 as pb


def list_tasks(
    scope: Scope,
    *,
    queue: str = "",
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
    read_mask: Sequence[str] = (),
    after_task_id: str = "",
    include_archived: bool = False,
) -> Call[pb.ListTasksResponse]:
    """List the tasks of a queue, or of all, that a filter keeps; see PROTOCOL.md for filters."""
    request = pb.ListTasksRequest(
        **scope.where(),
        queue_id=queue,
        filter=filter,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
        after_task_id=after_task_id,
        include_archived=include_archived,
        read_mask=FieldMask(paths=read_mask) if read_mask else None,
    )
    return Call("/dibs.v1.QueueService/ListTasks", request, pb.ListTasksResponse)
