"""What managers do with submitted work: another review, another draw, back with issues."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import common_pb2, issues_pb2, project_pb2
from dibs.v1 import review_settings_pb2 as settings_pb
from dibs.v1 import reviewing_again_pb2 as pb
from tests.api.reviews import APPROVE, REJECT, Desk, ids, mapping, verdict
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

IN_REVIEW = common_pb2.TASK_STATE_IN_REVIEW
COMPLETED = common_pb2.TASK_STATE_COMPLETED
RETURNED = common_pb2.TASK_STATE_RETURNED


async def _add(world: World, *task_ids: str, **fields: Any) -> Any:
    request = pb.AddReviewsRequest(
        **(world.change() | {"queue_id": "q"} | fields), task_ids=task_ids
    )
    return await world.stubs.reviews.AddReviews(request)


async def _resample(world: World, *task_ids: str, **fields: Any) -> Any:
    request = pb.ResampleRequest(**(world.change() | fields), queue_id="q", task_ids=task_ids)
    return await world.stubs.reviews.Resample(request)


async def _return(world: World, task_id: str, **fields: Any) -> Any:
    request = pb.ReturnTaskRequest(**(world.change() | fields), task_id=task_id)
    return await world.stubs.reviews.ReturnTask(request)


async def test_another_review_is_by_somebody_else_and_one_reject_returns(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a", "b")
    review = await desk.take("rev")
    await desk.decide("rev", review, all=verdict(APPROVE))
    added = await _add(world, review.task.task_id)
    assert (added.reviews, list(added.left)) == (1, [])

    assert not (await desk.reserve("rev")).reviews
    second = await desk.take("roy")
    assert ids(second) == ["a", "b"]
    done = await desk.decide("roy", second, {"a": APPROVE, "b": REJECT})
    assert done.task_state == RETURNED


async def test_another_review_counts_what_was_rejected_before(world: World) -> None:
    desk = await Desk.make(world, expert_review=settings_pb.ExpertReview(threshold=2))
    await world.people("ria", roles=[project_pb2.ROLE_REVIEWER])
    await desk.submit("ann", "a")
    first = await desk.take("rev")
    await desk.decide("rev", first, {"a": REJECT})
    [held] = (await world.reserve("q", "ann")).tasks
    await desk.fix("ann", held.task_id, all=True)
    await desk.submit("ann", "a", task=held)
    done = await desk.decide("rev", await desk.take("rev"), {"a": APPROVE})
    assert done.task_state == COMPLETED

    await _add(world, held.task_id, reviewers=["roy"])
    second = await desk.decide("roy", await desk.take("roy"), {"a": REJECT})
    assert (second.finished, second.task_state) == (True, IN_REVIEW)
    last = await desk.take("ria", kind=common_pb2.TASK_KIND_EXPERT_REVIEW)
    assert (await desk.decide("ria", last, {"a": APPROVE})).task_state == COMPLETED


async def test_two_reviews_of_one_submission_end_its_round_together(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a")
    review = await desk.take("rev")
    added = await _add(world, review.task.task_id, reviewers=["roy"])
    assert added.reviews == 1
    first = await desk.decide("rev", review, all=verdict(APPROVE))
    assert (first.finished, first.task_state) == (True, IN_REVIEW)
    second = await desk.take("roy")
    assert ids(second) == ["a"]
    assert (await desk.decide("roy", second, all=verdict(APPROVE))).task_state == COMPLETED


async def test_a_higher_rate_is_made_to_count_for_what_was_submitted(world: World) -> None:
    desk = await Desk.make(world, sampling_rate=0.0, class_mappings=[mapping("cat", "rev")])
    [task] = (await world.reserve("q", "ann")).tasks
    done = await desk.submit("ann", "a:cat", "b", task=task)
    assert done.state == COMPLETED
    same = await _resample(world, task.task_id)
    assert [(one.task_id, one.reason) for one in same.left] == [(task.task_id, "NO_CHANGE")]

    await desk.settings(sampling_rate=1.0)
    again = await _resample(world, task.task_id, "2-1")
    assert (again.reviews, again.units) == (2, 2)
    assert [(one.task_id, one.reason) for one in again.left] == [("2-1", "WRONG_TASK_STATE")]
    assert ids(await desk.take("rev")) == ["a"]
    assert ids(await desk.take("roy")) == ["b"]


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


async def test_what_cannot_be_reviewed_or_returned_is_refused_by_name(world: World) -> None:
    desk = await Desk.make(world)
    await world.queue("bare")
    assert (await refused(_add(world, "1-1", queue_id="bare"))).reason == "QUEUE_NOT_REVIEWED"
    assert (await refused(_add(world, "99-1"))).reason == "TASK_NOT_FOUND"
    await desk.submit("ann", "a")
    wrong = [pb.Objection(unit_id="z", comment="no")]
    seq = (await world.depth("q")).seq
    await world.look("q", seq)
    assert (await refused(_return(world, "1-1", objections=wrong))).reason == "UNIT_NOT_FOUND"
    odd = [pb.Objection(unit_id="a", reason="odd")]
    assert (await refused(_return(world, "1-1", objections=odd))).reason == "INVALID_ARGUMENT"
    gone = [issues_pb2.MissingLabel(comment="x")]
    assert (await refused(_return(world, "2-1", missing=gone))).reason == "WRONG_TASK_STATE"
