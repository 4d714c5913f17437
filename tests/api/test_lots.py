"""Lots: submissions wait together, and a few of their units speak for all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from dibs.v1 import common_pb2, lists_pb2
from dibs.v1 import review_lists_pb2 as lists_pb
from dibs.v1 import review_settings_pb2 as pb
from tests.api.reviews import APPROVE, REJECT, Desk, ids, verdict
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

DAY = Duration(seconds=86_400)


def plan(**fields: Any) -> pb.LotPlan:
    wanted: dict[str, Any] = {"drawn": 2, "lot_size": 6, "lot_timeout": DAY} | fields
    return pb.LotPlan(**wanted)


async def a_lot(world: World, **fields: Any) -> tuple[Desk, Any]:
    """Six units of two tasks by ann, and the answer to the last of them."""
    desk = await Desk.make(world, lots=plan(**fields))
    for names in (("a", "b", "c"), ("d", "e", "f")):
        done = await desk.submit("ann", *names)
        assert (done.state, done.units_to_review) == (common_pb2.TASK_STATE_IN_REVIEW, 0)
    return desk, done


async def decided(desk: Desk, action: Any, units: int) -> None:
    """So many units are reviewed by rev, as the reviews come."""
    async with asyncio.timeout(10):
        while units > 0:
            reviews = (await desk.reserve("rev")).reviews
            for review in reviews:
                await desk.decide("rev", review, all=verdict(action))
                units -= len(ids(review))
            await asyncio.sleep(0 if reviews else 0.02)
    assert units == 0


@pytest.mark.shows("P59")
async def test_a_lot_of_which_enough_is_right_is_done_unseen(world: World) -> None:
    desk, done = await a_lot(world)
    units = await _units_of(world, done)
    assert await _waiting(world, done.seq) == {True}
    assert {unit.sampling.rule for unit in units} == {lists_pb.SAMPLING_RULE_LOT}
    await decided(desk, APPROVE, 2)
    await world.until("q", completed=2, in_review=0)
    assert await _waiting(world, (await world.depth("q")).seq) == {False}
    assert not (await desk.reserve("rev")).reviews


async def test_a_lot_of_which_too_much_is_wrong_is_reviewed_whole(world: World) -> None:
    desk, _ = await a_lot(world)
    await decided(desk, REJECT, 2)
    await decided(desk, APPROVE, 4)
    await world.until("q", in_review=0)
    assert (await desk.look()).lots == plan()


async def test_a_lot_that_has_waited_long_enough_is_reviewed(world: World) -> None:
    desk = await Desk.make(world, lots=plan(lot_timeout=Duration(nanos=1_000_000)))
    await desk.submit("ann", "a", "b", "c")
    await decided(desk, APPROVE, 2)
    await world.until("q", completed=1, in_review=0)


async def _units_of(world: World, done: Any) -> Any:
    request = lists_pb.GetReviewUnitsRequest(**world.where(), task_id="2-1", min_seq=done.seq)
    return (await world.stubs.reviews.GetReviewUnits(request)).units


async def _waiting(world: World, seq: int) -> set[bool]:
    """Whether the first two tasks wait for their lot."""
    request = lists_pb2.ListTasksRequest(
        **world.where(), queue_id="q", min_seq=seq, order_by="task_id", page_size=2
    )
    tasks = (await world.stubs.queues.ListTasks(request)).tasks
    return {task.waits_for_lot for task in tasks}
