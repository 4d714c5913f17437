"""ListQueueDatasets: how far each dataset of a queue is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, operation_pb2
from dibs.v1 import queue_datasets_pb2 as pb
from dibs.v1.figures_pb2 import WORK_STATUS_COMPLETED, WORK_STATUS_IN_PROGRESS, WORK_STATUS_TODO
from tests.api.test_delays import LATER_MS, in_ms
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


@pytest.fixture
async def mixed(world: World) -> World:
    """Three attached datasets, done, begun and to do, and items of a fourth; two slots each."""
    await world.people("ann", "bob")
    await world.dataset("done", ["a", "b"])
    await world.dataset("begun", ["c", "d", "e"])
    await world.dataset("later", ["f"])
    await world.dataset("some", ["g", "h"])
    await world.queue("q", "done", slots=2)
    await world.attach("q", "begun")
    await world.attach("q", "later", not_before=in_ms(LATER_MS))
    await world.add("q", "some", ["h"])
    for person in ("ann", "bob"):
        for task in (await world.reserve("q", person, 3)).tasks:
            await world.submit(person, task, status="discarded" if person == "bob" else "")
    await world.reserve("q", "ann")
    await world.remove_items("q", "begun", ["e"])
    return world


async def listed(world: World, queue: str = "q", **fields: Any) -> Any:
    seq = (await world.depth("q")).seq
    request = pb.ListQueueDatasetsRequest(
        **(world.where() | {"queue_id": queue, "min_seq": seq} | fields)
    )
    return await world.stubs.queues.ListQueueDatasets(request)


def by_state(row: Any) -> dict[str, int]:
    name = common_pb2.TaskState.Name
    return {name(one.state).removeprefix("TASK_STATE_"): one.count for one in row.state_counts}


async def adds_up(world: World) -> None:
    """What the datasets have is what the queue has."""
    rows = (await listed(world)).datasets
    whole = await world.get_queue("q", min_seq=(await world.depth("q")).seq)
    assert sum((Counter(by_state(row)) for row in rows), Counter()) == by_state(whole)
    for name in ("total_tasks", "remaining_tasks", "annotated_tasks"):
        assert sum(getattr(row, name) for row in rows) == getattr(whole, name)


@pytest.mark.shows("P49")
async def test_each_dataset_of_a_queue_says_how_far_it_is(mixed: World) -> None:
    begun, done, later, some = (await listed(mixed)).datasets

    assert [row.dataset_id for row in (begun, done, later, some)] == [
        *("begun", "done", "later", "some")
    ]
    assert [row.attached for row in (begun, done, later, some)] == [True, True, True, False]
    assert by_state(done) == {"COMPLETED": 2, "DISCARDED": 2}
    assert (done.status, done.progress_percent) == (WORK_STATUS_COMPLETED, 100)
    assert by_state(begun) == {
        "COMPLETED": 1,
        "DISCARDED": 1,
        "ASSIGNED": 1,
        "QUEUED": 1,
        "REMOVED": 2,
    }
    assert (begun.status, begun.progress_percent) == (WORK_STATUS_IN_PROGRESS, 50)
    assert (begun.total_tasks, begun.remaining_tasks, begun.annotated_tasks) == (4, 2, 2)
    assert (later.status, by_state(later)) == (WORK_STATUS_TODO, {"DELAYED": 2})
    assert (some.status, by_state(some)) == (WORK_STATUS_TODO, {"QUEUED": 2})
    await adds_up(mixed)


async def test_what_was_cleared_is_removed_and_a_detached_dataset_is_not_listed(
    mixed: World,
) -> None:
    await mixed.stubs.queues.ClearWaiting(
        operation_pb2.ClearWaitingRequest(**mixed.change(), queue_id="q")
    )
    await mixed.until("q", delayed=0)  # what waits for its time is dropped behind the clearing
    begun, _, _, some = (await listed(mixed)).datasets
    assert by_state(some) == {"REMOVED": 2}
    assert by_state(begun)["REMOVED"] == 3
    await adds_up(mixed)
    gone = await mixed.stubs.queues.DetachDataset(
        operation_pb2.DetachDatasetRequest(**mixed.change(), queue_id="q", dataset_id="done")
    )
    await mixed.waited(gone.operation)
    assert [row.dataset_id for row in (await listed(mixed)).datasets] == ["begun", "later", "some"]


async def test_datasets_of_a_queue_come_page_by_page(mixed: World) -> None:
    first = await listed(mixed, page_size=3)
    rest = await listed(mixed, page_size=3, page_token=first.next_page_token)
    assert [row.dataset_id for row in (*first.datasets, *rest.datasets)] == [
        *("begun", "done", "later", "some")
    ]
    assert rest.next_page_token == ""
    forged = await refused(listed(mixed, page_token="forged"))
    assert isinstance(forged, errors.InvalidArgument)
    assert isinstance(await refused(listed(mixed, "nothing")), errors.QueueNotFound)
