"""After the faults: everything that is left is done, and every queue must come to its end."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Sequence

from dibs import stage_calls
from dibs.errors import (
    Conflict,
    NotFound,
    OpenIssues,
    ReviewNotPassed,
    StoreUnavailable,
    WrongState,
)
from dibs.v1.allocation_pb2 import ReserveResponse
from dibs.v1.common_pb2 import Task, TaskState
from loadtest.calls import About, Caller
from loadtest.faults.crew import CHECKED, DEALT
from loadtest.faults.helm import put_away
from loadtest.faults.planner import hand_out
from loadtest.faults.reviews import review_all, send_home
from loadtest.turns import bring_back

AT_ONCE = 20
ENDED = (
    TaskState.TASK_STATE_COMPLETED,
    TaskState.TASK_STATE_DISCARDED,
    TaskState.TASK_STATE_REMOVED,
)


class NotDrained(Exception):
    """A queue did not come to its end."""


async def drain(
    admin: Caller, people: Sequence[Caller], queues: Sequence[str], *, within_s: float
) -> int:
    """Finish all tasks of all queues, then archive some, and submit the data of the others.

    Returns how many tasks this took.

    Everybody here may do everything, and there are at least as many as an item
    has slots. Raises NotDrained.
    """
    deadline = time.monotonic() + within_s
    done, names = 0, [one.person for one in people]
    takers = itertools.cycle(names)
    while left := await unfinished(people[0], queues):
        if time.monotonic() > deadline:
            raise NotDrained(f"after {within_s:.0f} s there is still: {left}")
        await bring_back(admin, queues)
        if DEALT in left:
            await hand_out(admin, DEALT, next(takers), names)
        if CHECKED in left:
            await send_home(admin, CHECKED, names)
        done += sum(await asyncio.gather(*(_clear(one, queues) for one in people)))
        done += sum(await asyncio.gather(*(review_all(one, CHECKED) for one in people)))
    for queue in queues[::2]:
        await put_away(admin, queue)
    for queue in queues[1::2]:
        await _hand_over(admin, queue)
    return done


async def _hand_over(admin: Caller, queue: str) -> None:
    """Its data are submitted, unless everything in it was removed."""
    call = stage_calls.submit_data(admin.client.scope, queue)
    with contextlib.suppress(ReviewNotPassed):
        await admin.made(call, About(method="SubmitData", queue=queue))


async def unfinished(caller: Caller, queues: Sequence[str]) -> dict[str, dict[str, int]]:
    """Tasks that are not at their end, and items that are still to become tasks."""
    left: dict[str, dict[str, int]] = {}
    for queue in queues:
        depth = await caller.depth(queue)
        states = {
            TaskState.Name(count.state): count.count
            for count in depth.tasks
            if count.state not in ENDED
        }
        if depth.items_pending:
            states["items pending"] = depth.items_pending
        if states:
            left[queue] = states
    return left


async def _clear(caller: Caller, queues: Sequence[str]) -> int:
    """Submit what was given to them, and take more until no queue has anything for this person."""
    done = await _submit_all(caller, await _given(caller))
    for queue in queues:
        while (answer := await _reserved(caller, queue)).tasks:
            done += await _submit_all(caller, answer.tasks)
    await asyncio.sleep(0.1)  # a lease that is left ends by itself, not by our asking
    return done


async def _submit_all(caller: Caller, tasks: Sequence[Task]) -> int:
    done = 0
    for first in range(0, len(tasks), AT_ONCE):
        some = tasks[first : first + AT_ONCE]
        calls = (_submit(caller, one.task_id, one.lease.lease_token) for one in some)
        done += sum(await asyncio.gather(*calls))
    return done


async def _given(caller: Caller) -> Sequence[Task]:
    try:
        return list(await caller.holding())
    except StoreUnavailable:
        return ()


async def _reserved(caller: Caller, queue: str) -> ReserveResponse:
    try:
        return await caller.reserve(queue, AT_ONCE * 2)
    except StoreUnavailable:
        return ReserveResponse()


async def _submit(caller: Caller, task: str, token: int) -> int:
    try:
        try:
            await caller.submit(task, token)
        except OpenIssues:
            await caller.mark_fixed(task)
            await caller.submit(task, token)
    except (Conflict, NotFound, StoreUnavailable, WrongState):
        return 0
    return 1
