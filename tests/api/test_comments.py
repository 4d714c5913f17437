"""Comments on tasks and issues, of both sides."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import comments_pb2 as pb
from dibs.v1 import issues_pb2, report_pb2
from tests.api.qa import Checks
from tests.api.reviews import APPROVE, REJECT, Desk
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


async def say(world: World, person: str, text: str, **fields: Any) -> Any:
    request = pb.AddCommentRequest(**world.change(person), text=text, **fields)
    return await world.stubs.reviews.AddComment(request)


async def said(world: World, actor: str = "", **fields: Any) -> Any:
    request = pb.ListCommentsRequest(**world.where(actor), **fields)
    return await world.stubs.reviews.ListComments(request)


async def issue(desk: Desk, actor: str = "", **fields: Any) -> Any:
    request = issues_pb2.GetIssueRequest(**desk.world.where(actor), **fields)
    return await desk.world.stubs.reviews.GetIssue(request)


@pytest.fixture
async def desk(world: World) -> Desk:
    """Rev has rejected ann's unit a."""
    desk = await Desk.make(world)
    await desk.submit("ann", "a", "b")
    await desk.decide("rev", await desk.take("rev"), {"a": REJECT, "b": APPROVE})
    return desk


async def _issue_id(world: World, min_seq: int) -> str:
    request = issues_pb2.ListIssuesRequest(**world.where(), min_seq=min_seq)
    [found] = (await world.stubs.reviews.ListIssues(request)).issues
    return str(found.issue_id)


@pytest.mark.shows("P41", "P42", "P61")
async def test_annotator_and_reviewer_talk_about_an_issue_and_see_it_where_they_work(
    desk: Desk,
) -> None:
    world = desk.world
    name = await _issue_id(world, (await world.depth("q")).seq)
    first = await say(world, "ann", "it is a dog\nnot a cat", issue_id=name)
    await say(world, "rev", "then say so", issue_id=name)
    await say(world, "ada", "be kind", task_id="1-1")
    of_issue = [(one.person, one.text) for one in (await issue(desk, issue_id=name)).comments]
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.fix("ann", task.task_id, all=True)
    await desk.submit("ann", "a", "b", task=task)
    shown = (await desk.take("rev")).comments

    assert first.comment.person == "ann"
    assert of_issue == [("ann", "it is a dog\nnot a cat"), ("rev", "then say so")]
    assert [(one.issue_id, one.text) for one in shown] == [
        *((name, text) for _, text in of_issue),
        ("", "be kind"),
    ]


async def test_comments_are_listed_in_pages_the_oldest_first(desk: Desk) -> None:
    world = desk.world
    last = [await say(world, "ann", f"{n}", task_id="1-1") for n in range(3)][-1]
    first = await said(world, "rev", task_id="1-1", page_size=2, min_seq=last.seq)
    rest = await said(world, "rev", task_id="1-1", page_size=2, page_token=first.next_page_token)

    assert [one.text for one in (*first.comments, *rest.comments)] == ["0", "1", "2"]
    assert rest.comments[0] == last.comment
    assert not rest.next_page_token
    wrong = await refused(said(world, "ada", task_id="2-1", page_token=first.next_page_token))
    assert (wrong.reason, wrong.metadata["field"]) == ("INVALID_ARGUMENT", "page_token")


async def test_who_checks_finished_items_talks_with_authors_about_their_issues(
    world: World,
) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a")
    await checks.queue()
    told = await checks.report("rev", await checks.take("rev"), "a")
    [name] = told.issue_ids
    await say(world, "rev", "which leg is it?", issue_id=name)
    await say(world, "ann", "the left one", issue_id=name)
    elsewhere = await refused(say(world, "rev", "and this?", task_id="2-1"))

    assert [one.person for one in (await said(world, "rev", issue_id=name)).comments] == [
        *("rev", "ann"),
    ]
    assert isinstance(elsewhere, errors.PermissionDenied)


async def test_who_has_no_part_in_a_task_neither_speaks_nor_listens(desk: Desk) -> None:
    world = desk.world
    name = await _issue_id(world, (await world.depth("q")).seq)
    for person in ("bob", "roy"):
        for topic in ({"task_id": "1-1"}, {"issue_id": name}):
            for call in (say(world, person, "me too", **topic), said(world, person, **topic)):
                assert isinstance(await refused(call), errors.PermissionDenied)
    await world.change_queue("q", "owner", owner="roy")
    await say(world, "roy", "this is mine", task_id="1-1")
    await world.update("ann", "active", active=False)
    assert isinstance(
        await refused(say(world, "ann", "I was", task_id="1-1")), errors.PermissionDenied
    )

    assert [one.text for one in (await said(world, task_id="1-1")).comments] == ["this is mine"]


async def test_a_comment_is_an_event_that_its_author_hears_of(desk: Desk) -> None:
    world = desk.world
    done = await say(world, "rev", "look at frame 3", task_id="1-1")
    request = report_pb2.ListActivityRequest(
        **world.where("ann"), min_seq=done.seq, filter="change = COMMENTED"
    )
    [event] = (await world.stubs.reports.ListActivity(request)).activity

    assert (event.seq, event.actor, event.tasks[0].task_id) == (done.seq, "rev", "1-1")
    assert not event.tasks[0].state
    assert not event.reason


async def test_a_comment_on_nothing_or_of_nothing_is_refused_by_name(desk: Desk) -> None:
    world = desk.world
    wrong = [
        ({"text": "x"}, "INVALID_ARGUMENT"),
        ({"text": "x", "task_id": "1-1", "issue_id": "1-1-1-1"}, "INVALID_ARGUMENT"),
        ({"text": "", "task_id": "1-1"}, "INVALID_ARGUMENT"),
        ({"text": "é" * 2049, "task_id": "1-1"}, "INVALID_ARGUMENT"),
        ({"text": "x", "task_id": "999-1"}, "TASK_NOT_FOUND"),
        ({"text": "x", "task_id": "1-2"}, "TASK_NOT_FOUND"),
        ({"text": "x", "issue_id": "1-1-1-999"}, "ISSUE_NOT_FOUND"),
        ({"text": "x", "issue_id": "nonsense"}, "ISSUE_NOT_FOUND"),
    ]
    for fields, reason in wrong:
        error = await refused(say(world, "ada", **fields))
        assert (error.reason, fields) == (reason, fields)
    assert not (await said(world, task_id="1-1")).comments
