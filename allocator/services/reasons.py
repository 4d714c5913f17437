"""Why somebody did something: text about people is content; the event has its number."""

from __future__ import annotations

from allocator.ports import Content


async def kept(content: Content, project: int, reason: str) -> int:
    """The number of the text; 0 for none."""
    if not reason:
        return 0
    number, _ = await content.put(project, reason.encode())
    return number
