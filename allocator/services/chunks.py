"""What a chunk of each verb does: one call of the store, under the operation's own key."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model import RequestKey
from allocator.ports import Ledger, Outcome
from allocator.services.driving import Doer, Running
from allocator.strategies.operations import BY_FENCE, Part, Verb


def doers(ledger: Ledger) -> Mapping[Verb, Doer]:
    """How the chunks of each verb are done."""

    async def remove(one: Running, key: RequestKey, part: Part) -> Outcome:
        return await ledger.change(
            *(one.project, "remove_entries", key, one.actor),
            queue=part.queue,
            entries=[list(entry) for entry in part.entries],
        )

    return dict.fromkeys((Verb.REMOVE_ITEMS, *BY_FENCE), remove)
