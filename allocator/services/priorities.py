"""SetPriority: tasks of a queue move to another place in its order."""

from __future__ import annotations

from collections.abc import Mapping

from allocator import answers, requests
from allocator.model import TaskId, TaskState, waits_since
from allocator.ports import Ledger, Outcome
from allocator.services.door import Door
from allocator.services.named_tasks import DONE, NamedTasks
from allocator.services.outcomes import happened, some, value
from dibs import errors


class Priorities:
    """SetPriority of QueueService."""

    def __init__(self, *, ledger: Ledger, door: Door, named: NamedTasks) -> None:
        self._ledger = ledger
        self._door = door
        self._named = named

    async def set(self, ask: requests.SetPriority) -> answers.Prioritised:
        """Give the tasks this priority, all or none.

        Raises QueueNotFound, TaskNotFound, WrongTaskState, InvalidArgument,
        PermissionDenied.
        """
        place = await self._door.permit(ask.change, "QueueService.SetPriority", queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        came, waits = await self._named.places_or_waits(
            place.project, queue, ask.queue_id, ask.tasks
        )
        outcome = await self._ledger.change(
            *(place.project, "set_priority", ask.change.key, place.actor),
            queue=queue,
            rank=int(ask.priority),
            lenient=False,
            tasks=[
                [task.entry, task.slot, came[task.entry].class_, came[task.entry].priority]
                for task in sorted(ask.tasks)
                if not task.waits
            ],
            delayed=[[since, items] for since, items in _portions(waits).items()],
            named=len(ask.tasks),
        )
        if outcome.word == "stale_items":
            raise errors.TaskNotFound(str(next(task for task in ask.tasks if task.waits)))
        if outcome.word != "ok":
            raise await self._refusal(place.project, outcome)
        event = happened(outcome)
        changed = len(some(event.body["entries"])) + len(waits)
        return answers.Prioritised(seq=event.seq, changed=changed)

    async def _refusal(self, project: int, outcome: Outcome) -> errors.DibsError:
        what = value(outcome)
        if outcome.word == "not_found":
            return errors.TaskNotFound(what)
        entry, slot = map(int, what.split("-"))
        state = await self._named.standing(project, TaskId(entry=entry, slot=slot), outcome.seq)
        return errors.WrongTaskState(what, (state if state in DONE else TaskState.REMOVED).name)


def _portions(waits: Mapping[int, int]) -> dict[int, list[int]]:
    """Items by the event since which they wait, from items by their tasks' number."""
    portions: dict[int, list[int]] = {}
    for number, item in sorted(waits.items()):
        portions.setdefault(waits_since(number), []).append(item)
    return portions
