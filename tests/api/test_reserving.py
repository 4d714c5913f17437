"""Reserve and EnsureReservations: order, repeats, reasons for nothing."""

from __future__ import annotations

import asyncio

import pytest

from allocator import bootstrap
from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2, dataset_pb2, project_pb2
from tests.api.world import World, ids, open_session, refused
from tests.store.stack import eventually


def _item(name: str, *skills: str) -> dataset_pb2.Item:
    return dataset_pb2.Item(external_id=name, required_skills=skills)


@pytest.mark.shows("E46", "E71", "E59")
async def test_tasks_are_given_in_order_with_all_that_a_page_needs(world: World) -> None:
    await world.dataset(
        "d", [dataset_pb2.Item(external_id="a", weight=3, attributes={"k": "v"}), "b", "c"]
    )
    await world.queue("q", "d", lease_s=60)
    await world.people("ann")
    answer = await world.reserve("q", "ann", 2)
    task = answer.tasks[0]

    assert ids(answer) == ["a", "b"]
    assert not answer.HasField("nothing")
    assert (task.queue_id, task.dataset_id, task.item_number, task.slot) == ("q", "d", 1, 1)
    assert (task.weight, dict(task.attributes)) == (3, {"k": "v"})
    assert (task.kind, task.state) == (
        common_pb2.TASK_KIND_ANNOTATE,
        common_pb2.TASK_STATE_ASSIGNED,
    )
    assert task.lease.lease_token == answer.seq
    assert task.lease.HasField("expire_time")


async def test_a_repeat_gives_the_same_tasks_with_the_same_tokens(world: World) -> None:
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q", "d")
    await world.people("ann")
    request = pb.ReserveRequest(**world.change("ann"), queue_id="q", count=2)
    answers = await asyncio.gather(*(world.stubs.allocation.Reserve(request) for _ in range(5)))

    assert all(answer == answers[0] for answer in answers)
    await world.submit("ann", answers[0].tasks[0])
    assert await world.stubs.allocation.Reserve(request) == answers[0]
    assert (await world.depth("q")).available == 1


async def test_a_request_id_is_for_one_body(world: World) -> None:
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d")
    await world.people("ann")
    frame = world.change("ann")
    await world.stubs.allocation.Reserve(pb.ReserveRequest(**frame, queue_id="q"))

    error = await refused(
        world.stubs.allocation.Reserve(pb.ReserveRequest(**frame, queue_id="q", count=2))
    )
    assert isinstance(error, errors.RequestIdReused)
    assert error.metadata == {"n": str(frame["request_id"].n)}


@pytest.mark.shows("E73", "E75")
async def test_many_at_once_never_get_the_same_task(world: World) -> None:
    names = [f"i{n:03}" for n in range(60)]
    people = [f"person-{n}" for n in range(6)]
    await world.dataset("d", names)
    await world.queue("q", "d")
    await world.people(*people)
    sessions = [await open_session(world.stubs, world.project, person) for person in people]
    answers = await asyncio.gather(
        *(
            world.reserve("q", person, 5, request_id=session.next())
            for _ in range(2)
            for person, session in zip(people, sessions, strict=True)
        )
    )

    given = [name for answer in sorted(answers, key=lambda a: a.seq) for name in ids(answer)]
    assert given == names


@pytest.mark.shows("E70")
async def test_two_thousand_people_at_once_get_two_thousand_tasks(world: World) -> None:
    people = [f"person-{n}" for n in range(2000)]
    await world.dataset("d", [f"i{n}" for n in range(1000)])
    await world.load("d", [f"j{n}" for n in range(1000)])
    await world.queue("q", "d")
    for first in range(0, len(people), 100):
        await world.people(*people[first : first + 100])
    opening = (open_session(world.stubs, world.project) for _ in range(200))
    sessions = await asyncio.gather(*opening)
    answers = await asyncio.gather(
        *(
            world.reserve("q", "ada", person=person, request_id=sessions[n % 200].next())
            for n, person in enumerate(people)
        )
    )

    given = [task.task_id for answer in answers for task in answer.tasks]
    assert len(given) == len(set(given)) == 2000


