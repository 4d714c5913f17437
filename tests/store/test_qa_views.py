"""What the views make of QA queues: items that come in, and that leave with their status."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgpack
import pytest

from allocator.model import QA_STATUSES, QueueSettings
from allocator.ports import Place, QaQueue
from allocator.services.queue_settings import body_of, rules_of
from store.projections import Projector
from store.recount import recount
from tests.conftest import ON_ONE_KIND
from tests.store.reviewing import ANN, BOB, REV, Reviewing
from tests.store.stack import Stack
from tests.store.test_projections import views_of

pytestmark = ON_ONE_KIND
QA, SLOTS = 2, 2


class Checking(Reviewing):
    """A QA queue over queue 1, in which two people check each item."""

    async def create(self) -> None:
        of = QueueSettings(
            queue=QA, source=1, slots=SLOTS, owner=1, statuses=QA_STATUSES, lease_ms=60_000
        )
        store, project = self.stack.store, self.stack.project
        content, _ = await store.content.put(project, body_of(of))
        rules = msgpack.packb(rules_of(of))
        await self.change("create_queue", queue=QA, rules=rules, content=content)

    async def bring(self) -> int:
        """What is finished comes in, as who follows finds it; how many items."""
        await self.seen()
        [of] = await self.stack.store.checks.queues(self.stack.project)
        page = await self.stack.store.checks.finished(self.stack.project, of, Place(), 10)
        tasks = [[i.entry, i.item, i.class_, i.priority, sorted(i.people)] for i in page.items]
        told = {"as_of": page.as_of, "tasks": msgpack.packb(tasks)}
        await self.change("add_qa", queue=of.queue, **told)
        return len(tasks)

    async def reopen(self, entry: int) -> None:
        """By another one than who follows: the status is taken away."""
        await self.seen()
        task = [entry, 1, 1, 3, 3, [[ANN, 6]], [], []]
        await self.change(
            *("reopen",),
            queue=1,
            to=1,
            person=0,
            as_of=self.seq,
            tasks=msgpack.packb([task]),
            lenient=0,
        )

    async def found(self) -> QaQueue:
        await self.seen()
        [of] = await self.stack.store.checks.queues(self.stack.project)
        return of


@pytest.fixture
async def checking(stack: Stack) -> AsyncIterator[Checking]:
    of = Checking(stack)
    await of.begin(on=0)
    await of.create()
    yield of
    await of.seen()
    found = await recount(stack.store.postgres, stack.project, 0)
    assert found is None or not found.wrong, vars(found)


async def test_what_comes_and_goes_with_a_status_is_counted_and_made_anew_the_same(
    checking: Checking,
) -> None:
    of, stack = checking, checking.stack
    tasks = [await of.submit([("a", "", b"")]) for _ in range(3)]
    assert await of.bring() == 3
    for person in (REV, BOB):
        await of.change("reserve", queue=QA, person=person, count=1, target=0)
    await of.reopen(tasks[0].entry)

    await of.seen()
    row = await stack.admin.fetchrow("SELECT * FROM view_queue WHERE queue = $1", QA)
    assert row is not None
    figures = ("entries", "queued", "assigned", "removed", "total")
    assert tuple(row[name] for name in figures) == (3, 4, 0, 2, 4)
    for role in stack.store.roles:
        await role.stop()
    tables = await stack.admin.fetch("SELECT tablename FROM pg_tables WHERE tablename ~ '^view_'")
    names = [table["tablename"].removeprefix("view_") for table in tables]
    before = await views_of(stack.admin, names)
    for name in names:
        await stack.admin.execute(f"TRUNCATE view_{name}")
    await Projector(
        postgres=stack.store.postgres, log=stack.store.log, redis=stack.store.redis
    ).project(stack.project)
    assert await views_of(stack.admin, names) == before


async def test_who_follows_is_told_what_was_asked_about_and_by_how_many_it_was_judged(
    checking: Checking,
) -> None:
    of, checks = checking, checking.stack.store.checks
    task = await of.submit([("a", "", b"")])
    await of.bring()
    page = await checks.finished(of.stack.project, await of.found(), Place(), 10)
    [item] = page.items

    assert (item.entry, set(item.people), list(item.statuses)) == (task.entry, {ANN}, [1])
    assert item.asked is not None
    assert item.asked.submitted == item.submitted == [item.changed_seq]
    assert (item.asked.judged, item.asked.made_seq > item.changed_seq) == (0, True)
    rest = await checks.finished(of.stack.project, await of.found(), page.last, 10)
    assert (rest.items, rest.last) == ([], page.last)
