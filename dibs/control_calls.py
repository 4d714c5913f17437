"""The RPCs that steer queues in use, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.call import Call, Scope
from dibs.v1 import queue_pb2 as queues

_QUEUE = "/dibs.v1.QueueService/"


def update_queue(
    scope: Scope, queue: str, settings: queues.Queue, paths: Iterable[str]
) -> Call[queues.UpdateQueueResponse]:
    """Change the settings that `paths` name; `settings.etag`, if set, must be the last one."""
    request = queues.UpdateQueueRequest(
        **scope.where(), queue_id=queue, queue=settings, update_mask=FieldMask(paths=paths)
    )
    return Call(_QUEUE + "UpdateQueue", request, queues.UpdateQueueResponse, scope.project)
