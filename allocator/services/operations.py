"""What OperationService does: watch, cancel, retry and forget bulk verbs."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

from allocator import answers, requests
from allocator import operation_words as words
from allocator.model import TaskId
from allocator.ports import (
    Content,
    Directory,
    Event,
    Items,
    Ledger,
    Listings,
    Operations,
    OperationView,
    Views,
)
from allocator.services import operation_list
from allocator.services.door import Door, Place
from allocator.services.driving import missing_of
from allocator.services.outcomes import happened, some, value
from allocator.strategies.operations import FINISHED_STAYS, RECALLS, OperationState, Verb
from dibs import errors

ERRORS_SHOWN = 100
CLEANED_AT_ONCE = 1000


class OperationsService:
    """Bulk verbs that run, or ran."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        operations: Operations,
        listings: Listings,
        door: Door,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._operations = operations
        self._listings = listings
        self._door = door

    async def get(self, ask: requests.LookAt) -> words.Operation:
        """One operation. Raises OperationNotFound."""
        place = await self._permit(ask.look, "GetOperation", ask.id)
        return await self._shown(place.project, await self._view(place.project, ask.id))

    async def page(self, ask: words.ListOperations) -> answers.Listed[words.Operation]:
        """The operations of a project; for the owners of queues, those about one of theirs.

        Raises InvalidArgument, PermissionDenied.
        """
        look = ask.list_of.look
        place, scope = await self._door.scope(look, "OperationService.ListOperations")
        wanted = operation_list.wanted(ask, place, scope)
        await self._views.wait_for(place.project, look.min_seq)
        chosen = await operation_list.chosen(self._directory, ask, place, scope, wanted.filter)
        page = await wanted.listed(
            await self._listings.operations(place.project, wanted.rows(chosen)),
            lambda view: operation_list.key(view, wanted.order.field),
            lambda: self._listings.count_operations(place.project, chosen),
        )
        rows = [await self._named(place.project, _plain(view), ()) for view in page.rows]
        return answers.Listed(
            rows=tuple(rows), next_token=page.next_token, total=page.total, at_least=page.at_least
        )

    async def wait(self, ask: words.WaitOperation) -> words.Operation:
        """The operation when it runs no more, or after a while. Raises OperationNotFound."""
        place = await self._permit(ask.look, "WaitOperation", ask.id)
        end = asyncio.get_running_loop().time() + ask.timeout_ms / 1000
        while True:
            view = await self._view(place.project, ask.id)
            left = end - asyncio.get_running_loop().time()
            if view.state != OperationState.RUNNING or left <= 0:
                return await self._shown(place.project, view)
            await self._operations.moved(place.project, left)

    async def cancel(self, ask: words.OnOperations) -> words.Operation:
        """End one that runs; what is done stays. Raises OperationNotFound, WrongOperationState."""
        place = await self._permit(ask.change, "CancelOperation", *ask.ids)
        [operation_id] = ask.ids
        number = int(operation_id)
        outcome = await self._ledger.change(
            *(place.project, "end_operation", ask.change.key, place.actor),
            operation=number,
            state=int(OperationState.CANCELLED),
            error="",
        )
        if outcome.word == "not_found":
            raise errors.OperationNotFound(operation_id)
        if outcome.word == "wrong_state":
            raise _wrong(operation_id, int(value(outcome)))
        return await self.as_of(place.project, happened(outcome), number)

    async def retry(self, ask: words.OnOperations) -> answers.Seq:
        """Let failed ones run again, all or none. Raises OperationNotFound, WrongOperationState."""
        place = await self._permit(ask.change, "RetryOperations", *ask.ids)
        outcome = await self._ledger.change(
            *(place.project, "retry_operations", ask.change.key, place.actor),
            operations=[int(operation_id) for operation_id in ask.ids],
        )
        if outcome.word == "not_found":
            raise errors.OperationNotFound(value(outcome))
        if outcome.word == "wrong_state":
            found = await self._ledger.read(
                place.project, "operation", operation=int(value(outcome))
            )
            raise _wrong(value(outcome), value(found)["state"])
        return answers.Seq(seq=happened(outcome).seq)

    async def clean(self, change: requests.Change) -> words.Cleaned:
        """Forget what ended more than a day ago, the oldest first."""
        place = await self._door.permit(change, "OperationService.CleanHistory")
        event = happened(
            await self._ledger.change(
                *(place.project, "clean_history", change.key, place.actor), limit=CLEANED_AT_ONCE
            )
        )
        return words.Cleaned(seq=event.seq, cleaned=len(some(event.body["operations"])))

    async def as_of(
        self, project: int, event: Event, operation: int, at: int = 0
    ) -> words.Operation:
        """The operation as it is once the views have `event`, and what happened until `at`."""
        await self._views.wait_for(project, max(event.seq, at))
        view = await self._operations.operation(project, operation)
        if view is None:
            raise errors.OperationNotFound(str(operation))
        return await self._shown(project, view, seq=event.seq)

    async def _permit(
        self, ask: requests.Change | requests.Look, rpc: str, *operation_ids: str
    ) -> Place:
        """Whoever may: the owner of a queue too, if the operations concern no other."""
        place = await self._door.enter(ask.project, ask.actor, f"OperationService.{rpc}")
        if isinstance(ask, requests.Look):
            await self._views.wait_for(place.project, ask.min_seq)
        queues: set[int] = set()
        for number in map(int, operation_ids):
            view = await self._operations.operation(place.project, number)
            queues |= set(view.queues) if view else {0}
        ids = await self._directory.queue_ids(place.project, queues - {0})
        queue = next(iter(ids.values())) if len(queues) == 1 == len(ids) else ""
        return await self._door.permit(ask, f"OperationService.{rpc}", queue=queue)

    async def _view(self, project: int, operation_id: str) -> OperationView:
        view = await self._operations.operation(project, int(operation_id))
        if view is None:
            raise errors.OperationNotFound(operation_id)
        return view

    async def _shown(self, project: int, view: OperationView, seq: int = 0) -> words.Operation:
        """With the first of the items that could not be dealt with."""
        missing: list[str] = []
        if Verb(view.verb) in RECALLS and view.state == OperationState.RUNNING:
            view = await self._watched(project, view)
        if view.content:
            missing = missing_of(await self._content.get(project, view.content))
        found = [(item, errors.ItemNotFound.reason, "") for item in missing[:ERRORS_SHOWN]]
        if Verb(view.verb) in FINISHED_STAYS:
            return await self._named(project, _plain(view), (), seq=seq)
        left = await self._operations.errors(project, view.operation, ERRORS_SHOWN - len(found))
        items = await self._items.of_entries(project, {entry for entry, _, _ in left})
        for entry, slot, reason in left:
            task = str(TaskId(entry=entry, slot=slot)) if slot else ""
            found.append((items[entry].external_id, reason, task))
        return await self._named(project, view, found, len(missing), seq=seq)

    async def _watched(self, project: int, view: OperationView) -> OperationView:
        """With what is taken back by now: all that is not still to be."""
        left = await self._ledger.read(project, "recall_left", operation=view.operation)
        to_go = value(left)["left"] if left.word == "ok" else 0
        return dataclasses.replace(view, done=max(0, view.total - to_go))

    async def _named(
        self,
        project: int,
        view: OperationView,
        wrong: Sequence[tuple[str, str, str]],
        missing: int = 0,
        *,
        seq: int = 0,
    ) -> words.Operation:
        queues = await self._directory.queue_ids(project, view.queues)
        datasets = await self._directory.dataset_ids(project, {view.dataset} - {0})
        people = await self._directory.people_ids(project, [view.actor])
        return words.Operation(
            operation=view.operation,
            verb=Verb(view.verb),
            state=OperationState(view.state),
            queue_ids=tuple(queues[queue] for queue in view.queues),
            dataset_id=datasets.get(view.dataset, ""),
            actor=people.get(view.actor, ""),
            total=view.total,
            done=view.done + missing,
            failed=view.failed + missing,
            error=view.error,
            begun_ms=view.begun_ms,
            updated_ms=view.updated_ms,
            ended_ms=view.ended_ms or None,
            errors=tuple(wrong),
            seq=seq,
        )


def _plain(view: OperationView) -> OperationView:
    """Of what goes by fence nothing fails: what is finished stays, as it should."""
    return dataclasses.replace(view, failed=0) if Verb(view.verb) in FINISHED_STAYS else view


def _wrong(operation_id: str, state: int) -> errors.WrongOperationState:
    return errors.WrongOperationState(operation_id, OperationState(state).name)
