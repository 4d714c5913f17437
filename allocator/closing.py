"""A ledger that says what is closed to a call, project or queue; the services need not ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocator.model import STAGE, RequestKey
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
        """As of the ledger; raises besides what is closed.

        That is ProjectNotFound, QueueNotFound, QueueArchived, DataSubmitted, QueueForQa.
        """
        outcome = await self._ledger.change(project, name, request, actor, **inputs)
        return await self._open(project, outcome, inputs)

    async def read(self, project: int, name: str, **inputs: Any) -> Outcome:
        """As of the ledger. Raises ProjectNotFound and QueueNotFound besides."""
        outcome = await self._ledger.read(project, name, **inputs)
        return await self._open(project, outcome, inputs)

    async def event_at(self, project: int, seq: int) -> Event:
        """As of the ledger."""
        return await self._ledger.event_at(project, seq)

    async def _open(self, project: int, outcome: Outcome, inputs: Mapping[str, Any]) -> Outcome:
        if outcome.word == "project_deleted":
            raise await self._deleted(project)
        if outcome.word == "archived":
            raise errors.QueueArchived(await self._queue_id(project, int(outcome.detail[0])))
        if outcome.word == "data_submitted":
            raise errors.DataSubmitted(await self._queue_id(project, int(outcome.detail[0])))
        if outcome.word == "qa_queue":
            raise errors.QueueForQa(await self._queue_id(project, int(outcome.detail[0])))
        if outcome.word == "not_found" and outcome.detail[0] == "queue":
            raise errors.QueueNotFound(await self._queue_id(project, _queue_of(inputs)))
        return outcome

    async def _queue_id(self, project: int, queue: int) -> str:
        """Deleted ones have their id still, and a review stage that of its queue."""
        number = queue % STAGE
        return (await self._directory.queue_ids(project, [number]))[number]

    async def _deleted(self, project: int) -> errors.ProjectNotFound:
        """What is kept of it in this process may be all that there is."""
        external_id = await self._directory.project_id(project) or ""
        self._directory.forget(external_id)
        return errors.ProjectNotFound(external_id)


def _queue_of(inputs: Mapping[str, Any]) -> int:
    """The queue that a call is about: of an operation over tasks, the only one."""
    return int(inputs["queue"] if "queue" in inputs else inputs["queues"][0])
