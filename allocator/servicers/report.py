"""ReportService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from allocator.services.activity import ActivityList
from allocator.services.quality import QualityReports
from allocator.services.reporting import Reporting
from allocator.services.watching import Watching
from allocator.wire import quality as quality_wire
from allocator.wire import report as wire
from dibs.v1 import quality_pb2, report_pb2_grpc
from dibs.v1 import report_pb2 as pb


class ReportServicer(report_pb2_grpc.ReportServiceServicer):
    """Decode, call, encode."""

    def __init__(
        self,
        activity: ActivityList,
        watching: Watching,
        reporting: Reporting,
        quality: QualityReports,
    ) -> None:
        self._activity = activity
        self._watching = watching
        self._reporting = reporting
        self._quality = quality

    async def ListActivity(
        self, request: pb.ListActivityRequest, context: Any
    ) -> pb.ListActivityResponse:
        return wire.activities(await self._activity.page(wire.list_activity(request)))

    async def Watch(
        self, request: pb.WatchRequest, context: Any
    ) -> AsyncIterator[pb.WatchResponse]:
        async for told in self._watching.watch(wire.watch(request)):
            yield wire.watched(told)

    async def GetWorkload(
        self, request: pb.GetWorkloadRequest, context: Any
    ) -> pb.GetWorkloadResponse:
        return wire.workload(await self._reporting.workload(wire.get_workload(request)))

    async def GetForecast(
        self, request: pb.GetForecastRequest, context: Any
    ) -> pb.GetForecastResponse:
        return wire.forecasts(await self._reporting.forecast(wire.get_forecast(request)))

    async def GetQuality(
        self, request: quality_pb2.GetQualityRequest, context: Any
    ) -> quality_pb2.GetQualityResponse:
        return quality_wire.quality(await self._quality.quality(quality_wire.get_quality(request)))
