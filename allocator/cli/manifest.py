"""Manifests: items in a file, as JSON lines, CSV, COCO or Label Studio JSON.

Each format is read piece by piece, never whole. CSV has a header; `external_id`
is needed, `weight`, `classes` and `required_skills` (several separated by ';')
are known, and every other column is an attribute. All items are read and checked
before any is sent.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf.json_format import ParseDict, ParseError

from allocator.cli.formats import Format
from dibs.errors import InvalidArgument, Violation
from dibs.v1.dataset_pb2 import Item
from dibs.validation import check

KNOWN = ("external_id", "weight", "classes", "required_skills")
SEPARATOR = ";"
# The rules of most items, as dataset.proto has them.
CERTAIN = frozenset({"external_id", "weight", "attributes"})
LONGEST_NAME = 256
LONGEST_KEY = 64
LONGEST_VALUE = 1024
MOST_ATTRIBUTES = 64
LARGEST_WEIGHT = 1_000_000_000
SNIFFED_BYTES = 4096


class Row(NamedTuple):
    """An item, and where it stands."""

    item: Item
    where: str
    """For people: "line 7", or "images[6]"."""
    end: int
    """Where reading goes on after it: a byte of the file, or a number of items."""


def format_of(file: Path) -> Format:
    """By the file's name, and for .json by how it begins."""
    match file.suffix.lower():
        case ".csv":
            return Format.CSV
        case ".json":
            with file.open("rb") as raw:
                begins = raw.read(SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
            return Format.LABEL_STUDIO if begins == b"[" else Format.COCO
    return Format.JSONL


def checked(file: Path, format_: Format) -> Iterator[str]:
    """Where each item of a manifest stands, once it was checked.

    Raises InvalidArgument, whose field names the line or the element.
    """
    for where, fields, _ in _READERS[format_](file, 0):
        if not certain(fields):
            check_item(where, fields)
        yield where


def rows(file: Path, format_: Format, after: int = 0) -> Iterator[Row]:
    """The items of a manifest that was checked, in order, from where an earlier row ended."""
    for where, fields, end in _READERS[format_](file, after):
        yield Row(item(fields), where, end)


def certain(fields: dict[str, Any]) -> bool:
    """Whether these are for certain the fields of an item that keeps all rules.

    Most are, and to see that takes a fifth of the time of `check_item`, which knows what is wrong.
    """
    if not fields.keys() <= CERTAIN:
        return False
    name: Any = fields.get("external_id")
    attributes, weight = fields.get("attributes", {}), fields.get("weight", 1)
    try:
        text = "".join((name, *attributes, *attributes.values()))
    except (TypeError, AttributeError):  # not text, or no object
        return False
    return (
        0 < len(name) <= LONGEST_NAME
        and "" not in attributes
        and len(attributes) <= MOST_ATTRIBUTES
        # Control characters are not printable; nor are some that an item may have.
        and text.isprintable()
        and max(map(len, attributes), default=0) <= LONGEST_KEY
        and (len(text) <= LONGEST_VALUE or max(map(len, attributes.values())) <= LONGEST_VALUE)
        and type(weight) in (int, float)
        and 0 < weight <= LARGEST_WEIGHT
    )


def check_item(where: str, fields: dict[str, Any]) -> None:
    """Raise InvalidArgument, which begins with `where`, unless these are the fields of an item."""
    try:
        check(item(fields))
    except ParseError as error:
        raise InvalidArgument(where, f"must be an item: {error}") from None
    except InvalidArgument as error:
        first, *more = (Violation(f"{where}: {v.field}", v.right) for v in error.violations)
        raise InvalidArgument(first.field, first.right, *more) from None


def item(fields: dict[str, Any]) -> Item:
    """The item with these fields. Raises ParseError, which knows why if there is none."""
    try:
        return Item(**fields)  # twenty times as fast as ParseDict
    except (TypeError, ValueError):
        return ParseDict(fields, Item())


_Found = Iterator[tuple[str, dict[str, Any], int]]


def _jsonl(file: Path, after: int) -> _Found:
    for line, text, end in _lines(file, after):
        try:
            row = _JSON.decode(text)
        except ValueError:
            raise InvalidArgument(
                f"line {line}", "must be one whole JSON object: is the file cut off?"
            ) from None
        if not isinstance(row, dict):
            raise InvalidArgument(f"line {line}", "must be a JSON object")
        yield f"line {line}", row, end


def _csv(file: Path, after: int) -> _Found:
    position = _Position()
    header = next(csv.reader(position.over(_lines(file, 0)), strict=True), [])
    if "external_id" not in header:
        raise InvalidArgument("line 1", "must be a header with a column external_id")
    reader = csv.reader(position.over(_lines(file, after or position.end)), strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InvalidArgument(f"line {position.line}", f"must be CSV: {error}") from None
        if cells is None:
            return
        if len(cells) != len(header):
            raise InvalidArgument(
                f"line {position.line}", "must have as many columns as the header"
            )
        row = dict(zip(header, cells, strict=True))
        yield f"line {position.line}", _from_columns(row), position.end


class _Position:
    """How far a reader of lines has come: a row of CSV may take several."""

    line = 0
    end = 0

    def over(self, lines: Iterator[tuple[int, str, int]]) -> Iterator[str]:
        for self.line, text, self.end in lines:
            yield text


def _lines(file: Path, after: int) -> Iterator[tuple[int, str, int]]:
    """Number, text and end of each line that begins at or behind a byte."""
    with file.open("rb") as raw:
        first, end = _lines_before(raw, after) + 1, after
        for line, data in enumerate(raw, first):
            end += len(data)
            try:
                yield line, data.decode("utf-8-sig" if line == 1 else "utf-8"), end
            except UnicodeDecodeError:
                raise InvalidArgument(f"line {line}", "must be UTF-8") from None


def _lines_before(raw: Any, after: int) -> int:
    """How many lines end before a byte; the file is left there."""
    count, left = 0, after
    while left:
        data = raw.read(min(left, 1 << 20))
        if not data:
            break
        count, left = count + data.count(b"\n"), left - len(data)
    return count


def _from_columns(row: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {"external_id": row["external_id"]}
    if row.get("weight"):
        fields["weight"] = row["weight"]
    for name in ("classes", "required_skills"):
        if row.get(name):
            fields[name] = [part.strip() for part in row[name].split(SEPARATOR)]
    fields["attributes"] = {name: text for name, text in row.items() if name not in KNOWN}
    return fields


def _coco(file: Path, after: int) -> _Found:
    from allocator.cli import coco

    return coco.images(file, after)


def _label_studio(file: Path, after: int) -> _Found:
    from allocator.cli import label_studio

    return label_studio.tasks(file, after)


def _no_number(name: str) -> float:
    raise ValueError(name)


_JSON = json.JSONDecoder(parse_constant=_no_number)
_READERS = {
    Format.JSONL: _jsonl,
    Format.CSV: _csv,
    Format.COCO: _coco,
    Format.LABEL_STUDIO: _label_studio,
}
