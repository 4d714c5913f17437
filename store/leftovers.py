"""Keys of a project that no epoch in the log can own: found and unlinked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from store import keys
from store.redis_log import Caller

SCAN_COUNT: Final = 1_000


async def unlink_epochs(redis: Caller, project: int, stale: Callable[[int], bool]) -> None:
    """Unlink the keys of those epochs of the project that are `stale`; the header stays."""
    start = keys.header(project).removesuffix("header")
    epoch_of = re.compile(re.escape(start) + r"(\d+):")
    cursor = b"0"
    while True:
        command = ("SCAN", cursor, "MATCH", f"{start}*", "COUNT", SCAN_COUNT)
        cursor, found = await redis.call(*command)
        matches = ((key, epoch_of.match(key.decode("utf-8", "replace"))) for key in found)
        unlinked = [key for key, match in matches if match and stale(int(match[1]))]
        if unlinked:
            await redis.call("UNLINK", *unlinked)
        if cursor == b"0":
            return


async def unlink_all(redis: Caller, project: int) -> None:
    """Unlink every key of the project: header, epochs, and what is built beside them."""
    start, cursor = keys.header(project).removesuffix("header"), b"0"
    while True:
        command = ("SCAN", cursor, "MATCH", f"{start}*", "COUNT", SCAN_COUNT)
        cursor, found = await redis.call(*command)
        if found:
            await redis.call("UNLINK", *found)
        if cursor == b"0":
            return
