"""Filters of lists, read and checked (AIP-160): trees of comparisons.

What is compared in which row is the store's business; `filter_text` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

EQUAL: Final = ("=", "!=")
ORDER: Final = (*EQUAL, "<", "<=", ">", ">=")


class Kind(StrEnum):
    """What the values of a field are, and so how they compare."""

    NUMBER = "a number"
    TIME = "a time such as 2026-01-31T12:00:00Z"
    WORD = "one of the field's words"
    FLAG = "true or false"
    ID = "an id"
    TEXT = "text"
    MAP = "text of a key"
    LIST = "an element"


OPERATORS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.NUMBER: ORDER,
    Kind.TIME: ORDER,
    Kind.WORD: EQUAL,
    Kind.FLAG: EQUAL,
    Kind.ID: EQUAL,
    Kind.TEXT: (*EQUAL, ":"),
    Kind.MAP: EQUAL,
    Kind.LIST: (":",),
}

Value = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field that a list may be filtered by; `words` are the values of a WORD."""

    kind: Kind
    words: Mapping[str, int] = field(default_factory=dict)


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """`key` is that of a map; its presence is compared when the operator is ":"."""

    field: str
    operator: str
    value: Value
    key: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    """What the part does not let through."""

    part: Filter


@dataclass(frozen=True, slots=True)
class All:
    """What every part lets through; everything, if there is none."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """What at least one part lets through."""

    parts: tuple[Filter, ...]


Filter = Compare | Not | All | Some
EVERYTHING: Final = All()


class FilterError(ValueError):
    """The text is no filter of these fields: from `at` on (0 is the first) it goes wrong."""

    def __init__(self, at: int, right: str) -> None:
        super().__init__(f"at character {at + 1}: {right}")
        self.at = at
        self.right = right


def comparisons(node: Filter) -> Iterator[Compare]:
    """All comparisons of a filter, from left to right."""
    match node:
        case Compare():
            yield node
        case Not(part):
            yield from comparisons(part)
        case All(parts) | Some(parts):
            for part in parts:
                yield from comparisons(part)


def mapped(node: Filter, change: Callable[[Compare], Filter]) -> Filter:
    """The filter with every comparison changed."""
    match node:
        case Not(part):
            return Not(mapped(part, change))
        case All(parts):
            return All(tuple(mapped(part, change) for part in parts))
        case Some(parts):
            return Some(tuple(mapped(part, change) for part in parts))
        case _:
            return change(node)


def judged(node: Filter, judge: Callable[[Compare], bool | None]) -> bool | None:
    """What the filter says when `judge` knows some comparisons; None: that depends on the rest."""
    match node:
        case Not(part):
            known = judged(part, judge)
            return None if known is None else not known
        case All(parts):
            return _joined([judged(part, judge) for part in parts], deciding=False)
        case Some(parts):
            return _joined([judged(part, judge) for part in parts], deciding=True)
        case _:
            return judge(node)


def _joined(found: list[bool | None], *, deciding: bool) -> bool | None:
    if deciding in found:
        return deciding
    return None if None in found else not deciding


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which field a list goes, and whether downwards."""

    field: str
    down: bool = False


def order(text: str, known: tuple[str, ...]) -> Order:
    """The order that `text` asks for; empty: by the first of `known`, upwards.

    Raises FilterError.
    """
    words = text.split()
    if not words:
        return Order(field=known[0])
    right = f"must be one of {', '.join(known)}, with or without desc behind it"
    if words[0] not in known:
        raise FilterError(text.index(words[0]), right)
    if words[1:] not in ([], ["asc"], ["desc"]):
        raise FilterError(text.index(words[1]), right)
    return Order(field=words[0], down=words[1:] == ["desc"])
