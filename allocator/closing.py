"""A ledger that says what is closed to a call, project or queue; the services need not ask."""

from __future__ import annotations

from typing import Any

from allocator.model import RequestKey
from allocator.ports import Directory, Event, Ledger, Outcome
from dibs import errors


class ClosingLedger:
    """The refusals that every call may meet, and every change of a queue, as errors."""

    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self._ledger = ledger
        self._directory = directory

    async def change(
        self, project: int, name: str, request: RequestKey | None, actor: int, **inputs: Any
    ) -> Outcome:
        """As of the ledger. Raises ProjectNotFound and QueueArchived besides."""
        outcome = await self._ledger.change(project, name, request, actor, **inputs)
        if outcome.word == "project_deleted":
            raise await self._deleted(project)
        if outcome.word == "archived":
            queue = int(outcome.detail[0])
            raise errors.QueueArchived((await self._directory.queue_ids(project, [queue]))[queue])
        return outcome

    async def read(self, project: int, name: str, **inputs: Any) -> Outcome:
        """As of the ledger. Raises ProjectNotFound besides."""
        outcome = await self._ledger.read(project, name, **inputs)
        if outcome.word == "project_deleted":
            raise await self._deleted(project)
        return outcome

    async def event_at(self, project: int, seq: int) -> Event:
        """As of the ledger."""
        return await self._ledger.event_at(project, seq)

    async def _deleted(self, project: int) -> errors.ProjectNotFound:
        """What is kept of it in this process may be all that there is."""
        external_id = await self._directory.project_id(project) or ""
        self._directory.forget(external_id)
        return errors.ProjectNotFound(external_id)
