"""One RPC as a value: where, by whom, what. No I/O here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypedDict, TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from dibs.sessions import Ticket

R_co = TypeVar("R_co", bound=Message, covariant=True)


class Where(TypedDict):
    """The fields with which nearly every request begins."""

    project_id: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where and by whom: what a client was made for."""

    project: str
    actor: str

    def where(self) -> Where:
        return {"project_id": self.project, "actor": self.actor}


@dataclass(frozen=True, slots=True)
class Call(Generic[R_co]):
    """One RPC with its request.

    `session` is the project whose sessions its request_id comes from, "" for
    those of no project; None means that the call takes no request_id.
    """

    method: str
    request: Any
    response: type[R_co]
    session: str | None = None

    def sign(self, ticket: Ticket) -> None:
        """Give the request its request_id."""
        sign(self.request, ticket)


def sign(request: Any, ticket: Ticket) -> None:
    """Give a request its request_id."""
    request.request_id.session_id = ticket.session.session_id
    request.request_id.n = ticket.n


def duration(value: timedelta | None) -> Duration | None:
    """A timedelta as the wire has it."""
    if value is None:
        return None
    message = Duration()
    message.FromTimedelta(value)
    return message


def timestamp(value: datetime | None) -> Timestamp | None:
    """A point in time as the wire has it; one without a time zone is UTC."""
    if value is None:
        return None
    message = Timestamp()
    message.FromDatetime(value)
    return message
