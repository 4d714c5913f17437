"""CreateRange, SplitRange, MergeRanges: which places of a queue's order are whose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from allocator import answers_assigning as told
from allocator import requests_assigning as asked
from allocator.ports import Content, Directory, Ledger, Outcome, Ranges, Views
from allocator.requests import Change
from allocator.services.assigning import ASSIGNED, NOT_IF_STARTED
from allocator.services.assignment_ids import id_of, range_named
from allocator.services.assignment_list import Assignments
from allocator.services.beginning import Beginning
from allocator.services.bulk import Bulk
from allocator.services.door import Door, Place
from allocator.services.driving import packed
from allocator.services.named import Names
from allocator.services.outcomes import happened, value
from allocator.services.reasons import kept
from allocator.strategies import ranges as strategy
from dibs import errors

MOST_PLACES: Final = 10_000
"""Of a range that is made at once."""
CREATE = "AssignmentService.CreateRange"
SPLIT = "AssignmentService.SplitRange"
MERGE = "AssignmentService.MergeRanges"
IDS: Final = {"number": "assignment_id", "other": "other_assignment_id"}
"""The fields of a call that the strategy has other names for."""


class Ranging:
    """Three verbs of AssignmentService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        content: Content,
        views: Views,
        ranges: Ranges,
        door: Door,
        names: Names,
        bulk: Bulk,
        beginning: Beginning,
        assignments: Assignments,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._content = content
        self._views = views
        self._ranges = ranges
        self._door = door
        self._names = names
        self._bulk = bulk
        self._beginning = beginning
        self._assignments = assignments

    async def create(self, ask: asked.CreateRange) -> told.RangeMade:
        """Make places somebody's, and begin to give them what waits there.

        Raises QueueNotFound, PersonNotFound, InvalidArgument, TooManyRanges,
        QueueArchived, PermissionDenied.
        """
        place = await self._door.permit(ask.change, CREATE, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        [person] = await self._names.members(place.project, [ask.person])
        now = await self._ledger.read(place.project, "operations", limit=1)
        await self._views.wait_for(place.project, now.seq)
        new = strategy.Range(ask.first, ask.last, person, 0)
        places = await self._ranges.places(place.project, queue)
        _judged(lambda: strategy.create((), new, places=places))
        if new.size > MOST_PLACES:
            right = f"must be {new.first + MOST_PLACES - 1} at most: {MOST_PLACES} places at once"
            raise errors.InvalidArgument("last", right)
        outcome = await self._created(place, ask, queue, new)
        if outcome.word != "ok":

            def again(ranges: strategy.Ranges) -> object:
                return strategy.create(ranges, new, places=places)

            raise await self._refusal(place, queue, outcome, again, {}, ask.queue_id)
        event = happened(outcome)
        operation = await self._beginning.follow(place, event)
        found = await self._shown(place, [id_of(queue, person, event.seq)])
        made = found[0] if found else None
        return told.RangeMade(seq=event.seq, operation=operation, assignment=made)

    async def _created(
        self, place: Place, ask: asked.CreateRange, queue: int, new: strategy.Range
    ) -> Outcome:
        """The event that makes it; what waits there by now is content."""
        tasks = await self._ranges.waiting(place.project, queue, new.first, new.last, new.person)
        runs = await self._bulk.runs(place.project, queue, [(0, task) for task in tasks])
        reason = await kept(self._content, place.project, ask.reason)
        how = {
            "person": new.person,
            "before": 0,
            "started": NOT_IF_STARTED,
            "why": ASSIGNED,
            "reason": reason,
        }
        note = await kept(self._content, place.project, ask.note)
        content, _ = await self._content.put(place.project, packed(runs, (), how))
        return await self._ledger.change(
            *(place.project, "create_range", ask.change.key, place.actor),
            queue=queue,
            person=new.person,
            first=new.first,
            last=new.last,
            due_ms=ask.due_ms,
            priority=ask.priority,
            note=note,
            content=content,
            total=len(tasks),
            reason=reason,
        )

    async def split(self, ask: asked.SplitRange) -> told.Ranged:
        """Make two ranges of one.

        Raises AssignmentNotFound, QueueNotFound, InvalidArgument,
        TooManyRanges, QueueArchived, PermissionDenied.
        """
        queue, _, number = range_named(ask.id)
        place, queue_id = await self._permitted(ask.change, SPLIT, queue, ask.id)
        outcome = await self._ledger.change(
            *(place.project, "split_range", ask.change.key, place.actor),
            queue=queue,
            range=number,
            at=ask.at,
            reason=await kept(self._content, place.project, ask.reason),
        )
        if outcome.word != "ok":

            def again(ranges: strategy.Ranges) -> object:
                return strategy.split(ranges, number, at=ask.at, new=0)

            ids = {"range": ask.id}
            raise await self._refusal(place, queue, outcome, again, ids, queue_id)
        event = happened(outcome)
        parts = [ask.id, id_of(queue, 0, event.seq)]
        return await self._ranged(place, event.seq, parts)

    async def merge(self, ask: asked.MergeRanges) -> told.Ranged:
        """Make one range of two.

        Raises AssignmentNotFound, QueueNotFound, InvalidArgument,
        QueueArchived, PermissionDenied.
        """
        queue, _, number = range_named(ask.id)
        of, _, other = range_named(ask.other, "other_assignment_id")
        if of != queue:
            raise errors.InvalidArgument("other_assignment_id", "must be of the same queue")
        place, queue_id = await self._permitted(ask.change, MERGE, queue, ask.id)
        outcome = await self._ledger.change(
            *(place.project, "merge_ranges", ask.change.key, place.actor),
            queue=queue,
            range=number,
            other=other,
            reason=await kept(self._content, place.project, ask.reason),
        )
        if outcome.word != "ok":

            def again(ranges: strategy.Ranges) -> object:
                return strategy.merge(ranges, number, other)

            ids = {"range": ask.id, "other": ask.other}
            raise await self._refusal(place, queue, outcome, again, ids, queue_id)
        return await self._ranged(place, happened(outcome).seq, [ask.id, ask.other])

    async def _permitted(self, change: Change, rpc: str, queue: int, id_: str) -> tuple[Place, str]:
        """Where it is, and what its queue is called. Raises AssignmentNotFound."""
        entered = await self._door.enter(change.project, change.actor, rpc)
        ids = await self._directory.queue_ids(entered.project, [queue])
        place = await self._door.permit(change, rpc, queue=ids.get(queue, ""))
        if queue not in ids:
            raise errors.AssignmentNotFound(id_)
        await self._door.there(place.project, queue)
        return place, ids[queue]

    async def _ranged(self, place: Place, seq: int, ids: list[str]) -> told.Ranged:
        await self._views.wait_for(place.project, seq)
        found = await self._shown(place, ids)
        return told.Ranged(seq=seq, ranges=tuple(sorted(found, key=lambda one: one.first)))

    async def _shown(self, place: Place, ids: list[str]) -> list[told.Assignment]:
        """Those that are there still."""
        found = []
        for id_ in ids:
            try:
                found.append(await self._assignments.shown(place.project, id_))
            except errors.AssignmentNotFound:
                continue
        return found

    async def _refusal(
        self,
        place: Place,
        queue: int,
        outcome: Outcome,
        again: Callable[[strategy.Ranges], object],
        ids: Mapping[str, str],
        queue_id: str,
    ) -> errors.DibsError:
        """What stands against it, in the words of the strategy."""
        if outcome.word == "many_ranges":
            return errors.TooManyRanges(queue_id)
        if outcome.word == "not_found" and value(outcome) in ids:
            return errors.AssignmentNotFound(ids[value(outcome)])
        if outcome.word != "wrong_range":
            happened(outcome)
        await self._views.wait_for(place.project, outcome.seq)
        ranges = await self._ranges.of_queue(place.project, queue)
        try:
            again(ranges)
        except strategy.WrongRangeError as wrong:
            return _named(wrong)
        field = IDS.get(value(outcome), value(outcome))
        return errors.InvalidArgument(field, "must fit the ranges of the queue: they changed")


def _judged(work: Callable[[], object]) -> None:
    """Raises InvalidArgument for what the strategy refuses."""
    try:
        work()
    except strategy.WrongRangeError as wrong:
        raise _named(wrong) from wrong


def _named(wrong: strategy.WrongRangeError) -> errors.InvalidArgument:
    return errors.InvalidArgument(IDS.get(wrong.name, wrong.name), str(wrong))
