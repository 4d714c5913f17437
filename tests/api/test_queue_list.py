"""ListQueues: what queues are searched, filtered and ordered by, and what a row says."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, dataset_pb2, figures_pb2, lists_pb2
from dibs.v1 import queue_pb2 as pb
from tests.api.test_figures import FUTURE, PAST, do, seen
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

HIGH, LOW = common_pb2.PRIORITY_HIGH, common_pb2.PRIORITY_LOW


@pytest.fixture
async def mixed(world: World) -> World:
    """Night (high, overdue, begun), day (low, done), later (due in future, to do), empty."""
    await world.people("ann", "olga")
    await world.dataset("street-2026", ["a", "b"])
    await world.stubs.datasets.CreateDataset(
        dataset_pb2.CreateDatasetRequest(
            **world.change(), dataset_id="x7", display_name="Harbour by the sea"
        )
    )
    await world.load("x7", ["h"])
    await world.queue(
        *("night", "street-2026"),
        display_name="Vans after Dark",
        description="Vans and cars, 22:00 to 5:00",
        priority=HIGH,
        due_time=PAST,
    )
    await world.queue("day", "x7", display_name="Boats", priority=LOW, owner="olga")
    await world.queue("later", "street-2026", display_name="abc", due_time=FUTURE)
    await world.queue("empty", display_name="Zebra", description="100% nothing_here")
    await world.until("night", queued=2)
    await world.until("later", queued=2)
    await world.until("day", queued=1)
    for queue in ("night", "day"):
        [task] = (await world.reserve(queue, "ann")).tasks
        await world.submit("ann", task)
    return world


async def listed(world: World, text: str = "", **fields: Any) -> Any:
    ask = world.where() | {"min_seq": (await world.mine("ada")).seq, "filter": text} | fields
    return await world.stubs.queues.ListQueues(pb.ListQueuesRequest(**ask))


async def ids(world: World, text: str = "", **fields: Any) -> list[str]:
    """The queues that a filter finds; the total agrees."""
    found = await listed(world, text, **fields)
    if not fields:
        assert found.total_size == len(found.queues)
    return [queue.queue_id for queue in found.queues]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('display_name:"after dark"', ["night"], marks=pytest.mark.shows("D45", "P33")),
        ('display_name = "Vans after Dark"', ["night"]),
        ('display_name = "vans after dark"', []),
        ('display_name != "Boats"', ["empty", "later", "night"]),
        pytest.param("queue_id:nigh", ["night"], marks=pytest.mark.shows("D46")),
        ("queue_id = later", ["later"]),
        ('description:"CARS, 22"', ["night"]),
        ('description:"100% nothing_"', ["empty"]),
        ('description:"%not"', []),
        pytest.param("dataset:street", ["later", "night"], marks=pytest.mark.shows("D47")),
        ('dataset:"by the SEA"', ["day"]),
        ("dataset = x7", ["day"]),
        ("dataset = x", []),
        ("dataset != x7", ["empty", "later", "night"]),
        (
            'display_name:"boats" OR description:"boats" OR dataset:"street"',
            ["day", "later", "night"],
        ),
        pytest.param(
            "type = LABELING", ["day", "empty", "later", "night"], marks=pytest.mark.shows("D53")
        ),
        ("type = QA", []),
        ("type != QA AND NOT type = LABELING", []),
        pytest.param(
            "status = OPEN",
            ["empty", "later", "night"],
            marks=pytest.mark.shows("D35", "D54", "P31"),
        ),
        ("status != OPEN", ["day"]),
        ("status = TODO", ["empty", "later"]),
        ("status = IN_PROGRESS", ["night"]),
        ("status = COMPLETED", ["day"]),
        ("status = COMPLETED_WITH_ISSUES", []),
        pytest.param("priority = HIGH", ["night"], marks=pytest.mark.shows("D56")),
        ("priority = LOW OR priority = MEDIUM", ["day"]),
        pytest.param("priority = N/A", ["empty", "later"], marks=pytest.mark.shows("D105")),
        ("priority = NONE", ["empty", "later"]),
        pytest.param("owner = olga", ["day"], marks=pytest.mark.shows("D63")),
        ("owner != olga", ["empty", "later", "night"]),
        pytest.param("overdue = true", ["night"], marks=pytest.mark.shows("L8")),
        ("overdue = false", ["day", "empty", "later"]),
        ("overdue != true", ["day", "empty", "later"]),
        pytest.param(
            "priority = HIGH AND overdue = true", ["night"], marks=pytest.mark.shows("L9", "D51")
        ),
        ("due_time < 2030-01-01", ["night"]),
        ("due_time > 2030-01-01", ["later"]),
        ("progress_percent >= 50", ["day", "night"]),
        ("progress_percent = 100", ["day"]),
        ("remaining_tasks > 1", ["later"]),
        ("total_tasks = 0", ["empty"]),
        ("annotated_tasks = 1", ["day", "night"]),
        ("items_with_open_issues > 0 OR items_for_review > 0", []),
        (
            "update_time > 2020-01-01 AND create_time > 2020-01-01",
            ["day", "empty", "later", "night"],
        ),
    ],
)
async def test_queues_are_found_by_what_people_know_of_them(
    mixed: World, text: str, expected: list[str]
) -> None:
    assert await ids(mixed, text) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("queue_id", ["day", "empty", "later", "night"]),
        ("display_name", ["later", "day", "night", "empty"]),
        ("create_time", ["night", "day", "later", "empty"]),
        ("update_time desc", ["day", "night", "later", "empty"]),
        ("due_time", ["night", "later", "day", "empty"]),
        ("due_time desc", ["empty", "day", "later", "night"]),
        ("priority", ["night", "day", "later", "empty"]),
        ("progress_percent", ["later", "empty", "night", "day"]),
        ("progress_percent desc", ["day", "night", "empty", "later"]),
    ],
)
async def test_queues_are_in_the_order_asked_for_page_by_page(
    mixed: World, order: str, expected: list[str]
) -> None:
    await mixed.change_queue("empty", "display_name", display_name="zebra")
    await mixed.change_queue("later", "recipe_ref", recipe_ref="r")
    for queue in ("night", "day"):
        await mixed.change_queue(queue, "recipe_ref", recipe_ref="r")
    found, token = [], ""
    for _ in expected:
        page = await listed(mixed, order_by=order, page_size=1, page_token=token)
        found += [queue.queue_id for queue in page.queues]
        assert page.total_size == len(expected)
        token = page.next_page_token

    assert found == expected
    assert token == ""
    assert await ids(mixed, order_by=order) == expected


@pytest.mark.shows("D66", "D68", "D70")
async def test_a_row_says_what_and_how_far_a_queue_is(mixed: World) -> None:
    [row] = (await listed(mixed, "queue_id = night")).queues

    assert (row.queue_id, row.display_name) == ("night", "Vans after Dark")
    assert row.status == figures_pb2.WORK_STATUS_IN_PROGRESS
    assert row.type == pb.QUEUE_TYPE_LABELING
    assert (row.total_tasks, row.remaining_tasks, row.progress_percent) == (2, 1, 50)
    assert row.overdue


@pytest.mark.shows("D76", "D77", "D83")
async def test_a_row_says_whose_a_queue_is_how_urgent_and_until_when(mixed: World) -> None:
    [night, day] = (
        await listed(mixed, "queue_id = night OR queue_id = day", order_by="due_time")
    ).queues

    assert (night.owner, day.owner) == ("ada", "olga")
    assert (night.priority, day.priority) == (HIGH, LOW)
    assert night.due_time == PAST
    assert not day.HasField("due_time")


@pytest.mark.shows("D75")
async def test_a_row_says_in_which_groups_the_owner_is(mixed: World) -> None:
    await mixed.group("leads", "olga")
    await mixed.group("east", "olga", "ann")
    rows = {row.queue_id: list(row.owner_groups) for row in (await listed(mixed)).queues}
    assert rows == {"day": ["east", "leads"], "empty": [], "later": [], "night": []}

    await mixed.leave("east", "olga")
    assert list((await seen(mixed, "day")).owner_groups) == ["leads"]


@pytest.mark.shows("D84")
async def test_the_details_of_a_queue_are_those_of_its_row(mixed: World) -> None:
    [row] = (await listed(mixed, "queue_id = night")).queues
    read = await mixed.get_queue("night", min_seq=(await mixed.mine("ada")).seq)

    assert read == row
    assert read.description == "Vans and cars, 22:00 to 5:00"
    assert read.allocation_method == figures_pb2.ALLOCATION_METHOD_PULLING
    assert [(one.status, one.count) for one in read.status_counts] == [("completed", 1)]
    assert list(read.dataset_ids) == ["street-2026"]


@pytest.mark.shows("P29", "P30", "P32")
async def test_queues_of_a_project_are_listed_together_or_by_status(mixed: World) -> None:
    other = await World.make(mixed.stubs)
    await other.queue("elsewhere")
    whole = {queue.queue_id: queue.status for queue in (await listed(mixed)).queues}
    words = ("TODO", "IN_PROGRESS", "COMPLETED", "COMPLETED_WITH_ISSUES")
    groups = [await ids(mixed, f"status = {word}") for word in words]

    assert groups == [["empty", "later"], ["night"], ["day"], []]
    assert sorted(itertools.chain(*groups)) == sorted(whole)
    assert "elsewhere" not in whole


@pytest.mark.shows("D85")
async def test_only_the_columns_that_are_asked_for_are_answered(mixed: World) -> None:
    [row] = (
        await listed(mixed, "queue_id = night", read_mask={"paths": ["queue_id", "status"]})
    ).queues
    assert {field.name for field, _ in row.ListFields()} == {"queue_id", "status"}
    [whole] = (await listed(mixed, "queue_id = night")).queues
    assert len(whole.ListFields()) > 20

    error = await refused(listed(mixed, read_mask={"paths": ["queue_id", "colour"]}))
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, "'colour'" in str(error)) == ("read_mask", True)


@pytest.mark.parametrize(
    ("field", "fields", "words"),
    [
        ("filter", {"text": "status = RUNNING"}, "at character 10: status is one of OPEN, TODO"),
        ("filter", {"text": "overdue = maybe"}, "at character 11: expected true or false"),
        (
            "filter",
            {"text": "priority = HIGH AND colour = red"},
            "at character 21: expected a field",
        ),
        (
            "filter",
            {"text": "display_name:ab"},
            "at character 14: to look for a part takes at least 3",
        ),
        ("filter", {"text": "progress_percent > much"}, "at character 20: expected a number"),
        ("filter", {"text": 'display_name:"open'}, "at character 19: expected the end"),
        ("order_by", {"order_by": "total_tasks"}, "must be one of queue_id, create_time"),
        ("order_by", {"order_by": "progress_percent down"}, "at character 18"),
        ("page_token", {"page_token": "bm8="}, "next_page_token of the same list"),
    ],
)
async def test_what_is_no_list_of_queues_is_refused(
    mixed: World, field: str, fields: dict[str, Any], words: str
) -> None:
    error = await refused(listed(mixed, **fields))
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, words in str(error)) == (field, True), str(error)


async def test_a_token_of_another_list_of_queues_is_refused(mixed: World) -> None:
    token = (await listed(mixed, order_by="update_time", page_size=1)).next_page_token
    others: list[dict[str, Any]] = [
        {},
        {"order_by": "update_time desc"},
        {"order_by": "progress_percent"},
        {"order_by": "update_time", "text": "status = OPEN"},
        {"order_by": "update_time", "include_archived": True},
    ]
    for fields in others:
        error = await refused(listed(mixed, page_token=token, page_size=1, **fields))
        assert isinstance(error, errors.InvalidArgument), fields
        assert error.field == "page_token"


async def test_a_name_is_found_as_it_is_now(mixed: World) -> None:
    await mixed.change_queue(
        "day", "display_name", "description", display_name="", description="\0 mast"
    )

    assert await ids(mixed, "display_name = day") == ["day"]
    assert await ids(mixed, 'description:" mast"') == ["day"]
    assert await ids(mixed, "display_name:boats") == []


@pytest.mark.shows("P36")
async def test_the_order_of_progress_follows_the_work(mixed: World) -> None:
    assert await ids(mixed, "status = OPEN", order_by="progress_percent desc") == [
        *("night", "empty", "later"),
    ]
    await do(mixed, "ann", queue="later")
    await do(mixed, "ann", queue="later")
    assert await ids(mixed, order_by="progress_percent desc") == ["later", "day", "night", "empty"]
    [later] = (await listed(mixed, "queue_id = later")).queues
    assert (later.progress_percent, later.remaining_tasks, later.overdue) == (100, 0, False)


@pytest.mark.shows("D65", "D89")
async def test_without_a_filter_a_list_is_whole_and_each_row_says_what_it_is_about(
    mixed: World,
) -> None:
    assert await ids(mixed, "dataset = x7 AND status = COMPLETED") == ["day"]
    whole = (await listed(mixed)).queues
    tasks = await mixed.stubs.queues.ListTasks(lists_pb2.ListTasksRequest(**mixed.where()))

    assert {queue.queue_id: list(queue.dataset_ids) for queue in whole} == {
        "day": ["x7"],
        "empty": [],
        "later": ["street-2026"],
        "night": ["street-2026"],
    }
    named = [row.task for row in tasks.tasks]
    rows = {(task.queue_id, task.dataset_id, task.external_id) for task in named}
    streets = {(queue, "street-2026", item) for queue in ("later", "night") for item in "ab"}
    assert rows == {("day", "x7", "h"), *streets}
    assert len({task.task_id for task in named}) == 5
