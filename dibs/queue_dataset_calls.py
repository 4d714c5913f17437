"""The RPC that asks how far the datasets of a queue are, from plain values to a `Call`."""

from __future__ import annotations

from dibs.call import Call, Scope
from dibs.v1 import queue_datasets_pb2 as pb


def list_queue_datasets(
    scope: Scope, queue: str, *, page_size: int = 0, page_token: str = "", min_seq: int = 0
) -> Call[pb.ListQueueDatasetsResponse]:
    """List the datasets of a queue, by id, with how far each of them is there."""
    request = pb.ListQueueDatasetsRequest(
        **scope.where(),
        queue_id=queue,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    rpc = "/dibs.v1.QueueService/ListQueueDatasets"
    return Call(rpc, request, pb.ListQueueDatasetsResponse)
