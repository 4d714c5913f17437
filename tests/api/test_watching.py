"""Watch: what happens, told as it is committed, to whom may see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import grpc
import pytest

from dibs import errors, status
from dibs.v1 import common_pb2, project_pb2, queue_pb2, report_pb2
from dibs.v1.review_settings_pb2 import ExpertReview
from tests.api.reviews import APPROVE, REJECT, Desk
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


class Stream:
    """One stream of Watch."""

    def __init__(self, answers: AsyncIterator[Any]) -> None:
        self._answers = answers
        self.seq = 0

    async def next(self) -> Any:
        """The next message."""
        async with asyncio.timeout(15):
            answer = await anext(self._answers)
        self.seq = answer.seq
        return answer

    async def until(self, seq: int) -> list[Any]:
        """What happened up to an event."""
        told = []
        while self.seq < seq:
            answer = await self.next()
            if answer.HasField("activity"):
                told.append(answer.activity)
        return told

    async def end(self) -> errors.DibsError:
        """The error that it ends with, whatever comes before."""
        try:
            while True:
                await self.next()
        except grpc.aio.AioRpcError as error:
            return status.rebuilt(error)


@asynccontextmanager
async def watching(world: World, actor: str = "", **fields: Any) -> AsyncIterator[Stream]:
    """A stream that has begun, unless it is refused; a heartbeat a second."""
    request = report_pb2.WatchRequest(**world.where(actor), **fields)
    request.heartbeat_interval.seconds = 1
    answers = world.stubs.reports.Watch(request)
    try:
        yield Stream(answers)
    finally:
        await answers.aclose()


@pytest.fixture
async def staffed(world: World) -> World:
    """Queues q, and r, which is olga's; ann and bob annotate."""
    await world.people("olga", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q")
    await world.add("q", "d", ["a", "b", "c"])
    owned = queue_pb2.CreateQueueRequest(**world.change("olga"), queue_id="r", queue={})
    await world.stubs.queues.CreateQueue(owned)
    await world.add("r", "d", ["a"])
    await world.update("olga", "roles", roles=[project_pb2.ROLE_REVIEWER])
    return world


@pytest.mark.shows("P51")
async def test_what_happens_is_told_as_it_happens(staffed: World) -> None:
    async with watching(staffed) as stream:
        begins = await stream.next()
        assert (begins.seq > 0, begins.HasField("activity")) == (True, False)
        [task] = (await staffed.reserve("q", "ann")).tasks
        done = await staffed.submit("ann", task)
        told = await stream.until(done.seq)

    assert [one.seq for one in told] == list(range(begins.seq + 1, done.seq + 1))
    assert [one.change for one in told[-2:]] == ["GRANTED", "SUBMITTED"]
    assert {one.tasks[0].task_id for one in told[-2:]} == {task.task_id}


async def test_from_an_event_on_everything_is_told_that_the_list_shows(staffed: World) -> None:
    [task] = (await staffed.reserve("q", "ann")).tasks
    last = (await staffed.submit("ann", task)).seq
    listed = await staffed.stubs.reports.ListActivity(
        report_pb2.ListActivityRequest(
            **staffed.where(), min_seq=last, filter=f"seq <= {last}", order_by="create_time"
        )
    )
    async with watching(staffed, from_seq=1) as stream:
        assert (await stream.next()).seq == 0
        assert await stream.until(last) == list(listed.activity)
    assert [one.seq for one in listed.activity] == list(range(1, last + 1))


@pytest.mark.shows("P39")
async def test_who_comes_again_with_the_next_number_misses_nothing(staffed: World) -> None:
    found: list[int] = []
    last = (await staffed.depth("q")).seq
    while not found or found[-1] < last:
        async with watching(staffed, from_seq=len(found) + 1) as stream:
            while not (answer := await stream.next()).HasField("activity"):
                pass
            found.append(answer.seq)
    assert found == list(range(1, last + 1))


@pytest.mark.shows("E106")
async def test_each_passage_from_stage_to_stage_is_told_once_to_who_comes_and_goes(
    world: World,
) -> None:
    desk = await Desk.make(world, items=1, expert_review=ExpertReview(threshold=2))
    begins = (await world.depth("q")).seq + 1
    await desk.submit("ann", "a")
    last = await desk.decide("rev", await desk.take("rev"), {"a": REJECT})
    async with watching(world, from_seq=begins) as stream:
        told = await stream.until(last.seq)
    await desk.submit("ann", "a", resolve_issues=True)
    await desk.decide("rev", await desk.take("rev"), {"a": REJECT})
    expert = await desk.take("roy", kind=common_pb2.TASK_KIND_EXPERT_REVIEW)
    last = await desk.decide("roy", expert, {"a": APPROVE})
    async with watching(world, from_seq=stream.seq + 1) as stream:
        told += await stream.until(last.seq)

    assert [
        _passage(one.change, task)
        for one in told
        if one.change in ("SUBMITTED", "DECIDED")
        for task in one.tasks
        if task.state
    ] == [
        *("SUBMITTED ANNOTATE IN_REVIEW", "SUBMITTED REVIEW QUEUED"),
        *("DECIDED REVIEW COMPLETED", "DECIDED ANNOTATE RETURNED"),
        *("SUBMITTED ANNOTATE IN_REVIEW", "SUBMITTED REVIEW RETURNED"),
        *("DECIDED REVIEW COMPLETED", "DECIDED EXPERT_REVIEW QUEUED"),
        *("DECIDED EXPERT_REVIEW COMPLETED", "DECIDED ANNOTATE COMPLETED"),
    ]


def _passage(change: str, task: Any) -> str:
    kind, state = common_pb2.TaskKind.Name(task.kind), common_pb2.TaskState.Name(task.state)
    return " ".join((change, kind.removeprefix("TASK_KIND_"), state.removeprefix("TASK_STATE_")))


async def test_everybody_is_told_what_the_list_shows_them(staffed: World) -> None:
    async with (
        watching(staffed, "ann") as anns,
        watching(staffed, "olga") as olgas,
        watching(staffed, "ada", queue_id="r") as of_r,
    ):
        for stream in (anns, olgas, of_r):
            await stream.next()
        await staffed.reserve("q", "ann")
        await staffed.reserve("q", "bob")
        last = (await staffed.reserve("r", "bob")).seq
        told = {
            name: [
                list(one.queue_ids)
                for one in await stream.until(last)
                if one.change == "GRANTED"  # olga's roles have changed: REVOKED, of nothing
            ]
            for name, stream in (("ann", anns), ("olga", olgas), ("r", of_r))
        }
    assert told == {
        "ann": [["q"]],
        "olga": [["r"]],
        "r": [["r"]],
    }


async def test_a_heartbeat_says_how_far_who_is_told_nothing_is(staffed: World) -> None:
    async with watching(staffed, "ann") as stream:
        await stream.next()
        last = (await staffed.reserve("q", "bob")).seq
        while stream.seq < last:
            beat = await stream.next()
            assert not beat.HasField("activity")


async def test_who_is_taken_out_of_the_project_is_told_no_more(staffed: World) -> None:
    async with watching(staffed, "bob") as stream:
        await stream.next()
        await staffed.remove("bob")
        error = await stream.end()
    assert isinstance(error, errors.PermissionDenied)
    assert error.metadata["action"] == "Watch"


async def test_who_owns_a_queue_no_more_is_told_no_more_of_it(staffed: World) -> None:
    async with watching(staffed, "olga") as stream, watching(staffed, "ann") as other:
        for one in (stream, other):
            await one.next()
        await staffed.change_queue("r", "owner", owner="ann")
        last = (await staffed.reserve("r", "bob")).seq
        assert "GRANTED" not in [one.change for one in await stream.until(last)]
        assert "GRANTED" in [one.change for one in await other.until(last)]


async def test_a_project_that_is_deleted_is_watched_no_more(world: World) -> None:
    async with watching(world) as stream:
        await stream.next()
        await world.stubs.projects.DeleteProject(project_pb2.DeleteProjectRequest(**world.change()))
        assert isinstance(await stream.end(), errors.ProjectNotFound)


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"from_seq": 10_000}, errors.InvalidArgument, "the number of the next event"),
        ({"from_seq": -1}, errors.InvalidArgument, "from_seq"),
        ({"queue_id": "nowhere"}, errors.QueueNotFound, "nowhere"),
        ({"actor": "stranger"}, errors.PermissionDenied, "stranger"),
        ({"project_id": "nowhere"}, errors.ProjectNotFound, "nowhere"),
        ({"heartbeat_interval": timedelta(seconds=61)}, errors.InvalidArgument, "heartbeat"),
    ],
)
async def test_what_cannot_be_watched_is_refused(
    world: World, fields: dict[str, Any], error: type[errors.DibsError], says: str
) -> None:
    request = report_pb2.WatchRequest(**(world.where() | fields))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await anext(aiter(world.stubs.reports.Watch(request)))
    found = status.rebuilt(caught.value)
    assert isinstance(found, error)
    assert says in str(found)
