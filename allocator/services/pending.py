"""Items of attached datasets that are still to become tasks of a queue."""

from __future__ import annotations

from allocator.ports import Items, Ledger
from allocator.services.outcomes import some, value


async def items_pending(ledger: Ledger, items: Items, project: int, queue: int) -> int:
    """How many there are now."""
    outcome = await ledger.read(project, "queue", queue=queue)
    pending = 0
    for dataset, cursor, *_ in some(value(outcome)["attached"]):
        pending += await items.count_after(project, dataset, cursor)
    return pending
