"""Reassign and redistribute, where what moves lies in ranges."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import common_pb2, dataset_pb2, queue_pb2, report_pb2
from store.view_rebuild import ViewRebuild
from tests.api.alone import Broken
from tests.api.assigned import apply, plan, reassign, undo
from tests.api.ranged import create, items_of, listed, next_of, places, said, split
from tests.api.world import World, refused

TERMS: dict[str, Any] = {
    "due_time": Timestamp(seconds=4_000_000_000),
    "priority": common_pb2.PRIORITY_HIGH,
    "note": "Mind the rain.",
}


@pytest.fixture
async def film(world: World) -> World:
    """A queue of twelve items, in order, and three people."""
    await world.dataset("d", [f"i{n:02}" for n in range(1, 13)])
    await world.people("ann", "ben", "cas")
    await world.queue("q", "d")
    return world


@pytest.fixture
async def dealt(world: World) -> World:
    """A queue of twelve items, all of them dealt to ann."""
    await world.dataset("d", [f"i{n:02}" for n in range(1, 13)])
    await world.people("ann", "ben", "cas")
    shares = [queue_pb2.Share(person_id=one, load=100 * (one == "ann")) for one in ("ann", "ben")]
    await world.queue("q", "d", distribution=queue_pb2.Distribution(shares=shares))
    await world.until("q", assigned=12)
    return world


async def share_of(world: World, person: str) -> tuple[int, int]:
    """Tasks, and those without a status."""
    [found] = await listed(world, f'kind = SHARE AND person_id = "{person}"')
    return found.total_tasks, found.remaining_tasks


@pytest.mark.shows("L14", "D97")
async def test_a_range_is_anothers_as_it_is_and_what_was_done_stays_with_who_did_it(
    film: World,
) -> None:
    await film.reserve("q", "ann", 1)
    made = (await create(film, "ann", 3, 6, **TERMS)).assignment
    first = (await next_of(film, "ann", made.assignment_id)).task
    await film.start("ann", first)
    await film.submit("ann", first)
    held = (await film.mine("ann")).tasks
    answer = await reassign(film, "q", "ann", "ben")
    done = await film.waited(answer.operation)
    [moved] = await listed(film)
    lost = await refused(film.start("ann", held[1]))

    assert (done.done, done.failed) == (4, 0)
    assert list(answer.assignment_ids) == [moved.assignment_id] == [made.assignment_id]
    assert places(moved) == [("ben", 3, 6)]
    assert (said(moved), moved.total_tasks, moved.remaining_tasks) == (said(made), 3, 3)
    assert await share_of(film, "ann") == (1, 0)
    assert await share_of(film, "ben") == (1, 1)
    assert await items_of(film, "ben") == ["i01", "i04", "i05", "i06"]
    assert isinstance(lost, errors.LeaseLost)
    assert (await next_of(film, "ben", made.assignment_id)).task.external_id == "i04"


@pytest.mark.shows("L14")
async def test_one_assignment_is_reassigned_and_the_others_stay(film: World) -> None:
    await film.reserve("q", "ann", 1)
    one = (await create(film, "ann", 3, 4)).assignment.assignment_id
    await create(film, "ann", 6, 7)
    [share] = await listed(film, 'kind = SHARE AND person_id = "ann"')
    by_range = await reassign(film, "q", "ann", "ben", assignment_id=one)
    await film.waited(by_range.operation)
    ranges = await listed(film)
    by_share = await reassign(film, "q", "ann", "cas", assignment_id=share.assignment_id)
    await film.waited(by_share.operation)

    assert places(*ranges) == [("ann", 6, 7), ("ben", 3, 4)]
    assert list(by_share.assignment_ids) == []
    assert await listed(film) == ranges
    assert await items_of(film, "ann") == ["i06", "i07"]
    assert await items_of(film, "ben") == ["i03", "i04"]
    assert await items_of(film, "cas") == ["i01"]


async def test_a_range_that_is_done_stays_with_who_did_it_unless_it_is_named(film: World) -> None:
    made = (await create(film, "ann", 1, 1)).assignment
    task = (await next_of(film, "ann", made.assignment_id)).task
    await film.start("ann", task)
    await film.submit("ann", task)
    await film.waited((await reassign(film, "q", "ann", "ben")).operation)
    before = await listed(film)
    named = await reassign(film, "q", "ann", "ben", assignment_id=made.assignment_id)
    await film.waited(named.operation)

    assert places(*before) == [("ann", 1, 1)]
    assert places(*await listed(film)) == [("ben", 1, 1)]
    assert await share_of(film, "ann") == (1, 0)


async def test_what_the_other_may_not_do_leaves_the_range_and_stays_with_its_holder(
    world: World,
) -> None:
    items = [dataset_pb2.Item(external_id="a", required_skills=["ct"])]
    await world.dataset("d", [*items, "b"])
    await world.people("ann", "ben")
    await world.update("ann", "skills", skills=["ct"])
    await world.queue("q", "d")
    await create(world, "ann", 1, 2)
    answer = await reassign(world, "q", "ann", "ben")
    await world.waited(answer.operation)
    [moved] = await listed(world)

    assert [(one.reason, one.count) for one in answer.staying] == [("NO_TARGET", 1)]
    assert (places(moved), moved.total_tasks) == ([("ben", 1, 2)], 1)
    assert await items_of(world, "ann") == ["a"]
    assert await share_of(world, "ann") == (1, 1)


async def test_undone_a_range_is_whose_it_was_unless_somebody_has_changed_it_since(
    film: World,
) -> None:
    one = (await create(film, "ann", 1, 2, **TERMS)).assignment
    two = (await create(film, "ann", 3, 6)).assignment
    moved = await reassign(film, "q", "ann", "ben")
    await film.waited(moved.operation)
    await split(film, two.assignment_id, 5)
    await film.waited((await undo(film, "q", moved.operation)).operation)
    found = {found.assignment_id: found for found in await listed(film)}

    assert sorted(moved.assignment_ids) == sorted([one.assignment_id, two.assignment_id])
    assert places(*found.values()) == [("ann", 1, 2), ("ben", 3, 4), ("ben", 5, 6)]
    assert said(found[one.assignment_id]) == said(one)
    assert await items_of(film, "ann") == [f"i{n:02}" for n in range(1, 7)]


@pytest.mark.shows("D121", "L13")
async def test_a_range_that_several_get_is_no_more_and_returns_under_its_id(dealt: World) -> None:
    made = (await create(dealt, "ann", 3, 6, **TERMS)).assignment
    answer = await plan(dealt, "q", "ann", ["ben", "cas"])
    moved = (await apply(dealt, "q", answer.plan_id)).operation
    await dealt.waited(moved)
    without = await listed(dealt)
    other = (await create(dealt, "ben", 8, 8)).assignment
    await dealt.waited((await undo(dealt, "q", moved)).operation)
    found = await listed(dealt)

    assert list(answer.removed_assignment_ids) == [made.assignment_id]
    assert without == []
    assert places(*found) == [("ann", 3, 6), ("ben", 8, 8)]
    [back] = [one for one in found if one.assignment_id != other.assignment_id]
    assert (back.assignment_id, said(back)) == (made.assignment_id, said(made))
    assert (back.total_tasks, back.remaining_tasks) == (4, 4)


@pytest.mark.shows("L14")
async def test_kept_together_what_lies_in_a_range_goes_to_one_with_the_range(dealt: World) -> None:
    [gap, *_] = (await dealt.mine("ann")).tasks[4:]
    await dealt.submit("ann", gap)
    made = (await create(dealt, "ann", 3, 6)).assignment
    answer = await plan(dealt, "q", "ann", ["ben", "cas"], keep_together=True)
    await dealt.waited((await apply(dealt, "q", answer.plan_id)).operation)
    [moved] = await listed(dealt)
    [heir] = [one for one in answer.planned if one.assignment_ids]

    assert gap.external_id == "i05"
    assert moved.assignment_id == made.assignment_id == heir.assignment_ids[0]
    assert places(moved) == [(heir.person_id, 3, 6)]
    assert moved.remaining_tasks == 3
    assert list(answer.removed_assignment_ids) == []


async def test_a_range_of_which_something_stays_is_whose_it_was(dealt: World) -> None:
    made = (await create(dealt, "ann", 3, 6)).assignment
    answer = await plan(dealt, "q", "ann", ["ben"], filter='external_id != "i04"')
    await dealt.waited((await apply(dealt, "q", answer.plan_id)).operation)
    [left] = await listed(dealt)

    assert places(left) == places(made)
    assert left.remaining_tasks == 1


async def test_a_plan_is_stale_once_one_of_its_ranges_has_changed(dealt: World) -> None:
    made = (await create(dealt, "ann", 3, 6)).assignment
    answer = await plan(dealt, "q", "ann", ["ben"])
    await split(dealt, made.assignment_id, 5)
    stale = await refused(apply(dealt, "q", answer.plan_id))

    assert isinstance(stale, errors.PlanStale)
    assert places(*await listed(dealt)) == [("ann", 3, 4), ("ann", 5, 6)]


async def test_what_is_not_an_assignment_of_theirs_there_is_refused_and_nothing_moves(
    film: World,
) -> None:
    anns = (await create(film, "ann", 1, 2)).assignment.assignment_id
    bens = (await create(film, "ben", 3, 4)).assignment.assignment_id
    await film.queue("other", "d")
    before = await listed(film)
    for queue, of in (("q", bens), ("other", anns), ("q", anns.replace("r", "b").split("-")[0])):
        error = await refused(reassign(film, queue, "ann", "cas", assignment_id=of))
        assert isinstance(error, errors.InvalidArgument)
        assert error.field == "assignment_id"
    for of in (anns + "9", "what"):
        error = await refused(reassign(film, "q", "ann", "cas", assignment_id=of))
        assert isinstance(error, errors.AssignmentNotFound)

    assert await listed(film) == before


async def test_a_range_that_is_still_being_filled_is_not_passed_on(
    lonely: World, broken: Broken
) -> None:
    broken.breaks_at, broken.waits = 1, asyncio.Event()
    made = await create(lonely, "ann", 1, 5, whole=False)
    of = made.assignment.assignment_id
    error = await refused(reassign(lonely, "q", "ann", "bob", assignment_id=of))
    broken.waits.set()
    await lonely.waited(made.operation, made.seq)

    assert isinstance(error, errors.TaskMoving)
    assert places(*await listed(lonely)) == [("ann", 1, 5)]


@pytest.mark.shows("L15")
async def test_ranges_that_move_and_come_back_are_made_anew_from_the_log_and_are_on_record(
    lonely: World, alone: Worker
) -> None:
    long = (await create(lonely, "ann", 1, 40, **TERMS)).assignment
    await split(lonely, long.assignment_id, 21)
    moved = await reassign(lonely, "q", "ann", "bob", reason="ann is ill")
    await lonely.waited(moved.operation)
    await lonely.waited((await undo(lonely, "q", moved.operation)).operation)
    again = await reassign(lonely, "q", "ann", "bob", assignment_id=long.assignment_id)
    await lonely.waited(again.operation)
    shown = await listed(lonely)
    request = report_pb2.ListActivityRequest(
        **lonely.where(), min_seq=moved.seq, filter=f"seq = {moved.seq}"
    )
    [found] = (await lonely.stubs.reports.ListActivity(request)).activity
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    views = ViewRebuild(alone.store.postgres, alone.store.log)

    assert places(*shown) == [("ann", 21, 40), ("bob", 1, 20)]
    assert (found.reason, sorted(found.person_ids)) == ("ann is ill", ["ann", "bob"])
    assert await views.heal(place.project, most_events=1_000) == 0
    assert await listed(lonely) == shown