@pytest.mark.shows("D21")
async def test_slots_go_to_different_people(world: World) -> None:
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d", slots=2)
    await world.people("ann", "bob", "cy")

    assert ids(await world.reserve("q", "ann", 5)) == ["a", "b"]
    again = await world.reserve("q", "ann", 5)
    assert again.nothing.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
    assert [(c.cause, c.count) for c in again.nothing.causes] == [
        (common_pb2.INELIGIBILITY_EXCLUDED, 2)
    ]
    second = await world.reserve("q", "bob", 5)
    assert [(t.external_id, t.slot) for t in second.tasks] == [("a", 2), ("b", 2)]
    third = await world.reserve("q", "cy", 5)
    assert third.nothing.reason == pb.NOTHING_REASON_ALL_LEASED


async def test_an_empty_queue_says_so_and_carries_a_seq(world: World) -> None:
    await world.queue("q")
    await world.people("ann")
    answer = await world.reserve("q", "ann")

    assert (list(answer.tasks), answer.nothing.reason) == ([], pb.NOTHING_REASON_QUEUE_EMPTY)
    assert answer.seq > 0


async def test_when_all_is_leased_next_free_is_a_lower_bound(
    world: World, server: bootstrap.Worker
) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q", "d", lease_s=60)
    await world.people("ann", "bob")
    await _clock_moves(server, world)
    held = (await world.reserve("q", "ann")).tasks[0]
    answer = await world.reserve("q", "bob")

    assert answer.nothing.reason == pb.NOTHING_REASON_ALL_LEASED
    free, end = answer.nothing.next_free, held.lease.expire_time
    assert abs(end.ToMilliseconds() - free.ToMilliseconds()) < 1000


async def _clock_moves(server: bootstrap.Worker, world: World) -> None:
    """It stands still while a keeper that another test killed is replaced."""
    row = await server.store.directory.project(world.project)
    assert row
    project = row.project
    found = await server.store.kernel.header(project)
    assert found

    async def moved() -> bool:
        header = await server.store.kernel.header(project)
        return header is not None and header.clock > found.clock

    await eventually(moved)


async def test_a_cap_ends_what_one_person_can_hold(world: World) -> None:
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q", "d", max_held=2)
    await world.people("ann")

    assert ids(await world.reserve("q", "ann", 3)) == ["a", "b"]
    answer = await world.reserve("q", "ann")
    assert answer.nothing.reason == pb.NOTHING_REASON_AT_CAP


