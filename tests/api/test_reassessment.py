"""Who has finished a task is not served it again once it is reopened, unless the queue says so."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, tasks_pb2
from tests.api.assigned import assign
from tests.api.tasks import reopen
from tests.api.world import World, ids
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND
POOL = tasks_pb2.REOPEN_TO_POOL
EXCLUDED = common_pb2.INELIGIBILITY_EXCLUDED


async def _one_done_by_ann(world: World, **settings: Any) -> str:
    """A queue of one task, which ann has finished; its id."""
    await world.people("ann", "bob", "cid")
    await world.dataset("d", ["a"])
    await world.queue("q", **settings)
    await world.add("q", "d", ["a"])
    return await _do(world, "ann")


async def _do(world: World, person: str) -> str:
    [task] = (await world.reserve("q", person)).tasks
    await world.submit(person, task)
    return str(task.task_id)


async def _excluded(world: World, person: str, task_id: str) -> bool:
    """Whether they are given nothing, because that task is not for them; Explain says so too."""
    told = (await world.reserve("q", person)).nothing
    of = {**world.where(), "person": person}
    queue = await world.stubs.allocation.Explain(pb.ExplainRequest(**of, queue_id="q"))
    task = await world.stubs.allocation.Explain(pb.ExplainRequest(**of, task_id=task_id))
    causes = [(one.cause, one.count) for one in told.causes]
    assert queue.nothing == told
    return causes == [(EXCLUDED, 1)] and list(task.causes) == [EXCLUDED]


@pytest.mark.shows("E105")
async def test_whoever_finished_it_is_not_served_it_again(world: World) -> None:
    task_id = await _one_done_by_ann(world)
    await reopen(world, "q", [task_id], to=POOL)
    assert await _excluded(world, "ann", task_id)
    await _do(world, "bob")
    await reopen(world, "q", [task_id], to=POOL)
    assert await _excluded(world, "ann", task_id)
    assert await _excluded(world, "bob", task_id)
    assert [one.count for one in (await world.depth("q")).tasks] == [1]

    assert ids(await world.reserve("q", "cid")) == ["a"]


@pytest.mark.shows("E105")
async def test_where_the_queue_says_so_they_see_it_again(world: World) -> None:
    task_id = await _one_done_by_ann(world, allow_reassessment=True)
    await reopen(world, "q", [task_id], to=POOL)
    await _do(world, "ann")
    await world.change_queue("q", "allow_reassessment")
    await reopen(world, "q", [task_id], to=POOL)

    assert await _excluded(world, "ann", task_id)
    assert not (await world.look("q")).allow_reassessment


@pytest.mark.shows("E105")
async def test_what_is_given_back_to_somebody_is_theirs(world: World) -> None:
    task_id = await _one_done_by_ann(world)
    await reopen(world, "q", [task_id])
    assert await _do(world, "ann") == task_id
    await reopen(world, "q", [task_id], to=tasks_pb2.REOPEN_TO_PERSON, person="ann")
    [held] = (await world.mine("ann")).tasks
    await world.submit("ann", held)
    await reopen(world, "q", [task_id], to=POOL)
    assert await _excluded(world, "ann", task_id)
    await assign(world, "q", "ann", task_id)

    assert ids(await world.mine("ann")) == ["a"]
