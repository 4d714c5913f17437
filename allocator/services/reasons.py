"""Why somebody did something: text about people is content; the event has its number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from allocator.ports import Content


async def kept(content: Content, project: int, reason: str) -> int:
    """The number of the text; 0 for none."""
    if not reason:
        return 0
    number, _ = await content.put(project, reason.encode())
    return number


async def kept_said(content: Content, project: int, said: Mapping[str, Any]) -> int:
    """The number of what is said of units and labels, as JSON (see ports.Reviews)."""
    body = json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
    number, _ = await content.put(project, body)
    return number
