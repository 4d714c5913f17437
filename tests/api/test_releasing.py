"""Release of what somebody else holds: by whom, and what the holder is told."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2
from tests.api.world import World, ids, refused


@pytest.fixture
async def held(world: World) -> Any:
    """Ann has started the only task."""
    await world.dataset("d", ["a"])
    await world.queue("q", "d")
    await world.people("ann", "bob")
    task = (await world.reserve("q", "ann")).tasks[0]
    await world.start("ann", task)
    return task


def _request(world: World, actor: str, task: Any, **fields: Any) -> pb.ReleaseRequest:
    return pb.ReleaseRequest(**world.change(actor), task_id=task.task_id, **fields)


@pytest.mark.shows("E55")
async def test_a_manager_releases_the_task_of_another_and_the_holder_learns_by_whom(
    world: World, held: Any
) -> None:
    request = _request(world, "ada", held, person="ann", reason="on holiday")
    answer = await world.stubs.allocation.Release(request)

    assert answer.state == common_pb2.TASK_STATE_QUEUED
    assert await world.stubs.allocation.Release(request) == answer
    for call in (world.submit("ann", held), world.start("ann", held), world.renew("ann", held)):
        error = await refused(call)
        assert isinstance(error, errors.LeaseLost)
        assert (error.cause, error.holder) == ("released", "ada")
        assert error.since is not None
    assert ids(await world.reserve("q", "bob")) == ["a"]


async def test_the_work_of_who_was_released_is_kept(world: World, held: Any) -> None:
    await world.stubs.allocation.Release(
        _request(world, "ada", held, person="ann", reason="reassigned")
    )
    await refused(world.submit("ann", held, units=[pb.ReviewUnit(unit_id="u")]))
    assert [unit.unit_id for unit in (await world.draft("ann", held)).units] == ["u"]


async def test_only_who_may_assign_releases_the_tasks_of_others(world: World, held: Any) -> None:
    call = world.stubs.allocation.Release
    error = await refused(call(_request(world, "bob", held, person="ann", reason="mine now")))
    assert isinstance(error, errors.PermissionDenied)
    assert (await world.submit("ann", held)).state == common_pb2.TASK_STATE_COMPLETED


async def test_a_release_without_token_names_the_holder_and_a_reason(
    world: World, held: Any
) -> None:
    call = world.stubs.allocation.Release
    for fields in ({"person": "ann"}, {"reason": "why"}, {}):
        error = await refused(call(_request(world, "ada", held, **fields)))
        assert isinstance(error, errors.InvalidArgument), fields
    own = _request(world, "ann", held, person="ann", reason="mine")
    error = await refused(call(own))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "lease_token"
    long = _request(world, "ada", held, person="ann", reason="x" * 1001)
    error = await refused(call(long))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "reason"


async def test_a_release_of_whom_it_does_not_belong_to_says_who_has_it(
    world: World, held: Any
) -> None:
    request = _request(world, "ada", held, person="bob", reason="tidying up")
    error = await refused(world.stubs.allocation.Release(request))
    assert isinstance(error, errors.LeaseLost)
    assert error.holder == "ann"
