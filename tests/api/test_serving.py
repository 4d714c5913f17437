"""What a worker serves besides: health per service, reflection, Ping, incidents."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from allocator import interceptor, transport
from allocator.bootstrap import Worker
from dibs import errors, status
from dibs.v1 import allocation_pb2
from tests.api.world import Stubs, World, refused

SERVING = health_pb2.HealthCheckResponse.SERVING


async def test_each_service_has_a_health_of_its_own(stubs: Stubs) -> None:
    health: Any = health_pb2_grpc.HealthStub(stubs.channel)
    for name in ("", *transport.NAMES):
        answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == SERVING
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await health.Check(health_pb2.HealthCheckRequest(service="dibs.v1.Nothing"))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_the_services_can_be_found_by_reflection(stubs: Stubs) -> None:
    channel: Any = stubs.channel
    reflection: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    [answer] = [each async for each in reflection.ServerReflectionInfo(iter([question]))]

    names = {service.name for service in answer.list_services_response.service}
    assert {"dibs.v1.AllocationService", "dibs.v1.QueueService", "grpc.health.v1.Health"} <= names


async def test_ping_answers_with_as_many_bytes_as_asked_for(stubs: Stubs) -> None:
    answer = await stubs.allocation.Ping(allocation_pb2.PingRequest(size=300))
    error = await refused(stubs.allocation.Ping(allocation_pb2.PingRequest(size=5000)))

    assert len(answer.payload) == 300
    assert isinstance(error, errors.InvalidArgument)


async def test_what_nobody_foresaw_is_internal_and_not_shown(
    world: World, server: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(server.store.directory, "queue", broken)
    error = await refused(world.reserve("q", "ada"))

    assert isinstance(error, errors.Internal)
    assert "secret" not in error.sentence
    assert len(error.metadata["id"]) == 32


async def test_a_status_that_was_set_on_purpose_passes_the_interceptor() -> None:
    class Context:
        async def abort(self, *_: object) -> None:
            raise grpc.aio.AbortError

    async def serve(request: Any, context: Any) -> None:
        await context.abort(grpc.StatusCode.ABORTED, "on purpose")

    guarded = interceptor._unary("Ping", serve)  # type: ignore[arg-type]
    with pytest.raises(grpc.aio.AbortError):
        await guarded(allocation_pb2.PingRequest(), Context())


@pytest.mark.parametrize("leaf", list(errors.leaves()), ids=lambda leaf: leaf.reason)
def test_every_error_has_one_code(leaf: type[errors.DibsError]) -> None:
    assert [base for base in leaf.__mro__ if base in status.CODES]


async def test_bytes_that_are_no_message_are_an_invalid_argument(stubs: Stubs) -> None:
    call = stubs.channel.unary_unary("/dibs.v1.AllocationService/Ping", None, None)
    error = await refused(call(b"\xff\xff\xff"))

    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "request"
