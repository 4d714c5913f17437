"""SetPriority: what comes first changes at once, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2
from dibs.v1 import tasks_pb2 as pb
from tests.api.tasks import HIGH, LOW, MEDIUM, NONE, bulk_set_priority, set_priority
from tests.api.world import World, ids, refused


@pytest.fixture
async def filled(world: World) -> World:
    """Six items, a to f, in queue q; ann and bob."""
    await world.dataset("d", list("abcdef"))
    await world.queue("q", "d", lease_s=60)
    await world.people("ann", "bob")
    return world


async def tasks_of(world: World, person: str, count: int, queue: str = "q") -> list[Any]:
    return list((await world.reserve(queue, person, count)).tasks)


async def number_of_first(world: World) -> int:
    """The entry of item a."""
    [task] = await tasks_of(world, "ann", 1)
    await world.release("ann", task)
    return int(task.task_id.split("-")[0])


@pytest.mark.shows("D105")
async def test_tasks_come_by_their_new_priority_and_then_by_first_entry(filled: World) -> None:
    first = await number_of_first(filled)
    later = [f"{first + 5}-1", f"{first + 3}-1"]
    answer = await set_priority(filled, "q", later, HIGH)
    await set_priority(filled, "q", [f"{first}-1"], LOW)

    assert answer.changed == 2
    given = await tasks_of(filled, "bob", 6)
    assert [task.external_id for task in given] == list("dfabce")
    assert [task.priority for task in given] == [HIGH, HIGH, LOW, NONE, NONE, NONE]


@pytest.mark.shows("E101")
async def test_a_number_from_0_to_1_says_how_urgent_tasks_are(world: World) -> None:
    await world.queue("q")
    await world.people("ann")
    await world.dataset("d", ["none", "low", "medium", "high", "set", "bulk"])
    for name, level in (("none", 0), ("low", 0.01), ("medium", 0.34), ("high", 0.67)):
        await world.add("q", "d", [name], priority_level=level)
    await world.add("q", "d", ["set", "bulk"])
    first = await number_of_first(world)
    await set_priority(world, "q", [f"{first + 1}-1"], 0, priority_level=0.9)
    begun = await bulk_set_priority(world, "q", 0, task_ids=[f"{first + 2}-1"], priority_level=0.9)
    await world.waited(begun.operation)

    given = await tasks_of(world, "ann", 6)
    assert [(task.external_id, task.priority) for task in given] == [
        *(("high", HIGH), ("set", HIGH), ("bulk", HIGH)),
        *(("medium", MEDIUM), ("low", LOW), ("none", NONE)),
    ]


async def test_who_holds_a_task_keeps_it_and_sees_its_new_priority(filled: World) -> None:
    [held] = await tasks_of(filled, "ann", 1)
    await set_priority(filled, "q", [held.task_id], MEDIUM)

    [mine] = (await filled.mine("ann")).tasks
    assert (mine.priority, mine.lease.lease_token) == (MEDIUM, held.lease.lease_token)
    await filled.release("ann", held)
    assert ids(await filled.reserve("q", "bob", 2)) == ["a", "b"]


async def test_setting_it_again_changes_nothing_and_is_no_error(filled: World) -> None:
    first = await number_of_first(filled)
    request = pb.SetPriorityRequest(
        **filled.change(), queue_id="q", task_ids=[f"{first + 1}-1"], priority=HIGH
    )
    answer = await filled.stubs.queues.SetPriority(request)

    assert await filled.stubs.queues.SetPriority(request) == answer
    again = await set_priority(filled, "q", [f"{first + 1}-1"], HIGH)
    assert (answer.changed, again.changed) == (1, 0)


async def test_the_priority_is_the_items_and_its_other_slots_have_it_too(world: World) -> None:
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d", slots=2)
    await world.people("ann", "bob")
    first = await number_of_first(world)
    await set_priority(world, "q", [f"{first + 1}-2"], HIGH)

    assert ids(await world.reserve("q", "ann")) == ["b"]
    assert ids(await world.reserve("q", "bob")) == ["b"]


@pytest.mark.parametrize(
    ("spoilt", "error", "field"),
    [
        ("{first}-2", errors.TaskNotFound, ""),
        ("999999-1", errors.TaskNotFound, ""),
        ("{first}-1", errors.InvalidArgument, "task_ids"),
        ("{other}-1", errors.InvalidArgument, "task_ids[1]"),
        ("{done}-1", errors.WrongTaskState, ""),
    ],
)
async def test_one_task_that_cannot_have_it_and_none_gets_it(
    filled: World, spoilt: str, error: type[errors.DibsError], field: str
) -> None:
    await filled.queue("other", "d")
    [elsewhere] = await tasks_of(filled, "ann", 1, "other")
    [done] = await tasks_of(filled, "ann", 1)
    await filled.submit("ann", done)
    first = int(done.task_id.split("-")[0]) + 1
    numbers = {"first": first, "other": elsewhere.task_id.split("-")[0], "done": first - 1}
    wrong = spoilt.format(**numbers)

    caught = await refused(set_priority(filled, "q", [f"{first}-1", wrong], HIGH))

    assert isinstance(caught, error)
    assert caught.metadata.get("field", "") == field
    [next_one] = await tasks_of(filled, "bob", 1)
    assert next_one.priority == NONE


async def test_a_finished_task_says_how_it_stands(filled: World) -> None:
    [done] = await tasks_of(filled, "ann", 1)
    await filled.submit("ann", done, status="discarded")

    caught = await refused(set_priority(filled, "q", [done.task_id], HIGH))

    assert isinstance(caught, errors.WrongTaskState)
    assert caught.state == "DISCARDED"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"task_ids": []}, "task_ids"),
        ({"task_ids": [f"{n}-1" for n in range(1, 102)]}, "task_ids"),
        ({"task_ids": ["1"]}, "task_ids[0]"),
        ({"priority": common_pb2.PRIORITY_UNSPECIFIED}, "priority"),
        ({"priority_level": 0.5}, "priority_level"),
        ({"priority": 0, "priority_level": 1.01}, "priority_level"),
        ({"priority": 0, "priority_level": -0.01}, "priority_level"),
        ({"priority": 0, "priority_level": float("nan")}, "priority_level"),
        ({"queue_id": "Q"}, "queue_id"),
    ],
)
async def test_a_field_that_breaks_its_rule_is_named(
    filled: World, fields: dict[str, Any], field: str
) -> None:
    whole: dict[str, Any] = {"queue_id": "q", "task_ids": ["1-1"], "priority": HIGH}
    request = pb.SetPriorityRequest(**filled.change(), **(whole | fields))

    caught = await refused(filled.stubs.queues.SetPriority(request))

    assert isinstance(caught, errors.InvalidArgument)
    assert caught.field == field


async def test_priorities_are_for_managers_and_of_a_queue_that_is_there(filled: World) -> None:
    first = await number_of_first(filled)

    denied = await refused(set_priority(filled, "q", [f"{first}-1"], HIGH, **filled.change("ann")))
    unknown = await refused(set_priority(filled, "nowhere", [f"{first}-1"], HIGH))

    assert isinstance(denied, errors.PermissionDenied)
    assert isinstance(unknown, errors.QueueNotFound)
