"""Manifests: items in a file, one a line, as JSON objects or as CSV.

CSV has a header; `external_id` is needed, `weight`, `classes` and
`required_skills` (several separated by ';') are known, and every other column
is an attribute. All lines are read and checked before any is sent.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError

from dibs.errors import InvalidArgument, Violation
from dibs.v1.dataset_pb2 import Item
from dibs.validation import check

KNOWN = ("external_id", "weight", "classes", "required_skills")
SEPARATOR = ";"


class Format(StrEnum):
    """How a manifest is written."""

    JSONL = "jsonl"
    CSV = "csv"


def format_of(file: Path) -> Format:
    """By the file's name: CSV if it ends in .csv, else JSON lines."""
    return Format.CSV if file.suffix.lower() == ".csv" else Format.JSONL


def items(file: Path, format_: Format) -> Iterator[Item]:
    """The items of a manifest, in order.

    Raises InvalidArgument, whose field names the line.
    """
    rows = _csv(file) if format_ is Format.CSV else _jsonl(file)
    for line, row in rows:
        yield _item(line, row)


def _jsonl(file: Path) -> Iterator[tuple[int, Any]]:
    for line, text in _lines(file):
        try:
            row = json.loads(text, parse_constant=_no_number)
        except ValueError:
            raise InvalidArgument(
                f"line {line}", "must be one whole JSON object: is the file cut off?"
            ) from None
        if not isinstance(row, dict):
            raise InvalidArgument(f"line {line}", "must be a JSON object")
        yield line, row


def _csv(file: Path) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader((text for _, text in _lines(file)), strict=True)
    if "external_id" not in (reader.fieldnames or ()):
        raise InvalidArgument("line 1", "must be a header with a column external_id")
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise InvalidArgument(f"line {reader.line_num}", f"must be CSV: {error}") from None
        if row is None:
            return
        if None in row or None in row.values():
            raise InvalidArgument(
                f"line {reader.line_num}", "must have as many columns as the header"
            )
        yield reader.line_num, _from_columns(row)


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    with file.open("rb") as raw:
        for line, data in enumerate(raw, 1):
            try:
                yield line, data.decode("utf-8-sig" if line == 1 else "utf-8")
            except UnicodeDecodeError:
                raise InvalidArgument(f"line {line}", "must be UTF-8") from None


def _from_columns(row: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {"external_id": row["external_id"]}
    if row.get("weight"):
        fields["weight"] = row["weight"]
    for name in ("classes", "required_skills"):
        if row.get(name):
            fields[name] = [part.strip() for part in row[name].split(SEPARATOR)]
    fields["attributes"] = {name: text for name, text in row.items() if name not in KNOWN}
    return fields


def _item(line: int, row: dict[str, Any]) -> Item:
    try:
        item = ParseDict(row, Item())
        check(item)
    except ParseError as error:
        raise InvalidArgument(f"line {line}", f"must be an item: {error}") from None
    except InvalidArgument as error:
        first, *more = (Violation(f"line {line}: {v.field}", v.right) for v in error.violations)
        raise InvalidArgument(first.field, first.right, *more) from None
    return item


def _no_number(name: str) -> float:
    raise ValueError(name)
