"""Where queues come from: kept and shown, never looked into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Channel(IntEnum):
    """By what a queue was made."""

    PIPELINE = 1
    WORKFLOW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The pipeline that a queue belongs to: ids of its own, a name and a link for people."""

    pipeline_id: str = ""
    node_id: str = ""
    display_name: str = ""
    link: str = ""


NO_PIPELINE = Pipeline()
