"""The event codec: one fact about one change of state, as bytes in the log.

Lua writes a payload with cmsgpack; nobody ever rewrites it. It is a msgpack
array `[version, kind, clock_ms, wall_ms, actor, request, body]`, where the
request is `[]` or `[session, n, hash]` and the body is a map with exactly the
fields that `KINDS` lists for its kind. What stands beside the payload in the
log (project, seq, epoch, chain) is handed to `decode` and kept on the event.

The chain makes two logs with the same numbers tell themselves apart
(reliability.md, R1): `chain_n = sha1(chain_{n-1} as 40 hex characters ‖ payload)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgpack

VERSION: Final = 1

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "project_created": ("admin", "fast"),
    "project_changed": ("content", "status_locks"),
    "project_deleted": ("purge_ms",),
    "project_undeleted": ("deleted",),
    "members_changed": ("members", "open"),
    "session_opened": ("secret",),
    "sessions_ended": ("sessions",),
    "group_created": ("group", "content"),
    "group_named": ("group", "content"),
    "group_changed": ("group", "added", "removed"),
    "group_deleted": ("group",),
    "dataset_created": ("dataset",),
    "dataset_named": ("dataset", "content"),
    "items_added": ("dataset", "import", "first", "count", "base"),
    "queue_created": ("queue", "rules", "content"),
    "queue_changed": ("queue", "rules", "content", "fenced", "open"),
    "queue_paused": ("queue", "mode", "open"),
    "queue_archived": ("queue", "archived"),
    "data_submitted": ("queue", "submitted"),
    "queue_deleted": ("queue", "held", "last"),
    "dropped": ("queue", "tasks"),
    "recalled": ("queue", "tasks", "cursor", "done"),
    "pooled": ("queue", "person", "tasks"),
    "dataset_attached": ("queue", "dataset", "priority", "not_before", "skip"),
    "delayed": (
        *("queue", "dataset", "cursor", "priority", "not_before", "count", "runs", "classes"),
        "not_added",
    ),
    "undelayed": (
        *("queue", "delayed", "dataset", "priority", "first", "count", "runs", "dropped"),
    ),
    "entries_added": (
        *("queue", "dataset", "cursor", "priority", "first", "count", "runs", "classes"),
        "not_added",
    ),
    "granted": ("queue", "person", "deadline", "tasks", "batch", "wide"),
    "picked": ("queue", "person", "deadline", "tasks", "by_right"),
    "started": ("queue", "person", "entry", "slot", "token", "deadline"),
    "renewed": ("person", "takeover", "tasks"),
    "drafted": ("queue", "person", "entry", "slot", "token", "deadline"),
    "submitted": (
        *("queue", "person", "entry", "slot", "token", "late", "status", "meaning"),
        *("spent_ms", "units", "content", "digest", "inline", "deadline", "refill"),
        *("state", "review", "sampled"),
    ),
    "review_changed": ("queue", "rules", "content"),
    "decided": (
        *("queue", "person", "entry", "slot", "token", "of", "author", "units", "missing"),
        *("content", "deadline", "ended", "state", "made", "cancelled"),
    ),
    "reviews_added": ("queue", "why", "tasks", "kept", "named", "content"),
    "objected": (
        *("queue", "person", "tasks", "units", "missing", "content", "source", "state", "round"),
        *("authors", "meaning", "before", "cancelled"),
    ),
    "fixed": ("queue", "person", "entry", "slot", "units", "content"),
    "units_deleted": ("queue", "person", "entry", "slot", "units", "content"),
    "checked": ("queue", "person", "entry", "slot", "content"),
    "commented": ("queue", "person", "entry", "slot", "unit", "issue", "author", "content"),
    "lot_closed": ("queue", "lot", "tasks"),
    "lot_judged": ("queue", "lot", "passed", "tasks", "cancelled"),
    "fell_back": ("entries",),
    "qa_added": ("queue", "source", "first", "classes", "tasks"),
    "skipped": (
        *("queue", "person", "entry", "slot", "token", "policy", "status", "content"),
        *("escalated", "deadline", "tasks", "batch"),
    ),
    "escalated": ("queue", "entries"),
    "skips_cleared": ("queue", "entries"),
    "released": ("person", "tasks", "content"),
    "expired": ("tasks", "stay"),
    "moves_planned": ("queue", "sources", "targets", "ranges", "as_of", "content", "total"),
    "moves_begun": (
        *("queue", "why", "plan", "undo", "sources", "ranges"),
        *("content", "total", "reason"),
    ),
    "assignment_changed": ("queue", "person", "range", "due_ms", "priority", "content", "reason"),
    "range_created": (
        *("queue", "person", "first", "last", "due_ms", "priority", "note"),
        *("content", "total", "reason"),
    ),
    "range_split": ("queue", "person", "range", "at", "reason"),
    "range_merged": ("queue", "person", "range", "other", "reason"),
    "assigned": ("queue", "why", "content", "operation", "upto", "among", "tasks", "kept"),
    "batch_cleared": ("queue", "person", "tasks"),
    "revoked": ("person", "tasks", "cursor", "done"),
    "removed": ("queue", "entries", "delayed", "kept", "named", "cancelled"),
    "prioritised": ("queue", "rank", "entries", "delayed", "kept", "named"),
    "cleared": ("queue", "generation", "last", "removed"),
    "operation_begun": (
        *("verb", "queues", "dataset", "content", "total", "last", "items", "delayed"),
    ),
    "operation_ended": ("operation", "state", "error"),
    "operations_retried": ("operations",),
    "history_cleaned": ("before", "operations"),
    "status_set": ("queue", "status", "meaning", "tasks", "cancelled"),
    "status_removed": ("queue", "recalled", "deadline", "tasks", "cancelled"),
    "reopened": ("queue", "to", "person", "deadline", "tasks", "kept", "cancelled"),
}
"""The fields of each kind's body. What they mean: the function in `functions/` that commits it."""

