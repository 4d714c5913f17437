"""Watching as a client: where the next stream begins, and when there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

import grpc
import pytest

from dibs import AsyncClient, Client, Patience, errors
from dibs.call import Scope
from dibs.status import aborted
from dibs.v1 import report_pb2 as pb
from dibs.v1 import report_pb2_grpc
from dibs.watching import Course

PATIENCE = Patience(total_s=2.0, first_pause_s=0.005, longest_pause_s=0.01)
SOON = timedelta(milliseconds=50)


def _course(from_seq: int = 0) -> Course:
    scope = Scope(project="p", actor="ann")
    return Course(scope, PATIENCE, queue="q", from_seq=from_seq, heartbeat=timedelta(seconds=3))


def test_the_next_stream_begins_behind_what_was_told_or_passed_over() -> None:
    course = _course(from_seq=7)
    assert (course.seq, course.request.from_seq) == (6, 7)
    assert course.took(pb.WatchResponse(seq=6)) is None
    told = course.took(pb.WatchResponse(seq=7, activity=pb.Activity(seq=7)))
    assert told == pb.Activity(seq=7)
    assert course.took(pb.WatchResponse(seq=12)) is None
    assert (course.seq, course.request.from_seq) == (12, 13)
    assert (course.request.queue_id, course.request.heartbeat_interval.seconds) == ("q", 3)


def test_from_now_on_is_asked_again_until_a_server_says_when_that_is() -> None:
    course = _course()
    assert course.pause_s(errors.StoreUnavailable(0.5), 0.0) >= 0.5
    assert course.request.from_seq == 0
    course.took(pb.WatchResponse(seq=41))
    assert course.request.from_seq == 42


def test_patience_is_for_one_silence_and_begins_anew_with_every_message() -> None:
    course = _course()
    for now in (0.0, 1.0, 1.9):
        course.pause_s(errors.OutcomeUnknown(0.0), now)
    course.took(pb.WatchResponse(seq=1))
    course.pause_s(errors.OutcomeUnknown(0.0), 2.5)
    with pytest.raises(errors.StoreUnavailable):
        course.pause_s(errors.OutcomeUnknown(0.0), 4.6)


def test_what_will_not_change_is_raised_at_once() -> None:
    with pytest.raises(errors.PermissionDenied):
        _course().pause_s(errors.PermissionDenied("ann", "Watch"), 0.0)


Script = Callable[[pb.WatchRequest, Any], AsyncIterator[pb.WatchResponse]]


@asynccontextmanager
async def _server(*scripts: Script) -> AsyncIterator[tuple[str, list[int]]]:
    """Serves each stream by the next script; the last again and again. Notes where they begin."""
    begun: list[int] = []

    class Reports(report_pb2_grpc.ReportServiceServicer):
        async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:
            begun.append(request.from_seq)
            async for answer in scripts[min(len(begun), len(scripts)) - 1](request, context):
                yield answer

    server = grpc.aio.server()
    report_pb2_grpc.add_ReportServiceServicer_to_server(Reports(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}", begun
    finally:
        await server.stop(0)


async def _two(request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:
    """Where it begins, two events, and the end."""
    first = request.from_seq or 1
    yield pb.WatchResponse(seq=first - 1)
    for seq in (first, first + 1):
        yield pb.WatchResponse(seq=seq, activity=pb.Activity(seq=seq))


async def _silent(request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:
    """Nothing, for ever."""
    await asyncio.Event().wait()
    yield pb.WatchResponse()


async def _denied(request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:
    await context.abort(*aborted(errors.PermissionDenied("ann", "Watch")))
    yield pb.WatchResponse()


async def _away(request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:
    await context.abort(*aborted(errors.StoreUnavailable(0.01)))
    yield pb.WatchResponse()


async def _all(watching: AsyncIterator[pb.Activity], told: list[int]) -> None:
    """Note what is told, until it ends."""
    async for happened in watching:
        told.append(happened.seq)  # noqa: PERF401 - it ends by an error


async def test_streams_that_end_are_away_or_fall_silent_are_followed_by_another() -> None:
    async with (
        _server(_two, _silent, _away, _two, _denied) as (target, begun),
        AsyncClient(target, project="p", actor="ann", patience=PATIENCE) as client,
    ):
        told: list[int] = []
        async with aclosing(client.watch(from_seq=3, heartbeat=SOON)) as watching:
            with pytest.raises(errors.PermissionDenied):
                await _all(watching, told)
    assert told == [3, 4, 5, 6]
    assert begun == [3, 5, 5, 5, 7]


async def test_the_synchronous_client_follows_streams_in_the_same_way() -> None:
    def watch(target: str) -> list[int]:
        told: list[int] = []
        with Client(target, project="p", actor="ann", patience=PATIENCE) as client:
            watching = client.watch(from_seq=3)
            told += [next(watching).seq for _ in range(4)]
            assert watching.seq == 6
            with pytest.raises(errors.PermissionDenied):
                next(watching)
        return told

    async with _server(_two, _away, _two, _denied) as (target, begun):
        assert await asyncio.to_thread(watch, target) == [3, 4, 5, 6]
    assert begun == [3, 5, 5, 7]
