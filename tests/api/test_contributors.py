"""Who may work in a restricted queue, added and taken out, through the wire."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, project_pb2, queue_pb2
from tests.api.world import World, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

NOT_ALLOWED = common_pb2.INELIGIBILITY_NOT_ALLOWED
COMPLETED = common_pb2.TASK_STATE_COMPLETED


@pytest.fixture
async def few(world: World) -> World:
    """A queue of four tasks, for Ann alone; Bob and Cat are members."""
    await world.people("ann", "bob", "cat")
    await world.group("night", "cat")
    await world.dataset("d", ["a", "b", "c", "d"])
    await world.queue("q", allowed_assignees=["ann"])
    await world.add("q", "d", ["a", "b", "c", "d"])
    return world


def _cause(answer: Any) -> Any:
    return answer.nothing.causes[0].cause


@pytest.mark.shows("D18", "D9")
async def test_contributors_are_added_and_may_work_at_once(few: World) -> None:
    before = await few.reserve("q", "bob")
    added = await few.admit("q", "bob", groups=["night"])

    assert _cause(before) == NOT_ALLOWED
    assert list(added.queue.allowed_assignees) == ["ann", "bob"]
    assert list(added.queue.allowed_groups) == ["night"]
    assert ids(await few.reserve("q", "bob")) == ["a"]
    assert ids(await few.reserve("q", "cat")) == ["b"]
    assert added.queue == await few.look("q", added.seq)


@pytest.mark.shows("D130")
async def test_who_is_taken_out_loses_all_that_is_open_at_once_and_keeps_what_is_done(
    few: World,
) -> None:
    await few.admit("q", "bob")
    done, started, assigned = (await few.reserve("q", "ann", 3)).tasks
    await few.submit("ann", done)
    await few.start("ann", started)
    removed = await few.expel("q", "ann")
    met = [
        await refused(few.submit("ann", started)),
        await refused(few.renew("ann", started)),
        await refused(few.start("ann", assigned)),
        await refused(few.release("ann", assigned)),
    ]
    again = await few.reserve("q", "ann")
    await few.until("q", queued=3, completed=1)

    assert [type(error) for error in met] == [errors.LeaseLost] * 4
    assert list(removed.queue.allowed_assignees) == ["bob"]
    assert _cause(again) == NOT_ALLOWED
    assert ids(await few.reserve("q", "bob", 5)) == ["b", "c", "d"]
    assert (await few.submit("ann", done)).state == COMPLETED, "a repeat is answered as before"


async def test_who_is_taken_out_and_added_again_begins_anew(few: World) -> None:
    [held] = (await few.reserve("q", "ann")).tasks
    await few.expel("q", "ann")
    await few.admit("q", "ann")
    dead = await refused(few.start("ann", held))
    await few.until("q", queued=4)
    [anew] = (await few.reserve("q", "ann")).tasks

    assert isinstance(dead, errors.LeaseLost)
    assert anew.task_id == held.task_id
    assert (await few.submit("ann", anew)).state == COMPLETED


async def test_when_the_last_one_is_taken_out_the_queue_is_open_to_nobody(few: World) -> None:
    removed = await few.expel("q", "ann")
    for person in ("ann", "bob"):
        assert _cause(await few.reserve("q", person)) == NOT_ALLOWED
    assert removed.queue.restricted
    assert list(removed.queue.allowed_assignees) == []


async def test_members_of_a_group_that_is_taken_out_finish_what_they_have_started(
    few: World,
) -> None:
    await few.admit("q", groups=["night"])
    started, assigned = (await few.reserve("q", "cat", 2)).tasks
    await few.start("cat", started)
    await few.expel("q", groups=["night"])
    await few.until("q", queued=3, in_progress=1)
    dead = await refused(few.start("cat", assigned))

    assert isinstance(dead, errors.LeaseLost)
    assert (await few.submit("cat", started)).state == COMPLETED
    assert _cause(await few.reserve("q", "cat")) == NOT_ALLOWED


async def test_nobody_is_added_to_a_queue_that_is_open_to_all(few: World) -> None:
    await few.queue("open")
    for call in (few.admit("open", "bob"), few.expel("open", "bob")):
        error = await refused(call)
        assert isinstance(error, errors.QueueNotRestricted)
        assert "restricted" in str(error)
        assert error.metadata["queue_id"] == "open"


async def test_all_who_are_named_or_none(few: World) -> None:
    before = await few.look("q")
    ghost = await refused(few.admit("q", "bob", "ghost"))
    no_group = await refused(few.admit("q", "bob", groups=["nobodies"]))
    stranger = await refused(few.expel("q", "ann", "bob"))
    other = await refused(few.expel("q", "ann", groups=["night"]))
    nobody = await refused(few.admit("q"))
    twice = await refused(few.admit("q", "bob", "bob"))
    nowhere = await refused(few.admit("nowhere", "bob"))

    assert isinstance(ghost, errors.PersonNotFound)
    assert isinstance(no_group, errors.GroupNotFound)
    assert isinstance(nowhere, errors.QueueNotFound)
    fields = []
    for error in (stranger, other, nobody, twice):
        assert isinstance(error, errors.InvalidArgument), error
        fields.append(error.field)
    assert fields[:2] == ["person_ids[1]", "group_ids[0]"]
    assert fields[3] == "person_ids"
    assert await few.look("q") == before


async def test_a_repeat_of_a_removal_takes_nothing_more(few: World) -> None:
    request = queue_pb2.RemoveContributorsRequest(**few.change(), queue_id="q", person_ids=["ann"])
    first = await few.stubs.queues.RemoveContributors(request)
    await few.admit("q", "ann")
    [held] = (await few.reserve("q", "ann")).tasks

    again = await few.stubs.queues.RemoveContributors(request)
    assert (again.seq, again.queue) == (first.seq, first.queue)
    assert again.operation.operation_id == first.operation.operation_id
    assert (await few.submit("ann", held)).state == COMPLETED


async def test_only_managers_and_the_owner_choose_contributors(few: World) -> None:
    await few.people("rev", roles=[project_pb2.ROLE_REVIEWER])
    for actor in ("ann", "rev"):
        for call in (
            few.admit("q", "bob", **few.change(actor)),
            few.expel("q", "ann", **few.change(actor)),
        ):
            assert isinstance(await refused(call), errors.PermissionDenied)
    await few.change_queue("q", "owner", owner="bob")
    assert (await few.admit("q", "cat", **few.change("bob"))).seq
