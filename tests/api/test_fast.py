"""A fast project: answers leave before the log has them; nothing is decided by what it lacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from allocator import bootstrap
from dibs import errors
from dibs.v1 import project_pb2 as pb
from tests.api import fleet
from tests.api.alone import ITEMS, stock
from tests.api.test_detaching import detach
from tests.api.test_operations import SUCCEEDED, counts
from tests.api.world import Stubs, World, ids, refused


@pytest.fixture
async def behind(alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """As `lonely`, but fast, with queue r; the log goes on once somebody waits for it."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{alone.port}") as channel:
        stubs = Stubs(fleet.Watched(lambda: channel))
        world = await stock(await World.make(stubs, durability=pb.DURABILITY_FAST))
        await world.queue("r")
        store, committer = alone.store, alone.store.roles[0]
        place = await store.directory.project(world.project)
        assert place is not None
        await store.views.wait_for(place.project, (await world.mine("ann")).seq)
        await committer.stop()

        def goes_on(waiter: Any, name: str, place_of_seq: int) -> None:
            wait = getattr(waiter, name)

            async def waits(project: int, *args: Any) -> Any:
                head = await store.log.head(project)
                ahead = project == place.project and head and args[place_of_seq] > head.seq
                if ahead and not committer.held.is_set():
                    await committer.stop()
                    committer.start()
                return await wait(project, *args)

            monkeypatch.setattr(waiter, name, waits)

        goes_on(store.gate, "wait", 1)
        goes_on(store.views, "wait_for", 0)
        yield world
        await committer.stop()
        committer.start()


async def test_no_item_comes_into_a_queue_twice(behind: World) -> None:
    await behind.add("r", "d", ITEMS[:1])
    caught = await refused(behind.add("r", "d", ITEMS[:1]))

    assert isinstance(caught, errors.ItemAlreadyInQueue)


async def test_what_has_just_come_in_can_be_given_at_once(behind: World) -> None:
    await behind.add("r", "d", ITEMS[:1])

    assert ids(await behind.reserve("r", "ann")) == ITEMS[:1]


async def test_nothing_stays_of_a_dataset_that_is_detached(behind: World) -> None:
    await behind.attach("r", "d")
    ended = await behind.waited((await detach(behind, "d", "r")).operation)

    assert ended.state == SUCCEEDED
    assert await counts(behind, "r") == {"REMOVED": len(ITEMS)}
