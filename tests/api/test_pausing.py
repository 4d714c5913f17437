"""Queues that are paused, resumed, put away and taken out again, through the wire."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2, common_pb2, control_pb2, project_pb2, queue_pb2
from tests.api.world import World, ids, refused

DRAIN, RECALL = control_pb2.PAUSE_MODE_DRAIN, control_pb2.PAUSE_MODE_RECALL
RUNNING = control_pb2.PAUSE_MODE_UNSPECIFIED
PAUSED = allocation_pb2.NOTHING_REASON_PAUSED
COMPLETED = common_pb2.TASK_STATE_COMPLETED


@pytest.fixture
async def busy(world: World) -> World:
    """A queue of five tasks, and two people."""
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b", "c", "d", "e"])
    await world.queue("q", lease_s=600)
    await world.add("q", "d", ["a", "b", "c", "d", "e"])
    return world


def _reasons(answer: Any) -> list[Any]:
    nothing = answer.nothing
    return [nothing.reason, *nothing.other_reasons]


async def _listed(world: World, **fields: Any) -> list[Any]:
    seq = (await world.depth("q")).seq
    request = queue_pb2.ListQueuesRequest(**world.where(), min_seq=seq, **fields)
    return list((await world.stubs.queues.ListQueues(request)).queues)


@pytest.mark.shows("P70", "P71", "P72")
async def test_a_paused_queue_gives_nothing_lets_running_work_end_and_goes_on_where_it_was(
    busy: World,
) -> None:
    started, assigned = (await busy.reserve("q", "ann", 2)).tasks
    await busy.start("ann", started)
    await busy.pause("q")
    while_paused = await busy.reserve("q", "bob")
    depth, queue, [listed] = await busy.depth("q"), await busy.look("q"), await _listed(busy)
    done = await busy.submit("ann", started)
    await busy.renew("ann", assigned)
    await busy.start("ann", assigned)
    later = await busy.submit("ann", assigned)
    await busy.resume("q")

    assert while_paused.nothing.reason == PAUSED
    assert (depth.pause_mode, depth.available) == (DRAIN, 0)
    assert (queue.pause_mode, listed.pause_mode) == (DRAIN, DRAIN)
    assert (done.state, later.state) == (COMPLETED, COMPLETED)
    assert ids(await busy.reserve("q", "bob", 5)) == ["c", "d", "e"]
    assert (await busy.depth("q")).pause_mode == RUNNING


async def test_a_recall_takes_back_what_is_not_started_and_no_more(busy: World) -> None:
    started, assigned = (await busy.reserve("q", "ann", 2)).tasks
    [of_bob] = (await busy.reserve("q", "bob")).tasks
    await busy.start("ann", started)
    await busy.pause("q", RECALL)
    errors_met = [
        await refused(busy.start("ann", assigned)),
        await refused(busy.renew("bob", of_bob)),
        await refused(busy.submit("bob", of_bob)),
        await refused(busy.release("ann", assigned)),
    ]
    await busy.until("q", queued=4, in_progress=1)
    finished = await busy.submit("ann", started)
    await busy.resume("q")

    assert [type(error) for error in errors_met] == [errors.LeaseLost] * 4
    assert finished.state == COMPLETED
    assert ids(await busy.reserve("q", "bob", 5)) == ["b", "c", "d", "e"]


async def test_a_recall_brings_back_a_thousand_tasks_of_ten_people_in_their_order(
    world: World,
) -> None:
    items = [f"i{n:04}" for n in range(1000)]
    people = [f"p{n}" for n in range(10)]
    await world.people(*people, "last")
    await world.dataset("d", items)
    await world.queue("q")
    await world.add("q", "d", items)
    for person in people:
        await world.reserve("q", person, 100)
    await world.pause("q", RECALL)
    await world.until("q", queued=1000)
    await world.resume("q")

    assert ids(await world.reserve("q", "last", 100)) == items[:100]


async def test_a_recall_reaches_people_with_batches_too(world: World) -> None:
    await world.people("ann", "bob")
    await world.dataset("d", [f"i{n}" for n in range(10)])
    await world.queue("q", batches=queue_pb2.Batches(batch_size=5, max_batch_workload=10))
    await world.add("q", "d", [f"i{n}" for n in range(10)])
    first = (await world.reserve("q", "ann")).tasks
    await world.reserve("q", "bob")
    await world.start("ann", first[0])
    await world.pause("q", RECALL)
    await world.until("q", queued=9, in_progress=1)
    done = await world.submit("ann", first[0])

    assert done.state == COMPLETED
    assert (await world.depth("q")).held == 0, "a completion brings no batch while it is paused"
    await world.resume("q")
    assert ids(await world.reserve("q", "bob", 5)) == ["i1", "i2", "i3", "i4", "i5"]


async def test_a_drained_queue_can_be_recalled_and_a_recalled_one_drained(busy: World) -> None:
    await busy.reserve("q", "ann", 3)
    await busy.pause("q", DRAIN)
    assert (await busy.depth("q")).held == 3
    await busy.pause("q", RECALL)
    await busy.until("q", queued=5)
    await busy.pause("q")
    assert (await busy.depth("q")).pause_mode == DRAIN


async def test_what_is_submitted_late_is_refused_while_paused_and_taken_once_it_goes_on(
    world: World,
) -> None:
    await world.people("ann")
    await world.dataset("d", ["a"])
    await world.queue("q", lease_s=0.05)
    await world.add("q", "d", ["a"])
    [task] = (await world.reserve("q", "ann")).tasks
    await world.until("q", queued=1)
    await world.pause("q")
    refusal = await refused(world.submit("ann", task))
    await world.resume("q")
    late = await world.submit("ann", task)

    assert isinstance(refusal, errors.LeaseLost)
    assert late.late
    assert late.state == COMPLETED


async def test_pausing_comes_after_not_eligible_and_before_at_cap_in_the_reasons(
    world: World,
) -> None:
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b"])
    await world.queue("q", allowed_assignees=["ann"], max_held=1)
    await world.add("q", "d", ["a", "b"])
    await world.reserve("q", "ann")
    await world.pause("q")

    full = _reasons(await world.reserve("q", "ann"))
    stranger = _reasons(await world.reserve("q", "bob"))
    assert full == [PAUSED, allocation_pb2.NOTHING_REASON_AT_CAP]
    assert stranger == [allocation_pb2.NOTHING_REASON_NOT_ELIGIBLE, PAUSED]


async def test_pausing_twice_resuming_twice_and_repeats_change_nothing_more(busy: World) -> None:
    request = control_pb2.PauseQueueRequest(**busy.change(), queue_id="q")
    first = await busy.stubs.queues.PauseQueue(request)
    again = await busy.pause("q")
    await busy.resume("q")
    repeat = await busy.stubs.queues.PauseQueue(request)
    await busy.resume("q")

    assert repeat == first
    assert again.seq > first.seq
    assert (await busy.depth("q")).pause_mode == RUNNING
    assert ids(await busy.reserve("q", "ann")) == ["a"]


async def test_an_unknown_mode_and_an_unknown_queue_are_refused(busy: World) -> None:
    mode = await refused(busy.pause("q", 7))
    nowhere = await refused(busy.pause("nowhere"))

    assert isinstance(mode, errors.InvalidArgument)
    assert mode.field == "mode"
    assert isinstance(nowhere, errors.QueueNotFound)
    assert (await busy.depth("q")).pause_mode == RUNNING


async def test_pausing_is_for_administrators_and_archiving_for_managers_and_owners(
    busy: World,
) -> None:
    await busy.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await busy.change_queue("q", "owner", owner="bob")
    for actor in ("tom", "bob", "ann"):
        denied = await refused(busy.pause("q", **busy.change(actor)))
        assert isinstance(denied, errors.PermissionDenied)
    assert isinstance(
        await refused(busy.archive("q", **busy.change("ann"))), errors.PermissionDenied
    )
    for actor in ("tom", "bob"):
        await busy.archive("q", **busy.change(actor))
        await busy.unarchive("q", **busy.change(actor))


async def test_an_archived_queue_is_closed_refuses_changes_and_lets_running_work_end(
    busy: World,
) -> None:
    [task] = (await busy.reserve("q", "ann")).tasks
    await busy.archive("q")
    closed = (
        busy.reserve("q", "bob"),
        busy.ensure("q", "bob", 1),
        busy.change_queue("q", "max_held", max_held=2),
        busy.pause("q"),
        busy.resume("q"),
        busy.attach("q", "d"),
        busy.add("q", "d", ["a"]),
    )
    for call in closed:
        error = await refused(call)
        assert isinstance(error, errors.QueueArchived | errors.ItemAlreadyInQueue), error
    depth = await busy.depth("q")
    await busy.start("ann", task)
    done = await busy.submit("ann", task)
    await busy.unarchive("q")

    assert (depth.archived, depth.available) == (True, 0)
    assert done.state == COMPLETED
    assert ids(await busy.reserve("q", "bob")) == ["b"]


async def test_lists_leave_archived_queues_out_unless_asked(busy: World) -> None:
    await busy.queue("other")
    await busy.archive("q")
    shown = [queue.queue_id for queue in await _listed(busy)]
    everything = await _listed(busy, include_archived=True)
    archived = await _listed(busy, include_archived=True, filter="archived = true")

    assert shown == ["other"]
    assert [(queue.queue_id, queue.archived) for queue in everything] == [
        ("other", False),
        ("q", True),
    ]
    assert [queue.queue_id for queue in archived] == ["q"]
    assert (await busy.look("q")).archived


async def test_items_do_not_follow_into_an_archived_queue_until_it_is_taken_out(
    world: World,
) -> None:
    await world.people("ann")
    await world.dataset("d", ["a"])
    await world.queue("q", "d")
    await world.until("q", queued=1)
    await world.archive("q")
    await world.load("d", ["b"])
    await world.queue("other", "d")
    await world.until("other", queued=2)
    waiting = await world.depth("q")
    await world.unarchive("q")

    assert waiting.items_pending == 1
    await world.until("q", queued=2)
