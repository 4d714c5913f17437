"""Around every call of ours: rules first, typed errors last, and how long it took.

What nobody foresaw is answered INTERNAL with the id of an incident, is logged
under that id, and is never shown.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import structlog
from google.protobuf.message import DecodeError, Message

from allocator import metrics
from dibs import errors, status
from dibs.validation import check

OURS = "/dibs.v1."

log = structlog.get_logger()

Handler = Any
# AbortError is how grpc.aio ends a call: turning it into INTERNAL would hide the status.
_PASSED_ON = (grpc.aio.AbortError, asyncio.CancelledError, GeneratorExit)


class _Unreadable:
    """Stands for bytes that are no message; gRPC would answer UNKNOWN."""


class Guard(grpc.aio.ServerInterceptor):
    """Wraps the handlers of our services, each once."""

    def __init__(self) -> None:
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The wrapped handler of a method; other services are left alone."""
        method = handler_call_details.method
        if method in self._wrapped:
            return self._wrapped[method]
        handler = await continuation(handler_call_details)
        if handler is None or not method.startswith(OURS):
            return handler
        self._wrapped[method] = wrapped = _wrap(method.rsplit("/", 1)[1], handler)
        return wrapped


def _wrap(name: str, handler: Handler) -> Handler:
    codecs = (_reading(handler.request_deserializer), handler.response_serializer)
    if handler.unary_unary:
        return grpc.unary_unary_rpc_method_handler(_unary(name, handler.unary_unary), *codecs)
    if handler.unary_stream:
        guarded = _stream(name, handler.unary_stream, _passed)
        return grpc.unary_stream_rpc_method_handler(guarded, *codecs)
    assert handler.stream_stream, "no service has a method that only its client streams"
    guarded = _stream(name, handler.stream_stream, _checked)
    return grpc.stream_stream_rpc_method_handler(guarded, *codecs)


def _reading(parse: Callable[[bytes], Message]) -> Callable[[bytes], Message | _Unreadable]:
    def read(sent: bytes) -> Message | _Unreadable:
        try:
            return parse(sent)
        except DecodeError:
            return _Unreadable()

    return read


def _passed(request: Message | _Unreadable) -> Message:
    """The request, which keeps every rule of its message.

    Raises InvalidArgument.
    """
    if isinstance(request, _Unreadable):
        raise errors.InvalidArgument("request", "must be the bytes of this method's message")
    check(request)
    return request


def _unary(name: str, serve: Callable[..., Awaitable[Message]]) -> Callable[..., Any]:
    async def guarded(request: Message | _Unreadable, context: Any) -> Message:
        started = time.perf_counter()
        code = "OK"
        try:
            return await serve(_passed(request), context)
        except _PASSED_ON:
            code = "CANCELLED"
            raise
        except Exception as error:
            refusal = _refusal(name, error)
            code = status.code_for(refusal).name
            await context.abort(*status.aborted(refusal))
            raise  # abort does not return
        finally:
            metrics.call_times.observe(name, code, time.perf_counter() - started)

    return guarded


def _stream(
    name: str, serve: Callable[..., AsyncIterator[Message]], checked: Callable[[Any], Any]
) -> Callable[..., AsyncIterator[Message]]:
    """Of a method that streams answers, to one message or to a stream of them."""

    async def guarded(sent: Any, context: Any) -> AsyncIterator[Message]:
        started = time.perf_counter()
        code = "OK"
        try:
            async for answer in serve(checked(sent), context):
                yield answer
        except _PASSED_ON:
            code = "CANCELLED"
            raise
        except Exception as error:
            refusal = _refusal(name, error)
            code = status.code_for(refusal).name
            await context.abort(*status.aborted(refusal))
            raise  # abort does not return
        finally:
            metrics.call_times.observe(name, code, time.perf_counter() - started)

    return guarded


async def _checked(messages: AsyncIterator[Message | _Unreadable]) -> AsyncIterator[Message]:
    async for message in messages:
        yield _passed(message)


def _refusal(name: str, error: Exception) -> errors.DibsError:
    """The error for the caller; what it is for us stays in the log."""
    if isinstance(error, errors.DibsError):
        return error
    incident = uuid.uuid4().hex
    metrics.INCIDENTS.inc()
    log.error("incident", id=incident, method=name, exc_info=error)
    return errors.Internal(incident)
