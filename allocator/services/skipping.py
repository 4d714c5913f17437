"""Skip: who holds a task will not do it; and the way back, ClearSkips."""

from __future__ import annotations

from allocator import answers, requests
from allocator.model import SkipPolicy, TaskState
from allocator.ports import Content, Event, Ledger
from allocator.services.door import Door, judged
from allocator.services.held import HeldTasks
from allocator.services.lost import Lost
from allocator.services.named_tasks import NamedTasks
from allocator.services.outcomes import happened, some, value
from allocator.services.reasons import kept
from dibs import errors

SKIP = "AllocationService.Skip"
CLEAR = "AllocationService.ClearSkips"

_BECOMES = {
    SkipPolicy.REQUEUE_FOR_OTHERS: TaskState.QUEUED,
    SkipPolicy.REQUEUE_FOR_ME: TaskState.RETURNED,
    SkipPolicy.DISCARD: TaskState.DISCARDED,
}


class Skipping:
    """Skip and ClearSkips of AllocationService."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        content: Content,
        door: Door,
        held: HeldTasks,
        lost: Lost,
        named: NamedTasks,
    ) -> None:
        self._ledger = ledger
        self._content = content
        self._door = door
        self._held = held
        self._lost = lost
        self._named = named

    @judged(SKIP)
    async def skip(self, ask: requests.Skip) -> answers.Skipped:
        """End the hold by the queue's policy; again under the same token is no error.

        Raises TaskNotFound, LeaseLost, WrongTaskState, SkipNotAllowed,
        PersonNotFound, PermissionDenied.
        """
        hold = ask.hold
        place, person = await self._door.act_for(
            ask.change, ask.person, SKIP, entry=hold.task.entry
        )
        outcome = await self._ledger.change(
            *(place.project, "skip", ask.change.key, place.actor),
            person=person,
            entry=hold.task.entry,
            slot=hold.task.slot,
            token=hold.token,
            policy=int(ask.policy or 0),
            content=await kept(self._content, place.project, ask.reason),
        )
        if outcome.word == "other_policy":
            raise errors.SkipNotAllowed(str(hold.task), SkipPolicy(int(value(outcome))).name)
        if outcome.word != "ok":
            event = await self._lost.skipped_before(place.project, hold, person, outcome)
            if event is None:
                raise await self._lost.error(place.project, hold, person, outcome)
            return await self._skipped(place.project, event)
        return await self._skipped(place.project, happened(outcome))

    async def clear(self, ask: requests.ClearSkips) -> answers.SkipsCleared:
        """Let everybody have the items again, whoever skipped them.

        Raises QueueNotFound, TaskNotFound, InvalidArgument, PermissionDenied.
        """
        place = await self._door.permit(ask.change, CLEAR, queue=ask.queue_id)
        queue = await self._door.queue(place.project, ask.queue_id)
        await self._named.places(place.project, queue, ask.queue_id, ask.tasks)
        outcome = await self._ledger.change(
            *(place.project, "clear_skips", ask.change.key, place.actor),
            queue=queue,
            entries=sorted({task.entry for task in ask.tasks}),
        )
        event = happened(outcome)
        return answers.SkipsCleared(seq=event.seq, cleared=len(some(event.body["entries"])))

    async def _skipped(self, project: int, event: Event) -> answers.Skipped:
        body = event.body
        state = TaskState.ESCALATED if body["escalated"] else _BECOMES[SkipPolicy(body["policy"])]
        tasks = await self._held.granted(project, event)
        return answers.Skipped(seq=event.seq, state=state, tasks=tasks)
