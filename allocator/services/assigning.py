"""AssignTasks and ReleaseTasks: chosen tasks go to one person, or to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from allocator import answers_assigning as told
from allocator import requests_assigning as asked
from allocator.model import TaskId, TaskState
from allocator.ports import Content, Directory, EntryPlace, Items, Ledger, Outcome, Views
from allocator.services.beginning import Beginning
from allocator.services.bulk import Bulk
from allocator.services.door import Door, Place
from allocator.services.named import Names
from allocator.services.outcomes import happened, some, value
from allocator.services.reasons import kept
from allocator.strategies.operations import LEFT, Verb
from allocator.strategies.redistribution import ACTIVE_WINDOW_MS
from dibs import errors

AT_ONCE: Final = 500
"""Tasks of one event, all or none (DESIGN)."""
ASSIGNED, RELEASED = 2, 6
ANYBODY = -1
NOT_IF_STARTED, IN_ANY_CASE = 0, 2

ASSIGN = "AssignmentService.AssignTasks"
RELEASE = "AssignmentService.ReleaseTasks"


class Assigning:
    """Two verbs of AssignmentService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        content: Content,
        views: Views,
        door: Door,
        names: Names,
        bulk: Bulk,
        beginning: Beginning,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._content = content
        self._views = views
        self._door = door
        self._names = names
        self._bulk = bulk
        self._beginning = beginning

    async def assign(self, ask: asked.AssignTasks) -> told.Assigned:
        """Give chosen tasks, or release them, at once or in an operation.

        Raises QueueNotFound, PersonNotFound, TaskNotFound, TaskHeld,
        WrongTaskState, TaskChanged, NotEligible, InvalidArgument,
        QueueArchived, PermissionDenied.
        """
        rpc = ASSIGN if ask.person else RELEASE
        place = await self._door.permit(ask.change, rpc, queue=ask.chosen.queue_id)
        queue = await self._door.queue(place.project, ask.chosen.queue_id)
        person = 0
        if ask.person:
            [person] = await self._names.members(place.project, [ask.person])
        tasks = await self._bulk.chosen(place.project, queue, ask.chosen)
        if len(tasks) > AT_ONCE and not ask.partial:
            right = f"must be set for more than {AT_ONCE} tasks; these are {len(tasks)}"
            raise errors.InvalidArgument("allow_partial", right)
        how = {
            "person": person,
            "before": 0 if person else ANYBODY,
            "started": IN_ANY_CASE if ask.started else NOT_IF_STARTED,
            "why": ASSIGNED if person else RELEASED,
            "reason": await kept(self._content, place.project, ask.reason),
        }
        if len(tasks) > AT_ONCE:
            runs = await self._bulk.runs(place.project, queue, [(0, task) for task in tasks])
            outcome = await self._beginning.begin(
                place, ask.change, Verb.ASSIGN, runs, queues=[queue], how=how
            )
            operation = await self._beginning.carried(place, outcome)
            return told.Assigned(seq=operation.seq, operation=operation)
        return await self._at_once(place, ask, queue, tasks, how)

    async def _at_once(
        self,
        place: Place,
        ask: asked.AssignTasks,
        queue: int,
        tasks: Sequence[TaskId],
        how: Mapping[str, int],
    ) -> told.Assigned:
        came = await self._items.places(place.project, {task.entry for task in tasks})
        outcome = await self._ledger.change(
            *(place.project, "assign", ask.change.key, place.actor),
            queue=queue,
            why=how["why"],
            content=how["reason"],
            operation=0,
            window_ms=ACTIVE_WINDOW_MS,
            tasks=[_row(task, came[task.entry], how) for task in tasks],
            lenient=ask.partial,
        )
        if outcome.word != "ok":
            raise await self._refusal(place, outcome)
        event = happened(outcome)
        left = [
            (TaskId(entry=entry, slot=slot), LEFT[word])
            for entry, slot, word, _ in some(event.body["kept"])
        ]
        return told.Assigned(seq=event.seq, tasks=len(some(event.body["tasks"])), left=tuple(left))

    async def _refusal(self, place: Place, outcome: Outcome) -> errors.DibsError:
        """Why none of the tasks was assigned: what stands against the first."""
        if outcome.word != "refused":
            happened(outcome)
        entry, slot, word, detail = value(outcome)
        task = str(TaskId(entry=entry, slot=slot))
        if word == "not_found":
            return errors.TaskNotFound(task)
        if word == "not_eligible":
            return errors.NotEligible([detail])
        if word == "wrong_state":
            return errors.WrongTaskState(task, TaskState(int(detail)).name)
        if word == "started":
            return errors.WrongTaskState(task, TaskState.IN_PROGRESS.name)
        if word == "held":
            names = await self._directory.people_ids(place.project, [int(detail)])
            return errors.TaskHeld(task, names[int(detail)])
        if word == "same":
            return await self._same(place, entry, slot, task, outcome)
        return errors.TaskChanged(task)

    async def _same(
        self, place: Place, entry: int, slot: int, task: str, outcome: Outcome
    ) -> errors.DibsError:
        """Whoever is to have it has it: a person, or nobody."""
        await self._views.wait_for(place.project, outcome.seq)
        view = await self._views.task(place.project, entry, slot)
        if view is None or not view.person:
            return errors.WrongTaskState(task, TaskState.QUEUED.name)
        names = await self._directory.people_ids(place.project, [view.person])
        return errors.TaskHeld(task, names[view.person])


def _row(task: TaskId, came: EntryPlace, how: Mapping[str, int]) -> list[int]:
    """A task as the store is told it."""
    place = [task.entry, task.slot, came.class_, came.priority]
    return [*place, how["person"], how["before"], 0, how["started"]]
