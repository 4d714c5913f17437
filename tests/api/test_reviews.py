"""Submitted work is reviewed: given to reviewers, decided about unit by unit, returned."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from dibs import errors
from dibs.v1 import actions_pb2, common_pb2, project_pb2
from dibs.v1 import allocation_pb2 as allocation
from dibs.v1 import review_pb2 as pb
from tests.api.reviews import APPROVE, DELETE, REJECT, Desk, ids, mapping, units, verdict
from tests.api.tasks import recall, record, set_status
from tests.api.world import World, refused
from tests.api.world import ids as items
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

IN_REVIEW = common_pb2.TASK_STATE_IN_REVIEW
COMPLETED = common_pb2.TASK_STATE_COMPLETED
RETURNED = common_pb2.TASK_STATE_RETURNED


@pytest.mark.shows("E16", "E80", "P57")
async def test_what_is_submitted_is_complete_once_its_reviews_are_done(world: World) -> None:
    desk = await Desk.make(world)
    done = await desk.submit("ann", "a", "b")
    assert (done.state, done.units_to_review) == (IN_REVIEW, 2)

    review = await desk.take("rev")
    assert (ids(review), review.author, review.round) == (["a", "b"], "ann", 1)
    assert (review.task.external_id, review.kind) == ("i0", common_pb2.TASK_KIND_REVIEW)

    first = await desk.decide("rev", review, {"a": APPROVE})
    last = await desk.decide("rev", review, {"b": APPROVE})
    assert (first.decided, first.finished, first.task_state) == (1, False, IN_REVIEW)
    assert (last.finished, last.task_state) == (True, COMPLETED)


@pytest.mark.shows("E87", "P61")
async def test_a_reject_returns_the_task_to_its_author_before_all_other_work(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a", "b", "c")
    [held] = (await world.reserve("q", "ann")).tasks
    review = await desk.take("rev")
    done = await desk.decide("rev", review, {"a": REJECT, "b": DELETE, "c": APPROVE})
    assert (done.decided, done.finished, done.task_state) == (3, True, RETURNED)

    assert items(await world.reserve("q", "bob")) == ["i2"]
    again = await world.reserve("q", "ann")
    assert items(again) == ["i0"]
    assert held.external_id == "i1"


@pytest.mark.shows("E83", "E84", "E85")
async def test_all_units_are_decided_about_at_once_and_the_next_review_follows(
    world: World,
) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a", "b")
    await desk.submit("bob", "x")
    review = await desk.take("rev")
    done = await desk.decide("rev", review, all=verdict(APPROVE), next=True)
    assert (done.decided, done.task_state) == (2, COMPLETED)
    assert ids(done.next) == ["x"]

    held = (await desk.mine("rev")).reviews
    assert [one.review_id for one in held] == [done.next.review_id]
    last = await desk.decide("rev", done.next, all=verdict(APPROVE), next=True)
    assert last.nothing.reason == allocation.NOTHING_REASON_QUEUE_EMPTY


@pytest.mark.shows("E81", "E82")
async def test_what_is_on_a_frame_is_decided_about_together(world: World) -> None:
    desk = await Desk.make(world)
    early = units("a", frames=[allocation.FrameRange(start=0, end=4)])
    late = units("b", frames=[allocation.FrameRange(start=3, end=9)])
    await desk.submit("ann", units=[*early, *late, *units("everywhere")])
    review = await desk.take("rev")
    assert [(one.start, one.end) for one in review.units[0].unit.frames] == [(0, 4)]

    on_two = pb.FrameDecision(frame=2, verdict=verdict(APPROVE))
    assert (await desk.decide("rev", review, frame=on_two)).decided == 2
    on_three = pb.FrameDecision(frame=3, verdict=verdict(REJECT))
    done = await desk.decide("rev", review, frame=on_three)
    assert (done.decided, done.task_state) == (1, RETURNED)


@pytest.mark.shows("E92")
async def test_a_missing_label_returns_the_task_like_a_reject(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a")
    review = await desk.take("rev")
    reported = await desk.missing("rev", review, "a five, top left", "a seven")
    assert len(set(reported.issue_ids)) == 2
    done = await desk.decide("rev", review, all=verdict(APPROVE))
    assert done.task_state == RETURNED

    [task] = (await world.reserve("q", "ann")).tasks
    open_ones = await refused(world.submit("ann", task, units=units("a")))
    assert (open_ones.reason, open_ones.metadata["issues"]) == ("OPEN_ISSUES", "2")
    marked = await desk.fix("ann", task.task_id, issue_ids=reported.issue_ids)
    assert marked.marked == 2
    again = await desk.submit("ann", "a", "five", "seven", task=task)
    assert again.state == IN_REVIEW
    second = await desk.take("rev")
    assert [one.comment for one in second.missing] == ["a five, top left", "a seven"]

    five, seven = (one.issue_id for one in second.missing)
    strange = [pb.UnitDecision(issue_id="1-1-1-1", verdict=verdict(APPROVE))]
    error = await refused(desk.decide("rev", second, decisions=strange))
    assert error.reason == "ISSUE_NOT_FOUND"
    named = [
        pb.UnitDecision(issue_id=five, verdict=verdict(APPROVE)),
        pb.UnitDecision(issue_id=seven, verdict=verdict(REJECT)),
    ]
    done = await desk.decide("rev", second, decisions=named)
    assert (done.finished, done.task_state) == (True, IN_REVIEW)
    made_since = await desk.take("rev")
    last = await desk.decide("rev", made_since, all=verdict(APPROVE))
    assert (ids(made_since), last.task_state) == (["five", "seven"], RETURNED)


async def test_a_submission_without_units_is_reviewed_as_one(world: World) -> None:
    desk = await Desk.make(world)
    done = await desk.submit("ann")
    assert done.units_to_review == 1
    review = await desk.take("rev")
    assert ids(review) == [""]
    assert (await desk.decide("rev", review, all=verdict(REJECT))).task_state == RETURNED


@pytest.mark.shows("E91", "E88", "E89")
async def test_units_are_corrected_as_often_as_they_are_rejected(world: World) -> None:
    desk = await Desk.make(world, items=1)
    await desk.submit("ann", "a", "b")
    for times in (1, 2, 3):
        review = await desk.take("rev")
        last = review.units[0].rejections
        assert (ids(review), last) == (["a", "b"] if times == 1 else ["a"], times - 1)
        await desk.decide("rev", review, {"a": REJECT, **({"b": APPROVE} if times == 1 else {})})
        [task] = (await world.reserve("q", "ann")).tasks
        error = await refused(desk.submit("ann", "a", "b", task=task))
        assert (error.reason, error.metadata["issues"]) == ("OPEN_ISSUES", "1")
        await desk.fix("ann", task.task_id, "a")
        again = await desk.submit("ann", "a", "b", task=task)
        assert again.units_to_review == 1
    review = await desk.take("rev")
    assert (await desk.decide("rev", review, {"a": APPROVE})).task_state == COMPLETED


@pytest.mark.shows("E98", "E90", "P62")
async def test_only_what_was_marked_changed_or_new_is_reviewed_again(world: World) -> None:
    desk = await Desk.make(world, items=1)
    first = [*units("bad"), *units("good", digest=b"1"), *units("kept", digest=b"1")]
    await desk.submit("ann", units=[*first, *units("dropped")])
    review = await desk.take("rev")
    await desk.decide(
        "rev", review, {"bad": REJECT, "good": APPROVE, "kept": APPROVE, "dropped": APPROVE}
    )
    [task] = (await world.reserve("q", "ann")).tasks
    second = [*units("bad"), *units("good", digest=b"2"), *units("kept", digest=b"1")]
    done = await desk.submit("ann", units=[*second, *units("new")], task=task, resolve_issues=True)
    assert done.units_to_review == 3

    # The same reviewer sees what they rejected, with what they said.
    reviews = (await desk.reserve("rev", count=5)).reviews
    assert sorted(unit for one in reviews for unit in ids(one)) == ["bad", "good", "new"]
    [issue] = [one.issue for review in reviews for one in review.units if one.HasField("issue")]
    assert (issue.unit_id, issue.comment, issue.reviewer) == ("bad", "look again", "rev")


@pytest.mark.shows("E86", "E21")
async def test_a_reject_says_why_by_a_reason_of_the_queue_or_in_words(world: World) -> None:
    desk = await Desk.make(world, rejection_reasons=["box too wide"])
    await desk.submit("ann", "a", "b")
    answer = await desk.reserve("rev")
    assert list(answer.rejection_reasons) == ["box too wide"]
    [review] = answer.reviews

    mute = await refused(desk.decide("rev", review, all=pb.Verdict(action=REJECT)))
    assert (mute.reason, mute.metadata["field"]) == ("INVALID_ARGUMENT", "all")
    unknown = pb.Verdict(action=REJECT, reason="because")
    assert (await refused(desk.decide("rev", review, all=unknown))).reason == "INVALID_ARGUMENT"
    why = pb.Verdict(action=REJECT, reason="box too wide")
    one = pb.UnitDecision(unit_id="a", verdict=why, edits="moved the left edge")
    done = await desk.decide("rev", review, decisions=[one])
    assert (done.decided, done.finished) == (1, False)


async def test_decisions_that_cannot_be_are_refused_and_change_nothing(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a", "b")
    review = await desk.take("rev")
    twice = [pb.UnitDecision(unit_id="a", verdict=verdict(APPROVE))] * 2
    assert (await refused(desk.decide("rev", review, decisions=twice))).reason == "INVALID_ARGUMENT"
    stranger = await refused(desk.decide("rev", review, {"z": APPROVE}))
    assert (stranger.reason, stranger.metadata["unit_id"]) == ("UNIT_NOT_FOUND", "z")
    await desk.decide("rev", review, {"a": APPROVE})
    again = await refused(desk.decide("rev", review, {"a": REJECT}))
    assert (again.reason, again.metadata["unit_id"]) == ("UNIT_NOT_PENDING", "a")
    nowhere = pb.MarkFixedRequest(**world.change("ann"), task_id="1-1", unit_ids=["a"])
    assert (await refused(world.stubs.reviews.MarkFixed(nowhere))).reason in {
        "UNIT_NOT_RETURNED",
        "PERMISSION_DENIED",
    }
    assert (await desk.decide("rev", review, {"b": APPROVE})).task_state == COMPLETED
    late = await refused(desk.decide("rev", review, {"b": APPROVE}))
    assert (late.reason, late.metadata["state"]) == ("WRONG_TASK_STATE", "COMPLETED")


async def test_nobody_reviews_what_they_made(world: World) -> None:
    desk = await Desk.make(world)
    both = [project_pb2.ROLE_ANNOTATOR_AND_REVIEWER]
    await world.people("cy", "dee", roles=both)
    await desk.submit("cy", "a")
    nothing = (await desk.reserve("cy")).nothing
    assert nothing.reason == allocation.NOTHING_REASON_NOT_ELIGIBLE
    [cause] = nothing.causes
    assert cause.cause == common_pb2.INELIGIBILITY_EXCLUDED
    assert ids(await desk.take("dee")) == ["a"]


async def test_who_may_not_review_may_not_even_ask(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a")
    error = await refused(desk.reserve("bob"))
    assert isinstance(error, errors.PermissionDenied)
    assert "REVIEWER" in error.metadata["needs"]
    assert (await refused(desk.settings(actor="rev", enabled=False))).reason == "PERMISSION_DENIED"
    assert (await desk.take("rev")).author == "ann"


async def test_a_lease_that_ends_leaves_the_rest_to_the_same_reviewer(world: World) -> None:
    desk = await Desk.make(world, class_mappings=[{"class_name": "cat", "reviewers": ["rev"]}])
    await desk.submit("ann", "a:cat", "b:cat")
    review = await desk.take("rev")
    started = await world.start("rev", _as_task(review))
    assert started.state == common_pb2.TASK_STATE_IN_PROGRESS
    await desk.decide("rev", review, {"a": REJECT})
    await world.release("rev", _as_task(review))

    assert not (await desk.reserve("roy")).reviews
    rest = await desk.take("rev")
    assert (rest.review_id, ids(rest)) == (review.review_id, ["b"])
    lost = await refused(desk.decide("rev", review, {"b": APPROVE}))
    assert lost.reason == "LEASE_LOST"
    assert (await desk.decide("rev", rest, {"b": APPROVE})).task_state == RETURNED


async def test_a_lease_that_runs_out_leaves_what_was_decided_and_the_rest_to_others(
    world: World,
) -> None:
    desk = await Desk.make(world, lease_duration=Duration(seconds=1))
    await desk.submit("ann", "a", "b")
    review = await desk.take("rev")
    await desk.decide("rev", review, {"a": APPROVE})
    while not (given := (await desk.reserve("roy")).reviews):
        pass
    assert (given[0].review_id, ids(given[0])) == (review.review_id, ["b"])
    late = await refused(desk.decide("rev", review, {"b": APPROVE}))
    assert (late.reason, late.metadata["holder"]) == ("LEASE_LOST", "roy")


async def test_reviews_end_when_their_task_leaves_review(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a")
    review = await desk.take("rev")
    removal = await world.remove_items("q", "d", ["i0"])
    await world.waited(removal.operation)
    lost = await refused(desk.decide("rev", review, all=verdict(APPROVE)))
    assert lost.reason == "LEASE_LOST"
    assert not (await desk.mine("rev")).reviews


async def test_reviews_are_in_no_list_of_tasks_to_annotate(world: World) -> None:
    desk = await Desk.make(world)
    await world.people("cy", roles=[project_pb2.ROLE_ANNOTATOR_AND_REVIEWER])
    await desk.submit("ann", "a")
    await desk.take("cy")
    [held] = (await world.reserve("q", "cy")).tasks
    mine = (await world.mine("cy")).tasks
    assert [task.task_id for task in mine] == [held.task_id]


@pytest.mark.shows("P8", "P40")
async def test_its_author_changes_what_is_submitted_until_a_review_has_passed(
    world: World,
) -> None:
    desk = await Desk.make(world, class_mappings=[mapping("cat", "rev"), mapping("dog", "roy")])
    done = await desk.submit("ann", "a:cat", "b:dog")
    found = await record(world, "1-1", actor="ann", min_seq=done.seq)
    assert actions_pb2.ACTION_RECALL_SUBMISSION in found.allowed_actions
    task = common_pb2.Task(task_id="1-1", lease=(await recall(world, "ann", "1-1")).lease)
    await desk.submit("ann", "a:cat", "b:dog", task=task)

    review = await desk.take("rev")
    await world.start("rev", _as_task(review))
    assert (await refused(recall(world, "ann", "1-1"))).reason == "REVIEW_STARTED"
    await desk.decide("rev", review, {"a": APPROVE})
    last = await desk.decide("roy", await desk.take("roy"), {"b": APPROVE})
    assert last.task_state == COMPLETED
    for change in (set_status(world, "ann", "1-1", "discarded"), recall(world, "ann", "1-1")):
        assert (await refused(change)).reason == "REVIEW_PASSED"
    changed = await set_status(world, "", "1-1", "discarded")
    assert changed.state == common_pb2.TASK_STATE_DISCARDED


async def test_what_was_discarded_and_is_done_is_drawn_from_like_a_submission(
    world: World,
) -> None:
    desk = await Desk.make(world, discard_review_rate=0.0)
    await desk.submit("ann", status="discarded")
    done = await set_status(world, "ann", "1-1", "completed")
    assert done.state == IN_REVIEW
    review = await desk.take("rev")
    assert (await desk.decide("rev", review, all=verdict(APPROVE))).task_state == COMPLETED


async def test_what_is_open_still_is_looked_at_when_work_is_discarded_and_done_after_all(
    world: World,
) -> None:
    desk = await Desk.make(world, discard_review_rate=0.0)
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.submit("ann", "a", "b", task=task)
    review = await desk.take("rev")
    await desk.missing("rev", review, "a five")
    await desk.decide("rev", review, {"a": APPROVE})
    await set_status(world, "", task.task_id, "discarded")
    await desk.settings(sampling_rate=0.0)
    done = await set_status(world, "", task.task_id, "completed")
    assert done.state == IN_REVIEW
    again = await desk.take("rev")
    assert [one.comment for one in again.missing] == ["a five"]


def _as_task(review: Any) -> common_pb2.Task:
    """A review, to be started or released like a task."""
    return common_pb2.Task(task_id=review.review_id, lease=review.lease)
