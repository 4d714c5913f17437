"""GetWorkload and GetForecast: who has how much, and when the rest will be done."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from allocator.settings import Settings
from dibs import errors
from dibs.v1 import common_pb2, dataset_pb2
from dibs.v1 import report_pb2 as pb
from tests.api.ranged import create
from tests.api.tasks import set_priority
from tests.api.test_clearing import clear
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

PAST = Timestamp(seconds=1_500_000_000)
FUTURE = Timestamp(seconds=4_000_000_000)
FOUR_DAYS_MS = 4 * 24 * 60 * 60 * 1000


@pytest.fixture
async def team(world: World) -> World:
    """A queue of sixty tasks, three people."""
    await world.dataset("d", [f"i{n}" for n in range(60)])
    await world.people("ann", "ben", "cas")
    await world.queue("q", "d")
    await world.until("q", queued=60)
    return world


async def workload(world: World, actor: str = "", **fields: Any) -> Any:
    request = pb.GetWorkloadRequest(
        **world.where(actor), min_seq=(await world.mine("ada")).seq, **fields
    )
    return await world.stubs.reports.GetWorkload(request)


async def forecast(world: World, queue: str = "q", actor: str = "") -> Any:
    request = pb.GetForecastRequest(
        **world.where(actor), queue_id=queue, min_seq=(await world.mine("ada")).seq
    )
    return await world.stubs.reports.GetForecast(request)


async def finish(world: World, person: str, count: int, seconds: int = 60) -> None:
    """They do so many tasks, each of which took them so long."""
    for task in (await world.reserve("q", person, count)).tasks:
        await world.submit(person, task, time_spent=Duration(seconds=seconds))


@pytest.mark.shows("P20", "L10", "L30")
async def test_who_has_how_much_and_did_how_much_is_told_of_everybody(team: World) -> None:
    await finish(team, "ben", 1, seconds=60)
    await finish(team, "ben", 1, seconds=180)
    await team.reserve("q", "ben")
    tasks = (await team.reserve("q", "ann", 12)).tasks
    await team.start("ann", tasks[0])
    found = {row.person_id: row for row in (await workload(team)).workloads}

    assert list(found) == ["ada", "ann", "ben", "cas"]
    assert {person: row.open_tasks for person, row in found.items()} == {
        "ada": 0,
        "ann": 12,
        "ben": 1,
        "cas": 0,
    }
    assert (found["ann"].open_weight, found["ann"].started_tasks) == (12, 1)
    assert (found["ben"].done_today, found["ben"].done_tasks) == (2, 2)
    assert found["ben"].median_handling == Duration(seconds=120)
    assert not found["ann"].HasField("median_handling")
    assert [person for person, row in found.items() if row.overloaded] == ["ann"]


@pytest.mark.shows("L11")
async def test_who_has_nothing_to_do_is_idle(team: World) -> None:
    await team.reserve("q", "ann")
    found = (await workload(team)).workloads

    assert [row.person_id for row in found if row.idle] == ["ada", "ben", "cas"]
    assert [row.person_id for row in found if row.HasField("last_seen_time")] == ["ada", "ann"]


async def test_of_a_queue_those_are_told_of_who_have_an_assignment_in_it(team: World) -> None:
    await team.queue("other", "d")
    await team.until("other", queued=60)
    await team.reserve("q", "ann", 2)
    await team.reserve("other", "ben", 3)
    of_one = (await workload(team, queue_id="other")).workloads
    await team.archive("other")
    of_all = {row.person_id: row.open_tasks for row in (await workload(team)).workloads}

    assert [(row.person_id, row.open_tasks) for row in of_one] == [("ben", 3)]
    assert of_all == {"ada": 0, "ann": 2, "ben": 0, "cas": 0}


@pytest.mark.shows("L29")
async def test_how_much_is_marked_urgent_is_told(team: World) -> None:
    tasks = [f"{n}-1" for n in range(1, 16)]
    await set_priority(team, "q", tasks, common_pb2.PRIORITY_HIGH)
    found = await workload(team)

    assert (found.urgent_tasks, found.tasks, found.urgent_share) == (15, 60, 0.25)


@pytest.mark.shows("P52", "L28", "D108")
async def test_when_the_rest_will_be_done_is_told_with_how_sure_it_is(team: World) -> None:
    await finish(team, "ann", 19)
    early = (await forecast(team)).queue
    await finish(team, "ann", 1)
    found = (await forecast(team)).queue
    await team.change_queue("q", "due_time", due_time=FUTURE)
    safe = (await forecast(team)).queue
    await team.change_queue("q", "due_time", due_time=PAST)
    late = (await forecast(team)).queue

    assert (early.remaining_tasks, early.HasField("finish_time")) == (41, False)
    assert (found.remaining_tasks, found.remaining_weight) == (40, 40)
    assert found.earliest_finish_time.ToNanoseconds() < found.latest_finish_time.ToNanoseconds()
    assert not found.HasField("deadline_risk")
    assert (safe.deadline_risk, safe.at_risk, safe.overdue) == (0, False, False)
    assert (late.deadline_risk, late.at_risk, late.overdue) == (1, True, True)


@pytest.mark.shows("L22", "L23")
async def test_assignments_that_are_too_small_or_too_large_stand_out(team: World) -> None:
    await finish(team, "ann", 1, seconds=60)
    await finish(team, "ben", 1, seconds=5 * 3600)
    for person, count in (("ann", 3), ("ben", 9), ("cas", 4)):
        await team.reserve("q", person, count)
    found = {one.person_id: one for one in (await forecast(team)).assignments}

    assert {person: one.forecast.remaining_tasks for person, one in found.items()} == {
        "ann": 3,
        "ben": 9,
        "cas": 4,
    }
    assert [(one.too_small, one.too_large) for one in found.values()] == [
        *((True, False), (False, True), (False, False)),
    ]
    assert not found["cas"].HasField("median_handling")


@pytest.mark.shows("L12", "P22")
async def test_what_nobody_touched_for_days_is_aging(team: World, api_settings: Settings) -> None:
    await team.reserve("q", "ann", 2)
    await team.reserve("q", "ben", 2)
    [fresh, _] = (await forecast(team)).assignments
    assert api_settings.postgres_dsn
    connection = await asyncpg.connect(api_settings.postgres_dsn.get_secret_value())
    try:
        await connection.execute(
            "UPDATE view_task t SET updated_wall = updated_wall - $2 FROM person x"
            " WHERE x.project = t.project AND x.person = t.person AND x.external_id = 'ann'"
            " AND t.project = (SELECT project FROM project WHERE external_id = $1)",
            *(team.project, FOUR_DAYS_MS),
        )
    finally:
        await connection.close()
    found = (await forecast(team)).assignments

    assert not fresh.aging
    assert [(one.person_id, one.aging) for one in found] == [("ann", True), ("ben", False)]


async def test_what_is_left_of_a_range_is_told_beside_the_share(team: World) -> None:
    await team.reserve("q", "ann", 2)
    made = await create(team, "ann", 11, 14)
    found = (await forecast(team)).assignments

    assert [(one.person_id, one.forecast.remaining_tasks) for one in found] == [
        *(("ann", 2), ("ann", 4)),
    ]
    assert found[1].assignment_id == made.assignment.assignment_id


async def test_weights_of_items_count_in_what_is_open_and_what_is_left(world: World) -> None:
    items = [dataset_pb2.Item(external_id=f"w{n}", weight=n) for n in range(1, 7)]
    await world.dataset("heavy", items)
    await world.people("ann", "ben")
    await world.queue("q", "heavy", slots=2)
    await world.until("q", queued=12)
    [first, _] = (await world.reserve("q", "ann", 2)).tasks
    await world.submit("ann", first)
    before = await forecast(world)
    await clear(world, "q")
    await world.until("q", queued=0)
    after = await forecast(world)
    ann = next(row for row in (await workload(world)).workloads if row.person_id == "ann")

    assert ann.open_weight == 2
    assert before.queue.remaining_weight == 2 * 21 - 1
    assert (after.queue.remaining_tasks, after.queue.remaining_weight) == (1, 2)
    assert [one.forecast.remaining_weight for one in after.assignments] == [2]


async def test_reports_are_for_managers_and_for_the_owner_of_the_queue(team: World) -> None:
    await team.queue("other", "d")
    await team.until("other", queued=60)
    await team.change_queue("q", "owner", owner="cas")
    await team.reserve("q", "ann", 2)
    await team.reserve("other", "ben", 2)
    of_owner = await workload(team, "cas", queue_id="q")
    told = await forecast(team, actor="cas")
    of_theirs = await workload(team, "cas")
    for call in (workload(team, "ann"), forecast(team, actor="ann")):
        assert isinstance(await refused(call), errors.PermissionDenied)
    unknown = await refused(forecast(team, queue="none"))

    assert [row.person_id for row in of_owner.workloads] == ["ann"]
    assert [row.open_tasks for row in of_theirs.workloads] == [2]
    assert told.queue.remaining_tasks == 60
    assert isinstance(unknown, errors.QueueNotFound)
