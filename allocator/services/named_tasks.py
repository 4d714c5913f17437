"""Tasks that a call names by their ids: where they came in, and how they stand.

Live state forgets finished tasks, so a refusal of the store is looked up in
the views, at or after the state that refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.model import TaskId, TaskState
from allocator.ports import EntriesView, EntryPlace, Items, TaskView, Views
from dibs import errors

DONE = frozenset({TaskState.COMPLETED, TaskState.DISCARDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of tasks to a function: `rows` as of event `as_of`, one each.

    `removed` is the first of the tasks that left the queue unless they are held or
    finished, if there is one.
    """

    as_of: int
    rows: list[list[Any]]
    removed: TaskId | None = None


class NamedTasks:
    """What a service needs to know of tasks before and after it asks the store."""

    def __init__(self, items: Items, views: Views) -> None:
        self._items = items
        self._views = views

    async def places(
        self, project: int, queue: int, queue_id: str, tasks: Sequence[TaskId]
    ) -> Mapping[int, EntryPlace]:
        """How the tasks' entries came into `queue`.

        Raises TaskNotFound for the first that is in no queue, InvalidArgument
        for the first that is in another one.
        """
        found = await self._items.places(project, {task.entry for task in tasks})
        _check(tasks, {entry: place.queue for entry, place in found.items()}, queue, queue_id)
        return found

    async def places_or_waits(
        self, project: int, queue: int, queue_id: str, tasks: Sequence[TaskId]
    ) -> tuple[Mapping[int, EntryPlace], Mapping[int, int]]:
        """As `places`, and by number the items of the tasks that wait for their time."""
        came = await self._items.places(project, {task.entry for task in tasks if not task.waits})
        numbers = sorted({task.entry for task in tasks if task.waits})
        waits = await self._items.waiting_at(project, numbers) if numbers else {}
        queues = {entry: place.queue for entry, place in came.items()}
        queues |= {number: of for number, (of, _) in waits.items()}
        _check(tasks, queues, queue, queue_id)
        return came, {number: item for number, (_, item) in waits.items()}

    async def standing(self, project: int, task: TaskId, seq: int) -> TaskState:
        """The state of a task at or after event `seq`."""
        await self._views.wait_for(project, seq)
        view = await self._views.task(project, task.entry, task.slot)
        return TaskState.QUEUED if view is None else TaskState(view.state)

    async def told(
        self, project: int, tasks: Sequence[TaskId], came: Mapping[int, EntryPlace]
    ) -> Told:
        """What the views know of the tasks, so that those that left live state can come back."""
        known = await self._views.entries(project, {task.entry for task in tasks})
        views = {task: known.tasks.get(task.entry, ()) for task in tasks}
        gone = (
            task
            for task, slots in views.items()
            if _state_in(slots, TaskState.REMOVED)
            or task.entry <= known.cleared.get(came[task.entry].queue, 0)
        )
        return Told(
            as_of=known.as_of,
            rows=[
                [*_row(task, came[task.entry], views[task]), _is_gone(task, came, known)]
                for task in tasks
            ],
            removed=next(gone, None),
        )


def _check(tasks: Sequence[TaskId], queues: Mapping[int, int], queue: int, queue_id: str) -> None:
    for place, task in enumerate(tasks):
        if task.entry not in queues:
            raise errors.TaskNotFound(str(task))
        if queues[task.entry] != queue:
            right = f"must be of queue {queue_id!r}, as task {task} is not"
            raise errors.InvalidArgument(f"task_ids[{place}]", right)


def _row(task: TaskId, came: EntryPlace, slots: Sequence[TaskView]) -> list[Any]:
    """Where the entry came in, and, if all of it is finished, by whom."""
    finished = bool(slots) and all(slot.state in DONE for slot in slots)
    return [
        *(task.entry, task.slot, came.class_, came.priority),
        slots[0].priority if slots else came.priority,
        [[slot.person, slot.state] for slot in slots] if finished else [],
        list(slots[0].skipped) if finished else [],
        list(slots[0].done) if finished else [],
    ]


def _is_gone(task: TaskId, came: Mapping[int, EntryPlace], known: EntriesView) -> int:
    """1 if anything of the entry is known to be removed; then nothing of it ever comes back."""
    slots, queue = known.tasks.get(task.entry, ()), came[task.entry].queue
    cleared = task.entry <= known.cleared.get(queue, 0) and len(slots) < known.slots[queue]
    return int(cleared or _state_in(slots, TaskState.REMOVED))


def _state_in(slots: Sequence[TaskView], state: TaskState) -> bool:
    return any(slot.state == state for slot in slots)
