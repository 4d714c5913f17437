"""COCO: an image is an item, named like its file; its classes are what is annotated on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allocator.cli.pulling_json import elements, texts
from dibs.errors import InvalidArgument


def images(file: Path, after: int) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Where, fields and number of each image behind the first `after`.

    Raises InvalidArgument.
    """
    classes = _classes(file)
    seen = 0
    for seen, image in enumerate(elements(file, "images"), 1):
        if seen > after:
            where = f"images[{seen - 1}]"
            yield where, _fields(where, image, classes), seen
    if seen == 0:
        raise InvalidArgument("images", "must be a list of the file, with at least one image")


def _fields(where: str, image: dict[str, Any], classes: dict[Any, set[str]]) -> dict[str, Any]:
    if not isinstance(image.get("file_name"), str):
        raise InvalidArgument(f"{where}.file_name", "must be the name of the image's file")
    return {
        "external_id": image["file_name"],
        "classes": sorted(classes.get(image.get("id"), ())),
        "attributes": texts({k: v for k, v in image.items() if k != "file_name"}),
    }


def _classes(file: Path) -> dict[Any, set[str]]:
    """Ids of images to the names of the categories annotated on them."""
    names = {
        category.get("id"): str(category.get("name")) for category in elements(file, "categories")
    }
    found: dict[Any, set[str]] = defaultdict(set)
    for index, annotation in enumerate(elements(file, "annotations")):
        name = names.get(annotation.get("category_id"))
        if name is None:
            raise InvalidArgument(
                f"annotations[{index}].category_id", "must be the id of one of the categories"
            )
        found[annotation.get("image_id")].add(name)
    return found
