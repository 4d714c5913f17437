"""Watch: what happens, told as it is committed, to whom may see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from allocator.activity_words import Watch, Watched
from allocator.ports import Tail, Views
from allocator.services.door import Door
from allocator.services.seen import Reader, Seen
from dibs import errors

AT_ONCE: Final = 200
"""Events in the hand of one who watches: whoever is slow leaves the rest in the log."""
RPC: Final = "ReportService.Watch"
GOVERNING: Final = frozenset(
    {
        *("members_changed", "project_deleted", "queue_created", "queue_changed"),
        *("queue_deleted",),
    }
)
"""After these it is asked again who may see what."""


class Watching:
    """What Watch does."""

    def __init__(self, *, tail: Tail, views: Views, door: Door, reader: Reader) -> None:
        self._tail = tail
        self._views = views
        self._door = door
        self._reader = reader

    async def watch(self, ask: Watch) -> AsyncIterator[Watched]:
        """What happened from an event on, and then what happens; ends by an error alone.

        Raises QueueNotFound, InvalidArgument, PermissionDenied, and ProjectNotFound once it is
        deleted.
        """
        place, _ = await self._door.scope(ask.look, RPC, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id) if ask.queue_id else 0
        if queue:
            await self._door.there(place.project, queue)
        seq = await self._start(place.project, ask.from_seq)
        with self._tail.watched(place.project):
            async for told in self._told(ask, place.project, queue, seq):
                yield told

    async def _start(self, project: int, from_seq: int) -> int:
        """The event behind which it begins."""
        head = await self._tail.head(project)
        if from_seq > head + 1:
            right = f"must be at most {head + 1}, the number of the next event; or 0, for now on"
            raise errors.InvalidArgument("from_seq", right)
        return from_seq - 1 if from_seq else head

    async def _told(self, ask: Watch, project: int, queue: int, seq: int) -> AsyncIterator[Watched]:
        now = asyncio.get_running_loop().time
        seen = await self._seen(ask, queue, seq)
        yield Watched(seq=seq)
        beat = now() + ask.beat_s
        while True:
            views = await self._tail.after(project, seq, AT_ONCE)
            if any(view.change in GOVERNING for view in views):
                seen = await self._seen(ask, queue, views[-1].seq)
            for told in await self._reader.told(project, seen, views):
                yield Watched(seq=told.seq, activity=told)
                beat = now() + ask.beat_s
            seq = views[-1].seq if views else seq
            if now() >= beat:
                seen = await self._seen(ask, queue, 0)
                yield Watched(seq=seq)
                beat = now() + ask.beat_s
            if not views:
                await self._tail.grown(project, seq, beat - now())

    async def _seen(self, ask: Watch, queue: int, seq: int) -> Seen:
        """What they may see, as of event `seq` or later.

        Raises PermissionDenied if that is nothing any more.
        """
        place, scope = await self._door.scope(ask.look, RPC, queue=ask.queue_id)
        if not scope.everything and seq:
            await self._views.wait_for(place.project, seq)
            place, scope = await self._door.scope(ask.look, RPC, queue=ask.queue_id)
        return Seen(actor=place.actor, scope=scope, queue=queue)
