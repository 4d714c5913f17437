"""GetQuality: what reviews found, of everybody's work and of one's own."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from dibs import errors
from dibs.v1 import common_pb2, report_pb2, review_settings_pb2
from dibs.v1 import quality_pb2 as pb
from tests.api.reviews import APPROVE, DELETE, REJECT, Desk, units, verdict
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

QUEUE, AUTHOR, CLASS, REVIEWER = (
    pb.QUALITY_DIMENSION_QUEUE,
    pb.QUALITY_DIMENSION_AUTHOR,
    pb.QUALITY_DIMENSION_CLASS,
    pb.QUALITY_DIMENSION_REVIEWER,
)
LONG_AGO = Timestamp(seconds=1_000_000_000)


async def quality(world: World, actor: str = "", **fields: Any) -> Any:
    request = pb.GetQualityRequest(
        **world.where(actor), min_seq=(await world.mine("ada")).seq, **fields
    )
    return await world.stubs.reports.GetQuality(request)


@pytest.fixture
async def desk(world: World) -> Desk:
    """Of ann's units a is corrected, b deleted; rev did that. Bob's c waits for roy or rev."""
    desk = await Desk.make(world, rejection_reasons=["edge"])
    await desk.submit("ann", "a:cat", "b:cat", "d:dog")
    review = await desk.take("rev")
    await desk.decide("rev", review, {"b": DELETE, "d": APPROVE})
    await desk.missing("rev", review, "a tail")
    edge = {"unit_id": "a", "verdict": {"action": REJECT, "reason": "edge"}}
    await desk.decide("rev", review, decisions=[edge])
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.fix("ann", task.task_id, all=True)
    await desk.submit("ann", "a:cat", "d:dog", task=task)
    await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    await desk.submit("bob", "c:cat")
    return desk


@pytest.mark.shows("P63", "P56", "P38")
async def test_what_passed_at_its_first_review_is_told_by_author_class_and_reviewer(
    desk: Desk,
) -> None:
    found = await quality(desk.world, by=[CLASS, AUTHOR, REVIEWER])
    total = found.total

    assert (total.first_reviewed, total.first_passed) == (3, 1)
    assert total.first_pass_rate == pytest.approx(1 / 3)
    assert (total.decided, total.approved, total.rejected, total.deleted) == (5, 3, 1, 1)
    assert total.rejection_rate == pytest.approx(0.2)
    lines = [
        (one.class_name, one.author, one.reviewer, one.first_passed, one.first_reviewed)
        for one in found.figures
        if one.first_reviewed
    ]
    assert lines == [("cat", "ann", "rev", 0, 2), ("dog", "ann", "rev", 1, 1)]
    assert [(one.reason, one.rejections) for one in found.reasons] == [("edge", 1)]
    assert not found.truncated


@pytest.mark.shows("D106", "E94", "E36")
async def test_of_queues_and_their_people_is_told_how_often_tasks_came_back(desk: Desk) -> None:
    found = await quality(desk.world, "ada", queue_id="q", by=[QUEUE, AUTHOR])

    [line] = found.figures
    assert (line.queue_id, line.author, line.class_name, line.approved) == ("q", "ann", "", 3)
    [back] = found.returns
    assert (back.queue_id, back.author, back.tasks, back.rounds) == ("q", "ann", 1, 2)
    assert (back.returned, back.returns_per_task) == (1, 1)
    [waits] = found.backlog
    assert (waits.queue_id, waits.kind) == ("q", common_pb2.TASK_KIND_REVIEW)
    assert (waits.waiting_reviews, waits.held_reviews, waits.pending_units) == (1, 0, 1)
    assert waits.oldest_time.seconds > LONG_AGO.seconds


@pytest.mark.shows("P66", "P64")
async def test_which_part_of_the_labels_was_there_and_right_is_told(desk: Desk) -> None:
    total = (await quality(desk.world)).total
    assert (total.first_reviewed, total.missing, total.completeness_rate) == (3, 1, 0.75)
    assert (total.first_passed, total.accuracy_rate) == (1, 0.25)


@pytest.mark.shows("P65")
async def test_how_far_people_agree_about_the_same_items_is_told(world: World) -> None:
    await world.people("ann", "bob", "cid")
    await world.dataset("d", ["one", "two"])
    await world.queue("q", "d", slots=3)
    await world.until("q", queued=6)
    said: dict[str, tuple[list[str], list[str]]] = {
        "ann": (["a:cat", "b:cat", "c:dog"], []),
        "bob": (["x:cat", "y:dog", "z:owl"], []),
        "cid": (["k:cat", "l:cat", "m:dog"], []),
    }
    for person, both in said.items():
        for labels in both:
            [task] = (await world.reserve("q", person)).tasks
            status = "discarded" if person == "cid" and not labels else "completed"
            await world.submit(person, task, units=units(*labels), status=status)

    found = await quality(world)
    # Of "one" ann and cid agree wholly, bob has 2 of 4 with either; of "two" cid says otherwise.
    agreed = {one.person: (one.pairs, round(one.agreement, 4)) for one in found.consistency}
    assert agreed[""] == (6, round((1 + 0.5 + 0.5 + 1 + 0 + 0) / 6, 4))
    assert agreed["ann"] == (4, round((1 + 0.5 + 1 + 0) / 4, 4))
    assert agreed["cid"] == (4, round((1 + 0.5 + 0 + 0) / 4, 4))
    [own] = (await quality(world, "bob", author="bob")).consistency
    assert (own.person, own.pairs) == ("bob", 4)
    assert {one.queue_id for one in found.consistency} == {"q"}


@pytest.mark.shows("P84", "E37", "P41")
async def test_everybody_is_told_of_what_they_did_themselves_and_of_nothing_else(
    desk: Desk,
) -> None:
    world = desk.world
    own = await quality(world, "ann", author="ann", by=[CLASS])
    reviewed = await quality(world, "rev", reviewer="rev")
    for fields in ({}, {"author": "bob"}, {"reviewer": "rev"}, {"queue_id": "q"}):
        assert isinstance(await refused(quality(world, "ann", **fields)), errors.PermissionDenied)

    assert [(one.class_name, one.first_reviewed) for one in own.figures] == [
        *(("", 0), ("cat", 2), ("dog", 1)),
    ]
    assert (len(own.returns), list(own.reviewers), list(own.backlog)) == (1, [], [])
    [line] = reviewed.reviewers
    assert (line.reviewer, line.done_reviews, line.decided) == ("rev", 2, 5)
    assert line.median_turnaround.ToNanoseconds() >= line.median_handling.ToNanoseconds()
    assert (list(reviewed.returns), list(reviewed.backlog)) == ([], [])


async def test_the_owner_of_a_queue_is_told_of_it_and_of_no_other(desk: Desk) -> None:
    world = desk.world
    await world.queue("other")
    await world.change_queue("q", "owner", owner="roy")
    assert (await quality(world, "roy")).total.decided == 5
    assert (await quality(world, "roy", queue_id="q", by=[QUEUE])).figures[0].queue_id == "q"
    denied = await refused(quality(world, "roy", queue_id="other"))
    await world.change_queue("q", "owner", owner="ada")

    assert isinstance(denied, errors.PermissionDenied)
    assert isinstance(await refused(quality(world, "roy")), errors.PermissionDenied)


async def test_only_what_was_decided_in_a_window_is_told(desk: Desk) -> None:
    world = desk.world
    before = await quality(world, end_time=LONG_AGO, by=[AUTHOR])
    since = await quality(world, start_time=LONG_AGO, reviewer="roy")
    wrong = await refused(quality(world, start_time=LONG_AGO, end_time=LONG_AGO))

    assert (before.total.decided, list(before.figures), list(before.returns)) == (0, [], [])
    assert not before.total.HasField("first_pass_rate")
    assert (since.total.decided, list(since.reasons)) == (0, [])
    assert isinstance(wrong, errors.InvalidArgument)
    assert isinstance(await refused(quality(world, author="nobody")), errors.PersonNotFound)
    assert isinstance(await refused(quality(world, queue_id="none")), errors.QueueNotFound)


async def test_how_often_an_expert_sees_it_as_the_reviewer_did_is_told(world: World) -> None:
    desk = await Desk.make(
        world, expert_review=review_settings_pb2.ExpertReview(threshold=1, experts=["roy"])
    )
    await desk.submit("ann", "a", "b", "c")
    await desk.decide("rev", await desk.take("rev"), {"a": REJECT, "b": REJECT, "c": APPROVE})
    expert = await desk.take("roy", kind=common_pb2.TASK_KIND_EXPERT_REVIEW)
    await desk.decide("roy", expert, {"a": APPROVE, "b": REJECT})
    found = {one.reviewer: one for one in (await quality(world)).reviewers}

    assert (found["rev"].judged, found["rev"].agreed, found["rev"].agreement_rate) == (2, 1, 0.5)
    assert not found["roy"].HasField("agreement_rate")


@pytest.mark.shows("E107")
async def test_how_long_work_took_is_told_by_person_and_stage(desk: Desk) -> None:
    world = desk.world
    await world.submit(
        "bob", (await world.reserve("q", "bob")).tasks[0], time_spent=Duration(seconds=90)
    )
    request = report_pb2.GetWorkloadRequest(
        **world.where(), queue_id="q", min_seq=(await world.mine("ada")).seq
    )
    annotated = {
        row.person_id: row.median_handling
        for row in (await world.stubs.reports.GetWorkload(request)).workloads
        if row.HasField("median_handling")
    }
    reviewed = {row.reviewer: row for row in (await quality(world, queue_id="q")).reviewers}

    assert annotated == {"bob": Duration(seconds=90)}
    assert list(reviewed) == ["rev"]
    assert reviewed["rev"].HasField("median_handling")
