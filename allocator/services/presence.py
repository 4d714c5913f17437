"""Which items a queue has: what was removed may come again, as a new task at the tail."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.ports import Items, Views


async def present(
    items: Items,
    views: Views,
    project: int,
    queue: int,
    numbers: Sequence[int],
    seq: int,
    *,
    delayed: int,
) -> frozenset[int]:
    """Those of the items that the queue has, as of event `seq` or later.

    Only what was there once may have been removed, and only a queue in which
    something waits for its time (`delayed`) may have items that are no entries
    yet: these ask for the views.
    """
    once = await items.already_in(project, queue, numbers)
    if not once and not delayed:
        return once
    await views.wait_for(project, seq)
    waiting = await items.delayed_in(project, queue, numbers) if delayed else frozenset()
    return waiting | await items.still_in(project, queue, sorted(once))
