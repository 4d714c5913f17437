"""PlanRedistribution, ApplyRedistribution and UndoRedistribution."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import allocation_pb2, dataset_pb2, project_pb2, queue_pb2
from dibs.v1 import assignment_pb2 as pb
from store import keys
from tests.api.alone import Broken
from tests.api.assigned import apply, plan, reassign, undo
from tests.api.world import World, ids, refused

DAY_MS = 86_400_000
MINUTE_MS = 60_000


@pytest.fixture
async def leaving(world: World, server: Worker) -> World:
    """A leaves with 20 tasks: 8 completed, 2 discarded, 6 begun yesterday, 4 untouched.

    B has no assignment in the queue, C has one, D is inactive.
    """
    await world.dataset("d", [f"i{n}" for n in range(1, 22)])
    await world.people("a", "b", "c", "d")
    await world.update("d", "active", active=False)
    shares = [queue_pb2.Share(person_id="a", load=100), queue_pb2.Share(person_id="c", load=0)]
    await world.queue("q", distribution=queue_pb2.Distribution(shares=shares), lease_s=2 * 86_400)
    await world.add("q", "d", [f"i{n}" for n in range(1, 21)])
    for n, task in enumerate((await world.mine("a")).tasks):
        if n < 10:
            await world.submit("a", task, status="completed" if n < 8 else "discarded")
        elif n < 16:
            await world.start("a", task)
            await world.save_draft("a", task, b"begun")
    await _passes(world, server, DAY_MS)
    return world


async def _passes(world: World, server: Worker, ms: int) -> None:
    project = await server.store.directory.project(world.project)
    assert project is not None
    await server.store.redis.call("HINCRBY", keys.header(project.project), "clock", str(ms))


def planned(answer: Any) -> dict[str, int]:
    return {one.person_id: one.tasks for one in answer.planned}


def staying(answer: Any) -> dict[str, int]:
    return {one.reason: one.count for one in answer.staying}


async def _count(world: World, *people: str) -> list[int]:
    return [len(ids(await world.mine(person))) for person in people]


@pytest.mark.shows("D119", "D121", "D126")
async def test_open_tasks_are_spread_over_two_and_what_has_a_status_stays(leaving: World) -> None:
    answer = await plan(leaving, "q", "a", ["b", "c"])
    before = await _count(leaving, "a", "b", "c")
    done = await leaving.waited((await apply(leaving, "q", answer.plan_id)).operation)

    assert planned(answer) == {"b": 5, "c": 5}
    assert before == [10, 0, 0]
    assert (done.total, done.done, done.failed) == (10, 10, 0)
    assert await _count(leaving, "a", "b", "c") == [0, 5, 5]


@pytest.mark.shows("D120")
async def test_only_what_nobody_annotated_moves_if_it_is_asked_so(leaving: World) -> None:
    answer = await plan(leaving, "q", "a", ["b", "c"], only_without_annotations=True)
    await leaving.waited((await apply(leaving, "q", answer.plan_id)).operation)

    assert planned(answer) == {"b": 2, "c": 2}
    assert staying(answer) == {"ANNOTATED": 6}
    assert await _count(leaving, "a", "b", "c") == [6, 2, 2]


@pytest.mark.shows("D123", "L13")
async def test_only_those_without_an_assignment_get_any_if_it_is_asked_so(leaving: World) -> None:
    answer = await plan(
        leaving,
        "q",
        "a",
        ["b", "c"],
        only_without_annotations=True,
        only_unassigned=True,
    )

    assert planned(answer) == {"b": 4}


async def test_naming_somebody_inactive_moves_nothing(leaving: World) -> None:
    error = await refused(plan(leaving, "q", "a", ["b", "d"]))

    assert isinstance(error, errors.InvalidRequest)
    assert "targets[1]" in str(error)
    assert await _count(leaving, "a", "b", "c") == [10, 0, 0]


@pytest.mark.shows("D122", "D125", "D20")
async def test_what_all_contributors_have_is_levelled(leaving: World) -> None:
    """C has 6 of their own before; B comes in by name: 16 in all, 8 each."""
    await leaving.change_queue(
        "q",
        "distribution",
        distribution=queue_pb2.Distribution(
            shares=[
                queue_pb2.Share(person_id=person, load=load)
                for person, load in (("a", 0), ("b", 0), ("c", 100))
            ]
        ),
    )
    await leaving.load("d", [f"j{n}" for n in range(6)])
    await leaving.add("q", "d", [f"j{n}" for n in range(6)])
    answer = await plan(leaving, "q", "a", all_contributors=True, spread=pb.SPREAD_LEVEL)

    assert planned(answer) == {"b": 8, "c": 2}


async def test_what_was_moved_goes_back_as_far_as_nobody_touched_it(leaving: World) -> None:
    answer = await plan(leaving, "q", "a", ["b", "c"])
    moved = (await apply(leaving, "q", answer.plan_id)).operation
    await leaving.waited(moved)
    [first, *_] = (await leaving.mine("b")).tasks
    await leaving.start("b", first)
    back = await leaving.waited((await undo(leaving, "q", moved)).operation)
    twice = await refused(undo(leaving, "q", moved))

    assert (back.done, back.failed) == (10, 1)
    assert [(one.task_id, one.reason) for one in back.errors] == [(first.task_id, "TASK_STARTED")]
    assert await _count(leaving, "a", "b", "c") == [9, 1, 0]
    assert twice.reason == "PLAN_USED"


async def test_a_plan_is_applied_once_and_not_after_a_quarter_of_an_hour(
    leaving: World, server: Worker
) -> None:
    first = await plan(leaving, "q", "a", ["b"], only_without_annotations=True)
    second = await plan(leaving, "q", "a", ["c"])
    moved = (await apply(leaving, "q", first.plan_id)).operation
    await leaving.waited(moved)
    used = await refused(apply(leaving, "q", first.plan_id))
    unknown = await refused(apply(leaving, "q", "999999"))
    await _passes(leaving, server, 16 * MINUTE_MS)
    late = await refused(apply(leaving, "q", second.plan_id))
    too_late = await refused(undo(leaving, "q", moved))

    assert (used.reason, used.metadata["operation_id"]) == ("PLAN_USED", moved.operation_id)
    assert unknown.reason == "PLAN_NOT_FOUND"
    assert (late.reason, too_late.reason) == ("PLAN_EXPIRED", "PLAN_EXPIRED")


async def test_a_plan_is_stale_once_people_or_settings_have_changed(leaving: World) -> None:
    people = await plan(leaving, "q", "a", ["b"])
    await leaving.update("b", "skills", skills=["ct"])
    by_people = await refused(apply(leaving, "q", people.plan_id))
    settings = await plan(leaving, "q", "a", ["b"])
    await leaving.change_queue("q", "display_name", display_name="Other")
    by_settings = await refused(apply(leaving, "q", settings.plan_id))

    assert (by_people.reason, by_settings.reason) == ("PLAN_STALE", "PLAN_STALE")
    assert await _count(leaving, "a", "b") == [10, 0]


async def test_each_task_moves_only_if_it_is_still_as_planned(leaving: World) -> None:
    answer = await plan(leaving, "q", "a", ["b"])
    tasks = (await leaving.mine("a")).tasks
    await leaving.submit("a", tasks[0])
    await leaving.renew("a", tasks[1])
    await leaving.release("a", tasks[9])
    done = await leaving.waited((await apply(leaving, "q", answer.plan_id)).operation)

    assert (done.done, done.failed) == (10, 3)
    assert {one.reason for one in done.errors} == {
        *("TASK_NOT_FOUND", "TASK_WORKED_ON"),
        "TASK_CHANGED",
    }
    assert await _count(leaving, "a", "b") == [1, 7]


@pytest.mark.shows("D40")
@pytest.mark.parametrize(
    ("role", "may"),
    [(project_pb2.ROLE_TEAM_MANAGER, True), (project_pb2.ROLE_REVIEWER, False)],
)
async def test_team_managers_reassign_and_redistribute(
    leaving: World, role: Any, *, may: bool
) -> None:
    await leaving.people("tom", roles=[role])
    reassigns = pb.ReassignRequest(
        **leaving.change("tom"), queue_id="q", from_person="a", to_person="c", reason="a leaves"
    )
    plans = pb.PlanRedistributionRequest(
        **leaving.change("tom"), queue_id="q", from_person="c", all_contributors=True
    )
    calls = (
        lambda: leaving.stubs.assignments.Reassign(reassigns),
        lambda: leaving.stubs.assignments.PlanRedistribution(plans),
    )
    if not may:
        errors_of = [await refused(call()) for call in calls]
        assert [type(error) for error in errors_of] == [errors.PermissionDenied] * 2
        assert await _count(leaving, "a", "c") == [10, 0]
        return
    await leaving.waited((await calls[0]()).operation)
    assert await _count(leaving, "a", "c") == [0, 10]
    assert sum(planned(await calls[1]()).values()) == 10


@pytest.mark.shows("D128")
async def test_only_items_with_the_attribute_move_if_a_filter_says_so(world: World) -> None:
    items = [
        dataset_pb2.Item(external_id=f"i{n}", attributes={"site": "north" if n % 3 else "south"})
        for n in range(6)
    ]
    await world.dataset("d", items)
    await world.people("a", "b")
    shares = [queue_pb2.Share(person_id="a", load=100), queue_pb2.Share(person_id="b", load=0)]
    await world.queue("q", distribution=queue_pb2.Distribution(shares=shares))
    await world.add("q", "d", [item.external_id for item in items])
    answer = await plan(world, "q", "a", ["b"], filter="attributes.site = south")
    await world.waited((await apply(world, "q", answer.plan_id)).operation)

    assert planned(answer) == {"b": 2}
    assert ids(await world.mine("b")) == ["i0", "i3"]
    assert ids(await world.mine("a")) == ["i1", "i2", "i4", "i5"]


async def test_a_filter_narrows_what_moves(leaving: World) -> None:
    [first, second, *_] = (await leaving.mine("a")).tasks
    wanted = f'external_id = "{first.external_id}" OR external_id = "{second.external_id}"'
    answer = await plan(leaving, "q", "a", ["b"], filter=wanted)
    wrong = await refused(plan(leaving, "q", "a", ["b"], filter="state ="))

    assert planned(answer) == {"b": 2}
    assert isinstance(wrong, errors.InvalidRequest)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "all_contributors"),
        ({"targets": [pb.RedistributionTarget(person_id="a")]}, "targets[0]"),
        ({"targets": [pb.RedistributionTarget(person_id="b")] * 2}, "targets"),
        ({"targets": [pb.RedistributionTarget(person_id="b", load=50)]}, "targets"),
        (
            {
                "targets": [
                    pb.RedistributionTarget(person_id="b", load=50),
                    pb.RedistributionTarget(person_id="c"),
                ]
            },
            "targets[1].load",
        ),
    ],
)
async def test_targets_that_make_no_sense_plan_nothing(
    leaving: World, fields: dict[str, Any], field: str
) -> None:
    error = await refused(plan(leaving, "q", "a", **fields))

    assert isinstance(error, errors.InvalidRequest)
    assert field in str(error)


async def test_where_people_pull_nothing_is_redistributed(world: World) -> None:
    await world.dataset("d", ["i1"])
    await world.people("a", "b")
    await world.queue("q", "d")
    error = await refused(plan(world, "q", "a", ["b"]))

    assert error.reason == "QUEUE_NOT_DISTRIBUTED"
    assert "ClearBatch" in str(error)


async def test_while_ones_tasks_move_one_starts_none_of_them_and_finishes_what_one_has_begun(
    lonely: World, broken: Broken
) -> None:
    begun, waits, other = (await lonely.reserve("q", "ann", 3)).tasks
    await lonely.start("ann", begun)
    broken.breaks_at, broken.waits = 1, asyncio.Event()
    moving = (await reassign(lonely, "q", "ann", "bob")).operation

    begin = allocation_pb2.StartAnnotationRequest(**lonely.change("ann"), queue_id="q")
    started = await refused(lonely.start("ann", waits))
    first = await refused(lonely.start("ann", other))
    await lonely.submit("ann", begun, status="completed")
    at_all = await refused(lonely.stubs.allocation.StartAnnotation(begin))
    broken.waits.set()

    for error in (started, first, at_all):
        assert isinstance(error, errors.TaskMoving)
        assert error.metadata["queue_id"] == "q"
    done = await lonely.waited(moving)
    assert (done.done, done.failed) == (3, 1)
    assert await _count(lonely, "ann", "bob") == [0, 2]
