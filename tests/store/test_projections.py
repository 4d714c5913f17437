"""The views are what the log adds up to, whoever projects, however it is cut."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from store import projections
from store.projections import Projector
from tests.store.stack import Stack, opened, tasks_of

VIEWS = (
    *("project", "member", "group", "group_member", "dataset", "queue", "attachment", "task"),
    *("operation", "count", "deleted", "position", "queue_dataset"),
    *("activity", "activity_task", "activity_run"),
)


async def views_of(
    admin: asyncpg.Connection, names: Sequence[str] = VIEWS
) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: sorted(tuple(row) for row in await admin.fetch(f"SELECT * FROM view_{name}"))
        for name in names
    }


async def some_work(stack: Stack) -> int:
    """A little of everything; returns the last seq."""
    held = await stack.reserve(2, 4)
    (a, b, c, _), token = tasks_of(held), held.seq
    common = {"person": 2, "token": token}
    await stack.change("start", stack.key(), entry=a[0], slot=a[1], **common)
    settings = (await stack.store.ledger.read(stack.project, "queue", queue=1)).detail[0]
    for (entry, slot), status in ((a, 1), (b, 2)):
        await stack.change(
            "submit",
            stack.key(),
            entry=entry,
            slot=slot,
            settings_seq=settings["settings_seq"],
            status=status,
            meaning=status,
            spent_ms=1500,
            units=2,
            content=0,
            digest="",
            inline=b"{}",
            review="",
            sampled=b"",
            **common,
        )
    await stack.change("release", stack.key(), entry=c[0], slot=c[1], content=0, **common)
    await stack.change("renew", stack.key(), person=2, queue=1, takeover=1, tasks=[])
    await stack.change(
        "change_members",
        stack.key(),
        mode="change",
        members=[[3, 1, 0, 16, []]],
        expected=[-1],
    )
    return (await stack.reserve(4, 2)).seq


async def some_groups(stack: Stack) -> None:
    """Groups that people join, leave and lose, one that is deleted, and a member who is removed."""
    for group in (1, 2):
        await stack.change("create_group", stack.key(), group=group, content=0)
        for mode, people in (("add", [2, 3, 4]), ("remove", [2])):
            await stack.change("change_group", stack.key(), group=group, mode=mode, people=people)
    await stack.change("name_group", stack.key(), group=1, content=9)
    await stack.change("delete_group", stack.key(), group=2)
    gone = [[4, 0, 0, 0, []]]
    await stack.change("change_members", stack.key(), mode="change", members=gone, expected=[-1])


async def worked_and_forgotten(stack: Stack) -> dict[str, list[tuple[Any, ...]]]:
    """The views of some work, which are gone then, and of which nobody makes more."""
    await some_work(stack)
    await some_groups(stack)
    for role in stack.store.roles:
        await role.stop()
    await stack.store.projector.project(stack.project)
    before = await views_of(stack.admin)
    for name in VIEWS:
        await stack.admin.execute(f"TRUNCATE view_{name}")
    return before


async def test_the_views_follow_the_log(stack: Stack) -> None:
    seq = await some_work(stack)
    views = stack.store.views
    await views.wait_for(stack.project, seq)
    queue = await stack.admin.fetchrow("SELECT * FROM view_queue")
    assert queue is not None
    counts = ("entries", "queued", "assigned", "in_progress", "completed", "discarded", "returned")
    assert [queue[name] for name in counts] == [20, 15, 3, 0, 1, 1, 0]
    submitted = await views.task(stack.project, 1, 1)
    assert submitted is not None
    assert (submitted.state, submitted.person, submitted.ended) == (6, 2, "submitted")
    again = await views.task(stack.project, 3, 1)
    assert again is not None
    assert (again.state, again.person, again.token) == (3, 4, seq)
    assert await views.task(stack.project, 19, 1) is None


async def test_groups_have_the_members_that_joined_and_neither_left_nor_were_removed(
    stack: Stack,
) -> None:
    await some_groups(stack)
    await stack.store.views.wait_for(stack.project, (await stack.events())[-1].seq)
    groups = await stack.admin.fetch("SELECT people_group, content, members FROM view_group")
    people = await stack.admin.fetch("SELECT people_group, person FROM view_group_member")
    assert [tuple(row) for row in groups] == [(1, 9, 1)]
    assert [tuple(row) for row in people] == [(1, 3)]


async def test_counts_are_those_of_the_live_state(stack: Stack) -> None:
    seq = await some_work(stack)
    await stack.store.views.wait_for(stack.project, seq)
    queue = dict(await stack.admin.fetchrow("SELECT * FROM view_queue") or {})
    depth = (await stack.store.ledger.read(stack.project, "depth", queue=1)).detail[0]
    counts = depth.get("counts", depth)
    for name in ("queued", "assigned", "in_progress", "completed", "discarded", "returned"):
        assert counts.get(name, 0) == queue[name], name


@pytest.mark.parametrize("run", [1, 3, 500])
async def test_however_the_log_is_cut_the_views_are_the_same(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    before = await worked_and_forgotten(stack)
    monkeypatch.setattr(projections, "RUN_EVENTS", run)

    projector = Projector(
        postgres=stack.store.postgres, log=stack.store.log, redis=stack.store.redis
    )
    await projector.project(stack.project)

    assert await views_of(stack.admin) == before


async def test_two_projectors_do_no_harm(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "RUN_EVENTS", 2)
    before = await worked_and_forgotten(stack)
    [(_, seq)] = before["position"]
    async with opened(Stack(stack.redis_url, stack.dsn), roles=False) as other:
        while True:
            positions = await asyncio.gather(
                stack.store.projector.project(stack.project),
                other.store.projector.project(stack.project),
            )
            if max(positions) >= seq:
                break
    assert await views_of(stack.admin) == before
