"""The RPC that deletes a queue, from plain values to a `Call`."""

from __future__ import annotations

from dibs.call import Call, Scope
from dibs.v1 import deleting_pb2 as pb


def delete_queue(scope: Scope, queue: str, *, force: bool = False) -> Call[pb.DeleteQueueResponse]:
    """Delete a queue; with `force` although people hold tasks of it."""
    request = pb.DeleteQueueRequest(**scope.where(), queue_id=queue, force=force)
    rpc = "/dibs.v1.QueueService/DeleteQueue"
    return Call(rpc, request, pb.DeleteQueueResponse, scope.project)
