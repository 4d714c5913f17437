"""The demo's second queue: work that is dealt out by load, and moves when somebody leaves.

Four people have their tasks from the start, each a part in percent. One leaves
when half of theirs is done. The manager gives the rest to a stand-in, undoes
that, spreads it over everybody instead and takes the one who left out of the
queue; the others go on with their own meanwhile, and finish it all.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from dibs import control_calls
from dibs.v1.assignment_pb2 import Assignment
from dibs.v1.operation_pb2 import OPERATION_STATE_RUNNING, Operation
from dibs.v1.queue_pb2 import Queue
from loadtest import redistribution
from loadtest.annotators import Annotator, Manner
from loadtest.calls import About, Caller
from loadtest.report import ENDED, Person, Team
from loadtest.swarm import Swarm, attach, create_queue
from store.server_process import until

QUEUE: Final = "digits-by-load"
LOADS: Final = {"ben": 40, "cas": 30, "dan": 20, "eve": 10}
LEAVER: Final = "cas"
STAND_IN: Final = "fay"
PEOPLE: Final = (*LOADS, STAND_IN)
MANNER: Final = Manner(queues=(QUEUE,), think_s=0.1, idle_s=0.2, discards=0.03)
LEASE_S: Final = 10.0
WITHIN_S: Final = 40.0
REASON: Final = f"{LEAVER} has left"
MISTAKE: Final = f"too much for {STAND_IN} alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody who works until they are sent home."""

    annotator: Annotator
    working: asyncio.Task[None]

    async def end(self) -> None:
        """They finish what they have begun. Raises what no annotator should be answered."""
        self.annotator.stop.set()
        await self.working


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What became of the tasks that the leaver had open."""

    open: int
    lent: int
    came_back: int
    moved: int
    took: dict[str, int]


async def play(
    swarm: Swarm, admin: Caller, dataset: str, tasks: int, say: Callable[[str], None]
) -> Team:
    """All of it, on a dataset of so many items; PEOPLE are members."""
    dealt = await _deal(admin, dataset, tasks)
    say(f"{QUEUE}: {tasks} images dealt out: {_told(dealt)}")
    shifts = {person: _begin(swarm, person) for person in LOADS}
    await _leave(shifts[LEAVER], dealt[LEAVER] // 2)
    moves = await _move(admin, say)
    shifts[STAND_IN] = _begin(swarm, STAND_IN)
    await until(lambda: _all_ended(admin, tasks), within_s=WITHIN_S)
    for shift in shifts.values():
        await shift.end()
    return await _counted(admin, tasks, dealt, moves, shifts)


async def _deal(admin: Caller, dataset: str, tasks: int) -> dict[str, int]:
    """A queue for these people alone; how many tasks each has once all have been dealt out."""
    settings = Queue(distribution=redistribution.shares_of(LOADS), allowed_assignees=LOADS)
    lease = timedelta(seconds=LEASE_S)
    await create_queue(admin, QUEUE, lease_duration=lease, settings=settings)
    await attach(admin, QUEUE, dataset)

    async def all_dealt() -> bool:
        return (await admin.depth(QUEUE)).held == tasks

    await until(all_dealt, within_s=WITHIN_S)
    return {person: len(await _held(admin, person)) for person in LOADS}


def _begin(swarm: Swarm, person: str) -> Shift:
    annotator = Annotator(
        caller=swarm.caller(person),
        manner=MANNER,
        rng=random.Random(f"dealt {person}"),
        stop=asyncio.Event(),
    )
    working = asyncio.create_task(annotator.run())
    swarm.tasks.append(working)
    return Shift(annotator=annotator, working=working)


async def _leave(shift: Shift, after: int) -> None:
    """Somebody goes home once they have finished so many tasks."""

    async def enough() -> bool:
        return shift.annotator.submitted >= after

    await until(enough, within_s=WITHIN_S)
    await shift.end()


async def _move(admin: Caller, say: Callable[[str], None]) -> Moves:
    """What the leaver has open: to the stand-in, back again, and to everybody."""
    left = await _held(admin, LEAVER)
    say(f"{LEAVER} leaves half way, with {len(left)} tasks open; {STAND_IN} stands in")
    call = control_calls.add_contributors(admin.client.scope, QUEUE, [STAND_IN])
    await admin.made(call, About(method="AddContributors", queue=QUEUE))
    plan = await redistribution.plan(admin, QUEUE, LEAVER, [STAND_IN])
    lending = await redistribution.apply(admin, QUEUE, plan.plan_id, REASON)
    await _ended(admin, lending)
    lent = set(left) & set(await _held(admin, STAND_IN))
    back = await redistribution.undo(admin, QUEUE, lending.operation_id, MISTAKE)
    await _ended(admin, back)
    came_back = set(left) & set(await _held(admin, LEAVER))
    say(f"planned and applied: {len(lent)} to {STAND_IN}; undone: {len(came_back)} came back")
    plan = await redistribution.plan(admin, QUEUE, LEAVER)
    done = await _ended(admin, await redistribution.apply(admin, QUEUE, plan.plan_id, REASON))
    took = {one.person_id: one.tasks for one in plan.planned}
    say(f"planned and applied again, over all: {_told(took)}")
    say(await _remove(admin))
    return Moves(
        open=len(left),
        lent=len(lent),
        came_back=len(came_back),
        moved=done.done - done.failed,
        took=took,
    )


async def _remove(admin: Caller) -> str:
    """The leaver is taken out of the queue, once nothing there is theirs to do."""
    left = len(await _held(admin, LEAVER))
    call = control_calls.remove_contributors(admin.client.scope, QUEUE, [LEAVER])
    answer = await admin.made(call, About(method="RemoveContributors", queue=QUEUE))
    await _ended(admin, answer.operation)
    return f"{LEAVER} removed from the queue with {left} tasks in hand; the others finish"


async def _ended(admin: Caller, operation: Operation) -> Operation:
    """The operation when it runs no more. Raises TimeoutError."""
    async with asyncio.timeout(WITHIN_S):
        while operation.state == OPERATION_STATE_RUNNING:
            answer = await admin.client.wait_operation(operation.operation_id)
            operation = answer.operation
    return operation


async def _held(admin: Caller, person: str) -> list[str]:
    """The tasks that somebody has there."""
    answer = await admin.client.list_my_tasks(queue=QUEUE, person=person, page_size=1000)
    return [task.task_id for task in answer.tasks]


async def _finished(admin: Caller) -> tuple[int, int]:
    """How many tasks are at their end, and after which event."""
    depth = await admin.depth(QUEUE)
    return sum(count.count for count in depth.tasks if count.state in ENDED), depth.seq


async def _all_ended(admin: Caller, tasks: int) -> bool:
    return (await _finished(admin))[0] == tasks


async def _counted(
    admin: Caller, tasks: int, dealt: dict[str, int], moves: Moves, shifts: dict[str, Shift]
) -> Team:
    """What the service says of everybody in the end, beside what they were told."""
    ended, seq = await _finished(admin)
    answer = await admin.client.list_assignments(filter=f'queue_id = "{QUEUE}"', min_seq=seq)
    shares = {one.person_id: one for one in answer.assignments}
    took = {**moves.took, LEAVER: -moves.moved}
    people = []
    for person, shift in shifts.items():
        share = shares.get(person, Assignment())
        people.append(
            Person(
                name=person,
                load=LOADS.get(person, 0),
                dealt=dealt.get(person, 0),
                took=took.get(person, 0),
                had=share.total_tasks,
                finished=share.total_tasks - share.remaining_tasks,
                submitted=shift.annotator.submitted,
            )
        )
    return Team(
        tasks=tasks,
        ended=ended,
        people=people,
        leaver=LEAVER,
        open=moves.open,
        lent=moves.lent,
        came_back=moves.came_back,
        moved=moves.moved,
        locked=shares.get(LEAVER, Assignment()).locked,
    )


def failures(team: Team) -> list[str]:
    """What of all this did not hold."""
    claims = [*_of_the_deal(team), *_of_the_moves(team), *_of_the_end(team)]
    return [f"{QUEUE}: {sentence}" for sentence, holds in claims if not holds]


def _of_the_deal(team: Team) -> Iterator[tuple[str, bool]]:
    dealt = sum(one.dealt for one in team.people)
    yield f"{dealt} of {team.tasks} tasks were dealt out", dealt == team.tasks
    for one in team.people:
        due = team.tasks * one.load / 100
        yield f"{one.name} was dealt {one.dealt}, due were {due:g}", abs(one.dealt - due) <= 1


def _of_the_moves(team: Team) -> Iterator[tuple[str, bool]]:
    of = f"of {team.open} open tasks of {team.leaver}"
    yield f"{team.leaver} left nothing to be moved", team.open > 0
    yield f"{team.lent} {of} went to the stand-in", team.lent == team.open
    yield f"{team.came_back} {of} came back", team.came_back == team.open
    yield f"{team.moved} {of} went to the others", team.moved == team.open
    took = [one.took for one in team.people if one.name != team.leaver]
    yield f"they were spread unevenly: {took}", max(took) - min(took) <= 1
    yield f"{team.leaver} may still be given tasks", team.locked


def _of_the_end(team: Team) -> Iterator[tuple[str, bool]]:
    yield f"{team.ended} of {team.tasks} tasks are finished", team.ended == team.tasks
    for one in team.people:
        due = one.dealt + one.took
        yield f"{one.name} had {one.had} tasks, not {due}", one.had == due
        yield f"{one.name} finished {one.finished} of {one.had}", one.finished == one.had
        told = f"{one.name} submitted {one.submitted} times, {one.finished} tasks"
        yield told, one.submitted == one.finished


def _told(numbers: dict[str, int]) -> str:
    return ", ".join(f"{person} {tasks}" for person, tasks in numbers.items())
