"""QueueService: settings, attached datasets, chosen items, depth."""

from __future__ import annotations

import asyncio

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import common_pb2, dataset_pb2, origin_pb2, skipping_pb2
from dibs.v1 import queue_pb2 as pb
from tests.api.world import World, bare, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


async def _depth_of(world: World, queue: str, queued: int) -> pb.GetQueueDepthResponse:
    """The depth once so many tasks are queued; the follower takes its time."""
    while True:
        depth = await world.depth(queue)
        if {c.state: c.count for c in depth.tasks}.get(common_pb2.TASK_STATE_QUEUED, 0) == queued:
            return depth
        await asyncio.sleep(0.05)


@pytest.mark.shows("D42")
async def test_a_queue_is_made_once_with_its_defaults(world: World) -> None:
    request = pb.CreateQueueRequest(**world.change(), queue_id="q", queue=pb.Queue())
    made = await world.stubs.queues.CreateQueue(request)
    again = await world.stubs.queues.CreateQueue(request)
    read = await world.stubs.queues.GetQueue(
        pb.GetQueueRequest(**world.where(), queue_id="q", min_seq=made.seq)
    )

    assert made == again
    assert len(read.queue.allowed_actions) > 0
    assert bare(read.queue) == made.queue
    queue = made.queue
    assert (queue.slots, queue.max_held, queue.lease_duration.seconds) == (1, 100, 3600)
    assert (queue.type, queue.priority) == (pb.QUEUE_TYPE_LABELING, common_pb2.PRIORITY_NONE)
    assert queue.display_name == "q"


@pytest.mark.shows("P11", "P12", "P13")
async def test_a_queue_keeps_its_settings(world: World) -> None:
    await world.people("ann", "bob")
    settings = pb.Queue(
        display_name="Night shift",
        description="Vans and cars, after dark",
        slots=3,
        lease_duration=Duration(seconds=90, nanos=500_000_000),
        allowed_assignees=["bob", "ann"],
        priority=common_pb2.PRIORITY_HIGH,
        max_held=7,
        statuses=[pb.Status(name="broken", meaning=pb.STATUS_MEANING_DISCARD)],
        unit_classes=["car", "van"],
    )
    made = await world.stubs.queues.CreateQueue(
        pb.CreateQueueRequest(**world.change(), queue_id="q", queue=settings)
    )
    listed = await world.stubs.queues.ListQueues(
        pb.ListQueuesRequest(**world.where(), min_seq=made.seq)
    )

    settings.queue_id, settings.type = "q", pb.QUEUE_TYPE_LABELING
    settings.create_time.CopyFrom(made.queue.create_time)
    settings.allowed_assignees[:] = ["ann", "bob"]
    settings.restricted, settings.owner = True, "ada"
    settings.channel = origin_pb2.CHANNEL_WORKFLOW
    settings.skip_policy, settings.max_skips = skipping_pb2.SKIP_POLICY_REQUEUE_FOR_OTHERS, 3
    settings.etag = made.queue.etag
    assert made.queue == settings
    bare(listed.queues[0])
    assert list(listed.queues) == [settings]


@pytest.mark.shows("P15", "P16")
async def test_a_queue_has_a_deadline_and_is_of_one_project(world: World) -> None:
    due = Timestamp(seconds=1_900_000_000)
    await world.queue("q", due_time=due)
    other = await World.make(world.stubs)
    error = await refused(other.look("q"))

    assert (await world.look("q")).due_time == due
    assert isinstance(error, errors.QueueNotFound)


async def test_a_queue_id_is_taken_once(world: World) -> None:
    await world.queue("q")
    error = await refused(world.queue("q"))

    assert isinstance(error, errors.QueueAlreadyExists)
    assert error.metadata["queue_id"] == "q"


async def test_who_is_allowed_must_exist(world: World) -> None:
    await world.people("ann", "gone")
    await world.remove("gone")
    removed = await refused(world.queue("q", allowed_assignees=["ann", "gone"]))
    stranger = await refused(world.queue("q", allowed_assignees=["ghost"]))

    assert isinstance(removed, errors.PersonNotFound)
    assert removed.metadata["person"] == "gone"
    assert isinstance(stranger, errors.PersonNotFound)
    assert stranger.metadata["person"] == "ghost"


