"""A client that sends some of its requests twice at the same time.

What a lost answer leads to anyway, only more often and with both attempts on
their way at once, over two connections and so mostly to two workers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from dibs import AsyncClient
from dibs.call import Call
from dibs.retry import Attempts

R = TypeVar("R", bound=Message)
TIMEOUT_S = 10.0


def never() -> bool:
    """No request is sent twice."""
    return False


class TwinClient(AsyncClient):
    """`second` is the other connection; `draw` says before each attempt whether to use it too."""

    second: grpc.aio.Channel | None = None
    draw: Callable[[], bool] = staticmethod(never)

    async def _send(self, call: Call[R], attempts: Attempts) -> R:
        if call.session is not None and self.second is not None and self.draw():
            twin = asyncio.create_task(
                self._also(self.second, call, call.request.SerializeToString())
            )
            self._twins().setdefault(id(call), []).append(twin)
        return await super()._send(call, attempts)

    async def twins_of(self, call: Call[R]) -> list[R]:
        """What the twins of a call were told, as far as it was OK; none is on its way after."""
        answers = await asyncio.gather(*self._twins().pop(id(call), ()))
        return [answer for answer in answers if answer is not None]

    def _twins(self) -> dict[int, list[asyncio.Task[Any]]]:
        return self.__dict__.setdefault("_sent_twice", {})

    async def _also(self, channel: grpc.aio.Channel, call: Call[R], request: bytes) -> R | None:
        method: Any = channel.unary_unary(
            call.method, response_deserializer=call.response.FromString
        )
        try:
            answer: R = await method(request, timeout=TIMEOUT_S)
        except grpc.RpcError:
            return None
        return answer
