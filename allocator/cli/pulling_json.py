"""Elements of a large JSON file, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from dibs.errors import InvalidArgument

# Of an attribute: see Item in dataset.proto.
LONGEST = 1024
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def elements(file: Path, prefix: str) -> Iterator[dict[str, Any]]:
    """The objects of the list at `prefix` ("" for the whole file), in order.

    Raises InvalidArgument for what is no JSON, or no object.
    """
    path = f"{prefix}.item" if prefix else "item"
    with file.open("rb") as raw:
        found = enumerate(ijson.items(raw, path, use_float=True))
        while True:
            try:
                index, element = next(found)
            except StopIteration:
                return
            except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
                raise InvalidArgument(
                    "file", f"must be one whole JSON document: {error}. Is it cut off?"
                ) from None
            if not isinstance(element, dict):
                raise InvalidArgument(f"{prefix}[{index}]", "must be a JSON object")
            yield element


def texts(fields: dict[str, Any]) -> dict[str, str]:
    """What of these can be an attribute: text on one line, numbers, true and false.

    What is longer than an attribute may be is content, and left out.
    """
    found = {
        name: _text(value)
        for name, value in fields.items()
        if isinstance(value, str | int | float | bool)
    }
    return {name: text for name, text in found.items() if len(text) <= LONGEST}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return CONTROL.sub(" ", str(value))
