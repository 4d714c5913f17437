"""Filters as SQL: known columns, operators of a fixed set, every value bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from allocator.filters import All, Compare, Filter, Not

Column = str | Callable[[str, str], str]
"""An expression, or what makes a condition of an operator and a placeholder."""

_SQL: Final = {"=": "=", "!=": "IS DISTINCT FROM", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Where:
    """Conditions over `columns`; `arguments` grows by what they bind."""

    def __init__(self, columns: Mapping[str, Column], arguments: list[Any]) -> None:
        self._columns = columns
        self._arguments = arguments

    def bound(self, value: object) -> str:
        """The placeholder of one more argument."""
        self._arguments.append(value)
        return f"${len(self._arguments)}"

    def sql(self, node: Filter) -> str:
        """The condition that a filter is."""
        match node:
            case Compare():
                return self._comparison(node)
            case Not(part):
                return f"NOT coalesce({self.sql(part)}, false)"
            case All(parts):
                return self._joined(parts, "AND", "true")
            case _:
                return self._joined(node.parts, "OR", "false")

    def _joined(self, parts: tuple[Filter, ...], word: str, none: str) -> str:
        return f"({f' {word} '.join(map(self.sql, parts))})" if parts else none

    def _comparison(self, one: Compare) -> str:
        column = self._columns[one.field]
        if callable(column):
            return column(one.operator, self.bound(one.value))
        if one.key:
            return self._of_map(column, one)
        if one.operator == ":":
            return f"strpos({column}, {self.bound(one.value)}) > 0"
        value = self.bound(one.value)
        # A number with a fraction is compared as one, whatever the column has.
        cast = "::double precision" if isinstance(one.value, float) else ""
        return f"{column} {_SQL[one.operator]} {value}{cast}"

    def _of_map(self, column: str, one: Compare) -> str:
        key = self.bound(one.key)
        if one.operator == ":":
            return f"jsonb_exists({column}, {key})"
        return f"{column} ->> {key} {_SQL[one.operator]} {self.bound(one.value)}"


def one_of(column: str) -> Column:
    """A column that is an array: it has the value, for ":"."""
    return lambda operator, value: f"{value} = ANY ({column})"


def element(column: str) -> Column:
    """A column that is a JSON array of texts: it has the value, for ":"."""
    return lambda operator, value: f"jsonb_exists({column}, {value})"


def text(column: str) -> Column:
    """A column of text: as it stands, or, for ":", with this part in capitals or not."""
    return lambda operator, value: (
        part(column, value) if operator == ":" else f"{column} {_SQL[operator]} {value}"
    )


def part(column: str, value: str) -> str:
    """Whether a text has a part, in capitals or not."""
    return f"strpos(lower({column}), lower({value}::text)) > 0"


def has(column: str) -> Column:
    """A column that is an array: it has the value (0: none at all), for "="; or not, for "!="."""
    return lambda operator, value: (
        f"(CASE WHEN {value}::bigint = 0 THEN cardinality({column}) = 0"
        f" ELSE {value}::bigint = ANY ({column}) END) = {_is(operator)}"
    )


def mask(column: str) -> Column:
    """A column of bits: it has the bit, for "="; it has not, for "!="."""
    return lambda operator, value: f"({column} & {value} <> 0) = {_is(operator)}"


def _is(operator: str) -> str:
    return "false" if operator == "!=" else "true"
