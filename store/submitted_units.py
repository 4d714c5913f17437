"""The units of a submission, read from its bytes: those of `units` in a SubmitRequest.

The store knows no protos, and needs three fields of them: what follows is how protobuf
writes those, and how it says what may be passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

_UNITS: Final = 8
"""SubmitRequest.units."""
_ID, _CLASS, _DIGEST = 1, 2, 4
"""Of ReviewUnit: unit_id, class_name, digest."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED: Final = {_FIXED64: 8, _FIXED32: 4}


class Submitted(NamedTuple):
    """A unit as its author submitted it."""

    external_id: str
    class_name: str
    digest: bytes


WHOLE: Final = Submitted("", "", b"")
"""The one unit of a submission without units."""


def units_of(body: bytes) -> list[Submitted]:
    """The units, in the order in which they were submitted; of what is no submission, none."""
    try:
        return [_unit(part) for number, part in _fields(body) if number == _UNITS]
    except (IndexError, KeyError, UnicodeDecodeError):
        return []


def _unit(body: bytes) -> Submitted:
    found = dict(_fields(body))
    name, class_ = (found.get(number, b"").decode() for number in (_ID, _CLASS))
    return Submitted(name, class_, found.get(_DIGEST, b""))


def _fields(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields that are bytes, with their numbers."""
    at = 0
    while at < len(body):
        tag, at = _varint(body, at)
        number, kind = tag >> 3, tag & 7
        if kind == _BYTES:
            size, at = _varint(body, at)
            yield number, body[at : at + size]
            at += size
        elif kind == _VARINT:
            _, at = _varint(body, at)
        else:
            at += _FIXED[kind]


def _varint(body: bytes, at: int) -> tuple[int, int]:
    """A number, seven bits a byte, and where it ends."""
    value = shift = 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
