"""Reads the text of a filter (AIP-160), and says where it is none.

    filter      = sequence { "AND" sequence }
    sequence    = factor { factor }                one after the other: AND
    factor      = term { "OR" term }               OR binds tighter than AND
    term        = [ "NOT" | "-" ] simple
    simple      = "(" filter ")" | comparison
    comparison  = field [ "." key ] operator value
    operator    = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":"

A value is a bare word or a string in quotes, in which a backslash quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from allocator.filters import (
    EVERYTHING,
    OPERATORS,
    All,
    Compare,
    Field,
    Fields,
    Filter,
    FilterError,
    Kind,
    Not,
    Some,
    Value,
)

MOST_COMPARISONS: Final = 50
DEEPEST: Final = 20
SHORTEST_SUBSTRING: Final = 3
MOST_NUMBER: Final = 2**53


def parse(text: str, fields: Fields) -> Filter:
    """The filter that `text` is; an empty one lets everything through.

    Raises FilterError.
    """
    return _Reader(text, fields).whole()


_SPACE: Final = re.compile(r"\s*")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_KEY: Final = re.compile(r"[^\s()\"'=!<>:]+")
_OPERATOR: Final = re.compile(r"<=|>=|!=|=|<|>|:")
_BARE: Final = re.compile(r"[^\s()\"']+")
_QUOTED: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_WORDS: Final = frozenset({"AND", "OR", "NOT"})


class _Reader:
    """Goes through the text once, from left to right."""

    def __init__(self, text: str, fields: Fields) -> None:
        self._text = text
        self._fields = fields
        self._at = 0
        self._comparisons = 0

    def whole(self) -> Filter:
        self._skip()
        if self._at == len(self._text):
            return EVERYTHING
        node = self._filter(0)
        if self._at < len(self._text):
            raise FilterError(self._at, "expected AND, OR or the end")
        return node

    def _filter(self, depth: int) -> Filter:
        if depth > DEEPEST:
            raise FilterError(self._at, f"parentheses may be {DEEPEST} deep")
        parts = [self._factor(depth)]
        while self._word("AND") or not self._ends():
            parts.append(self._factor(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _factor(self, depth: int) -> Filter:
        parts = [self._term(depth)]
        while self._word("OR"):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _term(self, depth: int) -> Filter:
        if self._word("NOT") or self._sign("-"):
            return Not(self._simple(depth))
        return self._simple(depth)

    def _simple(self, depth: int) -> Filter:
        opened = self._at
        if not self._sign("("):
            return self._comparison()
        node = self._filter(depth + 1)
        if not self._sign(")"):
            raise FilterError(self._at, f"expected ')' for the '(' at character {opened + 1}")
        return node

    def _comparison(self) -> Compare:
        started = self._at
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise FilterError(started, f"a filter has at most {MOST_COMPARISONS} comparisons")
        name = self._name()
        found = self._fields[name]
        key = self._map_key() if found.kind is Kind.MAP else ""
        operator = self._operator(name, found, key)
        value_at = self._at
        value = _checked(self._value(operator), name, found, operator, value_at)
        if found.kind is Kind.MAP and operator == ":":
            return Compare(field=name, operator=":", value="", key=str(value))
        return Compare(field=name, operator=operator, value=value, key=key)

    def _name(self) -> str:
        started = self._at
        name = self._take(_NAME)
        if name is None or name in _WORDS:
            raise FilterError(started, "expected the name of a field, NOT or '('")
        if name not in self._fields:
            known = ", ".join(sorted(self._fields))
            raise FilterError(started, f"expected a field of this list: {known}")
        self._skip()
        return name

    def _map_key(self) -> str:
        """The key behind a dot; '' if there is none."""
        if not self._sign("."):
            return ""
        started = self._at
        key = self._quoted() if self._at_quote() else self._take(_KEY)
        if not key:
            raise FilterError(started, "expected a key behind the '.'")
        self._skip()
        return key

    def _operator(self, name: str, found: Field, key: str) -> str:
        started = self._at
        operator = self._take(_OPERATOR)
        allowed = OPERATORS[found.kind]
        if found.kind is Kind.MAP and not key:
            allowed = (":",)
        if operator not in allowed:
            raise FilterError(started, f"expected one of {' '.join(allowed)} behind {name}")
        self._skip()
        return str(operator)

    def _value(self, operator: str) -> str:
        started = self._at
        if self._at_quote():
            value = self._quoted()
        else:
            bare = self._take(_BARE)
            if bare is None or bare in _WORDS:
                raise FilterError(started, f"expected a value behind '{operator}'")
            value = bare
        self._skip()
        return value

    def _at_quote(self) -> bool:
        return self._text[self._at : self._at + 1] in ('"', "'")

    def _quoted(self) -> str:
        found = _QUOTED.match(self._text, self._at)
        if found is None:
            raise FilterError(len(self._text), f"expected the end of {self._text[self._at]}")
        self._at = found.end()
        inner = found[1] if found[1] is not None else found[2]
        return _ESCAPED.sub(r"\1", inner)

    def _ends(self) -> bool:
        return self._at == len(self._text) or self._text[self._at] == ")"

    def _word(self, word: str) -> bool:
        found = _NAME.match(self._text, self._at)
        if found is None or found[0] != word:
            return False
        self._at = found.end()
        self._skip()
        return True

    def _sign(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += 1
        self._skip()
        return True

    def _take(self, what: re.Pattern[str]) -> str | None:
        found = what.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found[0]

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        assert found
        self._at = found.end()


def _checked(text: str, name: str, found: Field, operator: str, at: int) -> Value:
    """The value as the field has them."""
    if found.kind is Kind.WORD:
        if text.upper() not in found.words:
            raise FilterError(at, f"{name} is one of {', '.join(found.words)}")
        return found.words[text.upper()]
    if found.kind is Kind.TEXT and operator == ":" and len(text) < SHORTEST_SUBSTRING:
        raise FilterError(at, f"to look for a part takes at least {SHORTEST_SUBSTRING} characters")
    if "\0" in text:
        raise FilterError(at, "a value has no NUL")
    read = _READ.get(found.kind)
    value = read(text) if read else text
    if value is None:
        raise FilterError(at, f"expected {found.kind.value} for {name}")
    return value


def _number(text: str) -> float | int | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text) if "." in text else int(text)
    return number if abs(number) <= MOST_NUMBER else None


def _time(text: str) -> int | None:
    """Milliseconds since 1970; a time without a zone is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return round(found.timestamp() * 1000)


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


_READ: Final[Mapping[Kind, Callable[[str], Value | None]]] = {
    Kind.NUMBER: _number,
    Kind.TIME: _time,
    Kind.FLAG: _flag,
}
