"""An archived queue: its finished tasks are kept apart, and everything about them still works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from allocator import bootstrap
from dibs import errors
from dibs.v1 import common_pb2, lists_pb2, queue_pb2
from store import cold
from store.view_rebuild import ViewRebuild
from tests.api.alone import ITEMS
from tests.api.tasks import record, reopen
from tests.api.test_clearing import clear
from tests.api.test_operations import counts
from tests.api.world import World, refused

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

    async def listed(self, text: str = "", queue: str = "q", **fields: Any) -> Any:
        """What a list shows, but for what depends on the queue being open."""
        seq = (await self.world.mine("ann")).seq
        ask = self.world.where() | {"queue_id": queue, "min_seq": seq, "filter": text}
        answer = await self.world.stubs.queues.ListTasks(
            lists_pb2.ListTasksRequest(**{**ask, "page_size": 1000, **fields})
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
    text = "status = completed AND queue = q"
    assert await archive.listed(text, queue="", include_archived=True) == everywhere
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


@pytest.mark.parametrize(
    ("text", "open_ones", "all_of_them"),
    [
        ("", 3, 253),
        ("queue = other", 3, 3),
        ("queue = q", 0, 250),
        ("state = COMPLETED", 1, 4),
        ("state = QUEUED", 2, 245),
        ("state = IN_REVIEW", 0, 0),
        ("person = ann", 1, 6),
        ("status = completed", 1, 4),
        ("remaining = true", 2, 246),
        ("remaining = false", 1, 7),
        ("state = QUEUED AND slot = 1", 2, 245),
        ("NOT state = QUEUED AND slot = 1", 1, 8),
    ],
)
async def test_lists_of_all_queues_leave_out_the_archived_ones_unless_it_is_asked_so(
    archive: Archive, text: str, open_ones: int, all_of_them: int
) -> None:
    world = archive.world
    await world.dataset("e", ["x", "y", "z"])
    await world.queue("other", "e")
    [task] = (await world.reserve("other", "ann")).tasks
    await world.submit("ann", task)
    await world.archive("q")
    await archive.settled()

    for order in ("", "task_id desc"):
        left = await archive.listed(text, queue="", order_by=order)
        assert (len(left.tasks), left.total_size) == (open_ones, open_ones)
        assert {one.task.queue_id for one in left.tasks} <= {"other"}
        whole = await archive.listed(text, queue="", order_by=order, include_archived=True)
        assert (len(whole.tasks), whole.total_size) == (all_of_them, all_of_them)


@pytest.mark.shows("D104")
async def test_pages_of_all_queues_are_those_of_the_open_ones_and_belong_to_them(
    archive: Archive,
) -> None:
    world = archive.world
    await world.dataset("e", ["x", "y", "z"])
    await world.queue("other", "e")
    await world.until("other", queued=3)
    await world.archive("q")
    pages, token = [], ""
    while True:
        page = await archive.listed(queue="", page_size=2, page_token=token)
        pages.append([one.task.external_id for one in page.tasks])
        token = page.next_page_token or token
        if not page.next_page_token:
            break
    more: dict[str, Any] = {"queue": "", "page_size": 2, "page_token": token}
    error = await refused(archive.listed(**more, include_archived=True))

    assert pages == [["x", "y"], ["z"]]
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "page_token"
    await world.unarchive("q")
    assert (await archive.listed(queue="")).total_size == 253


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
