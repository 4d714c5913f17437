"""UpdateAssignment: when one person's work in a queue is due, how urgent it is, a note about it."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from dibs import errors
from dibs.v1 import assignment_pb2 as pb
from dibs.v1 import common_pb2, project_pb2, queue_pb2, report_pb2
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

DUE = Timestamp(seconds=4_000_000_000)
SOONER = Timestamp(seconds=3_000_000_000)
PAST = Timestamp(seconds=1)


@pytest.fixture
async def shared(world: World) -> World:
    """A queue with a date, from which ann and ben have pulled."""
    await world.dataset("d", [f"i{n}" for n in range(1, 9)])
    await world.people("ann", "ben")
    await world.queue("q", "d", due_time=DUE, priority=common_pb2.PRIORITY_LOW)
    await world.reserve("q", "ann", 2)
    await world.reserve("q", "ben", 2)
    return world


async def of(world: World, person: str, actor: str = "", queue: str = "q") -> Any:
    """The person's assignment in the queue, as the actor sees it."""
    request = pb.ListAssignmentsRequest(
        **world.where(actor),
        min_seq=(await world.depth(queue)).seq,
        filter=f'person_id = "{person}" AND queue_id = "{queue}"',
        include_archived=True,
    )
    [found] = (await world.stubs.assignments.ListAssignments(request)).assignments
    return found


async def update(world: World, assignment: Any, *paths: str, actor: str = "", **fields: Any) -> Any:
    request = pb.UpdateAssignmentRequest(
        **(world.change(actor) | {"reason": "it is needed sooner"} | fields),
        assignment_id=assignment.assignment_id,
    )
    request.update_mask.paths.extend(paths)
    return await world.stubs.assignments.UpdateAssignment(request)


@pytest.mark.shows("L5", "L7", "L9")
async def test_an_assignment_has_a_date_a_note_and_a_priority_of_its_own(shared: World) -> None:
    before = await of(shared, "ann")
    answer = await update(
        *(shared, before, "due_time", "note", "priority"),
        due_time=SOONER,
        note="Only the night shots; rain looks like noise.",
        priority=common_pb2.PRIORITY_HIGH,
    )
    mine = await of(shared, "ann", actor="ann")
    bens = await of(shared, "ben")

    assert answer.assignment == await of(shared, "ann")
    assert (before.due_time, before.note, before.priority) == (DUE, "", common_pb2.PRIORITY_LOW)
    assert mine.note == "Only the night shots; rain looks like noise."
    assert (mine.due_time, mine.priority) == (SOONER, common_pb2.PRIORITY_HIGH)
    assert (bens.due_time, bens.note, bens.priority) == (DUE, "", common_pb2.PRIORITY_LOW)


@pytest.mark.shows("L8", "D59")
async def test_lists_go_by_what_was_said_of_each_assignment(shared: World) -> None:
    await update(shared, await of(shared, "ben"), "due_time", due_time=PAST)
    await update(shared, await of(shared, "ann"), "priority", priority=common_pb2.PRIORITY_HIGH)
    seq = (await shared.depth("q")).seq

    async def listed(**fields: Any) -> list[str]:
        request = pb.ListAssignmentsRequest(**shared.where(), min_seq=seq, **fields)
        answer = await shared.stubs.assignments.ListAssignments(request)
        return [one.person_id for one in answer.assignments]

    assert await listed(filter="overdue = true") == ["ben"]
    assert await listed(filter="priority = HIGH") == ["ann"]
    assert await listed(order_by="due_time") == ["ben", "ann"]
    assert await listed(order_by="priority") == ["ann", "ben"]


