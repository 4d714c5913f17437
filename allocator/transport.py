"""The gRPC server of a worker: limits, health per service, reflection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from allocator.interceptor import Guard
from allocator.settings import Settings
from dibs.v1 import (
    allocation_pb2,
    allocation_pb2_grpc,
    assignment_pb2,
    assignment_pb2_grpc,
    dataset_pb2,
    dataset_pb2_grpc,
    group_pb2,
    group_pb2_grpc,
    operation_pb2,
    operation_pb2_grpc,
    project_pb2,
    project_pb2_grpc,
    queue_pb2,
    queue_pb2_grpc,
    report_pb2,
    report_pb2_grpc,
    review_pb2,
    review_pb2_grpc,
)

SERVICES: tuple[tuple[str, Any], ...] = tuple(
    (file.DESCRIPTOR.services_by_name[name].full_name, add)
    for file, name, add in (
        (
            project_pb2,
            "ProjectService",
            project_pb2_grpc.add_ProjectServiceServicer_to_server,
        ),
        (
            group_pb2,
            "GroupService",
            group_pb2_grpc.add_GroupServiceServicer_to_server,
        ),
        (
            dataset_pb2,
            "DatasetService",
            dataset_pb2_grpc.add_DatasetServiceServicer_to_server,
        ),
        (queue_pb2, "QueueService", queue_pb2_grpc.add_QueueServiceServicer_to_server),
        (
            allocation_pb2,
            "AllocationService",
            allocation_pb2_grpc.add_AllocationServiceServicer_to_server,
        ),
        (
            assignment_pb2,
            "AssignmentService",
            assignment_pb2_grpc.add_AssignmentServiceServicer_to_server,
        ),
        (
            operation_pb2,
            "OperationService",
            operation_pb2_grpc.add_OperationServiceServicer_to_server,
        ),
        (report_pb2, "ReportService", report_pb2_grpc.add_ReportServiceServicer_to_server),
        (review_pb2, "ReviewService", review_pb2_grpc.add_ReviewServiceServicer_to_server),
    )
)
MOST_PENDING = 10_000
NAMES = tuple(name for name, _ in SERVICES)


class Front:
    """Serves the servicers, in the order of SERVICES, on one port."""

    def __init__(self, settings: Settings, servicers: Sequence[object]) -> None:
        self._server = grpc.aio.server(interceptors=[Guard()], options=_options(settings))
        self._grace_s = settings.stop_grace_s
        self._health = health.aio.HealthServicer()
        for (_, add), servicer in zip(SERVICES, servicers, strict=True):
            add(servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if settings.reflection:
            names = (*NAMES, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name)
            reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), self._server)
        self.port = self._server.add_insecure_port(f"{settings.host}:{settings.port}")

    async def start(self) -> None:
        """Take calls; health says NOT_SERVING until it is told otherwise."""
        await self.tell(serving=False)
        await self._server.start()

    async def tell(self, *, serving: bool) -> None:
        """What health answers from now on, for each service and for all."""
        states = health_pb2.HealthCheckResponse
        state = states.SERVING if serving else states.NOT_SERVING
        for name in ("", *NAMES):
            await self._health.set(name, state)

    async def stop(self) -> None:
        """Take no new calls, let those in flight end within the grace."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(self._grace_s)


def _options(settings: Settings) -> list[tuple[str, Any]]:
    return [
        ("grpc.so_reuseport", 1),
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        # Above 1000 calls that nobody took yet, gRPC would begin to answer
        # CANCELLED at random. A shift that sits down at once is more.
        ("grpc.server.max_pending_requests", MOST_PENDING),
        ("grpc.server.max_pending_requests_hard_limit", 2 * MOST_PENDING),
        # SO_REUSEPORT balances connections, not calls: an old one moves on.
        ("grpc.max_connection_age_ms", settings.max_connection_age_s * 1000),
        ("grpc.max_connection_age_grace_ms", 60_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]
