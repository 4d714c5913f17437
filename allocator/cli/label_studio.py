"""Label Studio JSON: a task is an item, named by its id or else by what it shows.

Both kinds of file are read: exports, and lists for import, whose tasks may be
bare data. Classes are the labels and choices of annotations that are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allocator.cli.pulling_json import elements, texts
from dibs.errors import InvalidArgument


def tasks(file: Path, after: int) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Where, fields and number of each task behind the first `after`.

    Raises InvalidArgument.
    """
    seen = 0
    for seen, task in enumerate(elements(file, ""), 1):
        if seen > after:
            where = f"[{seen - 1}]"
            yield where, _fields(where, task), seen
    if seen == 0:
        raise InvalidArgument("file", "must be a list of tasks, with at least one")


def _fields(where: str, task: dict[str, Any]) -> dict[str, Any]:
    data = task.get("data", task)
    if not isinstance(data, dict):
        raise InvalidArgument(f"{where}.data", "must be a JSON object")
    meta = task.get("meta")
    attributes = texts(data)
    if isinstance(meta, dict):
        attributes |= {f"meta.{name}": text for name, text in texts(meta).items()}
    return {
        "external_id": _name(where, task, data),
        "classes": sorted(set(_labels(task))),
        "attributes": attributes,
    }


def _name(where: str, task: dict[str, Any], data: dict[str, Any]) -> str:
    """The task's id; else the one thing that it shows."""
    if isinstance(task.get("id"), int | str):
        return str(task["id"])
    shown = [value for value in data.values() if isinstance(value, str)]
    if len(shown) != 1:
        raise InvalidArgument(
            f"{where}.id", "must be there, unless data has exactly one field that is text"
        )
    return shown[0]


def _labels(task: dict[str, Any]) -> Iterator[str]:
    """The labels and choices of all annotations."""
    for result in _results(task.get("annotations")):
        value = result.get("value")
        for name, several in value.items() if isinstance(value, dict) else ():
            if name.endswith(("labels", "choices")) and isinstance(several, list):
                yield from (label for label in several if isinstance(label, str))


def _results(annotations: Any) -> Iterator[dict[str, Any]]:
    for annotation in annotations if isinstance(annotations, list) else ():
        results = annotation.get("result") if isinstance(annotation, dict) else None
        for result in results if isinstance(results, list) else ():
            if isinstance(result, dict):
                yield result