async def test_what_the_mask_names_and_is_not_set_is_as_the_queue_has_it_again(
    shared: World,
) -> None:
    ann = await of(shared, "ann")
    await update(shared, ann, "due_time", "note", due_time=SOONER, note="Careful.")
    await update(shared, ann, "priority", priority=common_pb2.PRIORITY_HIGH, note="unmasked")
    kept = await of(shared, "ann")
    cleared = (await update(shared, ann, "due_time", "priority", "note")).assignment

    assert (kept.due_time, kept.note, kept.priority) == (
        *(SOONER, "Careful.", common_pb2.PRIORITY_HIGH),
    )
    assert (cleared.due_time, cleared.note, cleared.priority) == (
        *(DUE, "", common_pb2.PRIORITY_LOW),
    )


async def test_whoever_changed_it_meanwhile_is_seen_and_a_repeat_changes_nothing(
    shared: World,
) -> None:
    ann = await of(shared, "ann")
    frame = shared.change()
    first = await update(shared, ann, "note", note="one", etag=ann.etag, **frame)
    again = await update(shared, ann, "note", note="one", etag=ann.etag, **frame)
    stale = await refused(update(shared, ann, "note", note="two", etag=ann.etag))
    second = await update(shared, ann, "note", note="two", etag=first.assignment.etag)

    assert again == first
    assert isinstance(stale, errors.EtagMismatch)
    assert stale.metadata["assignment_id"] == ann.assignment_id
    assert second.assignment.note == "two"


@pytest.mark.shows("L15")
async def test_why_it_was_changed_is_on_record(shared: World) -> None:
    ann = await of(shared, "ann")
    seq = (await update(shared, ann, "note", note="one", reason="the customer called")).seq
    request = report_pb2.ListActivityRequest(**shared.where(), min_seq=seq, filter=f"seq = {seq}")
    [found] = (await shared.stubs.reports.ListActivity(request)).activity

    assert (found.change, found.actor, found.reason) == (
        *("ASSIGNMENT_CHANGED", "ada", "the customer called"),
    )
    assert list(found.person_ids) == ["ann"]


async def test_what_was_said_of_it_stays_when_all_its_tasks_go(shared: World) -> None:
    ann = await of(shared, "ann")
    await update(shared, ann, "note", note="Until Friday.")
    for task in (await shared.mine("ann")).tasks:
        await shared.release("ann", task)

    assert (await of(shared, "ann")).note == "Until Friday."
    assert (await of(shared, "ann")).total_tasks == 0


async def test_only_who_manages_says_anything_of_an_assignment(shared: World) -> None:
    await shared.people("tim", roles=[project_pb2.ROLE_TEAM_MANAGER])
    ann = await of(shared, "ann")
    denied = await refused(update(shared, ann, "note", actor="ann", note="mine"))

    assert isinstance(denied, errors.PermissionDenied)
    assert (await update(shared, ann, "note", actor="tim", note="his")).assignment.note == "his"


async def test_what_cannot_be_said_is_told_and_changes_nothing(shared: World) -> None:
    share = queue_pb2.Share(person_id="ann")
    await shared.queue("dealt", distribution=queue_pb2.Distribution(shares=[share]))
    bucket = await of(shared, "ada", queue="dealt")
    ann = await of(shared, "ann")
    nobody = pb.Assignment(assignment_id=ann.assignment_id + "9")

    assert isinstance(await refused(update(shared, nobody, "note")), errors.AssignmentNotFound)
    of_bucket = await refused(update(shared, bucket, "note", note="x"))
    assert of_bucket.metadata["field"] == "assignment_id"
    for paths, fields, name in (
        ((), {}, "update_mask"),
        (("queue_id",), {}, "update_mask"),
        (("note",), {"note": "x" * 4097}, "note"),
        (("note",), {"reason": ""}, "reason"),
        (("priority",), {"priority": 99}, "priority"),
        (("due_time",), {"due_time": Timestamp(seconds=-1)}, "due_time"),
    ):
        error = await refused(update(shared, ann, *paths, **fields))
        assert isinstance(error, errors.InvalidRequest), paths
        assert error.metadata["field"].startswith(name)
    await shared.archive("q")
    assert isinstance(await refused(update(shared, ann, "note")), errors.QueueArchived)
    assert await of(shared, "ann") == ann
