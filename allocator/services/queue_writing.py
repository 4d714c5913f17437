"""Settings of a queue, read, changed and written again, whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.model import QueueSettings, RequestKey
from allocator.ports import Content, Ledger, Outcome
from allocator.services import queue_settings, queue_update
from allocator.services.outcomes import value
from allocator.services.qa_settings import Sources

Found = Mapping[str, Any]
"""The settings that a queue has, as `queue` reads them, and its number."""


class QueueWriting:
    """Writes settings; content first."""

    def __init__(
        self, *, ledger: Ledger, content: Content, sources: Sources, lease_floor_ms: int
    ) -> None:
        self._ledger = ledger
        self._content = content
        self._sources = sources
        self._lease_floor_ms = lease_floor_ms

    async def found(self, project: int, queue: int) -> Found:
        """The settings as they are now. Raises QueueNotFound."""
        outcome = await self._ledger.read(project, "queue", queue=queue)
        return {**value(outcome), "queue": queue}

    async def settings(self, project: int, found: Found) -> QueueSettings:
        """The same as settings."""
        body = await self._content.get(project, found["content"])
        return queue_settings.settings_of(found, body, found["queue"])

    def changed(
        self, before: QueueSettings, asked: QueueSettings, paths: Sequence[str]
    ) -> QueueSettings:
        """What they are to be. Raises InvalidArgument for what no queue may be."""
        after = queue_update.changed(before, asked, paths)
        queue_update.check(after, self._lease_floor_ms)
        return after

    async def write(
        self,
        project: int,
        key: RequestKey | None,
        actor: int,
        *,
        found: Found,
        after: QueueSettings,
        expected: int | None = None,
    ) -> Outcome:
        """Write them, if those of event `expected` still stand (None: those that were found)."""
        body = await self._content.get(project, found["content"])
        if after.is_qa:
            after = await self._sources.chosen(project, after)
        return await self._ledger.change(
            *(project, "update_queue", key, actor),
            queue=found["queue"],
            expected=found["set_seq"] if expected is None else expected,
            rules=queue_settings.rules_of(after),
            content=await self._texts(project, found["content"], body, after),
        )

    async def _texts(self, project: int, content: int, body: bytes, after: QueueSettings) -> int:
        """The content that has the texts: the one they are in already, or a new one."""
        texts = queue_settings.body_of(after)
        if texts == body:
            return content
        return (await self._content.put(project, texts))[0]
