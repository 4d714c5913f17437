"""Automatic checks: a rule service passes a submission, has it reviewed, or returns it."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import checks_pb2 as pb
from dibs.v1 import common_pb2, issues_pb2, project_pb2
from tests.api.reviews import APPROVE, Desk, annotator, ids, verdict
from tests.api.tasks import record
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

IN_REVIEW = common_pb2.TASK_STATE_IN_REVIEW
COMPLETED = common_pb2.TASK_STATE_COMPLETED
RETURNED = common_pb2.TASK_STATE_RETURNED
PASS, REVIEW, RETURN = (
    pb.CHECK_VERDICT_PASS,
    pb.CHECK_VERDICT_REVIEW,
    pb.CHECK_VERDICT_RETURN,
)


async def checked_desk(world: World, **settings: Any) -> Desk:
    """Nothing is drawn; `rules` is the account of a rule service."""
    desk = await Desk.make(world, sampling_rate=0.0, **settings)
    await world.people("rules", roles=[project_pb2.ROLE_REVIEWER])
    return desk


async def check(world: World, what: Any, *units: str, actor: str = "rules", **fields: Any) -> Any:
    given = {"task_id": "1-1", "rule": "overlap"} | world.change(actor) | fields
    request = pb.SubmitCheckResultRequest(**given, verdict=what, unit_ids=units)
    return await world.stubs.reviews.SubmitCheckResult(request)


async def results(world: World, actor: str = "", **fields: Any) -> Any:
    request = pb.ListCheckResultsRequest(**world.where(actor), task_id="1-1", **fields)
    return await world.stubs.reviews.ListCheckResults(request)


async def state(world: World) -> Any:
    return (await record(world, "1-1")).task.state


@pytest.mark.shows("P58")
async def test_a_rule_forces_a_review_of_the_units_that_it_names(world: World) -> None:
    desk = await checked_desk(world)
    await desk.submit("ann", "a", "b", "c")
    assert await state(world) == COMPLETED

    frame = world.change("rules")
    forced = await check(world, REVIEW, "b", text="boxes overlap", **frame)
    assert (forced.reviews, await state(world)) == (1, IN_REVIEW)
    assert (await check(world, REVIEW, "b", text="boxes overlap", **frame)).seq == forced.seq
    assert (await check(world, REVIEW, "b", rule="twice")).reviews == 0
    review = await desk.take("rev")
    assert ids(review) == ["b"]
    assert (await desk.decide("rev", review, {"b": APPROVE})).task_state == COMPLETED

    told = (await results(world, min_seq=forced.seq)).results
    assert [(one.rule, one.verdict, one.round, one.checker) for one in told] == [
        ("overlap", REVIEW, 1, "rules"),
        ("twice", REVIEW, 1, "rules"),
    ]
    assert (told[0].seq, list(told[0].unit_ids), told[0].text) == (
        *(forced.seq, ["b"], "boxes overlap"),
    )


@pytest.mark.shows("E103")
async def test_work_is_routed_by_part_by_person_and_by_an_agent(world: World) -> None:
    desk = await checked_desk(world, seed=1, annotator_mappings=[annotator("bob", "roy")])
    by_agent = await desk.submit("ann", "a", "b")
    await check(world, RETURN, "a", text="no label is so small")
    by_then = await state(world)
    await desk.settings(sampling_rate=0.5)
    part = await desk.submit("bob", *(f"u{n}" for n in range(40)))
    others = (await desk.reserve("rev")).reviews
    review = await desk.take("roy")

    assert (by_agent.state, by_then, part.state) == (COMPLETED, RETURNED, IN_REVIEW)
    assert 5 < part.units_to_review < 35
    assert len(ids(review)) == part.units_to_review
    assert not others


@pytest.mark.shows("P58")
async def test_a_rule_returns_a_submission_with_issues_that_say_why(world: World) -> None:
    desk = await checked_desk(world)
    await desk.submit("ann", "a", "b")
    back = await check(world, RETURN, "b")
    assert (len(back.issue_ids), await state(world)) == (1, RETURNED)
    request = issues_pb2.GetIssueRequest(
        **world.where("ann"), issue_id=back.issue_ids[0], min_seq=back.seq
    )
    issue = (await world.stubs.reviews.GetIssue(request)).issue
    assert (issue.unit_id, issue.comment, issue.reviewer) == ("b", "overlap", "rules")

    [task] = (await world.reserve("q", "ann")).tasks
    await desk.fix("ann", "1-1", all=True)
    await desk.submit("ann", "a", "b", task=task)
    assert await state(world) == IN_REVIEW
    passed = await check(world, PASS, rule="sizes")
    assert (passed.reviews, list(passed.issue_ids)) == (0, [])
    mine = (await results(world, "ann", min_seq=passed.seq, page_size=1)).results
    assert [(one.verdict, one.round) for one in mine] == [(RETURN, 1)]
    every = (await results(world, "rules", min_seq=passed.seq)).results
    assert [(one.verdict, one.round) for one in every] == [(RETURN, 1), (PASS, 2)]


async def test_a_whole_submission_is_checked_where_no_units_are_named(world: World) -> None:
    desk = await checked_desk(world)
    await desk.submit("ann", units=[])
    assert (await check(world, REVIEW)).reviews == 1
    await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    assert len((await check(world, RETURN, text="empty")).issue_ids) == 1
    assert await state(world) == RETURNED


async def test_checks_that_cannot_be_are_refused_and_change_nothing(world: World) -> None:
    desk = await checked_desk(world)
    [task] = (await world.reserve("q", "ann")).tasks
    for what in (PASS, REVIEW, RETURN):
        early = await refused(check(world, what))
        assert isinstance(early, errors.WrongTaskState)
    await desk.submit("ann", "a", task=task)
    assert isinstance(await refused(check(world, REVIEW, "z")), errors.UnitNotFound)
    assert isinstance(await refused(check(world, PASS, rule="")), errors.InvalidArgument)
    assert isinstance(await refused(check(world, PASS, task_id="9-1")), errors.TaskNotFound)
    assert isinstance(await refused(check(world, PASS, actor="bob")), errors.PermissionDenied)
    seq = (await check(world, PASS)).seq
    assert isinstance(await refused(results(world, "roy", min_seq=seq)), errors.PermissionDenied)
    await world.queue("bare", "d")
    [bare] = (await world.reserve("bare", "bob")).tasks
    await world.submit("bob", bare)
    unset = await refused(check(world, REVIEW, task_id=bare.task_id))
    assert isinstance(unset, errors.QueueNotReviewed)
    assert await state(world) == COMPLETED
