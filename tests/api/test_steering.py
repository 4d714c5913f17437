"""Steering queues that people work in, through the wire: settings."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from dibs import errors
from dibs.v1 import allocation_pb2, common_pb2, project_pb2, queue_pb2
from tests.api.world import World, ids, refused

TEXTS = {
    "description": "Digits from envelopes,\nby hand",
    "recipe_ref": "recipes/digits@3",
    "instruction_ref": "docs/42#v7",
    "source_query": "origin = 'post' AND width > 20",
}


async def _two_tasks(world: World, **settings: Any) -> None:
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b"])
    await world.queue("q", **settings)
    await world.add("q", "d", ["a", "b"])


@pytest.mark.shows("D5", "D7", "D6")
async def test_a_queue_has_general_settings_references_and_the_query_of_its_items(
    world: World,
) -> None:
    await world.people("olga")
    due = Timestamp(seconds=1_900_000_000, nanos=5_000_000)
    fields: dict[str, Any] = {**TEXTS, "due_time": due, "owner": "olga", "display_name": "Digits"}
    await world.queue("q", priority=common_pb2.PRIORITY_HIGH, **fields)
    queue = await world.look("q")

    assert {name: getattr(queue, name) for name in TEXTS} == TEXTS
    assert (queue.due_time, queue.owner, queue.display_name) == (due, "olga", "Digits")
    assert queue.priority == common_pb2.PRIORITY_HIGH


@pytest.mark.shows("D7")
async def test_references_change_and_each_version_has_its_etag(world: World) -> None:
    await world.queue("q", recipe_ref="r@1", instruction_ref="i@1")
    first = await world.look("q")
    second = (await world.change_queue("q", "recipe_ref", recipe_ref="r@2")).queue

    assert (second.recipe_ref, second.instruction_ref) == ("r@2", "i@1")
    assert first.etag != second.etag


@pytest.mark.shows("D90")
async def test_an_update_changes_what_the_mask_names_and_shows_it(world: World) -> None:
    await world.people("ann")
    await world.queue("q", display_name="Old", max_held=7, allowed_assignees=["ann"])
    before = await world.look("q")
    answer = await world.change_queue("q", "display_name", "priority", display_name="New")
    after = await world.look("q", answer.seq)

    assert after == answer.queue
    assert (after.display_name, after.max_held) == ("New", 7)
    assert list(after.allowed_assignees) == ["ann"]
    assert after.create_time == before.create_time


async def test_what_the_mask_names_and_the_message_lacks_takes_its_default(world: World) -> None:
    await world.queue("q", max_held=7, description="old", display_name="Old")
    queue = (await world.change_queue("q", "max_held", "description", "display_name")).queue
    assert (queue.max_held, queue.description, queue.display_name) == (100, "", "q")


async def test_a_stale_etag_is_refused_and_nothing_changes(world: World) -> None:
    await world.queue("q")
    etag = (await world.look("q")).etag
    first = await world.change_queue("q", "max_held", max_held=5, etag=etag)
    for stale in (etag, "no etag", "ffffffffffffffff"):
        error = await refused(world.change_queue("q", "max_held", max_held=9, etag=stale))
        assert isinstance(error, errors.EtagMismatch)
        assert error.metadata["queue_id"] == "q"
    assert (await world.look("q", first.seq)).max_held == 5
    await world.change_queue("q", "max_held", max_held=9, etag=first.queue.etag)


async def test_a_repeat_of_an_update_is_answered_alike_though_its_etag_is_stale_by_now(
    world: World,
) -> None:
    await world.queue("q")
    request = queue_pb2.UpdateQueueRequest(
        **world.change(), queue_id="q", queue=queue_pb2.Queue(max_held=5)
    )
    request.queue.etag = (await world.look("q")).etag
    request.update_mask.paths.append("max_held")
    first = await world.stubs.queues.UpdateQueue(request)
    await world.change_queue("q", "max_held", max_held=9)

    assert await world.stubs.queues.UpdateQueue(request) == first
    assert (await world.look("q")).max_held == 9


@pytest.mark.parametrize(
    ("paths", "fields", "field"),
    [
        (["slots"], {"slots": 2}, "queue.slots"),
        (["type"], {"type": queue_pb2.QUEUE_TYPE_LABELING}, "queue.type"),
        (["colour"], {}, "update_mask"),
        ([], {"max_held": 2}, "update_mask"),
        (["max_held"], {"max_held": 0}, "queue.max_held"),
        (["lease_duration"], {"lease_duration": Duration(nanos=1)}, "queue.lease_duration"),
        (["statuses"], {}, "queue.statuses"),
        (["owner"], {}, "queue.owner"),
        (["due_time"], {"due_time": Timestamp(seconds=-5)}, "queue.due_time"),
        (["recipe_ref"], {"recipe_ref": "a\nb"}, "queue.recipe_ref"),
        (["source_query"], {"source_query": "x" * 8193}, "queue.source_query"),
    ],
)
async def test_what_cannot_be_changed_so_is_refused_by_its_name(
    world: World, paths: list[str], fields: dict[str, Any], field: str
) -> None:
    blurred = queue_pb2.Status(name="blurred", meaning=queue_pb2.STATUS_MEANING_DISCARD)
    await world.queue("q", statuses=[blurred])
    before = await world.look("q")
    error = await refused(world.change_queue("q", *paths, **fields))

    assert isinstance(error, errors.InvalidArgument)
    assert error.field == field
    assert await world.look("q") == before


async def test_whom_an_update_names_must_be_there(world: World) -> None:
    await world.queue("q")
    for fields in ({"allowed_assignees": ["ghost"]}, {"owner": "ghost"}):
        error = await refused(world.change_queue("q", *fields, **fields))
        assert isinstance(error, errors.PersonNotFound)
    error = await refused(world.change_queue("q", "allowed_groups", allowed_groups=["ghost"]))
    assert isinstance(error, errors.GroupNotFound)
    missing = await refused(world.change_queue("nowhere", "max_held"))
    assert isinstance(missing, errors.QueueNotFound)


async def test_a_status_that_was_added_can_be_submitted(world: World) -> None:
    await _two_tasks(world)
    task = (await world.reserve("q", "ann")).tasks[0]
    early = await refused(world.submit("ann", task, status="blurred"))
    blurred = queue_pb2.Status(name="blurred", meaning=queue_pb2.STATUS_MEANING_DISCARD)
    await world.change_queue("q", "statuses", statuses=[blurred])
    late = await world.submit("ann", task, status="blurred")

    assert isinstance(early, errors.InvalidArgument)
    assert late.state == common_pb2.TASK_STATE_DISCARDED


@pytest.mark.shows("D102")
async def test_who_is_allowed_no_more_keeps_what_is_started_and_the_rest_goes_back(
    world: World,
) -> None:
    await _two_tasks(world, allowed_assignees=["ann", "bob"])
    started, assigned = (await world.reserve("q", "ann", 2)).tasks
    await world.start("ann", started)
    await world.change_queue("q", "allowed_assignees", allowed_assignees=["bob"])
    late = await refused(world.start("ann", assigned))
    none = await world.reserve("q", "ann")

    assert isinstance(late, errors.LeaseLost)
    assert none.nothing.causes[0].cause == common_pb2.INELIGIBILITY_NOT_ALLOWED
    await world.until("q", queued=1)
    assert ids(await world.reserve("q", "bob")) == ["b"]
    assert (await world.submit("ann", started)).state == common_pb2.TASK_STATE_COMPLETED


async def test_a_queue_that_becomes_restricted_is_closed_to_all_whom_it_does_not_name(
    world: World,
) -> None:
    await _two_tasks(world)
    assert ids(await world.reserve("q", "ann")) == ["a"]
    await world.change_queue("q", "restricted", restricted=True)
    await world.until("q", queued=2)
    closed = await world.reserve("q", "bob")
    await world.change_queue("q", "restricted", restricted=False)

    assert closed.nothing.causes[0].cause == common_pb2.INELIGIBILITY_NOT_ALLOWED
    assert ids(await world.reserve("q", "bob")) == ["a"]


async def test_a_new_lease_duration_and_max_held_bind_from_then_on(world: World) -> None:
    await _two_tasks(world)
    await world.change_queue("q", "max_held", max_held=1)
    first = await world.reserve("q", "ann", 2)
    full = await world.reserve("q", "ann")

    assert ids(first) == ["a"]
    assert full.nothing.reason == allocation_pb2.NOTHING_REASON_AT_CAP


@pytest.mark.shows("D115")
async def test_a_new_owner_may_what_the_old_one_may_no_more(world: World) -> None:
    await world.people("olga", "omar")
    await world.queue("q", owner="olga")
    await world.change_queue("q", "owner", owner="omar", actor="olga")
    error = await refused(world.change_queue("q", "description", actor="olga"))
    changed = await world.change_queue("q", "description", description="mine", actor="omar")

    assert isinstance(error, errors.PermissionDenied)
    assert (changed.queue.owner, changed.queue.description) == ("omar", "mine")


@pytest.mark.shows("D116")
@pytest.mark.parametrize("role", [project_pb2.ROLE_ANNOTATOR, project_pb2.ROLE_REVIEWER])
async def test_who_does_not_manage_changes_no_queue_nor_whose_it_is(
    world: World, role: Any
) -> None:
    await world.people("ann", roles=[role])
    await world.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.queue("q")
    for field, wanted in (("max_held", 2), ("owner", "ann")):
        error = await refused(world.change_queue("q", field, **{field: wanted}, actor="ann"))
        assert isinstance(error, errors.PermissionDenied)
    assert ((await world.look("q")).owner, (await world.look("q")).max_held) == ("ada", 100)

    changed = await world.change_queue("q", "owner", owner="ann", actor="tom")
    assert changed.queue.owner == "ann"
