"""Workers that die between two calls: what a worker knew, the next one knows too."""

from __future__ import annotations

import pytest

from dibs.v1 import allocation_pb2 as pb
from tests.api import fleet
from tests.api.world import Stubs, World, ids


async def test_what_one_worker_answered_the_next_one_stands_by(
    world: World, workers: fleet.Fleet
) -> None:
    deaths = workers.deaths
    world.stubs = Stubs(fleet.Watched(lambda: workers.channel))
    await world.dataset("d", ["a", "b"])
    await workers.replace()
    await world.queue("q", "d")
    await world.people("ann")
    request = pb.ReserveRequest(**world.change("ann"), queue_id="q")
    answer = await world.stubs.allocation.Reserve(request)
    await workers.replace()

    assert await world.stubs.allocation.Reserve(request) == answer
    await workers.replace()
    assert (await world.submit("ann", answer.tasks[0])).status == "completed"
    await workers.replace()
    assert ids(await world.reserve("q", "ann", 5)) == ["b"]
    assert workers.deaths >= deaths + 4


async def test_a_channel_kills_workers_between_calls_at_moments_that_its_seed_decides(
    world: World, workers: fleet.Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "KILLED", 1.0)
    world.stubs = Stubs(fleet.dying(workers, "any"))
    deaths = workers.deaths
    await world.people("ann")
    await world.queue("q")
    answer = await world.reserve("q", "ann")

    assert answer.nothing.reason == pb.NOTHING_REASON_QUEUE_EMPTY
    assert workers.deaths == deaths + 3
