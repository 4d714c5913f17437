"""A ledger that says which queue is closed to a change; the services need not ask."""

from __future__ import annotations

from typing import Any

from allocator.model import RequestKey
from allocator.ports import Directory, Event, Ledger, Outcome
from dibs import errors


class ClosingLedger:
    """The refusals that every change of a queue may meet, as errors."""

    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self._ledger = ledger
        self._directory = directory

    async def change(
        self, project: int, name: str, request: RequestKey | None, actor: int, **inputs: Any
    ) -> Outcome:
        """As of the ledger. Raises QueueArchived besides."""
        outcome = await self._ledger.change(project, name, request, actor, **inputs)
        if outcome.word == "archived":
            queue = int(outcome.detail[0])
            raise errors.QueueArchived((await self._directory.queue_ids(project, [queue]))[queue])
        return outcome

    async def read(self, project: int, name: str, **inputs: Any) -> Outcome:
        """As of the ledger."""
        return await self._ledger.read(project, name, **inputs)

    async def event_at(self, project: int, seq: int) -> Event:
        """As of the ledger."""
        return await self._ledger.event_at(project, seq)
