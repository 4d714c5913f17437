"""The rules that the protos state, applied: what the server refuses first.

`check` says all that is wrong with a message, in words. The protos use the
rules that protovalidate runs natively, which know patterns but no sentences,
and leave to `_extra` what is quicker in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import protovalidate
from google.protobuf.message import Message

from dibs.errors import InvalidArgument, Violation
from dibs.v1.allocation_pb2 import SubmitRequest

MOST_FRAME_RANGES = 20_000
# Of a map's key, in the path of a field.
LONGEST_KEY = 64

SENTENCES = {
    "^[1-9][0-9]{0,15}$": "must be an operation_id as the server gave it, such as '123'",
    r"^\P{Cc}*$": "must not have control characters such as NUL or newline",
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": (
        "must be 1 to 63 characters of a-z, 0-9 and '-', with a letter or digit at both ends"
    ),
    "^[1-9][0-9]{0,15}-([1-9]|[1-4][0-9]|50)$": (
        "must be a task_id as the server gave it, such as '123-1'"
    ),
    "^([1-9][0-9]{0,15}-([1-9]|[1-4][0-9]|50)|r[1-9][0-9]{0,12})$": (
        "must be a task_id or review_id as the server gave it, such as '123-1' or 'r17'"
    ),
    "^r[1-9][0-9]{0,12}$": "must be a review_id as the server gave it, such as 'r17'",
}


def check(message: Message) -> None:
    """Raise InvalidArgument with everything that breaks a rule, if anything does."""
    found = [Violation(_path(v), _right(v)) for v in protovalidate.collect_violations(message)]
    if not found and isinstance(message, SubmitRequest):
        found = list(_extra(message))
    if found:
        first, *more = found
        raise InvalidArgument(first.field, first.right, *more)


def _extra(request: SubmitRequest) -> Iterator[Violation]:
    seen: set[str] = set()
    ranges = 0
    for i, unit in enumerate(request.units):
        if unit.unit_id in seen:
            yield Violation(f"units[{i}].unit_id", "must be in the submission once")
        seen.add(unit.unit_id)
        ranges += len(unit.frames)
        for j, frames in enumerate(unit.frames):
            if frames.end < frames.start:
                yield Violation(f"units[{i}].frames[{j}].end", "must not be below start")
    if ranges > MOST_FRAME_RANGES:
        yield Violation("units", f"must not have more than {MOST_FRAME_RANGES} ranges of frames")


def _path(violation: protovalidate.Violation) -> str:
    field = violation.proto.field
    elements = field.elements if field else ()
    return ".".join(element.field_name + _subscript(element) for element in elements) or "request"


def _subscript(element: Any) -> str:
    if element.subscript is None:
        return ""
    value = element.subscript.value
    return f"[{value[:LONGEST_KEY]!r}]" if isinstance(value, str) else f"[{value}]"


def _right(violation: protovalidate.Violation) -> str:
    say = _WORDS.get(violation.proto.rule_id)
    return say(violation) if say else violation.proto.message


def _pattern(violation: protovalidate.Violation) -> str:
    return SENTENCES.get(violation.rule_value, violation.proto.message)


_WORDS: dict[str, Callable[[protovalidate.Violation], str]] = {
    "string.pattern": _pattern,
    "string.min_len": lambda _: "must not be empty",
    "required": lambda _: "must be set",
    "repeated.unique": lambda _: "must have each value once",
    "enum.defined_only": lambda _: "must be one of the values that the enum defines",
    "enum.not_in": lambda _: "must be set",
}
