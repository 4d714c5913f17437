"""The RPCs that delete and change queues in bulk, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.call import Call, Scope
from dibs.v1 import bulk_queues_pb2 as pb
from dibs.v1 import queue_pb2 as queues

_QUEUE = "/dibs.v1.QueueService/"


def bulk_delete_queues(
    scope: Scope,
    queue_ids: Iterable[str] = (),
    *,
    filter: str = "",  # noqa: A002 - the field's name
    include_archived: bool = False,
    force: bool = False,
) -> Call[pb.BulkDeleteQueuesResponse]:
    """Delete queues by id or by filter; items and datasets stay."""
    request = pb.BulkDeleteQueuesRequest(
        **scope.where(),
        queue_ids=queue_ids,
        filter=filter,
        include_archived=include_archived,
        force=force,
    )
    return Call(_QUEUE + "BulkDeleteQueues", request, pb.BulkDeleteQueuesResponse, scope.project)


def bulk_update_queues(
    scope: Scope,
    settings: queues.Queue,
    paths: Iterable[str],
    *,
    queue_ids: Iterable[str] = (),
    filter: str = "",  # noqa: A002 - the field's name
) -> Call[queues.BulkUpdateQueuesResponse]:
    """Change the settings that `paths` name, of queues by id or by filter."""
    request = queues.BulkUpdateQueuesRequest(
        **scope.where(),
        queue_ids=queue_ids,
        filter=filter,
        queue=settings,
        update_mask=FieldMask(paths=paths),
    )
    response = queues.BulkUpdateQueuesResponse
    return Call(_QUEUE + "BulkUpdateQueues", request, response, scope.project)
