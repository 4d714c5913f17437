"""StartTask: one chosen task, out of turn."""

from __future__ import annotations

from typing import Any

from allocator import answers, requests
from allocator.model import TaskState
from allocator.permissions import Right
from allocator.ports import Directory, Items, Ledger, Outcome
from allocator.services import locks
from allocator.services.door import Door, Place, judged
from allocator.services.held import HeldTasks
from allocator.services.named_tasks import NamedTasks
from allocator.services.outcomes import happened, value
from dibs import errors

PICK = "AllocationService.StartTask"


class Picking:
    """StartTask of AllocationService."""

    def __init__(
        self,
        *,
        directory: Directory,
        ledger: Ledger,
        items: Items,
        door: Door,
        held: HeldTasks,
        named: NamedTasks,
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._items = items
        self._door = door
        self._held = held
        self._named = named

    @judged(PICK)
    async def start(self, ask: requests.StartTask) -> answers.Picked:
        """Lease exactly this task to the person, and start it.

        Raises TaskNotFound, WrongTaskState, StatusLocked, PickNotAllowed, NotEligible,
        AtCap, PersonNotFound, PermissionDenied.
        """
        task = ask.task
        place, person = await self._door.act_for(ask.change, ask.person, PICK, entry=task.entry)
        came = (await self._items.places(place.project, [task.entry])).get(task.entry)
        if came is None:
            raise errors.TaskNotFound(str(task))
        of: dict[str, Any] = {"class": came.class_, "priority": came.priority}
        outcome = await self._ledger.change(
            *(place.project, "pick", ask.change.key, place.actor),
            queue=came.queue,
            person=person,
            entry=task.entry,
            slot=task.slot,
            **of,
            by_right=await self._may_assign(ask),
        )
        if outcome.word != "ok":
            error = await self._refusal(place, ask, came.queue, outcome)
            raise await locks.of_edit(self._ledger, place.project, error)
        event = happened(outcome)
        [picked] = await self._held.picked(place.project, event)
        return answers.Picked(seq=event.seq, task=picked)

    async def _may_assign(self, ask: requests.StartTask) -> bool:
        """Whether whoever asks may give tasks to people, and so choose for themselves."""
        try:
            await self._door.permit(ask.change, PICK, entry=ask.task.entry, right=Right.ASSIGN)
        except errors.PermissionDenied:
            return False
        return True

    async def _refusal(
        self, place: Place, ask: requests.StartTask, queue: int, outcome: Outcome
    ) -> errors.DibsError:
        if outcome.word == "wrong_state":
            return errors.WrongTaskState(str(ask.task), TaskState(int(value(outcome))).name)
        if outcome.word == "not_eligible":
            return errors.NotEligible([str(value(outcome))])
        if outcome.word == "not_found":
            return await self._gone(place.project, ask, queue, outcome)
        ids = await self._directory.queue_ids(place.project, [queue])
        if outcome.word == "not_allowed":
            return errors.PickNotAllowed(ids[queue])
        return errors.AtCap(ids[queue], int(value(outcome)))

    async def _gone(
        self, project: int, ask: requests.StartTask, queue: int, outcome: Outcome
    ) -> errors.DibsError:
        """It has left the live state, unless the item never had such a slot."""
        found = await self._ledger.read(project, "queue", queue=queue)
        if ask.task.slot > value(found)["rules"]["slots"]:
            return errors.TaskNotFound(str(ask.task))
        state = await self._named.standing(project, ask.task, outcome.seq)
        return errors.WrongTaskState(str(ask.task), state.name)
