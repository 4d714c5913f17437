"""Queues: their settings, and how deep they are."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

from allocator import answers, requests
from allocator.model import PauseMode
from allocator.ports import (
    Content,
    Directory,
    Event,
    Items,
    Ledger,
    QueueView,
    Reviews,
    Views,
    WallClock,
)
from allocator.services import figures, qa_settings, queue_settings, queue_update, review_depth
from allocator.services.checking import Checking
from allocator.services.door import Door
from allocator.services.named import Names
from allocator.services.outcomes import expires_in, happened, value
from allocator.services.pending import items_pending
from allocator.services.qa_settings import Sources
from allocator.services.queue_list import allowed_in
from dibs import errors

BRING_S = 8.0


class Queues:
    """What QueueService does."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        reviews: Reviews,
        door: Door,
        names: Names,
        sources: Sources,
        checking: Checking,
        clock: WallClock,
        lease_floor_ms: int,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._reviews = reviews
        self._door = door
        self._names = names
        self._sources = sources
        self._checking = checking
        self._clock = clock
        self._lease_floor_ms = lease_floor_ms

    async def create(self, ask: requests.CreateQueue) -> answers.Queue:
        """Make a queue: an empty one, or one for QA, with what is to be looked at.

        Raises QueueAlreadyExists, PersonNotFound, GroupNotFound, QueueNotFound (a
        related one, or the labeling queue of one for QA), InvalidArgument,
        PermissionDenied.
        """
        place = await self._door.permit(ask.change, "QueueService.CreateQueue")
        settings = ask.settings
        qa_settings.check_type(settings, ask.source_id, is_qa=ask.is_qa)
        shares = await self._names.shares(place.project, ask.shares)
        settings = dataclasses.replace(settings, shares=shares)
        queue_update.check(settings, self._lease_floor_ms)
        allowed = await self._names.members(place.project, ask.allowed)
        groups = await self._names.groups(place.project, ask.groups)
        await self._names.related(place.project, ask.queue_id, settings.related)
        if ask.is_qa:
            settings = await self._sources.of(place.project, ask.source_id, settings)
        queue = await self._directory.add_queue(place.project, ask.queue_id)
        content, _ = await self._content.put(place.project, queue_settings.body_of(settings))
        owner = await self._names.owner(place.project, ask.owner) if ask.owner else place.actor
        settings = dataclasses.replace(settings, allowed=allowed, groups=groups, owner=owner)
        outcome = await self._ledger.change(
            *(place.project, "create_queue", ask.change.key, place.actor),
            queue=queue,
            rules=queue_settings.rules_of(settings),
            content=content,
        )
        if outcome.word == "already_exists":
            raise errors.QueueAlreadyExists(ask.queue_id)
        if outcome.word == "no_group":
            raise await self._names.no_group(place.project, int(value(outcome)))
        if outcome.word == "no_source":
            raise errors.QueueNotFound(ask.source_id)
        event = happened(outcome)
        await self._bring(place.project, event)
        return await self._names.queue(place.project, event.body, event.wall_ms, event.seq)

    async def _bring(self, project: int, event: Event) -> None:
        """Let a QA queue have what is finished; with more than a call may wait for, it follows."""
        if not event.body["rules"]["source"]:
            return
        with contextlib.suppress(TimeoutError, errors.StoreUnavailable):
            async with asyncio.timeout(BRING_S):
                await self._views.wait_for(project, event.seq)
                await self._checking.begin(project, event.body["queue"])

    async def get(self, ask: requests.LookAt) -> answers.Queue:
        """A queue with its settings. Raises QueueNotFound."""
        place = await self._door.permit(ask.look, "QueueService.GetQueue", queue=ask.id)
        queue = await self._door.queue(place.project, ask.id)
        await self._views.wait_for(place.project, ask.look.min_seq)
        view = await self._views.queue(place.project, queue)
        if view is None:
            raise errors.QueueNotFound(ask.id)
        found = await self._viewed(place.project, view)
        caller = await self._door.caller(place)
        hidden = figures.hidden_from(caller, view.settings["rules"])
        return dataclasses.replace(
            found,
            actions=allowed_in(caller, view, found.settings),
            figures=figures.of_queue(view, found.settings, self._clock.now_ms(), hidden=hidden),
        )

    async def depth(self, ask: requests.LookAt) -> answers.Depth:
        """The tasks of a queue, as of one moment. Raises QueueNotFound."""
        place = await self._door.permit(ask.look, "QueueService.GetQueueDepth", queue=ask.id)
        queue = await self._door.queue(place.project, ask.id)
        outcome = await self._ledger.read(place.project, "depth", queue=queue)
        found = value(outcome)
        since_ms = await self._items.waiting_since(place.project, found["oldest"])
        now_ms = self._clock.now_ms()
        depth = answers.Depth(
            seq=outcome.seq,
            tasks=figures.by_state(found),
            available=0 if found["paused"] or found["archived"] else found.get("queued", 0),
            paused=PauseMode(found["paused"]),
            archived=bool(found["archived"]),
            oldest_age_ms=None if since_ms is None else max(0, now_ms - since_ms),
            next_free_ms=None if found["next_free"] < 0 else expires_in(found["next_free"], now_ms),
            items_pending=await items_pending(self._ledger, self._items, place.project, queue),
            items_not_added=found["not_added"],
            review=await self._review_depth(place.project, queue, found, now_ms),
        )
        hidden = figures.hidden_from(await self._door.caller(place), found)
        return _without_waiting(depth) if hidden else depth

    async def _review_depth(
        self, project: int, queue: int, found: Mapping[str, Any], now_ms: int
    ) -> answers.ReviewDepth | None:
        if "reviews" not in found:
            return None
        backlog = await self._reviews.backlog(project, [queue])
        return review_depth.of(found, backlog, now_ms)

    async def _viewed(self, project: int, view: QueueView) -> answers.Queue:
        return await self._names.queue(
            project, view.settings, view.created_ms, batches=view.batches
        )


def _without_waiting(depth: answers.Depth) -> answers.Depth:
    """What is told of a queue that keeps what waits in it from whoever asks."""
    return dataclasses.replace(
        depth,
        tasks=figures.seen(depth.tasks, hidden=True),
        available=0,
        oldest_age_ms=None,
        items_pending=0,
        items_not_added=0,
    )
