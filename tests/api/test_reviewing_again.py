"""What managers do with submitted work: another review, another draw, back with issues."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import common_pb2, issues_pb2
from dibs.v1 import reviewing_again_pb2 as pb
from tests.api.reviews import Desk
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

IN_REVIEW = common_pb2.TASK_STATE_IN_REVIEW
COMPLETED = common_pb2.TASK_STATE_COMPLETED
RETURNED = common_pb2.TASK_STATE_RETURNED


async def _return(world: World, task_id: str, **fields: Any) -> Any:
    request = pb.ReturnTaskRequest(**(world.change() | fields), task_id=task_id)
    return await world.stubs.reviews.ReturnTask(request)


@pytest.mark.shows("P37")
async def test_what_is_found_wrong_later_goes_back_with_its_issues(world: World) -> None:
    desk = await Desk.make(world, sampling_rate=0.0, rejection_reasons=["blurred"])
    [task] = (await world.reserve("q", "ann")).tasks
    done = await desk.submit("ann", "a", "b", task=task)
    back = await _return(
        world,
        task.task_id,
        objections=[pb.Objection(unit_id="b", reason="blurred")],
        missing=[issues_pb2.MissingLabel(comment="a five")],
    )
    assert (done.state, back.state, len(back.issue_ids)) == (COMPLETED, RETURNED, 2)

    [again] = (await world.reserve("q", "ann")).tasks
    assert again.task_id == task.task_id
    assert (await refused(desk.submit("ann", "a", "b", task=again))).reason == "OPEN_ISSUES"
    fixed = await desk.submit("ann", "a", "b", "five", task=again, resolve_issues=True)
    assert (fixed.state, fixed.units_to_review) == (IN_REVIEW, 2)
    # Who objected looks again.
    [review] = (await desk.reserve("ada")).reviews
    [unit] = review.units[:1]
    assert (unit.unit.unit_id, unit.issue.reason) == ("b", "blurred")


async def test_what_cannot_be_returned_is_refused_by_name(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a")
    wrong = [pb.Objection(unit_id="z", comment="no")]
    seq = (await world.depth("q")).seq
    await world.look("q", seq)
    assert (await refused(_return(world, "1-1", objections=wrong))).reason == "UNIT_NOT_FOUND"
    odd = [pb.Objection(unit_id="a", reason="odd")]
    assert (await refused(_return(world, "1-1", objections=odd))).reason == "INVALID_ARGUMENT"
    gone = [issues_pb2.MissingLabel(comment="x")]
    assert (await refused(_return(world, "2-1", missing=gone))).reason == "WRONG_TASK_STATE"
