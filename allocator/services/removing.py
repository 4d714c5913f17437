"""What leaves queues: chosen items, with whatever is open of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from allocator import operation_words as words
from allocator.model import TaskState
from allocator.ports import Items, Ledger, Operations, Outcome, Views
from allocator.services.beginning import AtOnce, Beginning
from allocator.services.door import Door, Place
from allocator.services.lists import Lists
from allocator.services.outcomes import happened, value
from allocator.strategies.operations import Run, Verb, runs_of_waiting
from dibs import errors

if TYPE_CHECKING:
    from allocator.services.operations import OperationsService

LAST = 2**53 - 1
NEVER = -1
"""No event: only a repeat of what was done already has an answer."""
TRIES = 5


class Removing:
    """What leaves queues, and datasets."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        items: Items,
        views: Views,
        operations: Operations,
        door: Door,
        beginning: Beginning,
        lists: Lists,
        shown: OperationsService,
    ) -> None:
        self._ledger = ledger
        self._items = items
        self._views = views
        self._operations = operations
        self._door = door
        self._beginning = beginning
        self._lists = lists
        self._shown = shown

    async def remove_items(self, ask: words.RemoveItems) -> words.Operation:
        """Begin to remove chosen items; the answer is the operation.

        Raises QueueNotFound, DatasetNotFound, ItemNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "QueueService.RemoveItems", queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        found = await self._items.numbers(place.project, dataset, ask.external_ids)
        unknown = [name for name in ask.external_ids if name not in found]
        if unknown:
            raise errors.ItemNotFound(unknown[0])
        numbers = {found[name][0]: name for name in ask.external_ids}
        for _ in range(TRIES):
            outcome = await self._remove(place, ask, queue, dataset, numbers)
            if outcome.word == "not_found":
                raise _not_found(value(outcome), ask.queue_id, ask.dataset_id)
            if outcome.word != "stale_items":
                return await self._beginning.carried(place, outcome)
        raise errors.StoreUnavailable

    async def _remove(
        self,
        place: Place,
        ask: words.RemoveItems,
        queue: int,
        dataset: int,
        numbers: Mapping[int, str],
    ) -> Outcome:
        """One attempt, by what waits for its time now: that leaves with the first event."""
        at_once = await self._at_once(place.project, list(numbers), queue)
        waits = {item for items in at_once.delayed.values() for item in items}
        others = {number: name for number, name in numbers.items() if number not in waits}
        runs, missing = await self._runs(place, queue, others)
        return await self._beginning.begin(
            *(place, ask.change, Verb.REMOVE_ITEMS, runs),
            queues=[queue],
            dataset=dataset,
            missing=missing,
            at_once=at_once,
        )

    async def _at_once(self, project: int, numbers: Sequence[int], queue: int = 0) -> AtOnce:
        """What of the items waits for its time, in a queue or (0) anywhere."""
        now = await self._ledger.read(project, "operations", limit=1)
        await self._views.wait_for(project, now.seq)
        delayed: dict[int, list[int]] = {}
        for _, seq, item in await self._items.waiting(project, numbers, queue):
            delayed.setdefault(seq, []).append(item)
        return AtOnce(delayed=delayed, known=value(now)["known"])

    async def remove_of_dataset(self, ask: words.RemoveDatasetItems) -> words.Operation:
        """Items leave their dataset at once, and then every queue that has them.

        Raises DatasetNotFound, ItemNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "DatasetService.RemoveDatasetItems")
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        for _ in range(TRIES):
            try:
                outcome, refusal = await self._take_out(place, ask, dataset)
            except errors.QueueNotFound:
                continue  # one that had some of them was deleted meanwhile
            if outcome.word == "not_found":
                raise errors.DatasetNotFound(ask.dataset_id)
            if outcome.word != "stale_items":
                return await self._beginning.carried(place, outcome)
            if refusal:
                raise refusal
        raise errors.StoreUnavailable

    async def _take_out(
        self, place: Place, ask: words.RemoveDatasetItems, dataset: int
    ) -> tuple[Outcome, errors.DibsError | None]:
        """One attempt, and why it cannot be done, unless it was done already."""
        project = place.project
        now = await self._ledger.read(project, "operations", limit=1)
        await self._views.wait_for(project, now.seq)
        found = await self._items.numbers(project, dataset, ask.external_ids)
        unknown = [name for name in ask.external_ids if name not in found]
        items = sorted(number for number, _ in found.values())
        runs = await self._operations.runs_of_items(project, items, LAST)
        at_once = await self._at_once(project, items)
        had = {run.queue for run in runs}
        had |= {queue for queue, _, _ in await self._items.waiting(project, items)}
        there = [one for one in sorted(had) if await self._views.queue(project, one)]
        outcome = await self._beginning.begin(
            *(place, ask.change, Verb.REMOVE_DATASET_ITEMS, runs),
            queues=there,
            dataset=dataset,
            how={"items": items},
            at_once=dataclasses.replace(
                at_once, items=items, known=NEVER if unknown else value(now)["known"]
            ),
        )
        return outcome, errors.ItemNotFound(unknown[0]) if unknown else None

    async def remove_matching(self, ask: words.RemoveMatching) -> words.Operation:
        """Begin to remove the items with any task that a filter lets through now.

        Raises QueueNotFound, InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(
            ask.change, "QueueService.RemoveMatchingItems", queue=ask.queue_id
        )
        queue = await self._door.queue(place.project, ask.queue_id)
        now = await self._ledger.read(place.project, "operations", limit=1)
        await self._views.wait_for(place.project, now.seq)
        rows = await self._lists.rows(place.project, queue, ask.filter)
        waiting = {row.item for row in rows if row.state == TaskState.DELAYED}
        entries = sorted({row.entry for row in rows if row.state != TaskState.DELAYED})
        runs = list(await self._operations.places(place.project, entries))
        runs += runs_of_waiting(queue, sorted(waiting))
        outcome = await self._beginning.begin(
            *(place, ask.change, Verb.REMOVE_ITEMS, runs), queues=[queue]
        )
        return await self._beginning.carried(place, outcome)

    async def detach(self, ask: words.OnDataset) -> words.Operation:
        """End an attachment: its open tasks are out of reach at once, and then removed.

        Raises QueueNotFound, DatasetNotFound, AttachmentNotFound, PermissionDenied.
        """
        place = await self._door.permit(
            ask.change, "QueueService.DetachDataset", queue=ask.queue_id
        )
        queue = await self._door.queue(place.project, ask.queue_id)
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        runs = await self._operations.runs_of_dataset(place.project, [queue], dataset, LAST)
        outcome = await self._ledger.change(
            *(place.project, "detach_dataset", ask.change.key, place.actor),
            queue=queue,
            dataset=dataset,
            total=sum(run.size for run in runs),
        )
        if outcome.word == "not_found":
            raise _not_found(value(outcome), ask.queue_id, ask.dataset_id)
        return await self._beginning.carried(place, outcome)

    async def delete_dataset(self, ask: words.OnDataset) -> words.Operation:
        """End a dataset; with `force` it is detached everywhere by the same event.

        Raises DatasetNotFound, DatasetInUse, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "DatasetService.DeleteDataset")
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        for _ in range(TRIES):
            outcome = await self._delete(place, ask, dataset)
            if outcome.word == "in_use":
                raise errors.DatasetInUse(ask.dataset_id, int(value(outcome)))
            if outcome.word == "not_found":
                raise errors.DatasetNotFound(ask.dataset_id)
            if outcome.word != "stale_queues":
                return await self._beginning.carried(place, outcome)
        raise errors.StoreUnavailable

    async def _delete(self, place: Place, ask: words.OnDataset, dataset: int) -> Outcome:
        """One attempt, for the queues that follow the dataset now."""
        now = await self._ledger.read(place.project, "operations", limit=1)
        await self._views.wait_for(place.project, now.seq)
        queues = await self._operations.followers(place.project, dataset)
        runs = await self._operations.runs_of_dataset(place.project, queues, dataset, LAST)
        return await self._ledger.change(
            *(place.project, "delete_dataset", ask.change.key, place.actor),
            dataset=dataset,
            queues=list(queues),
            total=sum(run.size for run in runs),
            force=ask.force,
        )

    async def clear_waiting(self, ask: words.OnQueue) -> words.Operation:
        """Remove all that waits, in one event: the operation is done when it is answered.

        Raises QueueNotFound, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "QueueService.ClearWaiting", queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        outcome = await self._ledger.change(
            *(place.project, "clear_waiting", ask.change.key, place.actor), queue=queue
        )
        event = happened(outcome)
        return await self._shown.as_of(place.project, event, event.seq)

    async def _runs(
        self, place: Place, queue: int, numbers: dict[int, str]
    ) -> tuple[list[Run], list[str]]:
        """The entries of these items, in order, and the items that the queue does not have."""
        entries = await self._operations.runs_of(place.project, queue, list(numbers))
        runs = [
            Run(queue, entry, 1, class_, rank) for entry, class_, rank in sorted(entries.values())
        ]
        return runs, [name for number, name in numbers.items() if number not in entries]


def _not_found(what: str, queue_id: str, dataset_id: str) -> errors.NotFound:
    if what == "attachment":
        return errors.AttachmentNotFound(queue_id, dataset_id)
    return errors.DatasetNotFound(dataset_id)
