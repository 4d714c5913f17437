"""not_before: items that are in a queue, and become tasks when their time has come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from allocator import bootstrap
from dibs import errors
from dibs.v1 import allocation_pb2, common_pb2
from tests.api.alone import ITEMS
from tests.api.tasks import HIGH
from tests.api.test_clearing import clear
from tests.api.test_detaching import detach
from tests.api.world import World, ids, refused

DELAYED = common_pb2.TASK_STATE_DELAYED
QUEUED = common_pb2.TASK_STATE_QUEUED
SOON_MS = 700
LATER_MS = 3_600_000


def in_ms(ms: int) -> Timestamp:
    at = time.time_ns() // 1_000_000 + ms
    return Timestamp(seconds=at // 1000, nanos=at % 1000 * 1_000_000)


@pytest.fixture
async def filled(world: World) -> World:
    """Items a to d, queue q without any of them; ann."""
    await world.dataset("d", list("abcd"))
    await world.queue("q")
    await world.people("ann")
    return world


async def counts(world: World, queue: str = "q") -> dict[int, int]:
    return {one.state: one.count for one in (await world.depth(queue)).tasks}


async def until(world: World, **wanted: int) -> None:
    """Return when the depth shows so many tasks in these states."""
    states = {"delayed": DELAYED, "queued": QUEUED}
    while True:
        found = await counts(world)
        if all(found.get(states[name], 0) == n for name, n in wanted.items()):
            return
        await asyncio.sleep(0.02)


@pytest.mark.shows("P85")
async def test_delayed_items_become_tasks_within_a_second_of_their_time(filled: World) -> None:
    due = in_ms(SOON_MS)
    answer = await filled.add("q", "d", ["c", "a"], not_before=due)
    before = await filled.reserve("q", "ann")
    assert (answer.added, await counts(filled)) == (2, {DELAYED: 2})
    assert before.nothing.reason == allocation_pb2.NOTHING_REASON_NOT_BEFORE
    assert abs(before.nothing.next_free.ToMilliseconds() - due.ToMilliseconds()) < 1_000

    await until(filled, queued=2)
    late_ms = time.time_ns() // 1_000_000 - due.ToMilliseconds()
    assert 0 <= late_ms < 1_500
    assert ids(await filled.reserve("q", "ann", 2)) == ["c", "a"]


async def test_their_place_is_that_of_the_moment_in_which_they_become_tasks(filled: World) -> None:
    await filled.add("q", "d", ["a"], not_before=in_ms(SOON_MS))
    await filled.add("q", "d", ["b", "c"])
    await filled.add("q", "d", ["d"], not_before=in_ms(SOON_MS), priority=HIGH)
    await until(filled, queued=4)

    assert ids(await filled.reserve("q", "ann", 4)) == ["d", "b", "c", "a"]


async def test_a_delayed_item_is_in_the_queue_for_whoever_adds_it_again(filled: World) -> None:
    await filled.add("q", "d", ["a"], not_before=in_ms(LATER_MS))

    for more in ({}, {"not_before": in_ms(LATER_MS)}):
        caught = await refused(filled.add("q", "d", ["b", "a"], **more))
        assert isinstance(caught, errors.ItemAlreadyInQueue)
        assert caught.metadata["external_id"] == "a"
    assert await counts(filled) == {DELAYED: 1}


async def test_a_time_that_has_come_delays_nothing(filled: World) -> None:
    await filled.add("q", "d", ["a"], not_before=in_ms(-1_000))

    assert await counts(filled) == {QUEUED: 1}


async def test_an_attached_dataset_waits_as_a_whole_and_what_follows_later_too(
    filled: World,
) -> None:
    await filled.add("q", "d", ["c"])
    await filled.attach("q", "d", not_before=in_ms(LATER_MS))
    await filled.load("d", ["e"])
    await until(filled, delayed=4, queued=1)

    assert ids(await filled.reserve("q", "ann", 5)) == ["c"]


async def test_an_attached_dataset_comes_when_its_time_has_come(filled: World) -> None:
    await filled.attach("q", "d", not_before=in_ms(SOON_MS))
    assert (await counts(filled)).get(QUEUED, 0) == 0
    await until(filled, queued=4, delayed=0)
    await filled.load("d", ["e"])
    await until(filled, queued=5)

    assert ids(await filled.reserve("q", "ann", 5)) == list("abcde")


async def test_a_repeat_delays_nothing_twice(filled: World) -> None:
    frame: dict[str, Any] = filled.change()
    due = in_ms(LATER_MS)
    first = await filled.add("q", "d", ["a"], not_before=due, **frame)

    assert await filled.add("q", "d", ["a"], not_before=due, **frame) == first
    assert await counts(filled) == {DELAYED: 1}


async def test_a_time_in_another_century_is_refused(filled: World) -> None:
    caught = await refused(filled.add("q", "d", ["a"], not_before=Timestamp(seconds=7258118400)))

    assert isinstance(caught, errors.InvalidArgument)
    assert caught.field == "not_before"
    assert await counts(filled) == {}


@pytest.fixture
def unswept(
    alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Awaitable[None]]:
    """Nothing that is due comes before this is called."""
    monkeypatch.setattr(alone.store.sweeper, "_begin_due", lambda *_: None)

    async def sweep() -> None:
        for project in alone.store.sweeper._projects:
            await alone.store.sweeper._undelay(project)

    return sweep


async def test_what_was_cleared_before_its_time_can_be_added_again_at_once(
    lonely: World, unswept: Callable[[], Awaitable[None]]
) -> None:
    await lonely.queue("r")
    await lonely.add("r", "d", ITEMS[:3], not_before=in_ms(LATER_MS))
    await clear(lonely, "r")
    await lonely.add("r", "d", ITEMS[1:2])
    await lonely.add("r", "d", ITEMS[2:3], not_before=in_ms(LATER_MS))
    await unswept()

    assert await counts(lonely, "r") == {QUEUED: 1, DELAYED: 1}


async def test_no_item_is_passed_over_that_was_cleared_before_its_time(
    lonely: World, unswept: Callable[[], Awaitable[None]]
) -> None:
    await lonely.queue("r")
    await lonely.add("r", "d", ITEMS[:3], not_before=in_ms(LATER_MS))
    await clear(lonely, "r")
    await lonely.attach("r", "d")
    await unswept()

    assert ids(await lonely.reserve("r", "ann", 4)) == ITEMS[:4]


async def test_what_is_attached_again_before_its_time_waits_for_the_other_time(
    lonely: World, unswept: Callable[[], Awaitable[None]]
) -> None:
    await lonely.queue("r")
    await lonely.attach("r", "d", not_before=in_ms(LATER_MS))
    await detach(lonely, "d", "r")
    await lonely.attach("r", "d", not_before=in_ms(LATER_MS))
    await unswept()

    assert await counts(lonely, "r") == {DELAYED: len(ITEMS)}
