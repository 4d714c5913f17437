"""Queues that hide what waits from those who only work there."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import actions_pb2, common_pb2, lists_pb2, project_pb2, queue_pb2
from dibs.v1 import allocation_pb2 as pb
from tests.api.assigned import assign
from tests.api.tasks import reopen
from tests.api.test_figures import seen, states
from tests.api.test_stages import for_review
from tests.api.world import World, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND
ITEMS = [f"i{n}" for n in range(1, 13)]


@pytest.fixture
async def hidden(world: World) -> World:
    """Twelve tasks that wait in "q", which hides them; tom manages the project, liz owns "q"."""
    await world.people("ann", "liz")
    await world.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.dataset("d", ITEMS)
    await world.queue("q", owner="liz", hide_unassigned=True, allow_pick=True)
    await world.add("q", "d", ITEMS)
    return world


def kept_from(answer: Any) -> bool:
    """Whether there is nothing for them, and they are told no more than that."""
    told = answer.nothing
    causes = [(one.cause, one.count) for one in told.causes]
    more = told.HasField("next_free") or list(told.other_reasons)
    not_eligible = told.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
    return not_eligible and causes == [(common_pb2.INELIGIBILITY_NOT_ALLOWED, 0)] and not more


async def _task_ids(world: World, *items: str) -> list[str]:
    seq = (await world.depth("q")).seq
    answer = await world.stubs.queues.ListTasks(
        lists_pb2.ListTasksRequest(**world.where(), queue_id="q", min_seq=seq)
    )
    found = {one.task.external_id: one.task.task_id for one in answer.tasks}
    return [found[item] for item in items]


async def _explain(world: World, **of: Any) -> Any:
    return await world.stubs.allocation.Explain(
        pb.ExplainRequest(**world.where(), person="ann", **of)
    )


@pytest.mark.shows("E104")
async def test_who_only_works_there_gets_what_is_theirs_and_nothing_else(hidden: World) -> None:
    assert kept_from(await hidden.reserve("q", "ann", 5))
    assert kept_from(await hidden.ensure("q", "ann", 3))
    assert kept_from(await hidden.reserve("", "ann"))
    assert kept_from(await _explain(hidden, queue_id="q"))
    [waits, named] = await _task_ids(hidden, "i1", "i3")
    assert list((await _explain(hidden, task_id=waits)).causes) == [
        common_pb2.INELIGIBILITY_NOT_ALLOWED
    ]
    assert (await refused(hidden.pick("ann", waits))).reason == "NOT_ELIGIBLE"
    await assign(hidden, "q", "ann", named)
    [task] = (await hidden.mine("ann")).tasks
    await hidden.start("ann", task)
    await hidden.submit("ann", task)
    await reopen(hidden, "q", [named])

    assert ids(await hidden.reserve("q", "ann", 5)) == ["i3"]
    assert kept_from(await hidden.reserve("q", "ann"))


@pytest.mark.shows("E104")
async def test_managers_and_the_owner_pull_there_as_anywhere(hidden: World) -> None:
    assert ids(await hidden.reserve("q", "tom")) == ["i1"]
    assert ids(await hidden.reserve("q", "liz")) == ["i2"]
    assert ids(await hidden.reserve("", "ada")) == ["i3"]
    [waits] = await _task_ids(hidden, "i9")
    assert (await hidden.pick("tom", waits, person="ann")).task.external_id == "i9"
    [task] = (await hidden.mine("ann")).tasks
    assert not (await hidden.skip("ann", task)).tasks

    await hidden.change_queue("q", "hide_unassigned")
    assert ids(await hidden.reserve("q", "ann")) == ["i4"]


@pytest.mark.shows("E104")
async def test_no_figure_tells_them_what_waits(hidden: World) -> None:
    await assign(hidden, "q", "ann", *await _task_ids(hidden, "i3", "i5"))
    theirs, whole = await seen(hidden, actor="ann"), await seen(hidden, actor="liz")
    depth = await hidden.stubs.queues.GetQueueDepth(
        queue_pb2.GetQueueDepthRequest(**hidden.where("ann"), queue_id="q")
    )
    review = await for_review(hidden, "ann")

    assert (states(theirs), theirs.total_tasks, theirs.remaining_tasks) == ({"ASSIGNED": 2}, 2, 2)
    assert (states(whole)["QUEUED"], whole.total_tasks) == (10, 12)
    assert ([one.count for one in depth.tasks], depth.available) == ([2], 0)
    assert not depth.HasField("oldest_waiting_age")
    assert (review.ready, review.remaining_tasks) == (False, 2)
    assert [await _found(hidden, who, "queued > 5") for who in ("ann", "liz")] == [[], ["q"]]
    assert await _found(hidden, "ann", "owner = liz") == ["q"]
    assert actions_pb2.ACTION_RESERVE in theirs.allowed_actions


async def _found(world: World, actor: str, filter_: str) -> list[str]:
    answer = await world.stubs.queues.ListQueues(
        queue_pb2.ListQueuesRequest(**world.where(actor), filter=filter_)
    )
    assert all("QUEUED" not in states(one) for one in answer.queues if actor == "ann")
    return [one.queue_id for one in answer.queues]


@pytest.mark.shows("E104")
async def test_no_batch_comes_to_them(world: World) -> None:
    await world.people("ann")
    await world.dataset("d", ITEMS)
    await world.queue("q", hide_unassigned=True, batches=queue_pb2.Batches(batch_size=3))
    await world.add("q", "d", ITEMS)
    assert kept_from(await world.load_batch("q", "ann"))
    assert kept_from(await world.reserve("q", "ann"))
    await world.change_queue("q", "hide_unassigned")
    held = (await world.reserve("q", "ann", 3)).tasks
    await world.change_queue("q", "hide_unassigned", hide_unassigned=True)
    done = [await world.submit("ann", task) for task in held]

    assert [list(one.batch) for one in done] == [[], [], []]
    assert done[2].state == common_pb2.TASK_STATE_COMPLETED
