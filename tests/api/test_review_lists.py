"""Issues, reviews and units, as lists; and who sees what of them."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import assignment_pb2, issues_pb2, project_pb2
from dibs.v1 import review_lists_pb2 as pb
from tests.api.reviews import APPROVE, DELETE, REJECT, Desk
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


async def _issues(world: World, actor: str = "", **fields: Any) -> list[Any]:
    request = issues_pb2.ListIssuesRequest(**world.where(actor), **fields)
    return list((await world.stubs.reviews.ListIssues(request)).issues)


async def _reviews(world: World, actor: str = "", **fields: Any) -> Any:
    request = pb.ListReviewsRequest(**world.where(actor), **fields)
    return await world.stubs.reviews.ListReviews(request)


async def _units(world: World, task_id: str, actor: str = "", **fields: Any) -> list[Any]:
    request = pb.GetReviewUnitsRequest(**world.where(actor), task_id=task_id, **fields)
    return list((await world.stubs.reviews.GetReviewUnits(request)).units)


async def _rejected(world: World) -> tuple[Desk, str, int]:
    """A task of ann's with a unit rejected, one deleted, one approved; and the event."""
    desk = await Desk.make(world)
    await desk.submit("ann", "a:cat", "b", "c")
    review = await desk.take("rev")
    done = await desk.decide("rev", review, {"a": REJECT, "b": DELETE, "c": APPROVE})
    return desk, review.task.task_id, done.seq


@pytest.mark.shows("E43", "E39", "E93")
async def test_a_task_tells_the_last_action_on_each_unit_by_whom_and_when(world: World) -> None:
    _, task, seq = await _rejected(world)
    units = await _units(world, task, min_seq=seq)
    assert [(one.unit_id, one.last_action, one.state) for one in units] == [
        ("a", pb.UNIT_ACTION_REJECTED, pb.UNIT_STATE_RETURNED),
        ("b", pb.UNIT_ACTION_DELETED, pb.UNIT_STATE_DELETED),
        ("c", pb.UNIT_ACTION_APPROVED, pb.UNIT_STATE_APPROVED),
    ]
    assert {one.reviewer for one in units} == {"rev"}
    assert all(one.action_time.seconds for one in units)
    assert [one.unit_id for one in await _units(world, task, actor="ann")] == ["a", "b", "c"]
    assert (await refused(_units(world, task, actor="bob"))).reason == "PERMISSION_DENIED"


@pytest.mark.shows("D62", "D88")
async def test_issues_are_open_then_for_review_then_resolved(world: World) -> None:
    desk, task, seq = await _rejected(world)
    [issue] = await _issues(world, min_seq=seq, filter="state = OPEN AND queue = q")
    assert (issue.unit_id, issue.class_name, issue.author) == ("a", "cat", "ann")
    assert (issue.comment, issue.reviewer, issue.task_id) == ("look again", "rev", task)
    assert (issue.dataset_id, issue.external_id, issue.item_number) == ("d", "i0", 1)
    asked = assignment_pb2.GetAssignmentRequest(
        **world.where(), assignment_id=issue.assignment_id, min_seq=seq
    )
    share = (await world.stubs.assignments.GetAssignment(asked)).assignment
    assert (share.person_id, share.items_with_open_issues) == ("ann", 1)
    assert not await _issues(world, actor="bob", min_seq=seq)
    assert len(await _issues(world, actor="ann", min_seq=seq, filter=f"task = {task}")) == 1

    [held] = (await world.reserve("q", "ann")).tasks
    fixed = await desk.fix("ann", task, all=True)
    [same] = await _issues(world, min_seq=fixed.seq, filter="state = FOR_REVIEW")
    assert same.issue_id == issue.issue_id
    await desk.submit("ann", "a:cat", "c", task=held)
    last = await desk.decide("rev", await desk.take("rev"), {"a": APPROVE})
    request = issues_pb2.GetIssueRequest(**world.where(), issue_id=issue.issue_id, min_seq=last.seq)
    settled = (await world.stubs.reviews.GetIssue(request)).issue
    assert settled.state == issues_pb2.ISSUE_STATE_RESOLVED
    assert settled.close_time.seconds >= settled.open_time.seconds


async def test_reviews_are_listed_by_state_and_by_who_has_them(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a", "b")
    last = await desk.submit("bob", "c")
    held = await desk.take("rev")
    found = await _reviews(world, min_seq=last.seq, page_size=1)
    assert (len(found.reviews), found.total_size) == (1, 2)
    rest = await _reviews(world, page_size=1, page_token=found.next_page_token)
    assert (rest.reviews[0].review_id, rest.next_page_token) == (held.review_id, "")

    seq = (await world.depth("q")).seq
    [mine] = (await _reviews(world, filter="person = rev", min_seq=seq)).reviews
    assert (mine.units, mine.pending_units, mine.author) == (2, 2, "ann")
    waiting = (await _reviews(world, filter="state = QUEUED", min_seq=seq)).reviews
    assert [one.author for one in waiting] == ["bob"]
    own = (await _reviews(world, actor="bob", min_seq=seq)).reviews
    assert [one.author for one in own] == ["bob"]


@pytest.mark.shows("E60", "E61")
async def test_managers_find_units_by_their_ids(world: World) -> None:
    desk = await Desk.make(world)
    await world.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await desk.submit("ann", "x", "y")
    seq = (await desk.submit("bob", "x")).seq

    async def find(actor: str, **fields: Any) -> Any:
        request = pb.ListUnitsRequest(**world.where(actor), unit_id="x", min_seq=seq, **fields)
        return await world.stubs.reviews.ListUnits(request)

    first = await find("tom", page_size=1)
    second = await find("tom", page_size=1, page_token=first.next_page_token)
    assert [one.author for one in (*first.units, *second.units)] == ["ann", "bob"]
    assert not second.next_page_token
    assert (await refused(find("rev"))).reason == "PERMISSION_DENIED"
    await world.change_queue("q", "owner", owner="rev")
    assert len((await find("rev", queue_id="q")).units) == 2
    assert (await refused(find("roy", queue_id="q"))).reason == "PERMISSION_DENIED"


async def test_what_is_no_issue_and_no_filter_is_refused_by_name(world: World) -> None:
    _, _, seq = await _rejected(world)
    for wrong in ("1-1-1-1", "nonsense"):
        request = issues_pb2.GetIssueRequest(**world.where(), issue_id=wrong, min_seq=seq)
        assert (await refused(world.stubs.reviews.GetIssue(request))).reason == "ISSUE_NOT_FOUND"
    for text in ("task = z", "state = GONE", "shape = round"):
        error = await refused(_issues(world, filter=text))
        assert (error.reason, error.metadata["field"]) == ("INVALID_ARGUMENT", "filter")
