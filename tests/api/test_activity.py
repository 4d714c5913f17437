"""ListActivity: who did what, when and why, of whatever one may see."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from dibs import errors
from dibs.v1 import (
    allocation_pb2,
    common_pb2,
    lists_pb2,
    operation_pb2,
    project_pb2,
    queue_pb2,
    report_pb2,
)
from tests.api.assigned import assign, reassign
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


async def _list(world: World, text: str = "", actor: str = "", **fields: Any) -> Any:
    """The page as of now."""
    seq = (await world.depth("q")).seq
    return await world.stubs.reports.ListActivity(
        report_pb2.ListActivityRequest(
            **(world.where(actor) | {"min_seq": seq, "filter": text} | fields)
        )
    )


async def _changes(world: World, text: str = "", actor: str = "", **fields: Any) -> list[str]:
    return [one.change for one in (await _list(world, text, actor, **fields)).activity]


@pytest.fixture
async def worked(world: World) -> tuple[World, str, str]:
    """ann starts, drafts and submits a task of q, bob's is taken from him; r is olga's."""
    await world.people("olga", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.people("ann", "bob", "eve")
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q")
    await world.add("q", "d", ["a", "b", "c"])
    owned = queue_pb2.CreateQueueRequest(**world.change("olga"), queue_id="r", queue={})
    await world.stubs.queues.CreateQueue(owned)
    await world.add("r", "d", ["a"])
    await world.update("olga", "roles", roles=[project_pb2.ROLE_REVIEWER])
    [anns] = (await world.reserve("q", "ann")).tasks
    await world.start("ann", anns)
    await world.save_draft("ann", anns, b"so far")
    await world.submit("ann", anns)
    [bobs] = (await world.reserve("q", "bob")).tasks
    of_bob = {"task_id": bobs.task_id, "person": "bob", "reason": "he has left early"}
    await world.stubs.allocation.Release(allocation_pb2.ReleaseRequest(**world.change(), **of_bob))
    await world.reserve("r", "bob")
    return world, anns.task_id, bobs.task_id


@pytest.mark.shows("E58")
async def test_the_history_of_a_task_is_all_that_was_done_to_it(
    worked: tuple[World, str, str],
) -> None:
    world, task, _ = worked
    page = await _list(world, f"task = {task}", order_by="create_time")

    assert [(one.change, one.actor) for one in page.activity] == [
        ("ENTRIES_ADDED", "ada"),
        ("GRANTED", "ann"),
        ("STARTED", "ann"),
        ("DRAFTED", "ann"),
        ("SUBMITTED", "ann"),
    ]
    assert (page.total_size, page.total_is_lower_bound) == (5, False)
    *_, drafted, submitted = page.activity
    [done] = submitted.tasks
    assert (done.dataset_id, done.external_id) == ("d", "a")
    assert (done.task_id, done.queue_id, done.person) == (task, "q", "ann")
    assert done.state == common_pb2.TASK_STATE_COMPLETED
    assert (list(submitted.person_ids), list(submitted.queue_ids)) == (["ann"], ["q"])
    assert submitted.create_time.ToMilliseconds() >= drafted.create_time.ToMilliseconds() > 0
    assert submitted.seq > drafted.seq


@pytest.mark.shows("L15", "P81")
async def test_who_had_a_task_who_took_it_away_and_why_is_kept(
    worked: tuple[World, str, str],
) -> None:
    world, _, task = worked
    released, granted, added = (await _list(world, f"task = {task}")).activity

    assert (added.change, added.actor, added.count) == ("ENTRIES_ADDED", "ada", 3)
    assert (granted.actor, [one.person for one in granted.tasks]) == ("bob", ["bob"])
    assert (released.change, released.actor) == ("RELEASED", "ada")
    assert (released.reason, released.tasks[0].person) == ("he has left early", "bob")
    assert released.tasks[0].queue_id == "q"


@pytest.mark.shows("L15", "E58")
async def test_a_task_that_is_handed_on_has_a_trail_of_who_gave_it_to_whom_and_why(
    worked: tuple[World, str, str],
) -> None:
    world, _, task = worked
    await assign(world, "q", "ann", task, reason="ann knows this scene")
    moved = (await reassign(world, "q", "ann", "bob", reason="ann is on holiday")).operation
    await world.waited(moved)
    history = await _list(world, f"task = {task} AND change = ASSIGNED", order_by="create_time")
    trail = [
        (one.actor, one.reason, [(it.previous_person, it.person) for it in one.tasks])
        for one in history.activity
    ]

    assert trail == [
        ("ada", "ann knows this scene", [("", "ann")]),
        ("ada", "ann is on holiday", [("ann", "bob")]),
    ]
    assert history.activity[1].operation_id == moved.operation_id
    for person, changes in (("ann", ["ASSIGNED", "ASSIGNED"]), ("bob", ["ASSIGNED"])):
        assert await _changes(world, "change = ASSIGNED", actor=person) == changes


@pytest.mark.shows("P77")
async def test_the_chunks_of_an_operation_are_its_execution_log(
    worked: tuple[World, str, str],
) -> None:
    world, *_ = worked
    operation = (await world.remove_items("q", "d", ["a", "c"])).operation
    done = await world.waited(operation)
    page = await _list(world, f"operation = {operation.operation_id}", order_by="create_time")

    assert [one.change for one in page.activity] == [
        "OPERATION_BEGUN",
        "REMOVED",
        "OPERATION_ENDED",
    ]
    assert {one.operation_id for one in page.activity} == {done.operation_id}
    begun, removed, _ = page.activity
    assert (begun.actor, begun.count, list(begun.queue_ids)) == ("ada", 2, ["q"])
    [task] = removed.tasks
    assert (task.all_slots, task.state) == (True, common_pb2.TASK_STATE_REMOVED)
    assert await _changes(world, f"task = {task.task_id}") == ["REMOVED", "ENTRIES_ADDED"]


async def test_filters_choose_by_kind_person_actor_queue_and_time(
    worked: tuple[World, str, str],
) -> None:
    world, *_ = worked
    for text, expected in {
        "change = SUBMITTED": ["SUBMITTED"],
        "person = bob AND actor != bob": ["RELEASED", "MEMBERS_CHANGED"],
        "person = bob AND queue = r": ["GRANTED"],
        "queue = r": ["GRANTED", "ENTRIES_ADDED", "QUEUE_CREATED"],
        "actor = ann AND NOT change = GRANTED": ["SUBMITTED", "DRAFTED", "STARTED"],
        "change = STARTED OR change = RELEASED": ["RELEASED", "STARTED"],
        "seq = 1": ["PROJECT_CREATED"],
        "create_time < 2020-01-01T00:00:00Z": [],
        "create_time > 2020-01-01T00:00:00Z AND change = DRAFTED": ["DRAFTED"],
        "queue = nowhere": [],
        "person = nobody-of-this-name": [],
        "task = 999999999-1": [],
    }.items():
        page = await _list(world, text)
        assert [one.change for one in page.activity] == expected, text
        assert (page.total_size, page.total_is_lower_bound) == (len(expected), False), text


async def test_what_is_cleared_away_has_the_event_that_did_it_whoever_had_touched_it(
    worked: tuple[World, str, str],
) -> None:
    world, done, released = worked
    untouched = "3-1"
    for _ in range(2):
        request = operation_pb2.ClearWaitingRequest(**world.change(), queue_id="q")
        await world.stubs.queues.ClearWaiting(request)
    first = (await _list(world, "change = CLEARED", order_by="create_time")).activity[0]

    assert (first.count, list(first.queue_ids)) == (2, ["q"])
    for task, ends in ((untouched, "CLEARED"), (released, "CLEARED"), (done, "SUBMITTED")):
        last = (await _list(world, f"task = {task}")).activity[0]
        assert last.change == ends, task
        assert ends != "CLEARED" or last == first, task
    assert await _changes(world, f"task = {untouched}") == ["CLEARED", "ENTRIES_ADDED"]


async def test_a_task_that_waits_for_its_time_has_the_event_that_made_it_wait(
    worked: tuple[World, str, str],
) -> None:
    world, *_ = worked
    await world.dataset("e", ["late"])
    await world.add("r", "e", ["late"], not_before=Timestamp(seconds=4_000_000_000))
    listed = await world.stubs.queues.ListTasks(
        lists_pb2.ListTasksRequest(
            **world.where(), filter="state = DELAYED", min_seq=(await world.depth("q")).seq
        )
    )
    [task] = [one.task.task_id for one in listed.tasks]
    assert await _changes(world, f"task = {task}") == ["DELAYED"]


async def test_times_are_compared_to_the_millisecond(worked: tuple[World, str, str]) -> None:
    world, *_ = worked
    now = f"seq <= {(await world.depth('q')).seq}"
    everything = (await _list(world, now, order_by="create_time")).activity
    middle = everything[len(everything) // 2].create_time.ToMilliseconds()
    text = everything[len(everything) // 2].create_time.ToJsonString()
    for operator, holds in {
        "<": lambda at: at < middle,
        "<=": lambda at: at <= middle,
        "=": lambda at: at == middle,
        ">=": lambda at: at >= middle,
        ">": lambda at: at > middle,
    }.items():
        page = await _list(
            world, f"{now} AND create_time {operator} {text}", order_by="create_time"
        )
        expected = [one.seq for one in everything if holds(one.create_time.ToMilliseconds())]
        assert [one.seq for one in page.activity] == expected, operator


async def test_pages_go_on_in_either_order_and_every_event_is_on_one(
    worked: tuple[World, str, str],
) -> None:
    world, *_ = worked
    head = (await world.depth("q")).seq
    for order, wanted in (
        ("", list(range(head, 0, -1))),
        ("create_time", list(range(1, head + 1))),
    ):
        found: list[int] = []
        token = ""
        while not found or token:
            fields: dict[str, Any] = {"order_by": order, "page_size": 7, "page_token": token}
            page = await _list(world, f"seq <= {head}", **fields)
            found += [one.seq for one in page.activity]
            assert (page.total_size, page.total_is_lower_bound) == (head, False)
            token = page.next_page_token
        assert found == wanted, order


async def test_everybody_sees_their_own_and_owners_all_of_their_queues(
    worked: tuple[World, str, str],
) -> None:
    world, *_ = worked
    assert await _changes(world, actor="ann") == [
        *("SUBMITTED", "DRAFTED", "STARTED", "GRANTED", "MEMBERS_CHANGED"),
    ]
    assert await _changes(world, actor="bob", queue_id="q") == ["RELEASED", "GRANTED"]
    owned = await _list(world, "queue = r", actor="olga")
    assert [one.change for one in owned.activity] == ["GRANTED", "ENTRIES_ADDED", "QUEUE_CREATED"]
    assert await _changes(world, "queue = q", actor="olga") == []
    assert await _changes(world, actor="olga", queue_id="r") == await _changes(world, queue_id="r")
    [joined] = (await _list(world, actor="eve")).activity
    assert (joined.change, list(joined.person_ids)) == ("MEMBERS_CHANGED", ["eve"])
    error = await refused(_list(world, actor="stranger"))
    assert isinstance(error, errors.PermissionDenied)


async def test_a_token_is_shown_to_whom_it_belongs_alone(worked: tuple[World, str, str]) -> None:
    world, task, _ = worked
    [theirs] = (await _list(world, f"task = {task} AND change = STARTED", actor="ann")).activity
    [managers] = (await _list(world, f"task = {task} AND change = STARTED")).activity
    [granted] = (await _list(world, f"task = {task} AND change = GRANTED", actor="ann")).activity

    assert theirs.tasks[0].lease_token == granted.seq == granted.tasks[0].lease_token
    assert managers.tasks[0].lease_token == 0


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"filter": "colour = red"}, "filter", "at character 1"),
        ({"filter": "change = PAINTED"}, "filter", "change is one of PROJECT_CREATED"),
        ({"filter": "task = 12"}, "filter", "no task_id such as 12-1"),
        ({"filter": "task > 12-1"}, "filter", "at character 6"),
        ({"filter": "create_time > soon"}, "filter", "a time such as"),
        ({"filter": "operation = twelve"}, "filter", "a number"),
        ({"order_by": "actor"}, "order_by", "must be one of create_time"),
        ({"page_token": "forged"}, "page_token", "next_page_token of the same list"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_its_place(
    world: World, fields: dict[str, Any], field: str, says: str
) -> None:
    error = await refused(
        world.stubs.reports.ListActivity(report_pb2.ListActivityRequest(**world.where(), **fields))
    )
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, says in str(error)) == (field, True), str(error)


async def test_a_token_is_good_for_its_own_list_alone(worked: tuple[World, str, str]) -> None:
    world, *_ = worked
    token = (await _list(world, page_size=1)).next_page_token
    for other in (
        {"actor": "ann"},
        {"text": "queue = q"},
        {"queue_id": "q"},
        {"order_by": "create_time"},
    ):
        error = await refused(_list(world, page_size=1, page_token=token, **other))
        assert isinstance(error, errors.InvalidArgument), other
        assert error.field == "page_token"


async def test_a_queue_that_is_not_there_has_no_activity(world: World) -> None:
    error = await refused(
        world.stubs.reports.ListActivity(
            report_pb2.ListActivityRequest(**world.where(), queue_id="nowhere")
        )
    )
    assert isinstance(error, errors.QueueNotFound)
