"""Somebody who watches the project while everything is struck, from its first event to its last."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from audit.source import log, projects
from dibs import AsyncClient, Patience
from loadtest.faults.beyond import Compared
from store.events import decode

PATIENCE = Patience(total_s=120.0)
CATCHES_UP_S = 30.0


@dataclass(slots=True, kw_only=True)
class Lookout:
    """Notes what is told, in the order in which it is."""

    target: str
    project: str
    actor: str
    told: list[tuple[int, str]] = field(default_factory=list)
    _watching: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        """Watch on until `end`."""
        self._watching = asyncio.create_task(self._watch())
        self._watching.add_done_callback(lambda _: self._news.set())

    async def end(self, dsn: str, compared: Compared) -> None:
        """Wait for the last event, then compare what was told with the log, event by event."""
        connection = await asyncpg.connect(dsn)
        try:
            [named] = await projects(connection, self.project)
            happened = [event async for event in _events(connection, named.project)]
        finally:
            await connection.close()
        late = await self._until(happened[-1][0]) if happened else ""
        compared.expect("watches to the end", not late, late)
        for place, event in enumerate(happened):
            told = self.told[place] if place < len(self.told) else None
            compared.expect("watched events", told == event, f"{event} was told as {told}")

    async def _watch(self) -> None:
        async with (
            AsyncClient(
                self.target, project=self.project, actor=self.actor, patience=PATIENCE
            ) as client,
            aclosing(client.watch(from_seq=1)) as watching,
        ):
            async for happened in watching:
                self.told.append((happened.seq, happened.change))
                self._news.set()

    async def _until(self, seq: int) -> str:
        """Return once the event was told, or why it was not."""
        assert self._watching is not None, "begin() comes first"
        try:
            async with asyncio.timeout(CATCHES_UP_S):
                while not self.told or self.told[-1][0] < seq:
                    if self._watching.done():
                        return f"it ended after {len(self.told)}: {self._watching.exception()!r}"
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return f"event {seq} was not told within {CATCHES_UP_S:.0f} s"
        finally:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        return ""


async def _events(connection: Any, project: int) -> Any:
    async for row in log(connection, project):
        yield row.seq, decode(row.payload).kind.upper()
