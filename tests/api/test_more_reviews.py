"""Past submissions are reviewed by more people, and drawn for anew, each verb an operation."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, operation_pb2, project_pb2
from dibs.v1 import review_settings_pb2 as settings_pb
from dibs.v1 import reviewing_again_pb2 as pb
from tests.api.reviews import APPROVE, REJECT, Desk, ids, verdict
from tests.api.tasks import record, set_status
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

IN_REVIEW = common_pb2.TASK_STATE_IN_REVIEW
COMPLETED = common_pb2.TASK_STATE_COMPLETED
RETURNED = common_pb2.TASK_STATE_RETURNED
SUCCEEDED = operation_pb2.OPERATION_STATE_SUCCEEDED


async def add(world: World, *task_ids: str, **fields: Any) -> Any:
    """The operation, once it is over."""
    request = pb.AddReviewsRequest(
        **({**world.change(), "queue_id": "q", "task_ids": task_ids} | fields)
    )
    return await world.waited((await world.stubs.reviews.AddReviews(request)).operation)


async def resample(world: World, **fields: Any) -> Any:
    request = pb.ResampleRequest(**({**world.change(), "queue_id": "q"} | fields))
    return await world.waited((await world.stubs.reviews.Resample(request)).operation)


async def a_task(desk: Desk, *units: str) -> str:
    """Submitted by ann."""
    [task] = (await desk.world.reserve("q", "ann")).tasks
    await desk.submit("ann", *units, task=task)
    return str(task.task_id)


@pytest.mark.shows("E74")
async def test_what_passed_is_reviewed_once_more_by_somebody_else(world: World) -> None:
    desk = await Desk.make(world)
    task = await a_task(desk, "a", "b")
    await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    assert (await record(world, task)).task.state == COMPLETED

    operation = await add(world, task, unit_ids=["b"])
    assert (operation.state, operation.done, operation.failed) == (SUCCEEDED, 1, 0)
    assert operation.verb == operation_pb2.OPERATION_VERB_ADD_REVIEWS
    assert (await record(world, task)).task.state == IN_REVIEW

    assert not (await desk.reserve("rev")).reviews
    more = await desk.take("roy")
    assert (ids(more), more.round) == (["b"], 1)
    last = await desk.decide("roy", more, {"b": REJECT})
    assert last.task_state == RETURNED


async def test_a_task_under_review_is_done_when_all_its_reviews_are(world: World) -> None:
    desk = await Desk.make(world)
    task = await a_task(desk, "a")
    first = await desk.take("rev")
    assert (await add(world, task, reviewers=["roy"])).done == 1
    assert not (await desk.reserve("rev")).reviews
    second = await desk.take("roy")

    assert (await desk.decide("rev", first, {"a": APPROVE})).task_state == IN_REVIEW
    assert (await desk.decide("roy", second, {"a": APPROVE})).task_state == COMPLETED


async def test_two_reviews_that_wait_for_anybody_are_done_by_two_people(world: World) -> None:
    desk = await Desk.make(world)
    task = await a_task(desk, "a", "b")
    await add(world, task)
    first = await desk.take("rev")
    assert (await desk.decide("rev", first, {"a": APPROVE})).finished is False
    assert not (await desk.reserve("rev", count=5)).reviews
    assert (await desk.decide("rev", first, {"b": APPROVE})).task_state == IN_REVIEW
    second = await desk.take("roy")
    assert ids(second) == ["a", "b"]
    assert (await desk.decide("roy", second, {"b": REJECT})).finished is False
    assert (await desk.decide("roy", second, {"a": APPROVE})).task_state == RETURNED


async def test_another_review_counts_what_was_rejected_before(world: World) -> None:
    desk = await Desk.make(world, expert_review=settings_pb.ExpertReview(threshold=2))
    await world.people("ria", roles=[project_pb2.ROLE_REVIEWER])
    await a_task(desk, "a")
    await desk.decide("rev", await desk.take("rev"), {"a": REJECT})
    [held] = (await world.reserve("q", "ann")).tasks
    await desk.fix("ann", held.task_id, all=True)
    await desk.submit("ann", "a", task=held)
    done = await desk.decide("rev", await desk.take("rev"), {"a": APPROVE})
    assert done.task_state == COMPLETED

    await add(world, held.task_id, reviewers=["roy"])
    second = await desk.decide("roy", await desk.take("roy"), {"a": REJECT})
    assert (second.finished, second.task_state) == (True, IN_REVIEW)
    last = await desk.take("ria", kind=common_pb2.TASK_KIND_EXPERT_REVIEW)
    assert (await desk.decide("ria", last, {"a": APPROVE})).task_state == COMPLETED


async def test_what_is_not_submitted_is_told_and_stays(world: World) -> None:
    desk = await Desk.make(world)
    task = await a_task(desk, "a")
    [held] = (await world.reserve("q", "bob")).tasks
    operation = await add(world, filter="slot = 1")
    assert (operation.total, operation.done, operation.failed) == (3, 3, 2)
    told = [(one.external_id, one.reason) for one in operation.errors]
    assert told == [("i1", "WRONG_TASK_STATE"), ("i2", "WRONG_TASK_STATE")]
    assert (await record(world, held.task_id)).task.state == common_pb2.TASK_STATE_ASSIGNED
    assert (await record(world, task)).task.state == IN_REVIEW


@pytest.mark.shows("E17", "P59")
async def test_a_higher_rate_reaches_past_submissions_and_only_adds(world: World) -> None:
    desk = await Desk.make(world, sampling_rate=0.0, seed=7)
    names = [f"u{n}" for n in range(40)]
    task = await a_task(desk, *names)
    assert (await record(world, task)).task.state == COMPLETED
    assert (await resample(world, filter="slot = 1")).failed == 0
    assert (await record(world, task)).task.state == COMPLETED

    await desk.settings(sampling_rate=0.3)
    operation = await resample(world, filter="state = COMPLETED")
    assert (operation.state, operation.done, operation.failed) == (SUCCEEDED, 1, 0)
    some = await desk.take("rev")
    assert 0 < len(ids(some)) < 40
    await desk.settings(sampling_rate=0.6)
    await resample(world, task_ids=[task])
    more = await desk.take("roy")
    assert len(ids(more)) > 0
    assert not set(ids(more)) & set(ids(some))
    await resample(world, task_ids=[task])
    assert not (await desk.reserve("rev")).reviews

    await desk.decide("rev", some, all=verdict(APPROVE))
    done = await desk.decide("roy", more, all=verdict(APPROVE))
    assert done.task_state == COMPLETED


async def test_what_cannot_be_added_is_refused_by_name(world: World) -> None:
    desk = await Desk.make(world)
    task = await a_task(desk, "a")
    unit = await refused(add(world, task, unit_ids=["nowhere"]))
    assert isinstance(unit, errors.UnitNotFound)
    several = await refused(add(world, task, "1-2", unit_ids=["a"]))
    assert isinstance(several, errors.InvalidArgument)
    neither = await refused(resample(world))
    assert isinstance(neither, errors.InvalidArgument)
    await world.queue("plain")
    plain = await refused(add(world, queue_id="plain", filter="slot = 1"))
    assert isinstance(plain, errors.QueueNotReviewed)
    stranger = await refused(add(world, task, reviewers=["stranger"]))
    assert isinstance(stranger, errors.PersonNotFound)
    nobody = await refused(add(world, task, actor="rev"))
    assert isinstance(nobody, errors.PermissionDenied)
    assert (await record(world, task)).task.state == IN_REVIEW


async def test_what_is_drawn_anew_goes_by_a_plan_where_there_is_one(world: World) -> None:
    desk = await Desk.make(world, sampling_rate=0.0, discard_review_rate=0.0)
    task = await a_task(desk, "a", "b")
    await desk.submit("bob", status="discarded")
    plan = settings_pb.AdaptivePlan(target=0.5, base=0.1, new_units=10)
    await desk.settings(adaptive=plan)

    assert (await resample(world, task_ids=[task])).done == 1
    assert ids(await desk.take("rev")) == ["a", "b"]
    assert (await set_status(world, "bob", "2-1", "completed")).state == IN_REVIEW
