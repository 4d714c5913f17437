"""ReportService."""

from __future__ import annotations

from typing import Any

from allocator.services.activity import ActivityList
from allocator.wire import report as wire
from dibs.v1 import report_pb2 as pb
from dibs.v1 import report_pb2_grpc


class ReportServicer(report_pb2_grpc.ReportServiceServicer):
    """Decode, call, encode."""

    def __init__(self, activity: ActivityList) -> None:
        self._activity = activity

    async def ListActivity(
        self, request: pb.ListActivityRequest, context: Any
    ) -> pb.ListActivityResponse:
        return wire.activities(await self._activity.page(wire.list_activity(request)))
