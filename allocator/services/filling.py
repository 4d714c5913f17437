"""What comes into queues: attached datasets, and chosen items."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from allocator import answers, requests
from allocator.ports import (
    Directory,
    DoneElsewhere,
    Duplicates,
    Event,
    ItemRun,
    Items,
    Lag,
    Ledger,
    OnDuplicate,
    Outcome,
    Views,
)
from allocator.ports.lists import MOST_COUNTED
from allocator.services.attaching import Attaching, by_class, joined
from allocator.services.dealing import DealingOut
from allocator.services.door import Door, Place
from allocator.services.outcomes import happened, value
from allocator.services.presence import present
from dibs import errors

TRIES = 10  # each addition of somebody else in between, and all that comes due, costs one
NEVER = -1
ATTACH_WAIT_S = 8.0
SHOWN_QUEUES = 100
"""Queues in which items are done already that are named."""


class Filling:
    """AttachDataset and AddItems of QueueService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        duplicates: Duplicates,
        door: Door,
        attaching: Attaching,
        dealing: DealingOut,
    ) -> None:
        self._ledger = ledger
        self._items = items
        self._views = views
        self._directory = directory
        self._duplicates = duplicates
        self._door = door
        self._attaching = attaching
        self._dealing = dealing

    async def attach(self, ask: requests.AttachDataset) -> answers.Attached:
        """Attach a dataset; answers when what it has now has become tasks.

        With more than a call may wait for, it answers all the same: the
        background role carries on.

        Raises QueueNotFound, DatasetNotFound, AttachmentAlreadyExists,
        ItemAlreadyDone, TooManyClasses, PermissionDenied.
        """
        place = await self._door.permit(
            ask.change, "QueueService.AttachDataset", queue=ask.queue_id
        )
        queue = await self._door.queue(place.project, ask.queue_id)
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        classes = await self._items.classes_of(place.project, dataset)
        if ask.on_duplicate is not OnDuplicate.WARN:
            now = await self._ledger.read(place.project, "queue", queue=queue)
            await self._views.wait_for(place.project, now.seq)
        done = await self._duplicates.of_dataset(place.project, queue, dataset)
        refusal = await self._done_already(place.project, ask, dataset, done)
        outcome = await self._ledger.change(
            *(place.project, "attach_dataset", ask.change.key, place.actor),
            queue=queue,
            # A repeat of what was done already has its answer, whatever is the case now.
            dataset=NEVER if refusal else dataset,
            priority=int(ask.priority),
            classes=[list(skills) for skills in classes],
            not_before=ask.not_before_ms,
            skip=ask.on_duplicate is OnDuplicate.SKIP,
        )
        if outcome.word == "not_found":
            raise refusal or errors.DatasetNotFound(ask.dataset_id)
        if outcome.word == "already_exists":
            raise errors.AttachmentAlreadyExists(ask.queue_id, ask.dataset_id)
        if outcome.word == "too_many_classes":
            raise errors.TooManyClasses(ask.queue_id)
        event = happened(outcome)
        await self._carry(place.project, event)
        return answers.Attached(seq=event.seq, done=await self._told(place.project, done))

    async def _done_already(
        self, project: int, ask: requests.AttachDataset, dataset: int, done: DoneElsewhere
    ) -> errors.ItemAlreadyDone | None:
        """Why it is not attached, if it is to be refused for what the dataset still has of it."""
        if ask.on_duplicate is not OnDuplicate.REFUSE or not done.items:
            return None
        items = await self._items.of_numbers(project, sorted(done.items))
        names = [item.external_id for item in items.values()]
        found = await self._items.numbers(project, dataset, names)
        there = {number: name for name, (number, _) in found.items() if number in done.items}
        return errors.ItemAlreadyDone(there[min(there)], len(there)) if there else None

    async def add_items(self, ask: requests.AddItems) -> answers.Added:
        """Add chosen items, all or none, in the order given; or those not done elsewhere.

        Raises QueueNotFound, DatasetNotFound, ItemNotFound, ItemAlreadyInQueue,
        ItemAlreadyDone, TooManyClasses, PermissionDenied.
        """
        place = await self._door.permit(ask.change, "QueueService.AddItems", queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        dataset = await self._door.dataset(place.project, ask.dataset_id)
        for _ in range(TRIES):
            added = await self._add(place, ask, queue, dataset)
            if added is not None:
                await self._deal(place.project, queue)
                return added
        raise errors.StaleSettings(ask.queue_id)

    async def _add(
        self, place: Place, ask: requests.AddItems, queue: int, dataset: int
    ) -> answers.Added | None:
        """One attempt; None if somebody else added to the queue meanwhile."""
        before = await self._attaching.ready(place.project, queue)
        await self._views.wait_for(place.project, value(before)["removed_seq"])
        found = await self._items.numbers(place.project, dataset, ask.external_ids)
        done = await self._done(place.project, ask, queue, found, before)
        skipped = done.items if ask.on_duplicate is OnDuplicate.SKIP else frozenset[int]()
        wanted = [name for name in ask.external_ids if name in found]
        chosen = [found[name] for name in wanted if found[name][0] not in skipped]
        refusal = await self._refusal(place.project, ask, queue, found, before, done)
        runs = joined([ItemRun(skills=skills, first=item, count=1) for item, skills in chosen])
        outcome = await self._attaching.add(
            *(place.project, ask.change.key, place.actor),
            not_before=ask.not_before_ms if chosen else 0,  # of nothing, nothing is to come
            queue=queue,
            dataset=0,
            expected=0,
            # A repeat of what was done already has its answer, whatever is the case now.
            added_seq=NEVER if refusal else value(before)["added_seq"],
            priority=int(ask.priority),
            cursor=0,
            **by_class(runs),
        )
        if outcome.word == "stale_cursor":
            if refusal:
                raise refusal
            return None
        if outcome.word == "not_found":
            raise errors.DatasetNotFound(ask.dataset_id)
        if outcome.word == "too_many_classes":
            raise errors.TooManyClasses(ask.queue_id)
        event = happened(outcome)
        told = await self._told(place.project, done)
        return answers.Added(seq=event.seq, added=event.body["count"], done=told)

    async def _done(
        self,
        project: int,
        ask: requests.AddItems,
        queue: int,
        found: Mapping[str, tuple[int, tuple[int, ...]]],
        before: Outcome,
    ) -> DoneElsewhere:
        """What of it is done in other queues: as of now, unless it is only to be told."""
        if ask.on_duplicate is not OnDuplicate.WARN:
            await self._views.wait_for(project, before.seq)
        runs = joined([ItemRun(skills=(), first=one, count=1) for one, _ in found.values()])
        return await self._duplicates.chosen(
            project, queue, [(run.first, run.count) for run in runs]
        )

    async def _told(self, project: int, done: DoneElsewhere) -> answers.AlreadyDone:
        queues = await self._directory.queue_ids(project, done.queues)
        return answers.AlreadyDone(
            items=min(len(done.items), MOST_COUNTED),
            at_least=done.at_least,
            queue_ids=tuple(sorted(queues.values())[:SHOWN_QUEUES]),
        )

    async def _refusal(
        self,
        project: int,
        ask: requests.AddItems,
        queue: int,
        found: Mapping[str, tuple[int, tuple[int, ...]]],
        before: Outcome,
        done: DoneElsewhere,
    ) -> errors.DibsError | None:
        """Why these items cannot be added, if so."""
        missing = [name for name in ask.external_ids if name not in found]
        if missing:
            return errors.ItemNotFound(missing[0])
        numbers = {found[name][0]: name for name in ask.external_ids}
        if ask.on_duplicate is OnDuplicate.REFUSE and done.items:
            first = next(name for number, name in numbers.items() if number in done.items)
            return errors.ItemAlreadyDone(first, len(done.items))
        if ask.on_duplicate is OnDuplicate.SKIP:
            numbers = {n: name for n, name in numbers.items() if n not in done.items}
        there = await present(
            *(self._items, self._views, project, queue, list(numbers), before.seq),
            delayed=value(before)["delayed"],
        )
        if there:
            first = next(name for number, name in numbers.items() if number in there)
            return errors.ItemAlreadyInQueue(ask.queue_id, first)
        return None

    async def _deal(self, project: int, queue: int) -> None:
        """Where work is distributed, let people have what came in; what is left follows."""
        with contextlib.suppress(TimeoutError, errors.StoreUnavailable):
            async with asyncio.timeout(ATTACH_WAIT_S):
                await self._dealing.drive(project, queue)

    async def _carry(self, project: int, event: Event) -> None:
        """Make tasks of what the dataset has now."""
        queue, dataset = event.body["queue"], event.body["dataset"]
        goal = await self._items.last_of(project, dataset)
        lag = Lag(project=project, queue=queue, dataset=dataset, cursor=0)
        try:
            async with asyncio.timeout(ATTACH_WAIT_S):
                await self._attaching.drive(lag, goal)
                await self._dealing.drive(project, queue)
        except (TimeoutError, errors.StoreUnavailable):
            return  # it is attached: the rest follows without us
