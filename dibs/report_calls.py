"""Calls of ReportService, from plain values to a `Call`."""

from __future__ import annotations

from dibs.call import Call, Scope
from dibs.v1 import report_pb2 as pb

SERVICE = "/dibs.v1.ReportService/"


def list_activity(
    scope: Scope,
    *,
    queue: str = "",
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[pb.ListActivityResponse]:
    """List what happened, the newest first; see PROTOCOL.md for filters."""
    request = pb.ListActivityRequest(
        **scope.where(),
        queue_id=queue,
        filter=filter,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(SERVICE + "ListActivity", request, pb.ListActivityResponse)
