"""What people are told before they act on what is under review: CanEdit and Explain."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, editing_pb2, project_pb2
from tests.api.reviews import APPROVE, Desk, annotator, verdict
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

REVIEW = common_pb2.TASK_KIND_REVIEW
EXPERT = common_pb2.TASK_KIND_EXPERT_REVIEW
ALLOWED, IN_REVIEW, HAS_STATUS = (
    editing_pb2.EDIT_VERDICT_ALLOWED,
    editing_pb2.EDIT_VERDICT_IN_REVIEW,
    editing_pb2.EDIT_VERDICT_HAS_STATUS,
)


async def can_edit(world: World, actor: str, **fields: Any) -> Any:
    request = editing_pb2.CanEditRequest(
        **world.where(actor), dataset_id="d", external_id="i0", **fields
    )
    return await world.stubs.allocation.CanEdit(request)


async def explain(world: World, person: str, **fields: Any) -> Any:
    asked: dict[str, Any] = {"queue_id": "q", "kind": REVIEW} | fields
    request = pb.ExplainRequest(**world.where(), person=person, **asked)
    return await world.stubs.allocation.Explain(request)


@pytest.mark.shows("E45")
async def test_who_looks_at_an_item_under_review_is_told_who_holds_which_review(
    world: World,
) -> None:
    desk = await Desk.make(world, annotator_mappings=[annotator("ann", "rev")])
    await desk.submit("ann", "a")
    waits = await can_edit(world, "bob")
    review = await desk.take("rev")
    held = await can_edit(world, "ann", queue_id="q")
    theirs = [await can_edit(world, "rev", **of) for of in ({}, {"queue_id": "q"})]
    await desk.decide("rev", review, all=verdict(APPROVE))
    after = await can_edit(world, "bob", queue_id="q")

    assert (waits.allowed, waits.verdict) == (False, IN_REVIEW)
    assert (waits.review_id, waits.reviewer) == (review.review_id, "rev")
    assert (held.allowed, held.verdict, held.holder) == (False, IN_REVIEW, "ann")
    assert (held.review_id, held.reviewer) == (review.review_id, "rev")
    assert {(one.allowed, one.verdict, one.reviewer) for one in theirs} == {(True, ALLOWED, "rev")}
    assert (after.verdict, after.holder, after.review_id) == (HAS_STATUS, "ann", "")


async def test_explain_of_reviews_says_what_reserve_reviews_will_answer(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a")
    told = await explain(world, "rev")
    of_review = await explain(world, "rev", queue_id="", task_id=told.next_task_id)
    review = await desk.take("rev")
    held = await explain(world, "roy", queue_id="", task_id=review.review_id)
    own = await explain(world, "rev", queue_id="", task_id=review.review_id)
    await desk.decide("rev", review, all=verdict(APPROVE))
    done = await explain(world, "rev", queue_id="", task_id=review.review_id)

    assert told.next_task_id == review.review_id
    assert (of_review.state, list(of_review.causes)) == (common_pb2.TASK_STATE_QUEUED, [])
    assert (held.holder, held.mine, own.mine) == ("rev", False, True)
    assert done.state == common_pb2.TASK_STATE_COMPLETED
    missing = await refused(explain(world, "rev", queue_id="", task_id="r999"))
    assert isinstance(missing, errors.TaskNotFound)


async def test_explain_says_why_somebody_is_given_no_reviews(world: World) -> None:
    desk = await Desk.make(world, annotator_mappings=[annotator("ann", "rev")], max_held=1)
    await world.people("both", roles=[project_pb2.ROLE_ANNOTATOR_AND_REVIEWER])
    await desk.submit("both", "a")
    own = await explain(world, "both")
    answered = await desk.reserve("both")
    role = await explain(world, "bob")
    await desk.take("roy")
    await desk.submit("ann", "b")
    full = await explain(world, "roy")
    waits = await explain(world, "both")
    experts = await explain(world, "roy", kind=EXPERT)

    assert own.nothing == answered.nothing
    assert [one.cause for one in own.nothing.causes] == [common_pb2.INELIGIBILITY_EXCLUDED]
    assert [one.cause for one in role.nothing.causes] == [common_pb2.INELIGIBILITY_ROLE]
    assert full.nothing.reason == pb.NOTHING_REASON_AT_CAP
    [one] = waits.waiting
    assert (one.reviewer, one.reviews, one.oldest_time.seconds > 0) == ("rev", 1, True)
    assert experts.nothing.reason == pb.NOTHING_REASON_QUEUE_EMPTY
    assert not experts.waiting
