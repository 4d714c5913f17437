"""What is lost from Redis or from the views is noticed in one round, counted, and healed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from allocator import drift, metrics
from allocator.drift import Drift
from store import view_rebuild
from store.view_rebuild import ViewRebuild
from tests.store.stack import Stack, eventually
from tests.store.test_projections import some_groups, some_work

Tables = dict[str, list[tuple[Any, ...]]]


async def tables_of(stack: Stack) -> Tables:
    """All views, row by row."""
    names = await stack.admin.fetch(
        "SELECT tablename AS name FROM pg_tables WHERE tablename LIKE 'view\\_%'"
    )
    return {
        row["name"]: sorted(
            (tuple(one) for one in await stack.admin.fetch(f"SELECT * FROM {row['name']}")), key=str
        )
        for row in names
    }


@pytest.fixture
async def worked(stack: Stack) -> Stack:
    """A project in which something happened, and whose views show it."""
    await some_work(stack)
    await some_groups(stack)
    # Who was removed is taken back from until the sweeper stops: that is to be in the log, too.
    committer, *others = stack.store.roles
    for role in others:
        await role.stop()
    await eventually(lambda: all_is_committed(stack))
    await committer.stop()
    await stack.store.projector.project(stack.project)
    return stack


async def all_is_committed(stack: Stack) -> bool:
    header = await stack.store.kernel.header(stack.project)
    head = await stack.store.log.head(stack.project)
    return header is not None and head is not None and header.seq == head.seq


@pytest.fixture
async def looking(worked: Stack) -> AsyncIterator[Drift]:
    made = Drift(worked.store, worked.redis_url, start=float)
    yield made
    await made.close()


async def test_views_that_are_made_anew_are_equal(worked: Stack) -> None:
    before = await tables_of(worked)
    position = await ViewRebuild(worked.store.postgres, worked.store.log).rebuild(worked.project)

    assert position == (await worked.events())[-1].seq
    assert await tables_of(worked) == before
    assert sum(map(len, before.values())) > 20


async def test_views_are_made_anew_from_nothing_and_from_nonsense(worked: Stack) -> None:
    before = await tables_of(worked)
    await worked.admin.execute("DELETE FROM view_task WHERE entry % 2 = 0")
    await worked.admin.execute("DELETE FROM view_queue")
    await worked.admin.execute("UPDATE view_member SET roles = 63")
    await ViewRebuild(worked.store.postgres, worked.store.log).rebuild(worked.project)

    assert await tables_of(worked) == before


async def test_the_projector_goes_on_behind_a_rebuild(worked: Stack) -> None:
    await ViewRebuild(worked.store.postgres, worked.store.log).rebuild(worked.project)
    committer, *_ = worked.store.roles
    committer.start()
    reserved = await worked.reserve(3, 1)
    assert reserved.word == "nothing"
    await worked.change("open_session", secret="f" * 16)

    assert await worked.store.projector.project(worked.project) == (await worked.events())[-1].seq


async def test_a_rebuild_takes_nothing_from_whoever_projects_a_project_for_the_first_time(
    worked: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, projecting = await tables_of(worked), list[asyncio.Task[int]]()
    for name in before:
        await worked.admin.execute(f"TRUNCATE {name} CASCADE")
    tables = view_rebuild._tables

    async def meanwhile(connection: Any) -> list[str]:
        """Somebody projects between the look at the position and all that follows from it."""
        projecting.append(asyncio.create_task(worked.store.projector.project(worked.project)))
        await eventually(lambda: waits_or_done(worked, projecting[0]))
        return await tables(connection)

    monkeypatch.setattr(view_rebuild, "_tables", meanwhile)
    await ViewRebuild(worked.store.postgres, worked.store.log).rebuild(worked.project)
    await projecting[0]

    assert await tables_of(worked) == before


async def waits_or_done(stack: Stack, task: asyncio.Task[int]) -> bool:
    """Whether it is over, or waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return task.done() or await stack.admin.fetchval(waiting) > 0


async def test_without_drift_there_is_none(worked: Stack, looking: Drift) -> None:
    epoch = worked.store.recovery.epoch(worked.project)
    assert await looking.check(worked.project) == drift.Found(redis=0, views=0)
    assert worked.store.recovery.epoch(worked.project) == epoch


