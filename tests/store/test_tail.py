"""The end of the log: committed events alone, each once, in order, whoever reads how late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from dibs.errors import StoreUnavailable
from store import tail
from tests.store.stack import Stack, eventually, opened


@pytest.fixture
async def other(stack: Stack) -> AsyncIterator[Stack]:
    """Another process, which commits nothing and is told nothing unless it asks."""
    async with opened(Stack(stack.redis_url, stack.dsn), roles=False) as made:
        made.project = stack.project
        yield made


async def _all(stack: Stack, limit: int = 7) -> list[int]:
    """Everything up to the head, read in portions."""
    found: list[int] = []
    while part := await stack.store.tail.after(stack.project, len(found), limit):
        found += [view.seq for view in part]
    return found


async def test_what_is_kept_and_what_is_read_are_the_same(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "KEPT", 5)
    await stack.reserve(2, 3)
    with stack.store.tail.watched(stack.project):
        head = await stack.store.tail.head(stack.project)
        for limit in (1, 2, 7, 100):
            assert await _all(stack, limit) == list(range(1, head + 1))
        again = await stack.store.tail.after(stack.project, head - 2, 10)
        assert [view.seq for view in again] == [head - 1, head]
        assert again == await stack.store.activity.behind(stack.project, head - 2, 10)


async def test_nothing_is_told_before_it_is_committed(stack: Stack) -> None:
    log, project = stack.store.tail, stack.project
    with log.watched(project):
        head = await log.head(project)
        for role in stack.store.roles:
            await role.stop()
        pending = asyncio.create_task(stack.reserve(2))
        header = stack.store.kernel.header
        await eventually(lambda: _is_behind(header(project), head))
        assert await log.head(project) == head
        assert await log.after(project, head, 10) == []
        for role in stack.store.roles:
            role.start()
        seq = (await pending).seq
        await log.grown(project, head, 10)
        assert [view.seq for view in await log.after(project, head, 10)] == [seq]


async def _is_behind(header: object, head: int) -> bool:
    found = await header  # type: ignore[misc]
    return bool(found and found.seq > head)


async def test_who_hears_nothing_looks(
    stack: Stack, other: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "LOOK_S", 0.01)
    monkeypatch.setattr(other.store, "_committed", lambda message: None)
    await other.store.subscriber.close()
    log = other.store.tail
    with log.watched(other.project):
        head = await log.head(other.project)
        seq = (await stack.reserve(2)).seq
        await log.grown(other.project, head, 10)
        assert seq in [view.seq for view in await log.after(other.project, head, 10)]


async def test_a_process_that_stops_sends_everybody_away(stack: Stack) -> None:
    log, project = stack.store.tail, stack.project
    with log.watched(project):
        head = await log.head(project)
        waits = asyncio.create_task(log.grown(project, head, 60))
        await asyncio.sleep(0)
        log.close()
        with pytest.raises(StoreUnavailable):
            await waits
        with pytest.raises(StoreUnavailable):
            await log.after(project, head, 1)


async def test_nothing_is_kept_for_nobody(stack: Stack) -> None:
    log, project = stack.store.tail, stack.project
    with log.watched(project):
        with log.watched(project):
            await log.head(project)
            assert await log.after(project, 0, 10)
        assert log._projects[project].kept
    assert log._projects == {}