@pytest.mark.shows("E2", "P10")
async def test_the_items_of_an_attached_dataset_are_tasks_when_attach_answers(
    world: World,
) -> None:
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q")
    before = await world.depth("q")
    request = pb.AttachDatasetRequest(**world.change(), queue_id="q", dataset_id="d")
    answer = await world.stubs.queues.AttachDataset(request)
    depth = await world.depth("q")

    assert await world.stubs.queues.AttachDataset(request) == answer
    assert (before.available, len(before.tasks), before.HasField("oldest_waiting_age")) == (
        0,
        0,
        False,
    )
    assert depth.available == 3
    assert [(c.state, c.count) for c in depth.tasks] == [(common_pb2.TASK_STATE_QUEUED, 3)]
    assert depth.items_pending == 0
    assert depth.HasField("oldest_waiting_age")


@pytest.mark.shows("E3")
async def test_items_that_come_later_follow_in_order(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q", "d")
    await world.people("ann")
    await world.load("d", ["c", "b"])
    await world.load("d", ["x"])
    depth = await _depth_of(world, "q", 4)

    assert depth.items_pending == 0
    assert ids(await world.reserve("q", "ann", 10)) == ["a", "c", "b", "x"]


async def test_an_attachment_whose_maker_died_is_carried_on(world: World, server: Worker) -> None:
    await world.dataset("d", ["a", "b"])
    await world.queue("q")
    row = await server.store.directory.project(world.project)
    assert row
    await server.store.ledger.change(
        row.project,
        "attach_dataset",
        None,
        1,
        queue=1,
        dataset=1,
        priority=3,
        classes=[[]],
        not_before=0,
        skip=0,
    )

    assert (await _depth_of(world, "q", 2)).items_pending == 0


@pytest.mark.shows("D12", "D22")
async def test_a_dataset_is_attached_once_and_to_any_number_of_queues(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q", "d")
    await world.queue("r", "d")
    error = await refused(world.attach("q", "d"))

    assert isinstance(error, errors.AttachmentAlreadyExists)
    assert error.metadata == {"queue_id": "q", "dataset_id": "d"}
    assert (await world.depth("r")).available == 1


async def test_priority_at_adding_comes_before_arrival(world: World) -> None:
    for name, priority in (("low", 3), ("none", 4), ("high", 1), ("medium", 2)):
        await world.dataset(name, [f"{name}-1", f"{name}-2"])
        if name == "low":
            await world.queue("q")
        await world.attach("q", name, priority=priority)
    await world.people("ann")

    assert ids(await world.reserve("q", "ann", 7)) == [
        "high-1",
        "high-2",
        "medium-1",
        "medium-2",
        "low-1",
        "low-2",
        "none-1",
    ]


async def test_a_65th_set_of_skills_is_refused_whole_and_left_out_later(world: World) -> None:
    def items(first: int, count: int) -> list[dataset_pb2.Item]:
        numbers = range(first, first + count)
        return [dataset_pb2.Item(external_id=f"i{n}", required_skills=[f"s{n}"]) for n in numbers]

    await world.dataset("many", items(0, 65))
    await world.dataset("fits", items(0, 64))
    await world.queue("q")
    error = await refused(world.attach("q", "many"))
    assert isinstance(error, errors.TooManyClasses)
    assert error.metadata == {"queue_id": "q", "limit": "64"}
    assert (await world.depth("q")).items_pending == 0

    await world.attach("q", "fits")
    await world.load(
        "fits",
        [*items(100, 1), *items(5, 0), dataset_pb2.Item(external_id="one", required_skills=["s5"])],
    )
    depth = await _depth_of(world, "q", 65)
    assert (depth.items_not_added, depth.available) == (1, 65)
    chosen = await refused(world.add("q", "many", ["i64"]))
    assert isinstance(chosen, errors.TooManyClasses)


@pytest.mark.shows("D14")
async def test_chosen_items_come_in_the_order_given(world: World) -> None:
    await world.dataset("d", ["a", "b", "c", "d"])
    await world.queue("q")
    await world.people("ann")
    request = pb.AddItemsRequest(
        **world.change(), queue_id="q", dataset_id="d", external_ids=["c", "a", "b"]
    )
    answer = await world.stubs.queues.AddItems(request)

    assert answer.added == 3
    assert await world.stubs.queues.AddItems(request) == answer
    assert ids(await world.reserve("q", "ann", 5)) == ["c", "a", "b"]


async def test_chosen_items_are_added_all_or_none(world: World) -> None:
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q")
    await world.add("q", "d", ["b"])
    missing = await refused(world.add("q", "d", ["a", "ghost"]))
    present = await refused(world.add("q", "d", ["a", "b"]))

    assert isinstance(missing, errors.ItemNotFound)
    assert missing.metadata["external_id"] == "ghost"
    assert isinstance(present, errors.ItemAlreadyInQueue)
    assert "b" in present.sentence
    assert (await world.depth("q")).available == 1


async def test_items_that_an_attachment_brought_are_in_the_queue(world: World) -> None:
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d")

    assert isinstance(await refused(world.add("q", "d", ["b"])), errors.ItemAlreadyInQueue)


async def test_an_attached_dataset_skips_the_items_that_were_chosen_before(world: World) -> None:
    await world.dataset("d", ["a", "b", "c", "d"])
    await world.queue("q")
    await world.people("ann")
    await world.add("q", "d", ["c", "a"])
    await world.attach("q", "d")

    depth = await _depth_of(world, "q", 4)
    assert depth.available == 4
    assert ids(await world.reserve("q", "ann", 10)) == ["c", "a", "b", "d"]


async def test_an_empty_dataset_can_be_attached(world: World) -> None:
    await world.dataset("d")
    await world.queue("q", "d")
    await world.load("d", ["a"])

    assert (await _depth_of(world, "q", 1)).available == 1


async def test_unknown_queues_and_datasets_are_not_found(world: World) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q")
    for call in (
        world.depth("ghost"),
        world.attach("ghost", "d"),
        world.add("ghost", "d", ["a"]),
        world.stubs.queues.GetQueue(pb.GetQueueRequest(**world.where(), queue_id="ghost")),
    ):
        error = await refused(call)
        assert isinstance(error, errors.QueueNotFound)
        assert error.metadata["queue_id"] == "ghost"
    for call in (world.attach("q", "ghost"), world.add("q", "ghost", ["a"])):
        assert isinstance(await refused(call), errors.DatasetNotFound)


@pytest.mark.shows("P76")
async def test_depth_follows_the_tasks(world: World) -> None:
    await world.dataset("d", ["a", "b", "c", "d"])
    await world.queue("q", "d", slots=2)
    await world.people("ann", "bob")
    first, second, third = (await world.reserve("q", "ann", 3)).tasks
    await world.start("ann", second)
    await world.submit("ann", third, status="discarded")
    depth = await world.depth("q")

    assert {c.state: c.count for c in depth.tasks} == {
        common_pb2.TASK_STATE_QUEUED: 5,
        common_pb2.TASK_STATE_ASSIGNED: 1,
        common_pb2.TASK_STATE_IN_PROGRESS: 1,
        common_pb2.TASK_STATE_DISCARDED: 1,
    }
    assert (depth.held, depth.available) == (2, 5)
    assert first.lease.expire_time.ToMilliseconds() - depth.next_free.ToMilliseconds() + 1000 > 0


async def test_only_admins_attach_and_managers_add(world: World) -> None:
    from dibs.v1 import project_pb2

    await world.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.people("ann")
    await world.dataset("d", ["a", "b"])
    await world.queue("q")

    assert isinstance(await refused(world.attach("q", "d", actor="tom")), errors.PermissionDenied)
    assert (await world.add("q", "d", ["a"], actor="tom")).added == 1
    denied = await refused(world.add("q", "d", ["b"], actor="ann"))
    assert isinstance(denied, errors.PermissionDenied)
