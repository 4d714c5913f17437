"""Queues in manual mode: nobody pulls, people get what is assigned to them."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import actions_pb2, assignment_pb2, common_pb2, lists_pb2, queue_pb2
from dibs.v1 import allocation_pb2 as pb
from tests.api.assigned import assign
from tests.api.tasks import reopen
from tests.api.world import World, ids

PAUSED = pb.NOTHING_REASON_PAUSED
ITEMS = [f"i{n}" for n in range(1, 13)]


@pytest.fixture
async def manual(world: World) -> World:
    """Twelve tasks that wait in "q", which is in manual mode."""
    await world.people("ann", "ben")
    await world.dataset("d", ITEMS)
    await world.queue("q", manual_mode=True)
    await world.add("q", "d", ITEMS)
    return world


async def _task_ids(world: World, *items: str) -> list[str]:
    seq = (await world.depth("q")).seq
    answer = await world.stubs.queues.ListTasks(
        lists_pb2.ListTasksRequest(**world.where(), queue_id="q", min_seq=seq)
    )
    found = {one.task.external_id: one.task.task_id for one in answer.tasks}
    return [found[item] for item in items]


def _by_hand(answer: Any) -> bool:
    """Whether there is nothing, because work is given out by hand."""
    told = answer.nothing
    assert ids(answer) == []
    return bool(told.reason == PAUSED and told.manual_mode)


@pytest.mark.shows("E69")
async def test_nobody_pulls_and_what_is_assigned_is_done(manual: World) -> None:
    assert _by_hand(await manual.reserve("q", "ann", 5))
    assert _by_hand(await manual.ensure("q", "ann", 3))
    await assign(manual, "q", "ann", *await _task_ids(manual, "i3", "i5"))
    assert _by_hand(await manual.reserve("q", "ann"))
    [mine] = (await _assignments(manual)).assignments
    first = (await _next(manual, "ann", mine)).task
    await manual.start("ann", first)
    done = await manual.submit("ann", first)
    second = (await _next(manual, "ann", mine)).task
    await manual.submit("ann", second)
    none = await _next(manual, "ann", mine)

    assert (first.external_id, second.external_id) == ("i3", "i5")
    assert done.state == common_pb2.TASK_STATE_COMPLETED
    assert (none.nothing.reason, none.nothing.manual_mode) == (PAUSED, True)
    assert (await manual.look("q")).manual_mode


async def _assignments(world: World) -> Any:
    seq = (await world.depth("q")).seq
    return await world.stubs.assignments.ListAssignments(
        assignment_pb2.ListAssignmentsRequest(**world.where(), min_seq=seq)
    )


async def _next(world: World, actor: str, assignment: Any) -> Any:
    return await world.stubs.assignments.NextTask(
        assignment_pb2.NextTaskRequest(
            **world.change(actor), assignment_id=assignment.assignment_id
        )
    )


@pytest.mark.shows("E69")
async def test_pulling_is_switched_on_and_off_while_people_work(manual: World) -> None:
    await manual.change_queue("q", "manual_mode")
    held = (await manual.reserve("q", "ann", 2)).tasks
    await manual.change_queue("q", "manual_mode", manual_mode=True)
    assert _by_hand(await manual.reserve("q", "ben"))
    await manual.start("ann", held[0])
    skipped = await manual.skip("ann", held[0])
    late = await manual.submit("ann", held[1])
    await manual.change_queue("q", "manual_mode", manual_mode=False)

    assert [one.external_id for one in held] == ["i1", "i2"]
    assert not skipped.tasks
    assert late.state == common_pb2.TASK_STATE_COMPLETED
    assert ids(await manual.reserve("q", "ben", 2)) == ["i1", "i3"]


async def test_a_reserve_in_no_queue_in_particular_passes_it_by(manual: World) -> None:
    nothing = await manual.reserve("", "ann")
    await manual.dataset("e", ["x"])
    await manual.queue("other", "e")
    await manual.until("other", queued=1)
    found = await manual.reserve("", "ann", 5)
    await manual.change_queue("q", "manual_mode")

    assert nothing.nothing.reason == pb.NOTHING_REASON_QUEUE_EMPTY
    assert ids(found) == ["x"]
    assert ids(await manual.reserve("", "ann")) == ["i1"]


async def test_corrections_come_to_their_author_as_ever(manual: World) -> None:
    [named] = await _task_ids(manual, "i4")
    await assign(manual, "q", "ann", named)
    [task] = (await manual.mine("ann")).tasks
    await manual.submit("ann", task)
    await reopen(manual, "q", [named])

    assert ids(await manual.reserve("q", "ann", 5)) == ["i4"]
    assert _by_hand(await manual.reserve("q", "ann", 5))


async def test_a_pause_of_it_is_told_as_one(manual: World) -> None:
    await manual.pause("q")
    paused = await manual.reserve("q", "ann")
    await manual.resume("q")

    assert (paused.nothing.reason, paused.nothing.manual_mode) == (PAUSED, False)
    assert _by_hand(await manual.reserve("q", "ann"))


async def test_no_batch_comes_by_itself_or_by_a_load(world: World) -> None:
    await world.people("ann")
    await world.dataset("d", ITEMS)
    await world.queue("q", batches=queue_pb2.Batches(batch_size=3))
    await world.add("q", "d", ITEMS)
    held = (await world.reserve("q", "ann", 3)).tasks
    await world.change_queue("q", "manual_mode", manual_mode=True)
    loaded = await world.load_batch("q", "ann")
    offered = (await world.get_queue("q", min_seq=held[0].lease.lease_token + 1)).allowed_actions
    done = await world.submit("ann", held[0])
    skipped = await world.skip("ann", held[1])
    kept = ids(await world.reserve("q", "ann", 3))
    await world.submit("ann", held[2])
    nothing = await world.reserve("q", "ann", 3)
    await world.change_queue("q", "manual_mode")

    assert _by_hand(loaded)
    assert actions_pb2.ACTION_LOAD_BATCH not in offered
    assert (list(done.batch), list(skipped.tasks), kept) == ([], [], ["i3"])
    assert _by_hand(nothing)
    assert ids(await world.reserve("q", "ann", 3)) == ["i4", "i5", "i6"]


async def test_explain_says_so(manual: World) -> None:
    answer = await manual.stubs.allocation.Explain(
        pb.ExplainRequest(**manual.where(), person="ann", queue_id="q")
    )
    assert (answer.nothing.reason, answer.nothing.manual_mode) == (PAUSED, True)
