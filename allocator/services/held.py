"""Tasks as their holders see them: numbers of the log with the items' rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allocator.answers import HeldTask
from allocator.model import Priority, TaskId, TaskState
from allocator.ports import Directory, Event, Items, Ledger, Outcome, Views
from allocator.services.outcomes import expire_ms, expires_in, some


class HeldTasks:
    """Puts together what an answer says about tasks."""

    def __init__(self, directory: Directory, items: Items, views: Views) -> None:
        self._directory = directory
        self._items = items
        self._views = views

    async def granted(self, project: int, event: Event) -> tuple[HeldTask, ...]:
        """The tasks of a grant: a function of the event and of item rows."""
        return await self._given(project, event, some(event.body["tasks"]), TaskState.ASSIGNED)

    async def refilled(self, project: int, event: Event) -> tuple[HeldTask, ...]:
        """The batch that a submission brought, if it did."""
        return await self._given(project, event, some(event.body["refill"]), TaskState.ASSIGNED)

    async def picked(self, project: int, event: Event) -> tuple[HeldTask, ...]:
        """The chosen task, which was started by the same event."""
        return await self._given(project, event, some(event.body["tasks"]), TaskState.IN_PROGRESS)

    async def _given(
        self, project: int, event: Event, tasks: list[Any], state: TaskState
    ) -> tuple[HeldTask, ...]:
        if not tasks:
            return ()
        body = event.body
        ends_ms = expire_ms(event, body["deadline"])
        rows = [
            (body["queue"], entry, slot, rank, state, event.seq, ends_ms)
            for entry, slot, _, rank in tasks
        ]
        return await self._tasks(project, rows)

    async def holdings(
        self, project: int, holds: Sequence[Any], now_ms: int
    ) -> tuple[HeldTask, ...]:
        """The tasks of a `holdings` read."""
        rows = [
            (queue, entry, slot, rank, state, token, expires_in(left_ms, now_ms))
            for queue, entry, slot, _, rank, state, token, left_ms, _ in holds
        ]
        return await self._tasks(project, rows)

    async def of(self, project: int, *rows: Sequence[Any]) -> tuple[HeldTask, ...]:
        """Of rows of queue, entry, slot, rank, state, token, and when it ends."""
        return await self._tasks(project, rows)

    async def _tasks(self, project: int, rows: Sequence[Any]) -> tuple[HeldTask, ...]:
        entries = {row[1] for row in rows}
        items = await self._items.of_entries(project, entries)
        if entries - items.keys():  # a fast project gives what its log is about to have
            await self._views.wait_for(project, max(row[5] for row in rows))
            items = await self._items.of_entries(project, entries)
        queues = await self._directory.queue_ids(project, {row[0] for row in rows})
        return tuple(
            HeldTask(
                task=TaskId(entry=entry, slot=slot),
                queue_id=queues[queue],
                item=items[entry],
                state=TaskState(state),
                priority=Priority(rank),
                token=token,
                expire_ms=ends_ms,
            )
            for queue, entry, slot, rank, state, token, ends_ms in rows
        )


async def holdings(
    ledger: Ledger,
    project: int,
    *,
    person: int,
    queue: int,
    limit: int,
    after: tuple[int, int] = (0, -1),
) -> Outcome:
    """What a person holds, in a queue or (0) in all, from behind a queue and score on."""
    return await ledger.read(
        *(project, "holdings"),
        person=person,
        queue=queue,
        after_queue=after[0],
        after_score=after[1],
        limit=limit,
    )
