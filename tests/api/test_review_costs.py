"""What reviews cost: calls to Redis, and events, each of which is one commit."""

from __future__ import annotations

from typing import Any

import pytest

from store.content import Content
from store.kernel import Kernel
from tests.api.reviews import APPROVE, Desk, verdict
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND
UNITS = [f"unit-{n}" for n in range(200)]


def counted_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What people's calls ask of Redis, and keep in rows before they do; by name, in order."""
    made: list[str] = []
    call, put = Kernel.call, Content.put

    async def counted(self: Kernel, name: str, *args: Any, **inputs: Any) -> Any:
        if inputs.get("actor"):
            made.append(name)
        return await call(self, name, *args, **inputs)

    async def kept(self: Content, *args: Any) -> Any:
        made.append("content")
        return await put(self, *args)

    monkeypatch.setattr(Kernel, "call", counted)
    monkeypatch.setattr(Content, "put", kept)
    return made


async def test_a_sampled_submission_of_200_units_is_one_call_and_one_commit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted_calls(monkeypatch)
    desk = await Desk.make(world, sampling_rate=0.2, seed=7)
    await desk.submit("ann", "first")  # this process knows the settings from then on
    held = await world.reserve("q", "ann")
    calls.clear()

    done = await desk.submit("ann", *UNITS, task=held.tasks[0])

    assert 20 <= done.units_to_review <= 60
    assert (calls, done.seq) == (["submit"], held.seq + 1)


async def test_200_units_are_decided_about_in_one_call_and_one_commit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted_calls(monkeypatch)
    desk = await Desk.make(world)
    await desk.submit("ann", *UNITS)
    review = await desk.take("rev")
    before = review.lease.lease_token  # the seq of the event that gave it
    calls.clear()

    done = await desk.decide("rev", review, dict.fromkeys(UNITS, APPROVE))

    assert (done.decided, done.finished) == (200, True)
    assert (calls, done.seq) == (["decide"], before + 1)

    await desk.submit("bob", *UNITS)
    review = await desk.take("rev")
    calls.clear()
    whole = await desk.decide("rev", review, all=verdict(APPROVE))
    assert (whole.decided, calls) == (200, ["decide"])