@pytest.mark.parametrize(
    "wrong",
    [
        "DELETE FROM view_task WHERE entry = 1",
        "UPDATE view_task SET person = 9 WHERE entry = 1",
        "DELETE FROM view_member WHERE person = 2",
        "DELETE FROM view_dataset",
        "UPDATE view_queue SET queued = queued + 1",
        "UPDATE view_queue SET annotated = annotated + 1",
        "DELETE FROM view_queue_dataset",
        "UPDATE view_queue SET name = '', updated_wall = 0",
        "DELETE FROM view_group",
        "DELETE FROM view_count WHERE dimension = 'status' AND value = 1",
    ],
)
async def test_a_row_that_is_wrong_is_noticed_and_put_right(
    worked: Stack, looking: Drift, wrong: str
) -> None:
    before = await tables_of(worked)
    await worked.admin.execute(wrong)
    assert await looking.check(worked.project) == drift.Found(redis=0, views=1)

    assert await tables_of(worked) == before
    assert await looking.check(worked.project) == drift.Found(redis=0, views=0)


@pytest.mark.parametrize(
    "key",
    ["backlog:1:1:3", "counts:1", "touched", "leases:1", "queue:1", "person:2", "held:2:1"],
)
async def test_a_key_that_is_lost_is_noticed_and_the_epoch_condemned(
    worked: Stack, looking: Drift, key: str
) -> None:
    epoch = worked.store.recovery.epoch(worked.project)
    name = f"dibs:{{{worked.project}}}:{epoch}:{key}"
    assert epoch is not None
    if key.startswith("held"):
        [name] = [key async for key in _keys(worked, epoch, "held:*")][:1]
    assert await worked.store.redis.call("DEL", name) == 1
    found = await looking.check(worked.project)

    assert found.views == 0
    assert found.redis is not None
    assert found.redis > 0
    assert worked.store.recovery.epoch(worked.project) == epoch + 1
    assert worked.rebuilds[-1] == "drift"
    assert await looking.check(worked.project) == drift.Found(redis=0, views=0)


async def _keys(stack: Stack, epoch: int, pattern: str) -> AsyncIterator[str]:
    for key in await stack.store.redis.call("KEYS", f"dibs:{{{stack.project}}}:{epoch}:{pattern}"):
        yield key.decode()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every project is too large to be compared whole."""
    monkeypatch.setattr(drift, "MOST_EVENTS", 0)


@pytest.mark.usefixtures("large")
async def test_of_a_large_project_the_rows_are_counted(worked: Stack, looking: Drift) -> None:
    before = await tables_of(worked)
    assert await looking.check(worked.project) == drift.Found(redis=0, views=0)
    assert await looking.check(worked.project) == drift.Found()  # behind the last queue
    await worked.admin.execute("DELETE FROM view_task WHERE entry = 1")
    found = await looking.check(worked.project)

    # Completed, waiting, with work in it; whose it is, and its status.
    assert found == drift.Found(views=5)
    assert await tables_of(worked) == before


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    ("wrong", "rows"),
    [
        ("UPDATE view_count SET tasks = 9 WHERE dimension = 'completed'", 1),
        ("DELETE FROM view_count WHERE dimension = 'assigned'", 2),
        ("UPDATE view_count SET value = 7 WHERE dimension = 'status' AND value = 1", 2),
        ("UPDATE view_queue SET annotated = 0", 1),
    ],
)
async def test_of_a_large_project_counts_by_person_and_status_are_compared(
    worked: Stack, looking: Drift, wrong: str, rows: int
) -> None:
    before = await tables_of(worked)
    await worked.admin.execute(wrong)
    assert await looking.check(worked.project) == drift.Found(views=rows)
    assert await tables_of(worked) == before


@pytest.mark.usefixtures("large")
async def test_of_a_large_project_the_counters_of_redis_are_compared(
    worked: Stack, looking: Drift
) -> None:
    epoch = worked.store.recovery.epoch(worked.project)
    assert epoch is not None
    key = f"dibs:{{{worked.project}}}:{epoch}:counts:1"
    await worked.store.redis.call("HINCRBY", key, "completed", "1")

    found = await looking.check(worked.project)
    assert found.views == 0
    assert found.redis is not None
    assert found.redis > 0
    assert worked.store.recovery.epoch(worked.project) == epoch + 1


async def test_a_round_shows_its_figures_and_rests(worked: Stack, looking: Drift) -> None:
    await worked.admin.execute("DELETE FROM view_member WHERE person = 2")
    await looking.follow(worked.project)
    shown = metrics.DRIFT.labels("p", "views")
    assert shown._value.get() == 1
    await worked.admin.execute("DELETE FROM view_member WHERE person = 2")
    await looking.follow(worked.project)  # a moment later: not yet
    assert shown._value.get() == 1
    eager = Drift(worked.store, worked.redis_url, every_s=0, start=float)
    await eager.follow(worked.project)
    await eager.follow(worked.project)
    await eager.close()
    assert shown._value.get() == 0
