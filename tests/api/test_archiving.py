"""An archived queue: its finished tasks are kept apart, and everything about them still works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from allocator import bootstrap
from dibs.v1 import common_pb2, lists_pb2, queue_pb2
from store import cold
from store.view_rebuild import ViewRebuild
from tests.api.alone import ITEMS
from tests.api.tasks import record, reopen
from tests.api.test_clearing import clear
from tests.api.test_operations import counts
from tests.api.world import World

RETURNED = common_pb2.TASK_STATE_RETURNED


class Archive:
    """A world with a look at where its rows are."""

    def __init__(self, world: World, worker: bootstrap.Worker, project: int) -> None:
        self.world = world
        self.store = worker.store
        self.project = project

    async def settled(self) -> list[str]:
        """The states of the cold rows, once there is nothing to move."""
        await self.store.views.wait_for(self.project, (await self.world.mine("ann")).seq)
        while await cold.settle_some(self.store.postgres):
            pass
        return await self.states(is_cold=True)

    async def states(self, *, is_cold: bool) -> list[str]:
        rows = await self.store.postgres.fetch(
            "SELECT state FROM view_task WHERE project = $1 AND cold = $2 ORDER BY state",
            *(self.project, is_cold),
        )
        return [common_pb2.TaskState.Name(row["state"])[11:] for row in rows]

    async def wrong(self) -> int | None:
        """How many rows a log that is replayed gives otherwise."""
        views = ViewRebuild(self.store.postgres, self.store.log)
        return await views.heal(self.project, most_events=1_000)

    async def listed(self, text: str = "", queue: str = "q") -> Any:
        """What a list shows, but for what depends on the queue being open."""
        seq = (await self.world.mine("ann")).seq
        ask = self.world.where() | {"queue_id": queue, "min_seq": seq, "filter": text}
        answer = await self.world.stubs.queues.ListTasks(
            lists_pb2.ListTasksRequest(**ask, page_size=1000)
        )
        for one in answer.tasks:
            del one.allowed_actions[:]
        return answer


@pytest.fixture
async def archive(lonely: World, alone: bootstrap.Worker) -> AsyncIterator[Archive]:
    """Of 250 tasks ann has completed 3, discarded 1 and holds 1; 2 were removed."""
    tasks = (await lonely.reserve("q", "ann", 5)).tasks
    for task, status in zip(tasks[:4], ["completed"] * 3 + ["discarded"], strict=True):
        await lonely.submit("ann", task, status=status)
    await lonely.waited((await lonely.remove_items("q", "d", ITEMS[-2:])).operation)
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    archive = Archive(lonely, alone, place.project)
    yield archive
    assert await archive.wrong() == 0
    await archive.settled()
    assert await archive.wrong() == 0


FINISHED = ["COMPLETED"] * 3 + ["DISCARDED"] + ["REMOVED"] * 2


async def test_what_is_finished_is_kept_apart_and_lists_and_counters_do_not_change(
    archive: Archive,
) -> None:
    world, depth = archive.world, await counts(archive.world)
    before = [await archive.listed(text) for text in ("", "state = COMPLETED", "person = ann")]
    everywhere = await archive.listed("status = completed AND queue = q", queue="")
    await world.archive("q")

    assert await archive.settled() == FINISHED
    assert await archive.states(is_cold=False) == ["ASSIGNED"]
    after = [await archive.listed(text) for text in ("", "state = COMPLETED", "person = ann")]
    assert after == before
    assert await archive.listed("status = completed AND queue = q", queue="") == everywhere
    assert await counts(world) == depth
    request = queue_pb2.ListQueuesRequest(**world.where(), include_archived=True)
    [shown] = (await world.stubs.queues.ListQueues(request)).queues
    assert shown.archived
    assert (await record(world, before[0].tasks[0].task.task_id)).status == "completed"


async def test_what_is_finished_or_reopened_in_an_archived_queue_changes_places(
    archive: Archive,
) -> None:
    world = archive.world
    [held] = (await world.mine("ann")).tasks
    await world.archive("q")
    await archive.settled()
    done = (await archive.listed("state = COMPLETED")).tasks[1].task
    await world.start("ann", held)
    await world.submit("ann", held)
    await reopen(world, "q", [done.task_id])

    assert (await record(world, done.task_id)).task.state == RETURNED
    assert await archive.settled() == FINISHED
    assert await archive.states(is_cold=False) == ["RETURNED"]
    await world.unarchive("q")
    [again] = (await world.reserve("q", "ann")).tasks
    assert again.task_id == done.task_id
    assert (await world.submit("ann", again)).status == "completed"


async def test_a_queue_that_is_taken_out_again_is_as_it_was(archive: Archive) -> None:
    world = archive.world
    before = await archive.listed()
    await world.archive("q")
    await archive.settled()
    await world.unarchive("q")

    assert await archive.settled() == []
    assert await archive.listed() == before
    await reopen(world, "q", [before.tasks[3].task.task_id])
    [again] = (await world.reserve("q", "ann")).tasks
    assert again.external_id == ITEMS[3]


async def test_nobody_sees_how_far_it_is(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "AT_ONCE", 2)
    world, postgres = archive.world, archive.store.postgres
    before = await archive.listed()
    seq = (await world.archive("q")).seq
    await archive.store.views.wait_for(archive.project, seq)
    while await cold.settle_some(postgres):
        assert await archive.listed() == before
    assert await archive.states(is_cold=True) == FINISHED


async def test_clearing_and_deleting_find_what_is_kept_apart(archive: Archive) -> None:
    world = archive.world
    await world.archive("q")
    await archive.settled()
    [held] = (await world.mine("ann")).tasks
    await world.release("ann", held)
    await clear(world, "q")

    assert await archive.settled() == [*FINISHED, "REMOVED"]
    assert (await archive.listed("state = REMOVED")).total_size == 246
