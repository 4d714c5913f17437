"""Tasks leave review in other ways than by decisions: reopened, recalled, given another status."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, project_pb2, tasks_pb2
from tests.api.assigned import assign, release
from tests.api.reviews import APPROVE, Desk, verdict
from tests.api.tasks import bulk_reopen, recall, record, remove_status, reopen, set_status
from tests.api.world import World, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

IN_REVIEW = common_pb2.TASK_STATE_IN_REVIEW
COMPLETED = common_pb2.TASK_STATE_COMPLETED
DISCARDED = common_pb2.TASK_STATE_DISCARDED
RETURNED = common_pb2.TASK_STATE_RETURNED
AUTHOR, POOL, PERSON = (
    tasks_pb2.REOPEN_TO_AUTHOR,
    tasks_pb2.REOPEN_TO_POOL,
    tasks_pb2.REOPEN_TO_PERSON,
)


async def lost(desk: Desk, review: Any) -> bool:
    """Whether its reviewer has it no more, and can say nothing more of it."""
    error = await refused(desk.decide("rev", review, all=verdict(APPROVE)))
    return isinstance(error, errors.LeaseLost) and not (await desk.mine("rev")).reviews


@pytest.mark.shows("E42")
@pytest.mark.parametrize(
    ("to", "person", "taker"), [(AUTHOR, "", "ann"), (POOL, "", "bob"), (PERSON, "bob", "bob")]
)
async def test_a_task_under_review_is_reopened_and_its_review_ends(
    world: World, to: Any, person: str, taker: str
) -> None:
    desk = await Desk.make(world, items=1)
    await desk.submit("ann", "a")
    review = await desk.take("rev")

    await reopen(world, "q", ["1-1"], to=to, person=person)
    assert await lost(desk, review)
    given = await world.mine("bob") if to == PERSON else await world.reserve("q", taker)
    assert [task.task_id for task in given.tasks] == ["1-1"]
    done = await desk.submit(taker, "a", task=given.tasks[0])
    assert (done.state, done.units_to_review) == (IN_REVIEW, 1)
    again = await desk.take("rev")
    assert (again.round, again.author) == (2, taker)
    assert (await desk.decide("rev", again, {"a": APPROVE})).task_state == COMPLETED


async def test_tasks_under_review_are_reopened_in_bulk(world: World) -> None:
    desk = await Desk.make(world)
    for _ in range(3):
        await desk.submit("ann", "a")
    reviews = (await desk.reserve("rev", count=2)).reviews
    operation = await world.waited(
        (await bulk_reopen(world, "q", filter="state = IN_REVIEW", to=POOL)).operation
    )
    assert (operation.done, operation.failed) == (3, 0)
    for review in reviews:
        assert await lost(desk, review)
    assert not (await desk.reserve("roy")).reviews
    assert ids(await world.reserve("q", "bob", 3)) == ["i0", "i1", "i2"]


async def test_who_wrote_it_does_not_review_what_somebody_else_did_again(world: World) -> None:
    desk = await Desk.make(world, items=1)
    await world.update("ann", "roles", roles=[project_pb2.ROLE_ANNOTATOR_AND_REVIEWER])
    await desk.submit("ann", "a")
    await reopen(world, "q", ["1-1"], to=POOL)
    [task] = (await world.reserve("q", "bob")).tasks
    await desk.submit("bob", "a", task=task)
    assert not (await desk.reserve("ann")).reviews
    assert (await desk.take("rev")).author == "bob"


async def test_what_is_recalled_is_its_authors_until_somebody_reviews_it(world: World) -> None:
    desk = await Desk.make(world, items=1)
    await desk.submit("ann", "a")
    taken = await desk.take("rev")
    back = await recall(world, "ann", "1-1")
    assert back.lease.lease_token
    assert await lost(desk, taken)

    task = common_pb2.Task(task_id="1-1", lease=back.lease)
    await desk.submit("ann", "a", task=task)
    review = await desk.take("roy")
    await world.start("roy", common_pb2.Task(task_id=review.review_id, lease=review.lease))
    assert (await refused(recall(world, "ann", "1-1"))).reason == "REVIEW_STARTED"
    assert (await record(world, "1-1")).task.state == IN_REVIEW
    await remove_status(world, "", "1-1")
    assert not (await desk.mine("roy")).reviews


async def test_a_status_set_under_review_ends_it_and_done_is_drawn_for(world: World) -> None:
    desk = await Desk.make(world, items=1)
    await desk.submit("ann", "a")
    review = await desk.take("rev")
    discarded = await set_status(world, "ann", "1-1", "discarded")
    assert discarded.state == DISCARDED
    assert await lost(desk, review)

    done = await set_status(world, "ann", "1-1", "completed")
    assert (done.state, done.status) == (IN_REVIEW, "completed")
    last = await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    assert last.task_state == COMPLETED
    passed = await refused(remove_status(world, "ann", "1-1"))
    assert (passed.reason, (await record(world, "1-1")).task.state) == ("REVIEW_PASSED", COMPLETED)


async def test_what_is_under_review_is_given_to_nobody(world: World) -> None:
    desk = await Desk.make(world)
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.submit("ann", "a", task=task)
    for asked in (assign(world, "q", "bob", task.task_id), release(world, "q", task.task_id)):
        error = await refused(asked)
        assert (error.reason, error.metadata["state"]) == ("WRONG_TASK_STATE", "IN_REVIEW")
    review = await desk.take("rev")
    assert [one.unit.unit_id for one in review.units] == ["a"]
