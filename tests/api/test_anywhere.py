"""Reserve without a queue: the order between queues, and what it says when there is nothing."""

from __future__ import annotations

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, dataset_pb2, queue_pb2
from tests.api.world import World, ids

SOON, LATER = Timestamp(seconds=4_000_000_000), Timestamp(seconds=5_000_000_000)


async def _queues(world: World, **queues: dict[str, Any]) -> None:
    """Queues of these settings with three items each: "<queue>1" to "<queue>3"."""
    names = [f"{queue}{n}" for queue in queues for n in (1, 2, 3)]
    await world.people("ann", "bob")
    await world.dataset("d", names)
    for queue, settings in queues.items():
        await world.queue(queue, **settings)
        await world.add(queue, "d", [f"{queue}{n}" for n in (1, 2, 3)])


async def _given(world: World, person: str, times: int, count: int = 1) -> list[str]:
    return [name for _ in range(times) for name in ids(await world.reserve("", person, count))]


async def test_priority_comes_first_then_the_due_date(world: World) -> None:
    high = {"priority": common_pb2.PRIORITY_HIGH}
    await _queues(world, a={}, b={"due_time": LATER}, c={"due_time": SOON}, d=high)

    answer = await world.reserve("", "ann", 2)
    assert ids(answer) == ["d1", "d2"]
    assert [task.queue_id for task in answer.tasks] == ["d", "d"]
    assert await _given(world, "ann", 4, 100) == [
        *("d3", "c1", "c2", "c3", "b1", "b2", "b3", "a1", "a2", "a3")
    ]


async def test_among_equals_the_queue_that_served_least_recently_is_next(world: World) -> None:
    await _queues(world, a={}, b={}, c={})

    assert await _given(world, "ann", 4) == ["a1", "b1", "c1", "a2"]
    assert ids(await world.reserve("b", "bob", 1)) == ["b2"]
    assert await _given(world, "bob", 4) == ["b3", "c2", "a3", "c3"]


async def test_a_repeat_gives_the_same_and_the_rest_of_the_world_moves_on(world: World) -> None:
    await _queues(world, a={}, b={})
    request = pb.ReserveRequest(**world.change("ann"))
    answer = await world.stubs.allocation.Reserve(request)

    assert ids(answer) == ["a1"]
    assert ids(await world.reserve("", "ann")) == ["b1"]
    assert await world.stubs.allocation.Reserve(request) == answer


async def test_queues_that_are_not_for_them_are_passed_over(world: World) -> None:
    skilled = [dataset_pb2.Item(external_id=f"s{n}", required_skills=["x"]) for n in (1, 2)]
    await _queues(world, a={"allowed_assignees": ["bob"]}, b={"max_held": 1}, c={})
    await world.load("d", skilled)
    await world.queue("s", priority=common_pb2.PRIORITY_HIGH)
    await world.add("s", "d", ["s1", "s2"])

    assert await _given(world, "ann", 4) == ["b1", "c1", "c2", "c3"]
    answer = await world.reserve("", "ann")
    assert answer.nothing.reason == pb.NOTHING_REASON_AT_CAP
    assert list(answer.nothing.other_reasons) == [pb.NOTHING_REASON_NOT_ELIGIBLE]
    assert [cause.cause for cause in answer.nothing.causes] == [
        common_pb2.INELIGIBILITY_NOT_ALLOWED,
        common_pb2.INELIGIBILITY_SKILL,
    ]


async def test_nothing_anywhere_says_whether_somebody_holds_some(world: World) -> None:
    await world.people("ann", "bob")
    await world.dataset("d", ["i"])
    await world.queue("q")
    assert (await world.reserve("", "ann")).nothing.reason == pb.NOTHING_REASON_QUEUE_EMPTY
    await world.add("q", "d", ["i"])
    [task] = (await world.reserve("", "ann")).tasks
    waiting = await world.reserve("", "bob")

    assert waiting.nothing.reason == pb.NOTHING_REASON_ALL_LEASED
    assert waiting.nothing.HasField("next_free")
    await world.release("ann", task)
    assert ids(await world.reserve("", "bob")) == ["i"]
    stranger = await world.reserve("", "bob", person="bob")
    assert stranger.nothing.reason == pb.NOTHING_REASON_ALL_LEASED


async def test_a_batch_in_hand_keeps_its_queue_out_until_the_next_is_due(world: World) -> None:
    sizes = queue_pb2.Batches(batch_size=3, max_batch_workload=5)
    await _queues(world, a={"batches": sizes, "priority": common_pb2.PRIORITY_HIGH}, b={})

    assert ids(await world.reserve("", "ann", 2)) == ["a1", "a2"]
    assert ids(await world.reserve("a", "ann", 9)) == ["a1", "a2", "a3"]
    assert ids(await world.reserve("", "ann", 9)) == ["b1", "b2", "b3"]
    await world.release("ann", (await world.mine("ann", queue_id="b")).tasks[0])
    assert ids(await world.reserve("", "bob", 9)) == ["b1"]
