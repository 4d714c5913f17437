"""Ranges: contiguous parts of a queue's order that are somebody's."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import allocation_pb2, common_pb2, deleting_pb2, project_pb2, report_pb2
from dibs.v1 import assignment_pb2 as pb
from store.view_rebuild import ViewRebuild
from tests.api.assigned import WHY
from tests.api.ranged import create, items_of, listed, merge, next_of, places, said, say, split
from tests.api.world import World, refused

PAST, LATER = Timestamp(seconds=1), Timestamp(seconds=4_000_000_000)
HIGH, LOW = common_pb2.PRIORITY_HIGH, common_pb2.PRIORITY_LOW


@pytest.fixture
async def film(world: World) -> World:
    """A queue of twelve items, in order, and two people."""
    await world.dataset("d", [f"i{n:02}" for n in range(1, 13)])
    await world.people("ann", "ben")
    await world.queue("q", "d")
    return world


@pytest.mark.shows("L1", "L2")
async def test_a_range_gives_its_person_what_waits_at_its_places(film: World) -> None:
    made = await create(film, "ann", 3, 6)
    single = await create(film, "ben", 7, 7)

    assert made.assignment.kind == pb.ASSIGNMENT_KIND_RANGE
    assert (made.assignment.total_tasks, made.assignment.remaining_tasks) == (4, 4)
    assert await items_of(film, "ann") == ["i03", "i04", "i05", "i06"]
    assert await items_of(film, "ben") == ["i07"]
    assert places(*await listed(film)) == [("ann", 3, 6), ("ben", 7, 7)]
    assert made.assignment in await listed(film, actor="ann")
    assert single.assignment not in await listed(film, actor="ann")


@pytest.mark.shows("L1", "L26")
async def test_what_lies_in_a_range_is_counted_there_and_not_in_the_share(film: World) -> None:
    await film.reserve("q", "ann", 1)
    made = await create(film, "ann", 3, 6)
    first = (await next_of(film, "ann", made.assignment.assignment_id)).task
    await film.start("ann", first)
    await film.submit("ann", first)
    [range_] = await listed(film)
    [share] = await listed(film, 'kind = SHARE AND person_id = "ann"')

    assert first.external_id == "i03"
    assert (range_.total_tasks, range_.remaining_tasks, range_.progress_percent) == (4, 3, 25)
    assert (share.total_tasks, share.remaining_tasks) == (1, 1)


@pytest.mark.shows("L2")
async def test_a_range_is_split_and_its_parts_are_merged_again(film: World) -> None:
    whole = (await create(film, "ann", 2, 9)).assignment
    parts = (await split(film, whole.assignment_id, 5)).assignments
    held = await items_of(film, "ann")
    counted = [one.total_tasks for one in parts]
    merged = (await merge(film, parts[1].assignment_id, parts[0].assignment_id)).assignment

    assert places(*parts) == [("ann", 2, 4), ("ann", 5, 9)]
    assert parts[0].assignment_id == whole.assignment_id
    assert counted == [3, 5]
    assert merged == whole
    assert await listed(film) == [whole]
    assert await items_of(film, "ann") == held


@pytest.mark.shows("L5", "L7", "L9")
async def test_a_range_has_a_date_a_note_and_a_priority_of_its_own(film: World) -> None:
    terms: dict[str, Any] = {"due_time": LATER, "priority": HIGH, "note": "Mind the rain."}
    made = (await create(film, "ann", 1, 4, **terms)).assignment
    plain = (await create(film, "ann", 5, 6)).assignment
    [share] = await listed(film, 'kind = SHARE AND person_id = "ann"')
    changed = await say(film, made.assignment_id, "due_time", "note", note="No rain.")

    assert said(made) == (LATER, HIGH, "Mind the rain.")
    assert said(plain) == said(share) == (Timestamp(), common_pb2.PRIORITY_NONE, "")
    assert said(changed) == (Timestamp(), HIGH, "No rain.")
    assert await listed(film, "priority = HIGH") == [changed]
    assert changed in await listed(film, actor="ann")


@pytest.mark.shows("L8")
async def test_a_range_is_overdue_by_its_own_date_and_seen_in_lists(film: World) -> None:
    late = (await create(film, "ann", 1, 1, due_time=PAST)).assignment
    soon = (await create(film, "ann", 2, 3, due_time=LATER)).assignment
    before = await listed(film, "overdue = true")
    task = (await next_of(film, "ann", late.assignment_id)).task
    await film.start("ann", task)
    await film.submit("ann", task)

    assert before == [late]
    assert await listed(film, "overdue = true") == []
    assert await listed(film, 'due_time > "2020-01-01T00:00:00Z"') == [soon]


@pytest.mark.shows("L2")
async def test_parts_keep_what_was_said_of_the_whole_and_the_first_of_two_is_heard(
    film: World,
) -> None:
    whole = (await create(film, "ann", 1, 6, due_time=LATER, priority=HIGH, note="a")).assignment
    one, two = (await split(film, whole.assignment_id, 4)).assignments
    other = await say(film, two.assignment_id, "note", "priority", note="b", priority=LOW)
    merged = (await merge(film, two.assignment_id, one.assignment_id)).assignment

    assert said(one) == said(two) == said(whole)
    assert said(other) == (LATER, LOW, "b")
    assert said(merged) == said(whole)


async def test_whoever_said_something_of_a_range_meanwhile_is_seen(film: World) -> None:
    made = (await create(film, "ann", 1, 6)).assignment
    first = await say(film, made.assignment_id, "note", note="one", etag=made.etag)
    stale = await refused(say(film, made.assignment_id, "note", note="two", etag=made.etag))

    assert isinstance(stale, errors.EtagMismatch)
    assert await listed(film) == [first]


@pytest.mark.shows("L32")
async def test_urgent_work_that_comes_later_enters_no_range(film: World) -> None:
    made = await create(film, "ann", 1, 12)
    before = await items_of(film, "ann")
    await film.dataset("urgent", ["u1", "u2"])
    await film.attach("q", "urgent", priority=common_pb2.PRIORITY_HIGH)
    await film.until("q", queued=2, assigned=12)
    [taken] = (await film.reserve("q", "ben", 1)).tasks

    assert await items_of(film, "ann") == before
    assert await listed(film) == [made.assignment]
    assert taken.external_id == "u1"
    assert places((await create(film, "ben", 13, 14)).assignment) == [("ben", 13, 14)]


async def test_what_others_have_there_stays_theirs_and_is_not_of_the_range(film: World) -> None:
    [bens] = (await film.reserve("q", "ben", 1)).tasks
    made = await create(film, "ann", 1, 3)

    assert await items_of(film, "ben") == [bens.external_id] == ["i01"]
    assert await items_of(film, "ann") == ["i02", "i03"]
    assert made.assignment.total_tasks == 2


async def test_what_the_person_may_not_do_stays_and_is_told(film: World) -> None:
    [skipped] = (await film.reserve("q", "ann", 1)).tasks
    await film.skip("ann", skipped)
    made = await create(film, "ann", 1, 3)
    done = await film.waited(made.operation, made.seq)

    assert [(one.task_id, one.reason) for one in done.errors] == [(skipped.task_id, "NOT_ELIGIBLE")]
    assert await items_of(film, "ann") == ["i02", "i03"]
    assert made.assignment.total_tasks == 2


async def test_a_range_serves_what_lies_in_it_and_then_nothing(film: World) -> None:
    await create(film, "ann", 1, 2)
    late = (await create(film, "ann", 5, 5)).assignment
    task = (await next_of(film, "ann", late.assignment_id)).task
    await film.start("ann", task)
    await film.submit("ann", task)
    after = await next_of(film, "ann", late.assignment_id)

    assert task.external_id == "i05"
    assert not after.HasField("task")
    assert after.nothing.reason == allocation_pb2.NOTHING_REASON_QUEUE_EMPTY


async def test_a_removed_item_keeps_its_place(film: World) -> None:
    gone = await film.remove_items("q", "d", ["i02"])
    await film.waited(gone.operation)
    made = await create(film, "ann", 1, 3)

    assert await items_of(film, "ann") == ["i01", "i03"]
    assert places(made.assignment) == [("ann", 1, 3)]


async def test_a_repeat_makes_no_second_range(film: World) -> None:
    frame = film.change()
    first = await create(film, "ann", 1, 4, **frame)
    again = await create(film, "ann", 1, 4, **frame)

    assert (again.seq, again.assignment) == (first.seq, first.assignment)
    assert len(await listed(film)) == 1


@pytest.mark.shows("L15")
async def test_why_a_range_was_made_is_on_record(film: World) -> None:
    made = await create(film, "ann", 1, 4, reason="she knows the street")
    seqs = [made.seq, (await split(film, made.assignment.assignment_id, 3)).seq]
    request = report_pb2.ListActivityRequest(
        **film.where(), min_seq=seqs[1], filter=f"seq = {seqs[0]} OR seq = {seqs[1]}"
    )
    found = (await film.stubs.reports.ListActivity(request)).activity

    assert {(one.change, one.reason) for one in found} == {
        ("RANGE_CREATED", "she knows the street"),
        ("RANGE_SPLIT", WHY),
    }
    assert {tuple(one.person_ids) for one in found} == {("ann",)}


@pytest.mark.shows("L2")
async def test_a_range_that_does_not_fit_is_refused_by_the_fields_name(film: World) -> None:
    anns = (await create(film, "ann", 3, 6)).assignment.assignment_id
    bens = (await create(film, "ben", 7, 7)).assignment.assignment_id
    far = (await create(film, "ann", 9, 10)).assignment.assignment_id
    share = next(one for one in await listed(film, 'kind = SHARE AND person_id = "ann"'))
    before = await listed(film)
    for call, field in (
        (create(film, "ben", 6, 6), "first"),
        (create(film, "ben", 1, 3), "last"),
        (create(film, "ben", 1, 12), "last"),
        (create(film, "ben", 11, 13), "last"),
        (create(film, "ben", 12, 11), "last"),
        (create(film, "ben", 13, 13), "first"),
        (create(film, "ben", 0, 1), "first"),
        (split(film, anns, 3), "at"),
        (split(film, anns, 7), "at"),
        (split(film, bens, 7), "assignment_id"),
        (split(film, share.assignment_id, 4), "assignment_id"),
        (merge(film, anns, bens), "other_assignment_id"),
        (merge(film, anns, far), "other_assignment_id"),
        (merge(film, anns, anns), "other_assignment_id"),
        (merge(film, anns, share.assignment_id), "other_assignment_id"),
    ):
        error = await refused(call)
        assert isinstance(error, errors.InvalidArgument), error
        assert error.field == field, error

    assert await listed(film) == before


async def test_what_is_not_there_is_told_and_changes_nothing(film: World) -> None:
    made = (await create(film, "ann", 3, 6)).assignment
    nowhere = made.assignment_id + "9"

    assert isinstance(await refused(create(film, "zoe", 1, 1)), errors.PersonNotFound)
    assert isinstance(
        await refused(create(film, "ann", 1, 1, queue_id="none")), errors.QueueNotFound
    )
    for call in (
        split(film, nowhere, 4),
        merge(film, nowhere, made.assignment_id),
        merge(film, made.assignment_id, nowhere),
        next_of(film, "ann", nowhere),
        say(film, nowhere, "note", note="x"),
    ):
        assert isinstance(await refused(call), errors.AssignmentNotFound)
    await film.archive("q")
    assert isinstance(await refused(create(film, "ann", 1, 1)), errors.QueueArchived)
    assert isinstance(await refused(split(film, made.assignment_id, 4)), errors.QueueArchived)


async def test_only_who_manages_makes_ranges(film: World) -> None:
    await film.people("tim", roles=[project_pb2.ROLE_TEAM_MANAGER])
    denied = await refused(create(film, "ann", 1, 2, **film.change("ann")))

    assert isinstance(denied, errors.PermissionDenied)
    made = await create(film, "ann", 1, 2, **film.change("tim"))
    assert places(made.assignment) == [("ann", 1, 2)]


async def test_with_two_slots_a_person_gets_each_item_of_the_range_once(world: World) -> None:
    await world.dataset("d", ["a", "b", "c"])
    await world.people("ann", "ben")
    await world.queue("q", "d", slots=2)
    await create(world, "ann", 1, 3)

    assert await items_of(world, "ann") == ["a", "b", "c"]


async def test_ranges_are_made_anew_from_the_log_as_they_are(lonely: World, alone: Worker) -> None:
    long = (await create(lonely, "ann", 1, 40, note="all of it")).assignment.assignment_id
    [_, part] = (await split(lonely, long, 21)).assignments
    [_, rest] = (await split(lonely, part.assignment_id, 31)).assignments
    await merge(lonely, rest.assignment_id, part.assignment_id)
    await say(lonely, long, "note", "priority", note="half of it", priority=LOW)
    await lonely.queue("gone", "d")
    await create(lonely, "bob", 5, 6, queue_id="gone")
    request = deleting_pb2.DeleteQueueRequest(**lonely.change(), queue_id="gone", force=True)
    deleted = (await lonely.stubs.queues.DeleteQueue(request)).operation
    await lonely.waited(deleted)
    shown = await listed(lonely)
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    views = ViewRebuild(alone.store.postgres, alone.store.log)

    assert places(*shown) == [("ann", 1, 20), ("ann", 21, 40)]
    assert [one.total_tasks for one in shown] == [20, 20]
    assert sorted(one.note for one in shown) == ["all of it", "half of it"]
    assert await views.heal(place.project, most_events=1_000) == 0
    assert await listed(lonely) == shown
