"""Bulk verbs over queues: to which it may not be done as of the call, stays and is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from allocator import operation_words as words
from allocator.model import QueueSettings
from allocator.permissions import ROW_OF
from allocator.ports import Content, Directory, Ledger, QueueView, Views
from allocator.requests import Change
from allocator.requests_control import BulkDeleteQueues, BulkUpdateQueues, ChosenQueues
from allocator.services import queue_settings, queue_update
from allocator.services.beginning import Beginning
from allocator.services.door import Door, Place
from allocator.services.driving import packed_scan, unpacked
from allocator.services.outcomes import happened, value
from allocator.services.queue_list import QueueList
from allocator.services.queue_writing import QueueWriting
from allocator.services.steering import Steering
from allocator.strategies.operations import Verb
from dibs import errors

DELETE = "QueueService.BulkDeleteQueues"
UPDATE = "QueueService.BulkUpdateQueues"
MOST = 10_000
Row = tuple[int, str]
"""Number and id of a queue."""
Check = Callable[[QueueView], Awaitable[None]]
"""Raises why it may not be done to a queue."""


class BulkQueues:
    """BulkDeleteQueues and BulkUpdateQueues of QueueService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        views: Views,
        door: Door,
        queue_list: QueueList,
        steering: Steering,
        writing: QueueWriting,
        beginning: Beginning,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._views = views
        self._door = door
        self._queue_list = queue_list
        self._steering = steering
        self._writing = writing
        self._beginning = beginning

    async def delete(self, ask: BulkDeleteQueues) -> words.BulkOfQueues:
        """Begin to delete queues. Raises InvalidArgument, PermissionDenied."""
        place = await self._door.permit(ask.change, DELETE)

        async def check(view: QueueView) -> None:
            found = value(await self._ledger.read(place.project, "depth", queue=view.queue))
            held = found.get("assigned", 0) + found.get("in_progress", 0)
            if view.figures.submitted_ms:
                raise errors.DataSubmitted(view.external_id)
            if held and not ask.force:
                raise errors.QueueHeld(view.external_id, held)

        rows, refused = await self._sorted_out(place, ask.chosen, check)
        how = {"refused": refused, "force": ask.force}
        return await self._begin(place, ask.change, Verb.DELETE_QUEUES, rows, how)

    async def update(self, ask: BulkUpdateQueues) -> words.BulkOfQueues:
        """Begin to change settings of queues.

        Raises PersonNotFound, GroupNotFound, QueueNotFound (a related one),
        InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(ask.change, UPDATE)
        paths = ask.update.paths
        queue_update.check_paths(paths)
        asked = await self._steering.numbered(place, ask.update)
        manages = (await self._door.caller(place)).has(ROW_OF[UPDATE], own=False)

        async def check(view: QueueView) -> None:
            if not (manages or view.settings["rules"]["owner"] == place.actor):
                raise self._door.refusal(ask.change, UPDATE)
            if view.figures.submitted_ms:
                raise errors.DataSubmitted(view.external_id)
            if view.settings["archived"]:
                raise errors.QueueArchived(view.external_id)
            await self._check_change(place.project, view, asked, paths)

        rows, refused = await self._sorted_out(place, ask.chosen, check)
        how = {
            "refused": refused,
            "paths": list(paths),
            "rules": queue_settings.rules_of(asked),
            "body": queue_settings.body_of(asked),
        }
        return await self._begin(place, ask.change, Verb.UPDATE_QUEUES, rows, how)

    async def _check_change(
        self, project: int, view: QueueView, asked: QueueSettings, paths: Sequence[str]
    ) -> None:
        if "related_queue_ids" in paths and view.external_id in asked.related:
            raise errors.InvalidArgument("queue.related_queue_ids", "must be other queues")
        found = await self._writing.found(project, view.queue)
        self._writing.changed(await self._writing.settings(project, found), asked, paths)

    async def _sorted_out(
        self, place: Place, chosen: ChosenQueues, check: Check
    ) -> tuple[list[Row], list[tuple[str, str, str]]]:
        """The queues to which it may be done, and why not to the others."""
        now = await self._ledger.read(place.project, "operations", limit=1)
        await self._views.wait_for(place.project, now.seq)
        rows, refused = [], []
        for queue_id, view in await self._chosen(place, chosen):
            try:
                if view is None:
                    raise errors.QueueNotFound(queue_id)
                await check(view)
            except _REFUSALS as error:
                refused.append((queue_id, error.reason, error.sentence))
            else:
                rows.append((view.queue, queue_id))
        return rows, refused

    async def _chosen(
        self, place: Place, chosen: ChosenQueues
    ) -> Sequence[tuple[str, QueueView | None]]:
        if chosen.filter:
            views = await self._queue_list.let_through(
                place, chosen.filter, MOST, include_archived=chosen.archived
            )
            return [(view.external_id, view) for view in views]
        numbers = [
            await self._directory.queue(place.project, queue_id) for queue_id in chosen.queue_ids
        ]
        return [
            (queue_id, await self._views.queue(place.project, number) if number else None)
            for queue_id, number in zip(chosen.queue_ids, numbers, strict=True)
        ]

    async def _begin(
        self, place: Place, change: Change, verb: Verb, rows: Sequence[Row], how: dict[str, Any]
    ) -> words.BulkOfQueues:
        """A repeat tells what was refused then."""
        event = happened(
            await self._beginning.begin_steps(
                *(place, change.key, verb, rows, how), pack=packed_scan
            )
        )
        operation = await self._beginning.follow(place, event)
        plan = unpacked(await self._content.get(place.project, event.body["content"]))
        refused = tuple((queue, reason, why) for queue, reason, why in plan.how["refused"])
        return words.BulkOfQueues(operation=operation, refused=refused)


_REFUSALS = (errors.InvalidRequest, errors.NotFound, errors.WrongState, errors.PermissionDenied)
