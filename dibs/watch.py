"""`async for happened in client.watch()`: what happens, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

import grpc

from dibs.errors import DibsError, OutcomeUnknown
from dibs.status import rebuilt
from dibs.v1.report_pb2 import Activity, WatchResponse
from dibs.watching import Course

if TYPE_CHECKING:
    from dibs.client import AsyncClient


class Watch:
    """Everything that happens, in order, each event once, over as many streams as it takes.

    `seq` is how far it is: everything up to that event was told, or is nothing
    for this actor. Who goes on from seq + 1 misses nothing.
    """

    def __init__(
        self, client: AsyncClient, *, queue: str, from_seq: int, heartbeat: timedelta
    ) -> None:
        self._client = client
        self._course = Course(
            client.scope, client.patience, queue=queue, from_seq=from_seq, heartbeat=heartbeat
        )
        self._told = self._tell()

    @property
    def seq(self) -> int:
        """The last event that was told of, or passed over."""
        return self._course.seq

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Activity:
        return await anext(self._told)

    async def aclose(self) -> None:
        """Hang up."""
        await self._told.aclose()

    async def _tell(self) -> AsyncGenerator[Activity, None]:
        while True:
            error: DibsError = OutcomeUnknown(0.0)
            try:
                async with aclosing(self._stream()) as stream:
                    async for response in stream:
                        happened = self._course.took(response)
                        if happened is not None:
                            yield happened
            except grpc.RpcError as rpc_error:
                error = rebuilt(rpc_error)
            except TimeoutError:
                pass
            await asyncio.sleep(self._course.pause_s(error, asyncio.get_running_loop().time()))

    async def _stream(self) -> AsyncGenerator[WatchResponse, None]:
        """One stream, until it ends or falls silent."""
        stream: Any = self._client.open_watch(self._course.request)
        try:
            while True:
                async with asyncio.timeout(self._course.silence_s):
                    response = await stream.read()
                if response is grpc.aio.EOF:
                    return
                yield response
        finally:
            stream.cancel()
