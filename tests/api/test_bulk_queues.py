"""BulkDeleteQueues and BulkUpdateQueues: many queues at once, by ids or by filter."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import bulk_queues_pb2, common_pb2, queue_pb2
from tests.api import alone as workers
from tests.api.alone import Broken
from tests.api.test_operations import FAILED, SUCCEEDED, retry
from tests.api.world import World, refused

HIGH = common_pb2.PRIORITY_HIGH


@pytest.fixture
async def lonely(lonely: World) -> World:
    """Queues a, b, c over one dataset, beside the one that somebody works in."""
    for queue in "abc":
        await lonely.queue(queue, "d", tags=["spring"])
    return lonely


async def delete(world: World, actor: str = "", **fields: Any) -> Any:
    return await world.stubs.queues.BulkDeleteQueues(
        bulk_queues_pb2.BulkDeleteQueuesRequest(**(world.change(actor) | fields))
    )


def updating(world: World, *paths: str, actor: str = "", **fields: Any) -> Any:
    request = queue_pb2.BulkUpdateQueuesRequest(**(world.change(actor) | fields))
    request.update_mask.paths.extend(paths)
    return request


async def update(world: World, *paths: str, **fields: Any) -> Any:
    return await world.stubs.queues.BulkUpdateQueues(updating(world, *paths, **fields))


async def queues(world: World) -> list[str]:
    seq = (await world.mine("ada")).seq
    listed = await world.stubs.queues.ListQueues(
        queue_pb2.ListQueuesRequest(**world.where(), min_seq=seq)
    )
    return [one.queue_id for one in listed.queues]


def told(answer: Any) -> list[tuple[str, str]]:
    return [(one.queue_id, one.reason) for one in answer.refused]


@pytest.mark.shows("P25")
async def test_queues_are_deleted_in_bulk_and_what_they_were_about_stays(lonely: World) -> None:
    await lonely.reserve("q", "ann")

    answer = await delete(lonely, queue_ids=["q", "a", "nothing"])

    assert told(answer) == [("q", "QUEUE_HELD"), ("nothing", "QUEUE_NOT_FOUND")]
    ended = await lonely.waited(answer.operation)
    assert (ended.state, ended.done, ended.total) == (SUCCEEDED, 1, 1)
    assert await queues(lonely) == ["b", "c", "q"]
    by_filter = await delete(lonely, filter="tags:spring")
    assert (await lonely.waited(by_filter.operation)).done == 2
    forced = await delete(lonely, queue_ids=["q"], force=True)
    assert (await lonely.waited(forced.operation)).done == 1
    assert await queues(lonely) == []
    await lonely.queue("new", "d")
    await lonely.until("new", queued=250)


@pytest.mark.shows("P23", "P27")
async def test_settings_are_changed_in_bulk_across_pages(lonely: World) -> None:
    await lonely.archive("c")
    change: dict[str, Any] = {"queue": {"priority": HIGH, "owner": "bob"}}

    answer = await update(lonely, "priority", "owner", queue_ids=["a", "c", "q"], **change)

    assert told(answer) == [("c", "QUEUE_ARCHIVED")]
    ended = await lonely.waited(answer.operation)
    assert (ended.state, ended.done, ended.total) == (SUCCEEDED, 2, 2)
    found = [await lonely.look(queue) for queue in "aqb"]
    assert [(one.priority, one.owner) for one in found[:2]] == [(HIGH, "bob")] * 2
    assert (found[0].tags, found[2].owner) == (["spring"], "ada")
    by_filter = await update(lonely, "tags", filter="priority = HIGH", queue={"tags": ["now"]})
    assert (await lonely.waited(by_filter.operation)).done == 2
    assert [list((await lonely.look(queue)).tags) for queue in "aqb"] == [
        *(["now"], ["now"], ["spring"])
    ]


async def test_owners_change_their_own_and_nobody_gets_what_no_queue_may_be(
    lonely: World,
) -> None:
    await lonely.change_queue("a", "owner", owner="bob")
    fields: dict[str, Any] = {"queue_ids": ["a", "b"], "queue": {"priority": HIGH}}
    answer = await update(lonely, "priority", actor="bob", **fields)
    assert told(answer) == [("b", "PERMISSION_DENIED")]
    batches = {"queue_ids": ["a"], "queue": {"batches": {"batch_size": 5, "max_batch_workload": 9}}}
    assert told(await update(lonely, "batches", **batches)) == [("a", "INVALID_ARGUMENT")]
    for wrong in (
        update(lonely, "priority", queue={}),
        update(lonely, "slots", queue_ids=["a"], queue={}),
        update(lonely, "priority", queue_ids=["a"], queue={"etag": "1"}),
        delete(lonely, filter="nothing = 1"),
        delete(lonely, queue_ids=["a"], filter="tags:spring"),
    ):
        assert isinstance(await refused(wrong), errors.InvalidArgument)
    nobody = update(lonely, "owner", queue_ids=["a"], queue={"owner": "nobody"})
    assert isinstance(await refused(nobody), errors.PersonNotFound)
    assert isinstance(
        await refused(delete(lonely, "bob", queue_ids=["a"])), errors.PermissionDenied
    )


async def test_a_bulk_change_of_queues_goes_on_whoever_dies(
    lonely: World, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "CHUNKS", ("update_queue", "delete_queue"))
    broken.breaks_at, broken.dies = 2, "after"
    request = updating(lonely, "priority", queue_ids=["a", "b", "c"], queue={"priority": HIGH})
    answer = await lonely.stubs.queues.BulkUpdateQueues(request)
    ended = await lonely.waited(answer.operation)
    assert (ended.state, ended.done, ended.total) == (SUCCEEDED, 3, 3)
    again = await lonely.stubs.queues.BulkUpdateQueues(request)
    assert (again.seq, again.operation.done) == (answer.seq, 3)

    broken.calls, broken.breaks_at, broken.dies = 0, 2, ""
    begun = await delete(lonely, queue_ids=["a", "b", "c"])
    failed = await lonely.waited(begun.operation)
    assert (failed.state, failed.error) == (FAILED, "ZeroDivisionError")
    broken.breaks_at = 1_000
    retried = await retry(lonely, failed.operation_id)
    ended = await lonely.waited(failed, min_seq=retried.seq)
    assert (ended.state, ended.done) == (SUCCEEDED, 3)
    assert await queues(lonely) == ["q"]
