"""Items that leave their dataset, and what waits for its time and leaves its queue."""

from __future__ import annotations

import asyncio
from typing import Any

from dibs import errors
from dibs.v1 import dataset_pb2, operation_pb2
from tests.api.alone import ITEMS, Broken
from tests.api.test_delays import LATER_MS, in_ms
from tests.api.test_deleting import delete
from tests.api.test_operations import RUNNING, SUCCEEDED, counts
from tests.api.world import World, ids, refused

VERB = operation_pb2.OPERATION_VERB_REMOVE_DATASET_ITEMS


async def take_out(world: World, items: list[str], **fields: Any) -> Any:
    return await world.stubs.datasets.RemoveDatasetItems(
        dataset_pb2.RemoveDatasetItemsRequest(
            **(world.change() | fields), dataset_id="d", external_ids=items
        )
    )


async def listed(world: World, seq: int) -> tuple[int, list[str]]:
    """How many items the dataset has, and the first two."""
    answer = await world.stubs.datasets.ListItems(
        dataset_pb2.ListItemsRequest(**world.where(), dataset_id="d", page_size=2, min_seq=seq)
    )
    return answer.total_size, [item.external_id for item in answer.items]


async def test_items_leave_their_dataset_at_once_and_every_queue_in_chunks(
    lonely: World, broken: Broken
) -> None:
    done, held = (await lonely.reserve("q", "ann", 2)).tasks
    await lonely.submit("ann", done)
    await lonely.queue("late")
    await lonely.add("late", "d", [ITEMS[2], ITEMS[240]], not_before=in_ms(LATER_MS))
    for name in ("other", "gone"):
        await lonely.queue(name)
        await lonely.add(name, "d", ITEMS[1:4])
    await delete(lonely, "gone")
    broken.breaks_at, broken.waits = 2, asyncio.Event()

    answer = await take_out(lonely, ITEMS[:200])

    assert (answer.operation.state, answer.operation.verb) == (RUNNING, VERB)
    assert list(answer.operation.queue_ids) == ["q", "late", "other"]
    assert await counts(lonely, "late") == {"DELAYED": 1}
    assert await listed(lonely, answer.seq) == (50, ITEMS[200:202])
    gone = await refused(lonely.add("late", "d", [ITEMS[0]]))
    assert isinstance(gone, errors.ItemNotFound)
    await lonely.queue("later", "d")
    assert await counts(lonely, "later") == {"QUEUED": 50}

    broken.waits.set()
    ended = await lonely.waited(answer.operation)
    assert (ended.state, ended.total, ended.done, ended.failed) == (SUCCEEDED, 207, 207, 0)
    assert await counts(lonely) == {"COMPLETED": 1, "REMOVED": 199, "QUEUED": 50}
    assert await counts(lonely, "other") == {"REMOVED": 3}
    lost = await refused(lonely.submit("ann", held))
    assert isinstance(lost, errors.WrongTaskState)
    assert ids(await lonely.reserve("q", "bob")) == [ITEMS[200]]


async def test_an_id_that_was_taken_out_may_come_again_as_another_item(lonely: World) -> None:
    [done] = (await lonely.reserve("q", "ann")).tasks
    await lonely.submit("ann", done)
    first = await take_out(lonely, [ITEMS[0], ITEMS[249]])
    await lonely.waited(first.operation)

    again = await lonely.load("d", [ITEMS[0]])

    assert (await listed(lonely, again.seq))[0] == 249
    await lonely.until("q", QUEUED=249)
    assert await counts(lonely) == {"COMPLETED": 1, "QUEUED": 249, "REMOVED": 1}
    await lonely.waited((await take_out(lonely, [ITEMS[0]])).operation)
    assert await counts(lonely) == {"COMPLETED": 1, "QUEUED": 248, "REMOVED": 2}


async def test_what_cannot_be_taken_out_changes_nothing_and_a_repeat_nothing_more(
    lonely: World,
) -> None:
    unknown = await refused(take_out(lonely, [ITEMS[0], "nowhere"]))
    assert isinstance(unknown, errors.ItemNotFound)
    assert unknown.metadata["external_id"] == "nowhere"
    assert await counts(lonely) == {"QUEUED": 250}

    frame = lonely.change()
    first = await take_out(lonely, ITEMS[:1], **frame)
    again = await take_out(lonely, ITEMS[:1], **frame)
    assert (again.seq, again.operation.operation_id) == (first.seq, first.operation.operation_id)


async def test_what_waits_for_its_time_can_be_removed_from_its_queue(lonely: World) -> None:
    await lonely.queue("late")
    later = in_ms(LATER_MS)
    await lonely.add("late", "d", ITEMS[:4], not_before=later)
    await lonely.add("late", "d", [ITEMS[5]])

    operation = await lonely.waited(
        (await lonely.remove_items("late", "d", [ITEMS[1], ITEMS[2], ITEMS[5]])).operation
    )

    assert (operation.state, operation.total, operation.done) == (SUCCEEDED, 3, 3)
    assert list(operation.errors) == []
    assert await counts(lonely, "late") == {"DELAYED": 2, "REMOVED": 1}
    there = await refused(lonely.add("late", "d", [ITEMS[0]]))
    assert isinstance(there, errors.ItemAlreadyInQueue)
    await lonely.add("late", "d", ITEMS[1:3])
    assert ids(await lonely.reserve("late", "ann", 2)) == ITEMS[1:3]
