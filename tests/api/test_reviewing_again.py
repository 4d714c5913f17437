"""What managers do with submitted work: another review, another draw, back with issues."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import common_pb2, issues_pb2
from dibs.v1 import review_lists_pb2 as lists_pb
from dibs.v1 import reviewing_again_pb2 as pb
from tests.api.reviews import Desk
from tests.api.tasks import record
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


@pytest.mark.shows("P37")
async def test_what_is_found_invalid_later_is_deleted_and_the_work_stays_done(
    world: World,
) -> None:
    desk = await Desk.make(world, sampling_rate=0.0)
    [task] = (await world.reserve("q", "ann")).tasks
    early = await refused(_delete(world, task.task_id, "a"))
    assert early.reason == "UNIT_NOT_FOUND"
    await desk.submit("ann", "a", "b", task=task)

    done = await _delete(world, task.task_id, "b")
    asked = {"task_id": task.task_id, "min_seq": done.seq}
    request = lists_pb.GetReviewUnitsRequest(**world.where(), **asked)
    units = (await world.stubs.reviews.GetReviewUnits(request)).units
    assert done.units == 1
    assert [(one.unit_id, one.state, one.reviewer) for one in units] == [
        ("a", lists_pb.UNIT_STATE_NOT_SAMPLED, ""),
        ("b", lists_pb.UNIT_STATE_DELETED, "ada"),
    ]
    assert (await record(world, task.task_id)).task.state == COMPLETED
    assert (await refused(_delete(world, task.task_id, "z"))).reason == "UNIT_NOT_FOUND"
    nobody = await refused(_delete(world, task.task_id, "a", actor="rev"))
    assert nobody.reason == "PERMISSION_DENIED"

    await desk.settings(sampling_rate=1.0)
    await desk.submit("bob", "c")
    under = await refused(_delete(world, "2-1", "c"))
    assert under.reason == "WRONG_TASK_STATE"


async def _delete(world: World, task_id: str, *units: str, actor: str = "") -> Any:
    request = pb.DeleteUnitsRequest(
        **world.change(actor), task_id=task_id, unit_ids=units, reason="of another item"
    )
    return await world.stubs.reviews.DeleteUnits(request)
