"""CopyProject in steps: killed in any of them, failed, retried, cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from allocator import bootstrap
from dibs import errors
from dibs.v1 import operation_pb2
from tests.api import alone as workers
from tests.api import fleet
from tests.api.alone import Broken
from tests.api.test_copying import (
    EVERYTHING,
    entered,
    furnish,
    items,
    members,
    queue_ids,
    request_of,
)
from tests.api.test_operations import CANCELLED, FAILED, SUCCEEDED, cancel, retry
from tests.api.world import ADMIN, Stubs, World, refused

STEPS = 9
"""Settings, the actor, the others, group, its members, dataset, items, queue, attachment."""


@pytest.fixture
async def source(alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """On a worker that nobody helps, where each change is one that a test may break."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{alone.port}") as channel:
        world = await World.make(Stubs(fleet.Watched(lambda: channel)))
        await furnish(world)
        changes = (
            *("update_project", "change_members", "create_group", "change_group"),
            *("create_dataset", "add_items", "create_queue", "attach_dataset"),
        )
        monkeypatch.setattr(workers, "CHUNKS", changes)
        yield world


async def whole(new: World, operation: Any) -> None:
    ended = await new.waited(operation)
    assert (ended.state, ended.done, ended.total) == (SUCCEEDED, STEPS, STEPS)
    await new.until("q", QUEUED=3)
    assert len(await items(new)) == 3
    assert sorted(await members(new)) == [ADMIN, "ann", "bob"]


DEATHS = ((1, "after"), (3, "before"), (5, "after"), (7, "before"), (7, "after"), (9, "before"))


async def test_who_copies_may_die_in_any_step(source: World, broken: Broken) -> None:
    for step, dies in DEATHS:
        broken.calls, broken.breaks_at, broken.dies = 0, step, dies
        request = await request_of(source, **EVERYTHING)
        answer = await source.stubs.projects.CopyProject(request)
        await whole(await entered(source, request), answer.operation)


async def test_a_repeat_begins_what_a_dead_worker_did_not(
    source: World, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "CHUNKS", ("begin_operation",))
    broken.breaks_at, broken.dies = 1, "before"
    request = await request_of(source, **EVERYTHING)

    error = await refused(source.stubs.projects.CopyProject(request))
    answer = await source.stubs.projects.CopyProject(request)

    assert isinstance(error, errors.StoreUnavailable)
    await whole(await entered(source, request), answer.operation)


async def test_a_copy_that_failed_goes_on_by_retry_and_a_cancelled_one_stays(
    source: World, broken: Broken
) -> None:
    broken.breaks_at = 7
    request = await request_of(source, **EVERYTHING)
    answer = await source.stubs.projects.CopyProject(request)
    new = await entered(source, request)
    failed = await new.waited(answer.operation)
    assert (failed.state, failed.error) == (FAILED, "ZeroDivisionError")
    assert failed.done <= 6  # whoever else drives may have asked for one of them again
    broken.breaks_at = 1_000
    retried = await retry(new, failed.operation_id)
    await new.waited(failed, min_seq=retried.seq)
    await whole(new, failed)

    broken.calls, broken.breaks_at = 0, 7
    broken.dies, broken.waits = "before", asyncio.Event()
    request = await request_of(source, **EVERYTHING)
    begun = (await source.stubs.projects.CopyProject(request)).operation
    new = await entered(source, request)
    assert begun.verb == operation_pb2.OPERATION_VERB_COPY_PROJECT
    ended = (await cancel(new, begun.operation_id)).operation
    broken.waits.set()
    assert (ended.state, ended.done) == (CANCELLED, begun.done)
    assert begun.done <= 6
    assert await queue_ids(new) == []
