"""Calls of ReportService, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dibs.call import Call, Scope
from dibs.v1 import quality_pb2
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


def get_workload(
    scope: Scope, *, queue: str = "", window: timedelta | None = None, min_seq: int = 0
) -> Call[pb.GetWorkloadResponse]:
    """Ask who has how much to do in the project or a queue, and what they did in the window."""
    request = pb.GetWorkloadRequest(**scope.where(), queue_id=queue, min_seq=min_seq)
    if window is not None:
        request.window.FromTimedelta(window)
    return Call(SERVICE + "GetWorkload", request, pb.GetWorkloadResponse)


def get_forecast(scope: Scope, queue_id: str, *, min_seq: int = 0) -> Call[pb.GetForecastResponse]:
    """Ask when the rest of a queue, and of each assignment in it, will be done."""
    request = pb.GetForecastRequest(**scope.where(), queue_id=queue_id, min_seq=min_seq)
    return Call(SERVICE + "GetForecast", request, pb.GetForecastResponse)


def get_quality(
    scope: Scope,
    *,
    queue: str = "",
    author: str = "",
    reviewer: str = "",
    by: Iterable[quality_pb2.QualityDimension] = (),
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    min_seq: int = 0,
) -> Call[quality_pb2.GetQualityResponse]:
    """Ask what reviews found of the work in the project or a queue; times with a time zone."""
    request = quality_pb2.GetQualityRequest(
        **scope.where(),
        queue_id=queue,
        author=author,
        reviewer=reviewer,
        by=by,
        min_seq=min_seq,
    )
    if start_time is not None:
        request.start_time.FromDatetime(start_time)
    if end_time is not None:
        request.end_time.FromDatetime(end_time)
    return Call(SERVICE + "GetQuality", request, quality_pb2.GetQualityResponse)
