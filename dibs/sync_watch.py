"""`for happened in client.watch()`: the synchronous twin of `dibs.watch`."""

from __future__ import annotations

import time
from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import grpc

from dibs.errors import DibsError, OutcomeUnknown
from dibs.status import rebuilt
from dibs.v1.report_pb2 import Activity
from dibs.watching import Course

if TYPE_CHECKING:
    from dibs.sync import Client


class Watch:
    """Everything that happens, in order, each event once, over as many streams as it takes.

    `seq` is how far it is: everything up to that event was told, or is nothing
    for this actor. Who goes on from seq + 1 misses nothing.
    """

    def __init__(self, client: Client, *, queue: str, from_seq: int, heartbeat: timedelta) -> None:
        self._client = client
        self._course = Course(
            client.scope, client.patience, queue=queue, from_seq=from_seq, heartbeat=heartbeat
        )
        self._told = self._tell()

    @property
    def seq(self) -> int:
        """The last event that was told of, or passed over."""
        return self._course.seq

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Activity:
        return next(self._told)

    def close(self) -> None:
        """Hang up."""
        self._told.close()

    def _tell(self) -> Generator[Activity, None, None]:
        while True:
            error: DibsError = OutcomeUnknown(0.0)
            stream = self._client.open_watch(self._course.request)
            try:
                for response in stream:
                    happened = self._course.took(response)
                    if happened is not None:
                        yield happened
            except grpc.RpcError as rpc_error:
                error = rebuilt(rpc_error)
            finally:
                stream.cancel()
            time.sleep(self._course.pause_s(error, time.monotonic()))
