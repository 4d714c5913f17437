"""What several services share on the wire."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, TypeVar, cast

import xxhash
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from allocator.model import Priority, RequestKey, Role, TaskId
from allocator.requests import Change, Hold, ListOf, Look, Page
from dibs import errors
from dibs.v1 import project_pb2

M = TypeVar("M", bound=Message)
LARGEST = 2**53 - 1
"""Numbers of the store are below: Lua has no larger whole ones."""

_ROLES = {
    project_pb2.ROLE_ADMIN: Role.ADMIN,
    project_pb2.ROLE_TEAM_MANAGER: Role.TEAM_MANAGER,
    project_pb2.ROLE_REVIEWER: Role.REVIEWER,
    project_pb2.ROLE_ANNOTATOR: Role.ANNOTATOR,
    project_pb2.ROLE_ANNOTATOR_AND_REVIEWER: Role.ANNOTATOR_AND_REVIEWER,
}


def change(method: str, request: Any) -> Change:
    """The frame of a change; takes the request_id out of the message.

    Raises SessionUnknown for a session that no server ever gave.
    """
    return Change(project=request.project_id, actor=request.actor, key=request_key(method, request))


def request_key(method: str, request: Any) -> RequestKey:
    """Who asks for the how-manieth time, and a hash of method and body without that."""
    session_id, n = request.request_id.session_id, request.request_id.n
    session = int.from_bytes(session_id[:8], "big")
    if session > LARGEST:
        raise errors.SessionUnknown
    request.ClearField("request_id")
    body = request.SerializeToString(deterministic=True)
    return RequestKey(
        session=session,
        secret=session_id[8:].hex(),
        n=n,
        hash=xxhash.xxh3_64_hexdigest(method.encode() + b"\0" + body),
    )


def session_id(number: int, secret: str) -> bytes:
    """The 16 bytes of a session."""
    return number.to_bytes(8, "big") + bytes.fromhex(secret)


def look(request: Any) -> Look:
    """The frame of a read."""
    return Look(project=request.project_id, actor=request.actor, min_seq=request.min_seq)


def page(request: Any) -> Page:
    """Which page of a list."""
    return Page(size=request.page_size, token=request.page_token)


def list_of(request: Any, parent: str = "") -> ListOf:
    """A list with its filter and order."""
    return ListOf(
        look=look(request),
        page=page(request),
        parent=parent,
        filter=request.filter,
        order_by=request.order_by,
    )


def read_mask(request: Any, row: type[Message]) -> tuple[str, ...]:
    """Which fields of the rows are asked for; none: all. Raises InvalidArgument."""
    for path in request.read_mask.paths:
        if not FieldMask(paths=[path]).IsValidForDescriptor(cast("Any", row.DESCRIPTOR)):
            raise errors.InvalidArgument("read_mask", f"names {path!r}, which is no field")
    return tuple(request.read_mask.paths)


def masked(row: M, paths: tuple[str, ...]) -> M:
    """The row with these fields alone; with all, if none is named."""
    if not paths:
        return row
    kept = type(row)()
    FieldMask(paths=paths).MergeMessage(row, kept)
    return kept


def task_id(text: str) -> TaskId:
    """A task_id or review_id that the rules let pass.

    Raises TaskNotFound for impossible numbers.
    """
    if text.startswith("r"):
        return TaskId.of_review(int(text[1:]))
    entry, slot = map(int, text.split("-"))
    task = TaskId(entry=entry, slot=slot)
    if entry > LARGEST or task.is_review:
        raise errors.TaskNotFound(text)
    return task


def hold(request: Any) -> Hold:
    """A task and its token."""
    return Hold(task=task_id(request.task_id), token=request.lease_token)


def person(request: Any) -> str:
    """Whom a request concerns: the actor, unless it says otherwise."""
    return str(request.person or request.actor)


def priority(value: int) -> Priority:
    """A rank; on the wire they count from 1, and 0 means none."""
    return Priority(value - 1) if value else Priority.NONE


def priority_of(request: Any, *, required: bool = False) -> Priority:
    """The priority of tasks, which a request gives by its name or as a number from 0 to 1.

    Raises InvalidArgument for both, and for neither where one is required.
    """
    if not request.HasField("priority_level"):
        if required and not request.priority:
            raise errors.InvalidArgument("priority", "must be set if there is no priority_level")
        return priority(request.priority)
    if request.priority:
        raise errors.InvalidArgument("priority_level", "must not be set with priority")
    return Priority.of_level(request.priority_level)


def priority_out(value: Priority) -> Any:
    """A rank, as the wire counts."""
    return value + 1


def number(value: IntEnum) -> Any:
    """An enum that has the same numbers here and on the wire."""
    return int(value)


def roles(values: Any) -> Role:
    """A mask of the roles named."""
    mask = Role.NONE
    for value in values:
        mask |= _ROLES[value]
    return mask


def roles_out(mask: Role) -> list[Any]:
    """The roles in a mask, the mightiest first."""
    return [value for value, role in _ROLES.items() if mask & role]


def timestamp(ms: int | None) -> Timestamp | None:
    """Wall time; None stays unset."""
    if ms is None:
        return None
    return Timestamp(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)


def epoch_ms(value: Timestamp) -> int:
    """Wall time in whole milliseconds, cut off."""
    return int(value.seconds) * 1000 + value.nanos // 1_000_000


def duration(ms: int | None) -> Duration | None:
    """A span of time; None stays unset."""
    if ms is None:
        return None
    return Duration(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)


def milliseconds(value: Duration) -> int:
    """A span of time in whole milliseconds, cut off."""
    return int(value.seconds) * 1000 + value.nanos // 1_000_000
