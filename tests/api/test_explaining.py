"""Explain and CanEdit: what people ask before they act, and what then happens."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, dataset_pb2, editing_pb2
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

ALLOWED = editing_pb2.EDIT_VERDICT_ALLOWED
HELD = editing_pb2.EDIT_VERDICT_HELD
HAS_STATUS = editing_pb2.EDIT_VERDICT_HAS_STATUS
NOT_HELD = editing_pb2.EDIT_VERDICT_NOT_HELD


@pytest.fixture
async def two(world: World) -> World:
    """A queue with a task that needs a skill and one that does not."""
    hard = dataset_pb2.Item(external_id="hard", required_skills=["lidar"])
    await world.dataset("d", [hard, "easy"])
    await world.queue("q", "d", lease_s=60)
    await world.people("ann", "bob")
    return world


async def _explain(world: World, actor: str, **fields: Any) -> Any:
    return await world.stubs.allocation.Explain(pb.ExplainRequest(**(world.where(actor) | fields)))


async def _can_edit(world: World, actor: str, item: str, **fields: Any) -> Any:
    return await world.stubs.allocation.CanEdit(
        editing_pb2.CanEditRequest(
            **(world.where(actor) | fields), dataset_id="d", external_id=item
        )
    )


async def test_explain_says_what_reserve_will_answer(two: World) -> None:
    explained = await _explain(two, "ann", queue_id="q")
    assert explained.next_task_id == "2-1"
    [task] = (await two.reserve("q", "ann")).tasks
    assert task.task_id == explained.next_task_id

    explained = await _explain(two, "ann", queue_id="q")
    nothing = (await two.reserve("q", "ann")).nothing
    assert explained.next_task_id == ""
    assert explained.nothing == nothing
    assert nothing.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
    stranger = await _explain(two, "ada", person="bob", queue_id="q")
    assert stranger.nothing.reason == nothing.reason


async def test_explain_of_a_task_names_its_state_and_the_cause(two: World) -> None:
    hard = await _explain(two, "ann", task_id="1-1")
    assert (hard.state, list(hard.causes)) == (
        common_pb2.TASK_STATE_QUEUED,
        [common_pb2.INELIGIBILITY_SKILL],
    )
    [task] = (await two.reserve("q", "ann")).tasks
    mine = await _explain(two, "ann", task_id="2-1")
    assert (mine.mine, mine.holder, list(mine.causes)) == (True, "ann", [])
    theirs = await _explain(two, "bob", task_id="2-1")
    assert (theirs.mine, theirs.holder) == (False, "ann")
    await two.skip("ann", task)
    skipped = await _explain(two, "ann", task_id="2-1")
    assert list(skipped.causes) == [common_pb2.INELIGIBILITY_EXCLUDED]
    [task] = (await two.reserve("q", "bob")).tasks
    await two.submit("bob", task)
    done = await _explain(two, "bob", task_id="2-1")
    assert (done.state, done.holder) == (common_pb2.TASK_STATE_COMPLETED, "")


async def test_people_explain_themselves_and_managers_anybody(two: World) -> None:
    error = await refused(_explain(two, "bob", person="ann", queue_id="q"))
    assert isinstance(error, errors.PermissionDenied)
    assert (await _explain(two, "ada", person="ann", queue_id="q")).next_task_id == "2-1"
    for fields in ({}, {"queue_id": "q", "task_id": "1-1"}):
        assert isinstance(await refused(_explain(two, "ann", **fields)), errors.InvalidArgument)
    assert isinstance(await refused(_explain(two, "ann", queue_id="none")), errors.QueueNotFound)
    for task in ("1-2", "99-1"):
        assert isinstance(await refused(_explain(two, "ann", task_id=task)), errors.TaskNotFound)


@pytest.mark.shows("E62")
async def test_only_who_holds_the_task_may_edit_the_item_in_its_queue(two: World) -> None:
    free = await _can_edit(two, "ann", "easy", queue_id="q")
    assert (free.allowed, free.verdict) == (False, NOT_HELD)
    [task] = (await two.reserve("q", "ann")).tasks
    mine = await _can_edit(two, "ann", "easy", queue_id="q")
    assert (mine.allowed, mine.verdict, mine.task_id) == (True, ALLOWED, task.task_id)
    theirs = await _can_edit(two, "bob", "easy", queue_id="q")
    assert (theirs.allowed, theirs.verdict, theirs.holder) == (False, HELD, "ann")
    ends = theirs.expire_time.ToMilliseconds()
    assert abs(ends - task.lease.expire_time.ToMilliseconds()) < 2_000


@pytest.mark.shows("D38")
async def test_a_status_locks_the_item_for_all_but_who_set_it(two: World) -> None:
    [task] = (await two.reserve("q", "ann")).tasks
    await two.submit("ann", task)
    theirs = await _can_edit(two, "bob", "easy", queue_id="q")
    assert (theirs.allowed, theirs.verdict) == (False, HAS_STATUS)
    assert (theirs.status, theirs.holder) == ("completed", "ann")
    assert (await _can_edit(two, "ann", "easy", queue_id="q")).allowed


async def test_without_a_queue_only_a_hold_of_somebody_else_is_in_the_way(two: World) -> None:
    assert (await _can_edit(two, "bob", "easy")).allowed
    [task] = (await two.reserve("q", "ann")).tasks
    other = await _can_edit(two, "bob", "easy")
    assert (other.allowed, other.verdict, other.queue_id) == (False, HELD, "q")
    assert (await _can_edit(two, "ann", "easy")).allowed
    await two.release("ann", task)
    assert (await _can_edit(two, "bob", "easy")).allowed


async def test_can_edit_of_what_is_not_there(two: World) -> None:
    assert isinstance(await refused(_can_edit(two, "ann", "none")), errors.ItemNotFound)
    error = await refused(_can_edit(two, "ann", "easy", queue_id="none"))
    assert isinstance(error, errors.QueueNotFound)
    error = await refused(_can_edit(two, "ann", "easy", person="nobody"))
    assert isinstance(error, errors.PersonNotFound)
