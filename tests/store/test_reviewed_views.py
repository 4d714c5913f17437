"""What the views make of reviews: units, issues, review tasks, and what they add up to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgpack
import pytest

from allocator.filters import Compare, Order
from allocator.model import MISSING, REVIEWS, TaskId
from allocator.ports import Backlog, FirstReviews, QualityAsk, Reason, Returns
from allocator.ports.lists import ListAsk
from reviewqueue.model import UnitState
from store import projections
from store.events import Event
from store.projections import Projector
from store.purging import purge_some
from store.recount import recount
from store.view_rebuild import ViewRebuild
from tests.conftest import ON_ONE_KIND
from tests.store.reviewing import (
    ANN,
    APPROVE,
    BOB,
    EXPERT,
    REJECT,
    REV,
    Reviewing,
    a_correction,
    group,
)
from tests.store.stack import Stack, opened
from tests.store.test_projections import views_of

pytestmark = ON_ONE_KIND
NOT_SAMPLED, PENDING, APPROVED, RETURNED, RESOLVED, REJECTED, DELETED = map(int, UnitState)
ISSUES = ("with_issues", "for_review", "corrections")
UP = Order(field="create_time")


@pytest.fixture
async def reviewing(stack: Stack) -> AsyncIterator[Reviewing]:
    of = Reviewing(stack)
    await of.begin()
    yield of
    await of.seen()
    found = await recount(stack.store.postgres, stack.project, 0)
    assert found is None or not found.wrong, vars(found)


async def test_a_correction_from_the_rejection_to_the_end(reviewing: Reviewing) -> None:
    of, reviews = reviewing, reviewing.stack.store.reviews
    work = [("a", "cat", b"1"), ("b", "dog", b"1"), ("c", "", b"1")]
    task = await of.submit(work, group(1, 2), group(3, to=[BOB]))
    assert await of.figures("in_review", "remaining", "total", "status") == (1, 19, 20, 2)
    assert await of.states(task) == {1: PENDING, 2: PENDING, 3: PENDING}

    said = {"units": {"1": {"reason": "edge", "text": "too wide"}}, "missing": [{}]}
    review = await of.take(REV)
    await of.decide(REV, review, (1, REJECT), missing=1, said=said)
    assert await of.figures("in_review", *ISSUES) == (1, 1, 0, 0)
    await of.decide(REV, review, (2, APPROVE))
    await of.decide(BOB, await of.take(BOB), (3, APPROVE))
    assert await of.figures("in_review", "returned", *ISSUES) == (0, 1, 1, 0, 1)
    lacks = MISSING + 1
    assert await of.states(task) == {1: RETURNED, 2: APPROVED, 3: APPROVED, lacks: RETURNED}

    await of.fix(task, 1)
    assert await of.figures(*ISSUES) == (1, 1, 1)
    earlier = await reviews.earlier(of.stack.project, task)
    assert (earlier.round, earlier.authors, earlier.missing) == (1, [ANN], 1)
    first = earlier.units[0]
    assert (first.external_id, first.class_name, first.digest) == ("a", "cat", b"1")
    assert (first.state, first.rejects, first.reviewer, first.action) == (RESOLVED, 1, REV, REJECT)

    again: dict[str, Any] = {"round": 2, "known": 1, "authors": [ANN], "missing": 1, "gone": [3]}
    again |= {"resolve": 1, "rejects": [[1, 1]]}
    now = [("b", "dog", b"1"), ("d", "cat", b""), ("a", "cat", b"2")]
    await of.submit(now, group(1, lacks, to=[REV]), stored=True, **again)
    assert await of.figures("in_review", *ISSUES) == (1, 0, 1, 0)
    states = {1: PENDING, 2: APPROVED, 3: DELETED, 4: NOT_SAMPLED, lacks: PENDING}
    assert await of.states(task) == states
    await of.decide(REV, await of.take(REV), (1, APPROVE), (lacks, APPROVE))
    assert await of.figures("completed", "in_review", *ISSUES) == (1, 0, 0, 0, 0)
    assert await of.states(task) == states | {1: APPROVED, lacks: APPROVED}


async def test_what_was_reviewed_is_listed_and_added_up(reviewing: Reviewing) -> None:
    of, project = reviewing, reviewing.stack.project
    reviews, quality = of.stack.store.reviews, of.stack.store.qualities
    task = await a_correction(of)
    await of.submit([("a", "cat", b"9")], group(1, to=[REV]))
    await of.seen()

    issues = await reviews.issues(project, ListAsk(order=UP, limit=10))
    assert [(one.unit, one.kind, one.state, one.reason) for one in issues] == [
        (1, 1, 3, "edge"),
        (MISSING + 1, 2, 3, "hidden"),
    ]
    assert {(one.author, one.reviewer, one.class_name) for one in issues} == {(ANN, REV, "cat")}
    assert await reviews.issue(project, task, 1, issues[0].seq) == issues[0]
    behind = ListAsk(order=UP, limit=10, after=(issues[0].seq, task.entry, task.slot, 1))
    assert await reviews.issues(project, behind) == issues[1:]
    found = await reviews.find_units(project, "a", (0, 0, 0), 10)
    assert [(one.entry, one.state) for one in found] == [(1, APPROVED), (2, PENDING)]

    of_rev = Compare(field="person", operator="=", value=REV)
    listed = await reviews.reviews(project, ListAsk(order=UP, limit=10, filter=of_rev))
    assert [(one.review - REVIEWS, one.round, one.state, one.mapped) for one in listed] == [
        (1, 1, 6, 0),
        (2, 2, 6, REV),
        (4, 1, 8, REV),
    ]
    assert await reviews.count_reviews(project, of_rev) == 3
    [backlog] = await reviews.backlog(project, None)
    assert backlog == Backlog(1, 1, 1, 0, 1, listed[-1].made_ms)
    [line] = await of.stack.store.task_list.every(
        project, 1, Compare(field="reviewed_by", operator="=", value=BOB)
    )
    assert (line.entry, line.reviews, line.open_issues) == (task.entry, 3, 0)

    [all_of_it] = await quality.quality(project, QualityAsk())
    assert (all_of_it.first, all_of_it.passed) == (3, 2)
    assert (all_of_it.decided, all_of_it.rejected, all_of_it.missing) == (5, 1, 1)
    by_class = await quality.quality(project, QualityAsk(by=("class", "author")))
    shares = [(one.class_name, one.author, one.passed, one.first) for one in by_class]
    assert shares == [("cat", ANN, 1, 2), ("dog", ANN, 1, 1)]
    assert await quality.quality(project, QualityAsk(by=("class",), to_ms=1)) == []
    assert await quality.reasons(project, QualityAsk(queues=[1])) == [Reason("edge", 1)]
    assert await quality.returns(project, QualityAsk()) == [Returns(1, ANN, 1, 2, 1)]
    assert await quality.first_reviews(project, 1, ANN, ["cat", "owl"], 200) == [
        FirstReviews(ANN, "cat", 2, 1),
        FirstReviews(ANN, "owl", 0, 0),
    ]
    [rev, bob] = await quality.reviewers(project, QualityAsk())
    assert (rev.person, rev.waiting, rev.held, rev.done, rev.decided) == (REV, 1, 0, 2, 4)
    assert (bob.person, bob.done, bob.decided) == (BOB, 1, 1)
    assert bob.turnaround_ms is not None


async def test_what_an_expert_says_is_final(reviewing: Reviewing) -> None:
    of = reviewing
    await of.set_rules(of.seq, threshold=1)
    task = await of.submit([("a", "", b""), ("b", "", b"")], group(1, 2))
    await of.decide(REV, await of.take(REV), (1, REJECT), (2, REJECT))
    assert await of.states(task) == {1: PENDING, 2: PENDING}
    assert await of.figures("in_review", *ISSUES) == (1, 0, 1, 0)
    await of.decide(BOB, await of.take(BOB, EXPERT), (1, APPROVE), (2, REJECT))
    assert await of.states(task) == {1: APPROVED, 2: REJECTED}
    assert await of.figures("completed", *ISSUES) == (1, 0, 0, 0)
    [rev, _] = await of.stack.store.qualities.reviewers(of.stack.project, QualityAsk())
    assert (rev.person, rev.judged, rev.agreed) == (REV, 2, 1)


async def test_a_task_taken_out_of_review_takes_its_reviews_and_issues_along(
    reviewing: Reviewing,
) -> None:
    of = reviewing
    tasks = [
        await of.submit([("a", "", b""), ("b", "", b"")], group(1, to=[REV]), group(2, to=[BOB]))
        for _ in "123"
    ]
    for _ in tasks:
        await of.decide(REV, await of.take(REV), (1, REJECT))
    assert await of.figures("in_review", *ISSUES) == (3, 3, 0, 0)
    first, second, third = tasks
    await of.change(
        "remove_entries",
        queue=1,
        entries=[[first.entry, 1, 3]],
        delayed=[],
        named=1,
    )
    assert await of.figures("in_review", "removed", *ISSUES) == (2, 1, 2, 0, 0)
    await of.change(
        "set_status",
        queue=1,
        task=msgpack.packb([second.entry, 1, 1, 3, 3, [], [], []]),
        as_of=of.seq,
        person=1,
        manager=1,
        settings_seq=(await of.settings_seq()),
        status=1,
        meaning=1,
        passed=0,
        review="",
    )
    assert await of.figures("in_review", "completed", *ISSUES) == (1, 1, 2, 0, 0)
    assert await of.states(second) == {1: RETURNED, 2: NOT_SAMPLED}
    assert await of.states(third) == {1: RETURNED, 2: PENDING}
    open_ones = Compare(field="state", operator="!=", value=9)
    left = await of.stack.store.reviews.reviews(
        of.stack.project, ListAsk(order=UP, limit=20, filter=open_ones)
    )
    assert {one.entry for one in left if one.state != 6} == {third.entry}


async def test_what_is_done_is_reviewed_again_and_goes_back_for_what_others_find(
    reviewing: Reviewing,
) -> None:
    of = reviewing
    task = await of.submit([("a", "", b""), ("b", "", b"")], group(1))
    await of.decide(REV, await of.take(REV), (1, APPROVE))
    known = {"round": 1, "authors": [ANN], "meaning": 1, "status": 1, "missing": 0}
    more = known | {"groups": [group(1, 2, to=[REV]), group(2, to=[BOB])]}
    named = [task.entry, 1, 1, 3, 3]
    await of.seen()
    slots = [[ANN, 6]]
    await of.change(
        "add_reviews",
        queue=1,
        why=1,
        named=1,
        content=0,
        as_of=of.seq,
        tasks=msgpack.packb([[*named, slots, [], [], more]]),
    )
    assert await of.figures("in_review", "completed") == (1, 0)
    await of.decide(REV, await of.take(REV), (1, APPROVE), (2, APPROVE))
    assert await of.states(task) == {1: APPROVED, 2: PENDING}
    await of.decide(BOB, await of.take(BOB), (2, APPROVE))
    assert await of.figures("in_review", "completed", *ISSUES) == (0, 1, 0, 0, 0)
    await of.change(
        "object",
        queue=1,
        person=BOB,
        task=msgpack.packb([*named, slots, [], []]),
        as_of=of.seq,
        units=msgpack.packb([2]),
        missing=1,
        content=0,
        source=0,
        held="",
        given=msgpack.packb(known),
    )
    assert await of.figures("returned", "completed", *ISSUES) == (1, 0, 1, 0, 1)
    assert await of.states(task) == {1: APPROVED, 2: RETURNED, MISSING + 1: RETURNED}


@pytest.mark.parametrize("run", [1, 4, 500])
async def test_however_the_log_of_reviews_is_cut_the_views_are_the_same(
    reviewing: Reviewing, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    stack = reviewing.stack
    await a_correction(reviewing)
    await reviewing.submit([("a", "", b"")], group(1, to=[REV]))
    await reviewing.take(REV)
    for role in stack.store.roles:
        await role.stop()
    await stack.store.projector.project(stack.project)
    names = [
        row["tablename"].removeprefix("view_")
        for row in await stack.admin.fetch(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'view\\_%'"
        )
    ]
    before = await views_of(stack.admin, names)
    for name in names:
        await stack.admin.execute(f"TRUNCATE view_{name}")
    monkeypatch.setattr(projections, "RUN_EVENTS", run)
    await Projector(
        postgres=stack.store.postgres, log=stack.store.log, redis=stack.store.redis
    ).project(stack.project)
    assert await views_of(stack.admin, names) == before
    rebuild = ViewRebuild(stack.store.postgres, stack.store.log)
    assert await rebuild.heal(stack.project, most_events=1000) == 0


async def test_an_item_with_issues_in_two_slots_is_one_item(empty_redis: str, dsn: str) -> None:
    async with opened(Stack(empty_redis, dsn)) as stack:
        await stack.make_project(slots=2)
        of = Reviewing(stack)
        await of.begin()
        tasks = [await of.submit([("a", "", b"")], group(1), person=who) for who in (ANN, REV)]
        assert tasks == [TaskId(entry=1, slot=1), TaskId(entry=1, slot=2)]
        for _ in tasks:
            await of.decide(BOB, await of.take(BOB), (1, REJECT))
        assert await of.figures(*ISSUES) == (1, 0, 2)
        await of.fix(tasks[0], 1)
        assert await of.figures(*ISSUES) == (1, 1, 2)


async def test_what_happens_to_reviews_is_told_of_their_queue_and_item(
    reviewing: Reviewing,
) -> None:
    of, store = reviewing, reviewing.stack.store
    await of.submit([("a", "", b"")], group(1, to=[REV]))
    review, token = await of.take(REV)
    await of.change("release", person=REV, entry=review, slot=1, token=token, content=0)
    happened = await store.activity.behind(of.stack.project, 0, of.seq)
    told = [view for view in happened if any(one.entry == review for one in view.tasks)]
    assert [view.change for view in told] == ["submitted", "granted", "released"]
    for view in told:
        [task] = [task for task in view.tasks if task.entry == review]
        assert (task.queue, task.person) == (1, REV)
        assert (1, REV) in view.parts
    about = Compare(field="task", operator="=", value=TaskId(entry=review, slot=1).packed)
    listed = await store.activity.page(
        of.stack.project, ListAsk(order=Order(field="seq"), limit=9, filter=about)
    )
    assert [view.seq for view in listed] == [view.seq for view in told]


async def test_reviews_of_a_deleted_queue_are_nobodys_and_their_rows_go(
    reviewing: Reviewing,
) -> None:
    of, stack = reviewing, reviewing.stack
    await a_correction(of)
    await of.submit([("a", "", b"")], group(1))
    review, _ = await of.take(REV)
    await of.change("delete_queue", queue=1, force=1)
    await of.seen()
    assert await stack.store.reviews.backlog(stack.project, None) == []
    assert await stack.store.reviews.reviews(stack.project, ListAsk(order=UP, limit=9)) == []
    assert await stack.store.reviews.find_units(stack.project, "a", (0, 0, 0), 9) == []
    while await purge_some(stack.store.postgres):
        pass
    for name in ("review", "unit", "issue", "decision", "round", "author", "review_settings"):
        assert await stack.admin.fetchval(f"SELECT count(*) FROM view_{name}") == 0, name
    late = Event(
        project=stack.project,
        seq=2**40,
        epoch=1,
        chain="",
        version=1,
        clock_ms=0,
        wall_ms=0,
        actor=0,
        request=None,
        kind="expired",
        body={"tasks": [[review, 1, REV, 0]], "stay": []},
    )
    async with stack.store.postgres.reading() as connection, connection.transaction():
        await projections.project_events(connection, stack.project, [late])
    assert await stack.admin.fetchval("SELECT count(*) FROM view_review") == 0
