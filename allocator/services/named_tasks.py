"""Tasks that a call names by their ids: where they came in, and how they stand.

Live state forgets finished tasks, so a refusal of the store is looked up in
the views, at or after the state that refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from allocator.model import TaskId, TaskState
from allocator.ports import EntryPlace, Items, Views
from dibs import errors


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
        for place, task in enumerate(tasks):
            if task.entry not in found:
                raise errors.TaskNotFound(str(task))
            if found[task.entry].queue != queue:
                right = f"must be of queue {queue_id!r}, as task {task} is not"
                raise errors.InvalidArgument(f"task_ids[{place}]", right)
        return found

    async def standing(self, project: int, task: TaskId, seq: int) -> TaskState:
        """The state of a task at or after event `seq`."""
        await self._views.wait_for(project, seq)
        view = await self._views.task(project, task.entry, task.slot)
        return TaskState.QUEUED if view is None else TaskState(view.state)
