"""What manifests are written in: apart, for `dibs --help` reads no manifest."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How a manifest is written."""

    JSONL = "jsonl"
    CSV = "csv"
    COCO = "coco"
    LABEL_STUDIO = "label-studio"
