"""What becomes of finished tasks: another status, none, or all over again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from allocator import answers
from allocator import answers_tasks as told_answers
from allocator import requests_tasks as requests
from allocator.model import Meaning, QueueSettings, TaskId, TaskState
from allocator.ports import Directory, EntryPlace, Items, Ledger, Outcome, Views
from allocator.services.door import Door, Place, not_theirs
from allocator.services.drawing import Drawing
from allocator.services.named_tasks import NamedTasks, Told
from allocator.services.outcomes import expire_ms, happened, some, value
from allocator.services.queue_settings import Known, SettingsCache
from dibs import errors

TRIES = 4
SET = "AllocationService.SetStatus"
REMOVE = "AllocationService.RemoveStatus"
RECALL = "AllocationService.RecallSubmission"
REOPEN = "AllocationService.Reopen"

REVIEW_OF = 9
"""Where a task of a `status_set` has what is to be reviewed of it."""
FINISHED_AS = {Meaning.DONE: TaskState.COMPLETED, Meaning.DISCARD: TaskState.DISCARDED}
REOPENED_AS = {
    requests.ReopenTo.AUTHOR: TaskState.RETURNED,
    requests.ReopenTo.POOL: TaskState.QUEUED,
    requests.ReopenTo.PERSON: TaskState.ASSIGNED,
}


class Finishing:
    """SetStatus, RemoveStatus, RecallSubmission and Reopen of AllocationService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        views: Views,
        settings: SettingsCache,
        door: Door,
        named: NamedTasks,
        drawing: Drawing,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._views = views
        self._settings = settings
        self._door = door
        self._named = named
        self._drawing = drawing

    async def set_status(self, ask: requests.SetStatus) -> told_answers.StatusSet:
        """Give a finished task another status, or, as a manager, finish one that waits.

        Raises TaskNotFound, WrongTaskState, StatusLocked, ReviewPassed, NotEligible,
        InvalidArgument, TaskChanged, StaleSettings, PermissionDenied.
        """
        place = await self._door.permit(ask.change, SET, entry=ask.task.entry)
        came = await self._came(place.project, [ask.task])
        queue = came[ask.task.entry].queue
        manager = await self._door.manages(ask.change, place, SET, entry=ask.task.entry)
        for _ in range(TRIES):
            known = await self._settings.whole(place.project, queue)
            outcome = await self._set(place, ask, came, known, manager=manager)
            if outcome.word != "stale_settings":
                return self._status_set(ask, known.settings, outcome)
            await self._settings.reload(place.project, queue)
        ids = await self._directory.queue_ids(place.project, [queue])
        raise errors.StaleSettings(ids[queue])

    async def _set(
        self,
        place: Place,
        ask: requests.SetStatus,
        came: Mapping[int, EntryPlace],
        known: Known,
        *,
        manager: bool,
    ) -> Outcome:
        settings = known.settings
        index = _index_of(ask.status, settings)
        meaning = settings.statuses[index - 1].meaning

        async def change(told: Told) -> Outcome:
            done = meaning is Meaning.DONE
            of = (place.project, ask.task)
            review = await self._drawing.of_done(*of, settings.queue, known.review) if done else ""
            return await self._ledger.change(
                *(place.project, "set_status", ask.change.key, place.actor),
                queue=settings.queue,
                task=told.rows[0],
                as_of=told.as_of,
                person=place.actor,
                manager=manager,
                settings_seq=settings.settings_seq,
                status=index,
                meaning=int(meaning),
                passed=await self._drawing.passed(*of),
                review=review,
            )

        return await self._told(place.project, [ask.task], came, change)

    def _status_set(
        self, ask: requests.SetStatus, settings: QueueSettings, outcome: Outcome
    ) -> told_answers.StatusSet:
        self._refuse_one(ask, SET, outcome)
        event = happened(outcome)
        state = FINISHED_AS[Meaning(event.body["meaning"])]
        reviewed = any(len(task) > REVIEW_OF and task[REVIEW_OF] for task in event.body["tasks"])
        return told_answers.StatusSet(
            seq=event.seq,
            state=TaskState.IN_REVIEW if reviewed else state,
            status=settings.statuses[event.body["status"] - 1].name,
        )

    async def remove_status(self, ask: requests.RemoveStatus) -> told_answers.StatusRemoved:
        """Give a finished task back to its author, who holds it from then on.

        Raises TaskNotFound, WrongTaskState, ReviewPassed, ReviewStarted, NotEligible,
        TaskChanged, PermissionDenied.
        """
        rpc = RECALL if ask.recalled else REMOVE
        place = await self._door.permit(ask.change, rpc, entry=ask.task.entry)
        came = await self._came(place.project, [ask.task])
        manager = await self._door.manages(ask.change, place, rpc, entry=ask.task.entry)

        async def change(told: Told) -> Outcome:
            return await self._ledger.change(
                *(place.project, "remove_status", ask.change.key, place.actor),
                queue=came[ask.task.entry].queue,
                task=told.rows[0],
                as_of=told.as_of,
                person=place.actor,
                manager=manager,
                recalled=ask.recalled,
                passed=await self._drawing.passed(place.project, ask.task),
            )

        outcome = await self._told(place.project, [ask.task], came, change)
        self._refuse_one(ask, rpc, outcome)
        return await self._removed(place, ask.task, outcome)

    async def reopen(self, ask: requests.Reopen) -> told_answers.Reopened:
        """Let finished tasks be done again, all or none.

        Raises QueueNotFound, TaskNotFound, PersonNotFound, WrongTaskState,
        NotEligible, InvalidArgument, TaskChanged, PermissionDenied.
        """
        place = await self._door.permit(ask.change, REOPEN, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        came = await self._named.places(place.project, queue, ask.queue_id, ask.tasks)
        person = await self._door.person(place.project, ask.person) if ask.person else 0

        async def change(told: Told) -> Outcome:
            return await self._ledger.change(
                *(place.project, "reopen", ask.change.key, place.actor),
                queue=queue,
                to=int(ask.to),
                person=person,
                as_of=told.as_of,
                tasks=told.rows,
                lenient=False,
            )

        outcome = await self._told(place.project, ask.tasks, came, change)
        if outcome.word != "ok":
            raise _refusal(outcome)
        event = happened(outcome)
        count = len(some(event.body["tasks"]))
        return told_answers.Reopened(seq=event.seq, tasks=count, state=REOPENED_AS[ask.to])

    async def _came(self, project: int, tasks: Sequence[TaskId]) -> Mapping[int, EntryPlace]:
        """How the tasks' entries came into their queues. Raises TaskNotFound."""
        came = await self._items.places(project, {task.entry for task in tasks})
        for task in tasks:
            if task.entry not in came:
                raise errors.TaskNotFound(str(task))
        return came

    async def _told(
        self,
        project: int,
        tasks: Sequence[TaskId],
        came: Mapping[int, EntryPlace],
        change: Callable[[Told], Awaitable[Outcome]],
    ) -> Outcome:
        """What the store says once it was told enough of the tasks.

        Raises WrongTaskState for the first whose item left the queue, TaskChanged.
        """
        for _ in range(TRIES):
            told = await self._named.told(project, tasks, came)
            outcome = await change(told)
            if outcome.word != "stale_entry":
                return outcome
            if told.removed is not None:
                raise errors.WrongTaskState(str(told.removed), TaskState.REMOVED.name)
            await self._views.wait_for(project, outcome.seq)
        raise errors.TaskChanged(str(tasks[0]))

    def _refuse_one(
        self, ask: requests.SetStatus | requests.RemoveStatus, rpc: str, outcome: Outcome
    ) -> None:
        """Raises the error of a refusal about a single task."""
        if outcome.word == "ok":
            return
        if outcome.word == "not_author":
            raise not_theirs(ask.change, rpc)
        if outcome.word == "status_locked":
            raise errors.StatusLocked(str(ask.task))
        if outcome.word == "review_passed":
            raise errors.ReviewPassed(str(ask.task))
        if outcome.word == "review_started":
            raise errors.ReviewStarted(str(ask.task))
        if outcome.word == "not_found":
            raise errors.TaskNotFound(str(ask.task))
        if outcome.word == "wrong_state":
            raise errors.WrongTaskState(str(ask.task), TaskState(int(value(outcome))).name)
        raise errors.NotEligible([str(value(outcome))])

    async def _removed(
        self, place: Place, task: TaskId, outcome: Outcome
    ) -> told_answers.StatusRemoved:
        event = happened(outcome)
        author = event.body["tasks"][0][4]
        names = await self._directory.people_ids(place.project, [author])
        lease = answers.Leased(
            seq=event.seq,
            task=task,
            token=event.seq,
            expire_ms=expire_ms(event, event.body["deadline"]),
            state=TaskState.ASSIGNED,
        )
        return told_answers.StatusRemoved(
            seq=event.seq, author=names[author], lease=lease if author == place.actor else None
        )


def _index_of(status: str, settings: QueueSettings) -> int:
    """The place of a status. Raises InvalidArgument, naming those the queue has."""
    index = settings.index_of(status)
    if index is None:
        names = ", ".join(repr(one.name) for one in settings.statuses)
        raise errors.InvalidArgument("status", f"must be one of the queue's: {names}")
    return index


def _refusal(outcome: Outcome) -> errors.DibsError:
    """The error of a refusal that names one of several tasks."""
    task, _, what = str(value(outcome)).partition(" ")
    if outcome.word == "not_found":
        return errors.TaskNotFound(task)
    if outcome.word == "wrong_state":
        return errors.WrongTaskState(task, TaskState(int(what)).name)
    return errors.NotEligible([what])
