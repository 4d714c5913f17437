"""What happens in the middle of the demo: what managers do, and what dies.

Each turn is a function of the running service and its people; what it returns
is the sentence that the demo shows.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Sequence

from dibs import control_calls, list_calls, setup_calls, task_calls
from dibs.v1.control_pb2 import PauseMode
from loadtest import report, service
from loadtest.calls import About, Caller
from loadtest.swarm import Swarm
from loadtest.workers import REFUSALS
from store.server_process import until

RESTARTS_WITHIN_S = 30.0
PAUSED_FOR = 60
"""Calls of everybody, until the queue gives work again."""
BATCH_OF = 2
"""Tasks that somebody must have lost for a batch to count as cleared."""


async def pause(swarm: Swarm, admin: Caller, queue: str) -> str:
    """A queue gives nothing for a while; what is held is finished meanwhile."""
    scope, began = admin.client.scope, time.monotonic()
    about = About(method="PauseQueue", queue=queue)
    await admin.made(control_calls.pause_queue(scope, queue, PauseMode.PAUSE_MODE_DRAIN), about)
    await swarm.history.after(PAUSED_FOR, within_s=3.0)
    depth = await admin.depth(queue)
    about = About(method="ResumeQueue", queue=queue)
    await admin.made(control_calls.resume_queue(scope, queue), about)
    paused_s = time.monotonic() - began
    return f"{queue} paused for {paused_s:.1f} s: {depth.held} tasks were still held, then resumed"


async def remove(admin: Caller, person: str) -> str:
    """A member is removed: their tokens are dead at once, their tasks go back."""
    held = len((await admin.client.list_my_tasks(person=person, page_size=1000)).tasks)
    call = setup_calls.remove_members(admin.client.scope, [person])
    await admin.made(call, About(method="RemoveMembers"))
    return f"{person} removed with {held} tasks in hand, which others get now"


async def clear_batch(admin: Caller, queue: str, people: Sequence[str]) -> str:
    """The batch of the first who has some of it left is taken back."""
    for person in people:
        call = task_calls.clear_batch(admin.client.scope, queue, person=person)
        about = About(method="ClearBatch", queue=queue)
        try:
            answer = await admin.made(call, about)
        except REFUSALS:
            continue
        if answer.cleared >= BATCH_OF:
            return f"the batch of {person} cleared: {answer.cleared} tasks went back"
    return ""


async def listed(admin: Caller, queue: str, filter_: str) -> list[str]:
    """Tasks of a queue, 100 at most."""
    call = list_calls.list_tasks(admin.client.scope, queue=queue, filter=filter_, page_size=100)
    return [one.task.task_id for one in (await admin.client.execute(call)).tasks]


async def bring_back(admin: Caller, queues: Sequence[str]) -> int:
    """Let people have again what too many of them have skipped; how many tasks that are."""
    scope, tasks = admin.client.scope, 0
    for queue in queues:
        with contextlib.suppress(*REFUSALS):
            if named := await listed(admin, queue, "state = ESCALATED"):
                about = About(method="ClearSkips", queue=queue)
                await admin.made(task_calls.clear_skips(scope, queue, named), about)
                tasks += len(named)
    return tasks


async def kill_worker(running: service.Service) -> str:
    """Kills one worker; returns once another one serves in its place."""
    slot = random.choice([slot for slot in running.slots if slot.serving])
    pid = slot.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    async def replaced() -> bool:
        return slot.serving and slot.pid != pid

    return await _killed("worker", pid, replaced)


async def kill_redis(running: service.Service) -> str:
    """Kills Redis; returns once another one answers."""
    pid = await running.redis_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    async def replaced() -> bool:
        return await running.redis_pid() not in (None, pid)

    return await _killed("Redis", pid, replaced)


async def _killed(what: str, pid: int, replaced: report.Probe) -> str:
    began = time.monotonic()
    if not await until(replaced, within_s=RESTARTS_WITHIN_S):
        raise TimeoutError(f"{what} was killed and did not come back")
    return f"{what} {pid} killed with -9; another one serves after {time.monotonic() - began:.1f} s"
