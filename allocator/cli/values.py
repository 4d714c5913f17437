"""From what was typed to what the client's methods take, by the annotation of a parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import typer
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from dibs.bufvalidate import validate_pb2

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
M = TypeVar("M", bound=Message)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")


def enum_names(kind: Any) -> dict[str, int]:
    """The values of an enum of the protos by the names that people use: HIGH, not PRIORITY_HIGH."""
    names = list(kind.DESCRIPTOR.values_by_name)
    prefix = names[0].removesuffix("UNSPECIFIED")
    return {
        name.removeprefix(prefix): value.number
        for name, value in kind.DESCRIPTOR.values_by_name.items()
        if value.number
    }


def enum_value(text: str, kind: Any) -> int:
    """Raises BadParameter, which names what there is."""
    known = enum_names(kind)
    value = known.get(text.upper().replace("-", "_"))
    if value is None:
        raise typer.BadParameter(f"{text!r} must be one of {', '.join(known)}")
    return value


def duration(text: str) -> timedelta:
    """90s, 10m, 1h, 2d; a bare number is seconds."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} must be a duration such as 90s, 10m, 1h or 2d")
    return timedelta(seconds=float(found[1]) * UNITS[found[2] or "s"])


def moment(text: str) -> datetime:
    """2026-11-26T18:00:00Z."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} must be a time such as 2026-11-26T18:00:00Z") from None
    if found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} must say its time zone, such as Z")
    return found


def content(text: str) -> bytes:
    """The text itself, or the bytes of a file for @NAME."""
    return Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()


def number(text: str) -> float:
    """12.5."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} must be a number such as 12.5") from None


def pair(text: str) -> tuple[str, str]:
    """NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r} must be NAME=VALUE")
    return name, value


def lease(text: str) -> tuple[str, int]:
    """TASK:TOKEN."""
    task, _, token = text.rpartition(":")
    if not task or not token.isdecimal():
        raise typer.BadParameter(f"{text!r} must be TASK:TOKEN, as reserve showed them")
    return task, int(token)


def fields(texts: Iterable[str], kind: type[M]) -> tuple[M, list[str]]:
    """A message from FIELD=VALUE, and the names of its fields.

    Several values are separated by ','; a field of a field is OUTER.INNER. A message is its fields
    in order, separated by ':', of which a list is separated by '+'.
    """
    made: dict[str, Any] = {}
    for path, text in map(pair, texts):
        outer, _, inner = path.partition(".")
        descriptor = _known(outer, kind.DESCRIPTOR)
        if inner:
            deeper = _known(inner, descriptor.message_type)
            made.setdefault(outer, {})[inner] = _field(text, deeper)
        else:
            made[outer] = _field(text, descriptor)
    try:
        return ParseDict(made, kind()), list(made)
    except ParseError as error:
        raise typer.BadParameter(str(error)) from None


def settable(descriptor: Any) -> dict[str, Any]:
    """The fields of a message that are not only answered, by name."""
    rules: Any = validate_pb2.field
    return {
        field.name: field
        for field in descriptor.fields
        if field.GetOptions().Extensions[rules].ignore != validate_pb2.IGNORE_ALWAYS
    }


def _known(name: str, descriptor: Any) -> Any:
    known = settable(descriptor) if descriptor is not None else {}
    if name not in known:
        raise typer.BadParameter(f"{name!r} must be one of {', '.join(known) or 'none'}")
    return known[name]


def _field(text: str, descriptor: Any) -> Any:
    if descriptor.is_repeated:
        return [_single(each, descriptor) for each in text.split(",") if each]
    return _single(text, descriptor)


def _single(text: str, descriptor: Any) -> Any:
    """As JSON of the protos has it."""
    if descriptor.enum_type is not None:
        return enum_value(text, _Enum(descriptor.enum_type))
    if descriptor.message_type is not None and descriptor.message_type.name == "Duration":
        return f"{duration(text).total_seconds():.9f}s"
    if descriptor.type == descriptor.TYPE_BOOL:
        if text not in ("true", "false"):
            raise typer.BadParameter(f"{text!r} must be true or false")
        return text == "true"
    of = descriptor.message_type
    if of is not None and of.file.package != "google.protobuf":
        return _message(text, of)
    return text


def _message(text: str, descriptor: Any) -> dict[str, Any]:
    parts = zip(descriptor.fields, text.split(":", len(descriptor.fields) - 1), strict=False)
    return {
        field.name: [_single(each, field) for each in part.split("+")]
        if field.is_repeated
        else _single(part, field)
        for field, part in parts
    }


class _Enum:
    def __init__(self, descriptor: Any) -> None:
        self.DESCRIPTOR = descriptor


def converter(annotation: Any) -> Callable[[str], Any]:
    """What turns one text into a value of this kind."""
    plain: Mapping[Any, Callable[[str], Any]] = {
        str: str,
        int: int,
        float: number,
        bytes: content,
        timedelta: duration,
        datetime: moment,
    }
    if annotation in plain:
        return plain[annotation]
    return lambda text: enum_value(text, annotation)
