"""Errors to gRPC statuses and back: the only place that knows both.

The server answers with `aborted(error)`, the client raises `rebuilt(rpc_error)`.
A status carries google.rpc.ErrorInfo (domain "dibs", reason, metadata), for
InvalidArgument google.rpc.BadRequest, for StoreUnavailable google.rpc.RetryInfo.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from dibs import errors

DOMAIN = "dibs"
DETAILS_KEY = "grpc-status-details-bin"
# Trailers may have 8 KB; a request can break more rules than fit.
MOST_VIOLATIONS = 20
LONGEST_SENTENCE = 1000

CODES: dict[type[errors.DibsError], grpc.StatusCode] = {
    errors.InvalidRequest: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    errors.Conflict: grpc.StatusCode.ABORTED,
    errors.WrongState: grpc.StatusCode.FAILED_PRECONDITION,
    errors.LimitReached: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Gone: grpc.StatusCode.OUT_OF_RANGE,
    errors.Denied: grpc.StatusCode.PERMISSION_DENIED,
    errors.NotBuilt: grpc.StatusCode.UNIMPLEMENTED,
    errors.StoreUnavailable: grpc.StatusCode.UNAVAILABLE,
    errors.Internal: grpc.StatusCode.INTERNAL,
}
CATEGORIES = {code: category for category, code in CODES.items()}
# With these the transport says that no answer came, be it a deadline, a
# connection that broke, or a stream that was reset.
NO_ANSWER = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
}
LEAVES = {leaf.reason: leaf for leaf in errors.leaves()}


def code_for(error: errors.DibsError) -> grpc.StatusCode:
    """The code of the nearest mapped ancestor."""
    return next((CODES[c] for c in type(error).__mro__ if c in CODES), grpc.StatusCode.INTERNAL)


def encoded(error: errors.DibsError) -> status_pb2.Status:
    """The status with which a server answers."""
    status = status_pb2.Status(
        code=code_for(error).value[0], message=error.sentence[:LONGEST_SENTENCE]
    )
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    )
    for detail in _details(error):
        status.details.add().Pack(detail)
    return status


def _details(error: errors.DibsError) -> Iterable[Message]:
    if isinstance(error, errors.InvalidArgument):
        yield error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.right)
                for v in error.violations[:MOST_VIOLATIONS]
            ]
        )
    if isinstance(error, errors.StoreUnavailable):
        delay = Duration()
        delay.FromMilliseconds(round(error.retry_after_s * 1000))
        yield error_details_pb2.RetryInfo(retry_delay=delay)


def aborted(error: errors.DibsError) -> tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]:
    """What `context.abort` of grpc.aio takes: code, sentence, trailing metadata."""
    status = encoded(error)
    return code_for(error), status.message, ((DETAILS_KEY, status.SerializeToString()),)


def rebuilt(rpc_error: Any) -> errors.DibsError:
    """The typed error behind a grpc.RpcError, or the category of its code.

    A reason that this version does not know becomes its category, with that
    reason. A status without details comes from the transport: if it means that
    no answer came, it becomes OutcomeUnknown.
    """
    status = _status_in(rpc_error.trailing_metadata() or ())
    if status is None:
        return _of_transport(rpc_error.code(), rpc_error.details() or "")
    return decoded(status)


def decoded(status: status_pb2.Status) -> errors.DibsError:
    """The error that `encoded` made the status from."""
    info, bad, retry = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.BadRequest(),
        error_details_pb2.RetryInfo(),
    )
    for detail in status.details:
        for message in (info, bad, retry):
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    error = _instance(status, info)
    if isinstance(error, errors.InvalidArgument):
        error.violations = tuple(
            errors.Violation(v.field, v.description) for v in bad.field_violations
        )
    if isinstance(error, errors.StoreUnavailable) and retry.HasField("retry_delay"):
        error.metadata["retry_after_s"] = str(retry.retry_delay.ToMilliseconds() / 1000)
    return error


def _instance(status: status_pb2.Status, info: error_details_pb2.ErrorInfo) -> errors.DibsError:
    known = LEAVES.get(info.reason) if info.domain == DOMAIN else None
    leaf = known or _category(status.code)
    error = leaf.rebuilt(status.message, info.metadata)
    if known is None and info.reason:
        error.reason = info.reason
    return error


def _category(number: int) -> type[errors.DibsError]:
    code = next((c for c in grpc.StatusCode if c.value[0] == number), None)
    return CATEGORIES.get(code, errors.DibsError) if code else errors.DibsError


def _status_in(trailers: Iterable[Any]) -> status_pb2.Status | None:
    for key, value in trailers:
        if key == DETAILS_KEY:
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def _of_transport(code: grpc.StatusCode, details: str) -> errors.DibsError:
    silent = code in NO_ANSWER
    category = errors.OutcomeUnknown if silent else CATEGORIES.get(code, errors.DibsError)
    return category.rebuilt(f"{code.name}: {details}", {})