async def test_who_may_not_work_in_a_queue_is_told_why(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.people("ann", "gone", "idle")
    await world.people("rev", roles=[project_pb2.ROLE_REVIEWER])
    await world.queue("q", "d", allowed_assignees=["gone", "idle", "rev"])
    await world.remove("gone")
    await world.update("idle", "active", active=False)
    causes = {}
    for person, actor in (("ann", "ann"), ("rev", "ada"), ("gone", "gone"), ("idle", "idle")):
        answer = await world.reserve("q", actor, person=person)
        assert answer.nothing.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
        causes[person] = [common_pb2.Ineligibility.Name(c.cause) for c in answer.nothing.causes]

    assert causes == {
        "ann": ["INELIGIBILITY_NOT_ALLOWED"],
        "rev": ["INELIGIBILITY_ROLE"],
        "gone": ["INELIGIBILITY_NOT_A_MEMBER"],
        "idle": ["INELIGIBILITY_NOT_A_MEMBER"],
    }


@pytest.mark.shows("P21")
async def test_skills_open_lanes_from_the_change_on(world: World) -> None:
    await world.dataset("d", [_item("n1", "night"), _item("plain"), _item("nc", "night", "cars")])
    await world.queue("q", "d")
    await world.people("ann")

    assert ids(await world.reserve("q", "ann", 5)) == ["plain"]
    answer = await world.reserve("q", "ann", 5)
    assert answer.nothing.reason == pb.NOTHING_REASON_NOT_ELIGIBLE
    assert [(c.cause, c.count) for c in answer.nothing.causes] == [
        (common_pb2.INELIGIBILITY_SKILL, 2)
    ]
    await world.update("ann", "skills", skills=["night"])
    assert ids(await world.reserve("q", "ann", 5)) == ["n1"]
    await world.update("ann", "skills", skills=["cars", "night"])
    assert ids(await world.reserve("q", "ann", 5)) == ["nc"]


async def test_ensure_fills_up_and_lists_all_that_is_held(world: World) -> None:
    await world.dataset("d", ["a", "b", "c", "d", "e"])
    await world.queue("q", "d")
    await world.people("ann")
    request = pb.EnsureReservationsRequest(**world.change("ann"), queue_id="q", count=2)
    first = await world.stubs.allocation.EnsureReservations(request)
    again = await world.stubs.allocation.EnsureReservations(request)
    more = await world.ensure("q", "ann", 4)
    enough = await world.ensure("q", "ann", 3)

    assert (ids(first), ids(again)) == (["a", "b"], ["a", "b"])
    assert first.seq == again.seq
    assert (ids(more), ids(enough)) == (["a", "b", "c", "d"], ["a", "b", "c", "d"])
    assert not enough.HasField("nothing")
    tokens = {task.external_id: task.lease.lease_token for task in more.tasks}
    assert tokens["a"] == tokens["b"] == first.seq != tokens["c"] == tokens["d"] == more.seq


async def test_ensure_says_why_there_is_no_more(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q", "d")
    await world.people("ann")
    await world.ensure("q", "ann", 3)
    answer = await world.ensure("q", "ann", 3)

    assert ids(answer) == ["a"]
    assert answer.nothing.reason == pb.NOTHING_REASON_ALL_LEASED


async def test_somebody_else_may_ask_for_a_person(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q", "d")
    await world.people("ann")
    answer = await world.reserve("q", "ada", person="ann")
    ghost = await refused(world.reserve("q", "ada", person="ghost"))
    stranger = await refused(world.reserve("q", "stranger", person="ann"))

    assert ids(await world.mine("ann")) == ids(answer) == ["a"]
    assert ids(await world.mine("ada")) == []
    assert isinstance(ghost, errors.PersonNotFound)
    assert isinstance(stranger, errors.PermissionDenied)


@pytest.mark.shows("E47", "P45")
async def test_my_tasks_are_listed_queue_by_queue_and_page_by_page(world: World) -> None:
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q", "d")
    await world.queue("r", "d")
    await world.people("ann")
    await world.reserve("q", "ann", 3)
    seq = (await world.reserve("r", "ann", 2)).seq
    pages, token = [], ""
    while True:
        page = await world.mine("ann", page_size=2, page_token=token, min_seq=seq)
        pages.append([(task.queue_id, task.external_id) for task in page.tasks])
        token = page.next_page_token
        if not token:
            break

    assert pages == [[("q", "a"), ("q", "b")], [("q", "c"), ("r", "a")], [("r", "b")]]
    assert page.seq >= seq
    assert ids(await world.mine("ann", queue_id="r")) == ["a", "b"]
    first = await world.mine("ann", page_size=2)
    other = await refused(world.mine("ann", queue_id="q", page_token=first.next_page_token))
    assert isinstance(other, errors.InvalidArgument)


async def test_a_fast_project_gives_the_same_answers(world: World) -> None:
    fast = await World.make(world.stubs, durability=project_pb2.DURABILITY_FAST)
    await fast.dataset("d", ["a", "b"])
    await fast.queue("q", "d")
    await fast.people("ann")
    request = pb.ReserveRequest(**fast.change("ann"), queue_id="q")
    answer = await fast.stubs.allocation.Reserve(request)

    assert ids(answer) == ["a"]
    assert await fast.stubs.allocation.Reserve(request) == answer
    done = await fast.submit("ann", answer.tasks[0])
    assert done.state == common_pb2.TASK_STATE_COMPLETED
    assert await fast.submit("ann", answer.tasks[0]) == done
    assert ids(await fast.mine("ann")) == []