OPERATIONS: Final = 2**52
"""The chunks of operation n come as requests of "session" OPERATIONS + n."""

BYTES: Final[Mapping[str, frozenset[str]]] = {"submitted": frozenset({"inline", "sampled"})}
"""Fields that are opaque bytes; every other string is text."""

_FIELDS: Final = {kind: frozenset(names) for kind, names in KINDS.items()}


class EventError(ValueError):
    """A payload is not an event that this release can read."""


class Request(NamedTuple):
    """Who asked: the n-th call of a session, and a hash of what it asked."""

    session: int
    n: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of the log, decoded."""

    project: int
    seq: int
    epoch: int
    chain: str
    version: int
    kind: str
    clock_ms: int
    wall_ms: int
    actor: int
    request: Request | None
    body: Mapping[str, Any]


def decode(
    payload: bytes, *, project: int = 0, seq: int = 0, epoch: int = 0, chain: str | bytes = ""
) -> Event:
    """The event that `payload` holds. `chain` may be 40 hex characters or 20 bytes.

    Raises EventError, with a sentence that names the field.
    """
    version, kind, clock_ms, wall_ms, actor, request, body = _unpack(payload)
    return Event(
        project=project,
        seq=seq,
        epoch=epoch,
        chain=chain.hex() if isinstance(chain, bytes) else chain,
        version=version,
        kind=kind,
        clock_ms=_whole(clock_ms, "clock_ms"),
        wall_ms=_whole(wall_ms, "wall_ms"),
        actor=_whole(actor, "actor"),
        request=_request(request),
        body=_body(kind, body),
    )


def encode(
    kind: str,
    body: Mapping[str, Any],
    *,
    clock_ms: int,
    wall_ms: int,
    actor: int = 0,
    request: Request | None = None,
) -> bytes:
    """A payload as Lua would write it. For tests: in the product only Lua writes events."""
    fields = {
        name: value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
        for name, value in body.items()
    }
    message = [VERSION, kind, clock_ms, wall_ms, actor, list(request or ()), fields]
    packed = msgpack.packb(message, unicode_errors="surrogateescape")
    assert isinstance(packed, bytes)
    return packed


def genesis(external_id: str) -> str:
    """The chain before the first event of a project (seq 0, epoch 1), in hex."""
    return _sha1(f"dibs:{external_id}".encode())


def chain_of(previous: str, payload: bytes) -> str:
    """The chain after `payload`, in hex, given the chain before it, in hex."""
    return _sha1(previous.encode() + payload)


def epoch_chain(chain: str, epoch: int) -> str:
    """The chain with which `epoch` begins; the seq stays that of the last event."""
    return _sha1(f"{chain}:{epoch}".encode())


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _unpack(payload: bytes) -> list[Any]:
    """The seven parts, of a known version and kind."""
    try:
        parts = msgpack.unpackb(
            payload, raw=False, unicode_errors="surrogateescape", strict_map_key=False
        )
    except (ValueError, msgpack.UnpackException) as error:
        raise EventError(f"not one msgpack value: {error!r}") from error
    if not isinstance(parts, list) or len(parts) != 7:
        raise EventError(f"an event is an array of 7 parts, got {_shape(parts)}")
    if parts[0] != VERSION:
        raise EventError(f"event version {parts[0]!r}; this release reads version {VERSION}")
    if not isinstance(parts[1], str) or parts[1] not in KINDS:
        raise EventError(f"unknown kind of event: {parts[1]!r}")
    return parts


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise EventError(f"{name} is a whole number from 0 on, got {value!r}")
    return value


def _request(parts: object) -> Request | None:
    if parts in ([], {}):  # Lua does not tell an empty array from an empty map
        return None
    if not isinstance(parts, list) or len(parts) != 3 or not isinstance(parts[2], str):
        raise EventError(f"request is [] or [session, n, hash], got {parts!r}")
    return Request(_whole(parts[0], "request.session"), _whole(parts[1], "request.n"), parts[2])


def _body(kind: str, body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise EventError(f"{kind}: the body is a map, got {_shape(body)}")
    if body.keys() != _FIELDS[kind]:
        missing = [name for name in KINDS[kind] if name not in body]
        unknown = [str(name) for name in body if name not in KINDS[kind]]
        raise EventError(f"{kind}: missing fields {missing}, unknown fields {unknown}")
    for name in BYTES.get(kind, ()):
        body[name] = _as_bytes(body[name])
    return body


def _as_bytes(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return value
    raise EventError(f"expected bytes, got {_shape(value)}")


def _shape(value: object) -> str:
    size = f" of {len(value)}" if isinstance(value, list | dict | str | bytes) else ""
    return f"{type(value).__name__}{size}"
