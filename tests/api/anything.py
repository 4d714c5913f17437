"""Requests that nobody would send: built from the descriptors, or bytes of any kind.

Most fields get what would be right in a world that exists, so that calls get
past the first check; each has a chance to be nasty.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import (
    Descriptor,
    FieldDescriptor,
    FileDescriptor,
    MethodDescriptor,
)
from google.protobuf.message import Message

import dibs.v1

NASTY = 0.06
"""The chance of a field to be wrong on purpose."""
DEEPEST = 4

STRINGS = [
    *("", "a{b}", "{}", "dibs:{1}:2:queue", "a\0b", "a\nb", "\x7f", "é", "\u202e", "💥", "%s%n"),
    *("a" * 63, "a" * 64, "a" * 300, "x" * 5000, "../..", "' OR 1=1 --", "null", "-1", "1e999"),
    *("0-0", "1-0", "1-51", "0-1", "999999999999999999-1", "1-1-1", "state = ", 'a = "', "(((("),
    *("NOT NOT", "priority > HIGH AND", "queue:q", "create_time desc", "name,,", "*", "a.b.c"),
]
INTEGERS = [0, -1, 1, 2, 51, 65, 101, 1001, 2**31 - 1, -(2**31), 2**32, 2**53, 2**63 - 1, -(2**63)]
FLOATS = [0.0, -0.0, -1.0, float("nan"), float("inf"), float("-inf"), 1e308, 5e-324, 0.1]

_T = FieldDescriptor
INTEGRAL = {
    _T.TYPE_INT32: (-(2**31), 2**31 - 1),
    _T.TYPE_SINT32: (-(2**31), 2**31 - 1),
    _T.TYPE_SFIXED32: (-(2**31), 2**31 - 1),
    _T.TYPE_INT64: (-(2**63), 2**63 - 1),
    _T.TYPE_SINT64: (-(2**63), 2**63 - 1),
    _T.TYPE_SFIXED64: (-(2**63), 2**63 - 1),
    _T.TYPE_UINT32: (0, 2**32 - 1),
    _T.TYPE_FIXED32: (0, 2**32 - 1),
    _T.TYPE_UINT64: (0, 2**64 - 1),
    _T.TYPE_FIXED64: (0, 2**64 - 1),
}


def rpcs() -> dict[str, MethodDescriptor]:
    """Every RPC of ours, by its path."""
    return {
        f"/{service.full_name}/{method.name}": method
        for file in _files()
        for service in file.services_by_name.values()
        for method in service.methods
    }


def _files() -> Iterator[FileDescriptor]:
    pool = descriptor_pool.Default()
    for module in pkgutil.iter_modules(dibs.v1.__path__):
        if module.name.endswith("_pb2"):
            importlib.import_module(f"dibs.v1.{module.name}")
            yield pool.FindFileByName(f"dibs/v1/{module.name.removesuffix('_pb2')}.proto")


Right = Mapping[str, Callable[[], Any]]


class Builder:
    """Builds messages. A scene maps names of fields to values that would be right."""

    def __init__(self, fate: random.Random, scene: Callable[[], Right]) -> None:
        self._fate = fate
        self._scene = scene
        self._right: Right = {}

    def message(self, kind: Descriptor) -> Message:
        """A message; each of its fields may be right, plausible, nasty or unset."""
        self._right = self._scene()
        return self._message(kind, 0)

    def raw(self, kind: Descriptor) -> bytes:
        """Bytes that may be a message, or that were one."""
        fate = self._fate
        if fate.random() < 0.2:
            return fate.randbytes(fate.choice([0, 1, 2, 7, 64, 1000]))
        data = bytearray(self.message(kind).SerializeToString())
        for _ in range(fate.randint(1, 4)):
            at = fate.randrange(len(data) + 1)
            match fate.randrange(4):
                case 0:
                    data[at : at + 1] = fate.randbytes(1)
                case 1:
                    data[at:at] = fate.randbytes(fate.randint(1, 8))
                case 2:
                    del data[at : at + fate.randint(1, 8)]
                case _:
                    data += data[at : at + 50]
        return bytes(data)

    def _message(self, kind: Descriptor, depth: int) -> Message:
        made = message_factory.GetMessageClass(kind)()
        for field in kind.fields:
            if depth < DEEPEST or field.message_type is None:
                self._fill(made, field, depth)
        return made

    def _fill(self, made: Message, field: FieldDescriptor, depth: int) -> None:
        nasty = self._fate.random() < NASTY
        if field.name in self._right and field.enum_type is None and not nasty:
            self._put(made, field, self._right[field.name]())
        elif self._fate.random() < (0.9 if nasty or (depth == 0 and not _optional(field)) else 0.3):
            self._put(made, field, self._any(field, depth, nasty))

    def _put(self, made: Message, field: FieldDescriptor, value: Any) -> None:
        target = getattr(made, field.name)
        if _is_map(field):
            for pair in value:
                _put_pair(target, pair)
        elif field.is_repeated:
            target.extend(value if isinstance(value, list) else [value])
        elif field.message_type is not None:
            target.CopyFrom(value)
        else:
            setattr(made, field.name, value)

    def _any(self, field: FieldDescriptor, depth: int, nasty: object) -> Any:
        if not field.is_repeated:
            return self._one(field, depth, nasty)
        many = self._fate.choice([0, 120, 600, 1100]) if nasty else self._fate.choice([1, 1, 2, 4])
        if field.message_type is not None:
            many = min(many, 120)
        return [self._one(field, depth, nasty) for _ in range(many)]

    def _one(self, field: FieldDescriptor, depth: int, nasty: object) -> Any:
        if field.message_type is not None:
            if field.message_type.file.package == "google.protobuf":
                return self._well_known(field, field.message_type, nasty)
            return self._message(field.message_type, depth + 1)
        if field.enum_type is not None:
            known = [value.number for value in field.enum_type.values]
            return self._fate.choice([0, 99, -1, 2**31 - 1] if nasty else known[1:] or known)
        if field.type == _T.TYPE_STRING:
            return self._string(field.name, nasty)
        return self._number(field.type, nasty)

    def _number(self, kind: int, nasty: object) -> Any:
        fate = self._fate
        if kind in INTEGRAL:
            low, high = INTEGRAL[kind]
            return min(max(fate.choice(INTEGERS) if nasty else fate.randint(1, 20), low), high)
        if kind in (_T.TYPE_FLOAT, _T.TYPE_DOUBLE):
            return fate.choice(FLOATS) if nasty else fate.random()
        if kind == _T.TYPE_BYTES:
            return fate.randbytes(fate.choice([0, 1, 17, 33, 20_000]) if nasty else 16)
        return fate.random() < 0.5

    def _string(self, name: str, nasty: object) -> str:
        if nasty:
            return self._fate.choice(STRINGS)
        singular = name.removesuffix("s")
        if singular in self._right:
            return str(self._right[singular]())
        return f"{name.replace('_', '-')}-{self._fate.randint(1, 99)}"

    def _well_known(self, field: FieldDescriptor, kind: Descriptor, nasty: object) -> Message:
        """Timestamps, durations and masks."""
        fate = self._fate
        made: Any = message_factory.GetMessageClass(kind)()
        if kind.name == "FieldMask":
            names = STRINGS if nasty else _maskable(field.containing_type)
            made.paths.extend(fate.choices(names, k=fate.randint(1, 3)))
        elif kind.name in ("Timestamp", "Duration"):
            now = int(time.time()) if kind.name == "Timestamp" else 0
            made.seconds = fate.choice(INTEGERS) if nasty else now + fate.randint(10, 3600)
            made.nanos = fate.choice([1, -1, 2**31 - 1]) if nasty else 0
        assert isinstance(made, Message)
        return made


def _maskable(request: Descriptor | None) -> list[str]:
    """What a mask in this request may name: the fields of the messages beside it."""
    assert request is not None
    inner = [f.message_type for f in request.fields if f.message_type is not None]
    return [field.name for kind in inner for field in kind.fields] or ["*"]


def _optional(field: FieldDescriptor) -> bool:
    """Whether leaving it out means something else than its zero."""
    return field.has_presence and field.message_type is None


def _put_pair(target: Any, pair: Any) -> None:
    if isinstance(pair.value, Message):
        target[pair.key].CopyFrom(pair.value)
    else:
        target[pair.key] = pair.value


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
