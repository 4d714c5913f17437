"""ListTasks: what was done last and by whom, what remains, the next one and the one before."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, dataset_pb2, lists_pb2, project_pb2
from dibs.v1 import queue_pb2 as pb
from tests.api.tasks import remove_status, reopen, set_status
from tests.api.test_clearing import clear
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

DONE = "state = COMPLETED OR state = DISCARDED"
ITEMS = [
    dataset_pb2.Item(
        external_id=f"street-{i}.mp4", attributes={"frames": str(100 + i), "fps": "25"}
    )
    for i in range(6)
]


@pytest.fixture
async def busy(world: World) -> World:
    """Of six tasks bob has completed 1, then ann 0; ann discarded 2, and holds 3."""
    await world.dataset("d", ITEMS)
    await world.queue(
        "q", "d", statuses=[pb.Status(name="blurred", meaning=pb.STATUS_MEANING_DISCARD)]
    )
    await world.people("ann", "bob")
    await world.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.until("q", queued=6)
    [first] = (await world.reserve("q", "ann")).tasks
    [second] = (await world.reserve("q", "bob")).tasks
    await world.submit("bob", second)
    await world.submit("ann", first)
    [third] = (await world.reserve("q", "ann")).tasks
    await world.submit("ann", third, status="blurred")
    await world.reserve("q", "ann")
    return world


async def listed(world: World, text: str = "", actor: str = "", **fields: Any) -> Any:
    seq = (await world.mine("ada")).seq
    ask = world.where(actor) | {"queue_id": "q", "min_seq": seq, "filter": text} | fields
    return await world.stubs.queues.ListTasks(lists_pb2.ListTasksRequest(**ask))


def numbers(answer: Any) -> list[int]:
    return [int(one.task.external_id[7:-4]) for one in answer.tasks]


async def found(world: World, text: str, **fields: Any) -> list[int]:
    """What a filter finds; the total agrees."""
    answer = await listed(world, text, **fields)
    assert answer.total_size == len(answer.tasks)
    return numbers(answer)


@pytest.mark.shows("E38", "E41")
async def test_what_is_finished_is_listed_with_what_was_edited_last_first(busy: World) -> None:
    assert await found(busy, DONE, order_by="update_time desc") == [2, 0, 1]
    assert await found(busy, DONE, order_by="update_time") == [1, 0, 2]
    assert await found(busy, "status = blurred", order_by="update_time desc") == [2]
    await set_status(busy, "tom", "2-1", "blurred")
    assert await found(busy, DONE, order_by="update_time desc") == [1, 2, 0]
    assert await found(busy, DONE, order_by="update_time desc", queue_id="") == [1, 2, 0]


async def test_pages_by_the_last_change_are_together_the_list(busy: World) -> None:
    for way, whole in (("update_time desc", [2, 0, 1]), ("update_time", [1, 0, 2])):
        pages, token = [], ""
        while True:
            page = await listed(busy, DONE, order_by=way, page_size=1, page_token=token)
            pages += numbers(page)
            token = page.next_page_token
            if not token:
                break
        assert pages == whole


@pytest.mark.shows("E40")
async def test_tasks_are_found_by_a_part_of_the_name_of_the_file(busy: World) -> None:
    assert await found(busy, "external_id:reet-4") == [4]
    assert await found(busy, f"external_id:street AND ({DONE})", order_by="update_time desc") == [
        *(2, 0, 1),
    ]
    error = await refused(listed(busy, "external_id:st"))
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, "at least 3 characters" in str(error)) == ("filter", True)


@pytest.mark.shows("E48", "E57")
async def test_a_row_says_what_how_far_whose_and_who_changed_it_when(busy: World) -> None:
    rows = (await listed(busy)).tasks

    states = [common_pb2.TaskState.Name(one.task.state)[11:] for one in rows]
    assert states == ["COMPLETED", "COMPLETED", "DISCARDED", "ASSIGNED", "QUEUED", "QUEUED"]
    assert [one.person for one in rows] == ["ann", "bob", "ann", "ann", "", ""]
    assert [one.edited_by for one in rows] == ["ann", "bob", "ann", "ann", "", ""]
    assert {one.task.kind for one in rows} == {common_pb2.TASK_KIND_ANNOTATE}
    assert rows[4].task.attributes["frames"] == "104"
    assert rows[4].task.dataset_id == "d"
    assert rows[4].update_time == rows[4].create_time
    assert all(0 < one.create_time.seconds <= one.update_time.seconds for one in rows)
    assert [one.HasField("submit_time") for one in rows] == [*[True] * 3, *[False] * 3]
    assert all(one.allowed_actions for one in rows)


async def test_the_last_submission_is_told_whatever_became_of_the_task_since(busy: World) -> None:
    await set_status(busy, "tom", "1-1", "blurred")
    await reopen(busy, "q", ["2-1"], to=2)
    [back] = (await busy.reserve("q", "tom")).tasks
    first, second = (await listed(busy)).tasks[:2]

    assert (first.submitted_by, first.edited_by, first.person) == ("ann", "tom", "ann")
    assert first.update_time.ToNanoseconds() > first.submit_time.ToNanoseconds()
    assert (second.submitted_by, second.person) == ("bob", "tom")
    assert await found(busy, "submitted_by = bob") == [1]
    await busy.submit("tom", back)
    assert await found(busy, "submitted_by = bob") == []
    assert await found(busy, "submitted_by = tom AND edited_by = tom") == [1]
    assert await found(busy, "edited_by = tom") == [0, 1]
    assert await found(busy, 'submitted_by = ""') == [3, 4, 5]
    assert await found(busy, "submitted_by = nobody-of-this-name") == []
    assert await found(busy, "submit_time > 2020-01-01") == [0, 1, 2]
    assert await found(busy, "submit_time < 2020-01-01") == []


@pytest.mark.shows("D113")
async def test_discarded_and_completed_tasks_are_looked_at_by_a_filter(busy: World) -> None:
    assert await found(busy, "state = DISCARDED") == [2]
    assert await found(busy, "state = COMPLETED") == [0, 1]
    assert await found(busy, "status = discarded") == []
    assert await found(busy, f"({DONE}) AND person = ann") == [0, 2]


@pytest.mark.shows("E56")
async def test_a_list_of_what_remains_leaves_out_what_is_finished(busy: World) -> None:
    assert await found(busy, "remaining = true") == [3, 4, 5]
    assert await found(busy, "remaining = false") == [0, 1, 2]
    assert await found(busy, "remaining != true AND person = ann") == [0, 2]
    await remove_status(busy, "bob", "2-1")
    await busy.waited((await busy.remove_items("q", "d", ["street-5.mp4"])).operation)
    assert await found(busy, "remaining = true") == [1, 3, 4]
    await clear(busy, "q")
    assert await found(busy, "remaining = true") == [1, 3]
    assert await found(busy, "remaining = true", queue_id="") == [1, 3]
    assert await found(busy, "remaining = true", actor="bob") == [1]


@pytest.mark.shows("P34", "P35")
async def test_from_a_task_one_goes_to_the_next_and_to_the_one_before(busy: World) -> None:
    async def beside(task: str, text: str = "", **fields: Any) -> list[int]:
        return numbers(await listed(busy, text, after_task_id=task, page_size=1, **fields))

    assert await beside("2-1") == [2]
    assert await beside("2-1", order_by="task_id desc") == [0]
    assert await beside("1-1", "remaining = true") == [3]
    assert await beside("6-1", DONE, order_by="task_id desc") == [2]
    assert await beside("6-1") == []
    assert await beside("1-1", order_by="task_id desc") == []
    assert await beside("4-1", actor="ann", order_by="task_id desc") == [2]
    page = await listed(busy, after_task_id="2-1", page_size=2)
    assert (numbers(page), page.total_size) == ([2, 3], 6)
    rest = await listed(busy, after_task_id="2-1", page_size=2, page_token=page.next_page_token)
    assert numbers(rest) == [4, 5]


async def test_only_the_fields_that_are_asked_for_are_answered(busy: World) -> None:
    mask = {"paths": ["task.external_id", "status"]}
    [row] = (await listed(busy, "status = completed AND person = ann", read_mask=mask)).tasks

    assert {field.name for field, _ in row.ListFields()} == {"task", "status"}
    assert {field.name for field, _ in row.task.ListFields()} == {"external_id"}
    error = await refused(listed(busy, read_mask={"paths": ["task.colour"]}))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "read_mask"


@pytest.mark.parametrize(
    ("field", "fields", "words"),
    [
        ("order_by", {"order_by": "update_time"}, "what nobody touched"),
        ("order_by", {"order_by": "update_time desc", "text": "remaining = true"}, "state ="),
        ("order_by", {"order_by": "submit_time"}, "must be one of task_id, update_time"),
        ("after_task_id", {"after_task_id": "1"}, "after_task_id"),
        (
            "after_task_id",
            {"after_task_id": "1-1", "order_by": "update_time", "text": DONE},
            "empty unless the order is task_id",
        ),
        ("filter", {"text": "remaining = some"}, "at character 13: expected true or false"),
        ("filter", {"text": "submit_time > yesterday"}, "at character 15: expected a time"),
        ("filter", {"text": "edited_by > ann"}, "at character 11: expected one of = !="),
    ],
)
async def test_what_cannot_be_listed_is_refused_by_its_name(
    busy: World, field: str, fields: dict[str, Any], words: str
) -> None:
    error = await refused(listed(busy, **fields))
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, words in str(error)) == (field, True), str(error)


async def test_a_token_of_another_order_is_refused(busy: World) -> None:
    token = (await listed(busy, DONE, order_by="update_time", page_size=1)).next_page_token
    for order in ("", "update_time desc"):
        error = await refused(listed(busy, DONE, order_by=order, page_size=1, page_token=token))
        assert isinstance(error, errors.InvalidArgument)
        assert error.field == "page_token"


async def test_one_sees_the_order_of_changes_of_what_is_ones_own(busy: World) -> None:
    assert await found(busy, "", actor="ann", order_by="update_time desc") == [3, 2, 0]


async def test_what_the_service_did_is_nobodys_edit(busy: World) -> None:
    await busy.queue("short", "d", lease_s=0.05)
    await busy.until("short", queued=6)
    await busy.reserve("short", "ann")
    await busy.until("short", queued=6)
    [row] = (await listed(busy, queue_id="short", page_size=1)).tasks

    assert (row.task.state, row.person) == (common_pb2.TASK_STATE_QUEUED, "")
    assert (row.edited_by, row.submitted_by) == ("", "")
    assert row.update_time.ToNanoseconds() > row.create_time.ToNanoseconds()
    assert await found(busy, 'edited_by = ""', queue_id="short") == [0, 1, 2, 3, 4, 5]
