"""Lists through the wire: filters, orders, pages, totals, and what each may see."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import (
    actions_pb2,
    common_pb2,
    dataset_pb2,
    lists_pb2,
    operation_pb2,
    project_pb2,
    queue_pb2,
)
from tests.api.world import Stubs, World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

ITEMS = [
    dataset_pb2.Item(
        external_id=f"photo-{i}", attributes={"colour": "red" if i % 2 else "blue"}, weight=i + 0.5
    )
    for i in range(6)
]


async def fill(world: World) -> World:
    """Six tasks: ann has completed 0 and holds 1, bob has discarded 2; 3 to 5 are untouched."""
    await world.dataset("d", ITEMS)
    await world.queue("q", "d")
    await world.people("ann", "bob")
    for person, status in (("ann", "completed"), ("ann", ""), ("bob", "discarded")):
        [task] = (await world.reserve("q", person)).tasks
        if status:
            await world.submit(person, task, status=status)
    return world


@pytest.fixture
async def busy(world: World) -> World:
    """As `fill` says, for one test."""
    return await fill(world)


@pytest.fixture(scope="module")
def filled() -> list[World]:
    """The one that all tests look at that change nothing."""
    return []


@pytest.fixture
async def seen(stubs: Stubs, filled: list[World]) -> World:
    """As `fill` says, for tests that change nothing."""
    if not filled:
        filled.append(await fill(await World.make(stubs)))
    filled[0].stubs = stubs
    return filled[0]


async def _tasks(world: World, text: str = "", actor: str = "", **fields: Any) -> Any:
    seq = (await world.update("ann", "active", active=True)).seq
    return await world.stubs.queues.ListTasks(
        lists_pb2.ListTasksRequest(
            **(world.where(actor) | {"queue_id": "q", "min_seq": seq, "filter": text} | fields)
        )
    )


def _numbers(answer: Any) -> list[int]:
    return [int(one.task.external_id.removeprefix("photo-")) for one in answer.tasks]


@pytest.mark.shows("D91")
async def test_all_tasks_are_listed_also_those_that_nobody_touched(seen: World) -> None:
    answer = await _tasks(seen)

    assert _numbers(answer) == [0, 1, 2, 3, 4, 5]
    assert [one.person for one in answer.tasks] == ["ann", "ann", "bob", "", "", ""]
    assert [one.status for one in answer.tasks[:4]] == ["completed", "", "discarded", ""]
    states = [common_pb2.TaskState.Name(one.task.state)[11:] for one in answer.tasks]
    assert states == ["COMPLETED", "ASSIGNED", "DISCARDED", "QUEUED", "QUEUED", "QUEUED"]
    assert (answer.total_size, answer.total_is_lower_bound) == (6, False)
    assert dict(answer.tasks[3].task.attributes) == {"colour": "red"}
    assert answer.tasks[3].update_time.seconds > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state = QUEUED", [3, 4, 5]),
        ("state != QUEUED", [0, 1, 2]),
        ("state = COMPLETED OR state = DISCARDED", [0, 2]),
        ("NOT state = QUEUED AND person = ann", [0, 1]),
        pytest.param("person = ann", [0, 1], marks=pytest.mark.shows("D96")),
        ("person != ann", [2, 3, 4, 5]),
        ('person = ""', [3, 4, 5]),
        ("person = nobody-of-this-name", []),
        ("status = completed", [0]),
        ('status = ""', [1, 3, 4, 5]),
        ("status = discarded OR person = ann", [0, 1, 2]),
        ("priority = NONE", [0, 1, 2, 3, 4, 5]),
        ("priority = HIGH", []),
        ("kind = ANNOTATE", [0, 1, 2, 3, 4, 5]),
        ("kind != ANNOTATE", []),
        ("dataset = d", [0, 1, 2, 3, 4, 5]),
        ("dataset = unknown", []),
        ("queue = q", [0, 1, 2, 3, 4, 5]),
        ("external_id:oto-4", [4]),
        ("external_id = photo-2", [2]),
        ("attributes.colour = red", [1, 3, 5]),
        ("attributes.colour != red", [0, 2, 4]),
        ("attributes.size = big", []),
        ("attributes.size != big", [0, 1, 2, 3, 4, 5]),
        ("attributes:colour", [0, 1, 2, 3, 4, 5]),
        ("NOT attributes:size", [0, 1, 2, 3, 4, 5]),
        ("weight > 3.5 AND state = QUEUED", [4, 5]),
        ("weight >= 3.5 weight < 5", [3, 4]),
        ("slot = 2", []),
        ("classes:cars", []),
        ("update_time > 2020-01-01T00:00:00Z", [0, 1, 2, 3, 4, 5]),
        ("update_time < 2020-01-01", []),
        ("late = true", []),
        ("(attributes.colour = red AND state = QUEUED) OR external_id:photo-0", [0, 3, 5]),
    ],
)
async def test_a_filter_chooses_tasks_and_the_total_agrees(
    seen: World, text: str, expected: list[int]
) -> None:
    answer = await _tasks(seen, text)
    assert (_numbers(answer), answer.total_size) == (expected, len(expected))
    down = await _tasks(seen, text, order_by="task_id desc")
    assert _numbers(down) == expected[::-1]


@pytest.mark.parametrize("text", ["", "attributes.colour = red OR person = ann", "state = QUEUED"])
@pytest.mark.parametrize("way", ["", "task_id desc"])
async def test_pages_together_are_the_list(seen: World, text: str, way: str) -> None:
    whole = await _tasks(seen, text, order_by=way)
    found: list[int] = []
    token, totals = "", set()
    while True:
        page = await _tasks(seen, text, order_by=way, page_size=2, page_token=token)
        found += _numbers(page)
        totals.add(page.total_size)
        token = page.next_page_token
        if not token:
            break
        assert len(page.tasks) == 2

    assert found == _numbers(whole)
    assert totals == {len(found)}


async def test_slots_are_tasks_and_queues_are_listed_apart_or_together(busy: World) -> None:
    await busy.queue("twice", "d", slots=2)
    [task] = (await busy.reserve("twice", "bob")).tasks
    await busy.release("bob", task)
    twice = await _tasks(busy, queue_id="twice", page_size=5)
    both = await _tasks(busy, "external_id = photo-0", queue_id="")

    assert [(one.task.external_id, one.task.slot) for one in twice.tasks] == [
        *(("photo-0", 1), ("photo-0", 2), ("photo-1", 1), ("photo-1", 2), ("photo-2", 1)),
    ]
    assert twice.total_size == 12
    assert twice.tasks[0].person == ""
    rest = await _tasks(busy, queue_id="twice", page_token=twice.next_page_token, page_size=5)
    assert [one.task.slot for one in rest.tasks] == [2, 1, 2, 1, 2]
    assert [(one.task.queue_id, one.task.slot) for one in both.tasks] == [
        *(("q", 1), ("twice", 1), ("twice", 2)),
    ]
    assert (await _tasks(busy, queue_id="")).total_size == 18
    assert (await _tasks(busy, "queue = twice", queue_id="")).total_size == 12
    assert (await _tasks(busy, "state = QUEUED", queue_id="")).total_size == 15


async def test_totals_follow_every_change(busy: World) -> None:
    async def totals() -> list[int]:
        texts = ("person = ann", "person = bob", 'person = ""', "status = completed")
        return [(await _tasks(busy, text)).total_size for text in texts]

    assert await totals() == [2, 1, 3, 1]
    [task] = (await busy.mine("ann")).tasks
    await busy.release("ann", task)
    assert await totals() == [1, 1, 4, 1]
    [task] = (await busy.reserve("q", "bob")).tasks
    await busy.submit("bob", task)
    assert await totals() == [1, 2, 3, 2]
    await busy.load("d", ["photo-6"])
    assert (await busy.depth("q")).items_pending >= 0


async def test_others_see_what_is_theirs(busy: World) -> None:
    ann = await _tasks(busy, actor="ann")
    filtered = await _tasks(busy, "state = COMPLETED", actor="ann")
    stolen = await _tasks(busy, "person = bob OR person = ann", actor="ann")

    assert (_numbers(ann), ann.total_size) == ([0, 1], 2)
    assert (_numbers(filtered), filtered.total_size) == ([0], 1)
    assert _numbers(stolen) == [0, 1]


async def test_an_owner_sees_all_of_their_queues_and_what_is_theirs_elsewhere(busy: World) -> None:
    await busy.people("olga", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await busy.stubs.queues.CreateQueue(
        queue_pb2.CreateQueueRequest(**busy.change("olga"), queue_id="hers", queue={})
    )
    await busy.attach("hers", "d")
    await busy.update("olga", "roles", roles=[project_pb2.ROLE_ANNOTATOR])
    await busy.reserve("q", "olga")
    hers = await _tasks(busy, actor="olga", queue_id="hers")
    everywhere = await _tasks(busy, actor="olga", queue_id="")
    others = await _tasks(busy, actor="olga", queue_id="q")

    assert hers.total_size == 6
    assert [one.task.queue_id for one in everywhere.tasks] == ["q", *["hers"] * 6]
    assert _numbers(others) == [3]


@pytest.mark.parametrize(
    ("field", "fields", "words"),
    [
        ("filter", {"filter": "state = RUNNING"}, "at character 9: state is one of DELAYED"),
        ("filter", {"filter": "colour = red"}, "at character 1: expected a field of this list"),
        ("filter", {"filter": "state = QUEUED AND"}, "at character 19: expected the name"),
        ("filter", {"filter": "external_id:ab"}, "at least 3 characters"),
        ("filter", {"filter": "status = approved"}, "not the queue's: completed, discarded"),
        ("filter", {"filter": "x" * 4097}, "4096"),
        ("order_by", {"order_by": "person"}, "must be one of task_id"),
        ("order_by", {"order_by": "task_id downwards"}, "at character 9"),
        ("page_token", {"page_token": "nonsense"}, "next_page_token of the same list"),
        ("page_size", {"page_size": -1}, "0"),
    ],
)
async def test_what_is_no_list_is_refused(
    seen: World, field: str, fields: dict[str, Any], words: str
) -> None:
    asked = {("text" if name == "filter" else name): said for name, said in fields.items()}
    error = await refused(_tasks(seen, **asked))
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, words in str(error)) == (field, True), str(error)


async def test_a_token_of_another_list_is_refused(busy: World) -> None:
    await busy.queue("other", "d")
    token = (await _tasks(busy, "state = QUEUED", page_size=1)).next_page_token
    others: list[dict[str, Any]] = [
        {"text": ""},
        {"text": "state = QUEUED", "order_by": "task_id desc"},
        {"text": "state = QUEUED", "queue_id": "other"},
        {"text": "state = QUEUED", "actor": "ann"},
    ]
    for fields in others:
        error = await refused(_tasks(busy, **fields, page_token=token))
        assert isinstance(error, errors.InvalidArgument), fields
        assert error.field == "page_token"
    assert _numbers(await _tasks(busy, "state = QUEUED", page_size=1, page_token=token)) == [4]


async def test_a_queue_that_is_not_there_has_no_list(seen: World) -> None:
    error = await refused(_tasks(seen, queue_id="nowhere"))
    assert isinstance(error, errors.QueueNotFound)


async def _items(world: World, text: str = "", **fields: Any) -> Any:
    return await world.stubs.datasets.ListItems(
        dataset_pb2.ListItemsRequest(
            **(world.where() | {"dataset_id": "d", "filter": text} | fields)
        )
    )


async def test_items_are_filtered_and_ordered(busy: World) -> None:
    found = await _items(busy, "attributes.colour = red AND weight > 2", order_by="number desc")
    page = await _items(busy, "external_id:photo", order_by="external_id desc", page_size=4)
    rest = await _items(
        busy,
        "external_id:photo",
        order_by="external_id desc",
        page_size=4,
        page_token=page.next_page_token,
    )

    assert [item.external_id for item in found.items] == ["photo-5", "photo-3"]
    assert found.total_size == 2
    ids = [item.external_id for item in (*page.items, *rest.items)]
    assert ids == [f"photo-{i}" for i in (5, 4, 3, 2, 1, 0)]
    assert page.total_size == rest.total_size == 6
    assert (await _items(busy)).total_size == 6
    error = await refused(_items(busy, "colour = red"))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "filter"


async def _queues(world: World, text: str = "", actor: str = "", **fields: Any) -> Any:
    seq = (await world.update("ann", "active", active=True)).seq
    return await world.stubs.queues.ListQueues(
        queue_pb2.ListQueuesRequest(
            **(world.where(actor) | {"filter": text, "min_seq": seq} | fields)
        )
    )


async def test_queues_are_filtered_and_ordered(busy: World) -> None:
    await busy.queue("urgent", priority=common_pb2.PRIORITY_HIGH)
    await busy.queue("a-late-one")

    async def ids(text: str = "", **fields: Any) -> list[str]:
        return [queue.queue_id for queue in (await _queues(busy, text, **fields)).queues]

    assert await ids() == ["a-late-one", "q", "urgent"]
    assert await ids(order_by="queue_id desc") == ["urgent", "q", "a-late-one"]
    assert await ids(order_by="create_time") == ["q", "urgent", "a-late-one"]
    assert await ids(order_by="priority") == ["urgent", "q", "a-late-one"]
    assert await ids(order_by="due_time") == ["q", "urgent", "a-late-one"]
    assert await ids("priority = HIGH") == ["urgent"]
    assert await ids("queued > 0") == ["q"]
    assert await ids("queue_id:late AND type = LABELING") == ["a-late-one"]
    assert await ids("type != LABELING") == []
    assert await ids("owner = ada") == ["a-late-one", "q", "urgent"]
    assert await ids("owner = ann") == []
    first = await _queues(busy, order_by="priority", page_size=1)
    assert first.total_size == 3
    assert await ids(order_by="priority", page_token=first.next_page_token) == ["q", "a-late-one"]


async def test_queues_that_are_not_for_somebody_are_not_shown_to_them(busy: World) -> None:
    await busy.queue("for-bob", allowed_assignees=["bob"])

    def shown(answer: Any) -> list[str]:
        return [queue.queue_id for queue in answer.queues]

    assert shown(await _queues(busy, actor="ann")) == ["q"]
    assert shown(await _queues(busy, actor="bob")) == ["for-bob", "q"]
    assert (await _queues(busy, actor="ann")).total_size == 1
    assert shown(await _queues(busy)) == ["for-bob", "q"]


async def test_members_are_filtered(busy: World) -> None:
    await busy.people("zoe", roles=[project_pb2.ROLE_REVIEWER], display_name="Zoë Reviews")
    seq = (await busy.update("bob", "active", active=False)).seq

    async def ids(text: str = "", **fields: Any) -> list[str]:
        request = project_pb2.ListMembersRequest(**busy.where(), filter=text, min_seq=seq, **fields)
        answer = await busy.stubs.projects.ListMembers(request)
        assert answer.total_size == len(answer.members)
        return [member.person_id for member in answer.members]

    assert await ids() == ["ada", "ann", "bob", "zoe"]
    assert await ids(order_by="person_id desc") == ["zoe", "bob", "ann", "ada"]
    assert await ids("role = ADMIN OR role = REVIEWER") == ["ada", "zoe"]
    assert await ids("role != ANNOTATOR") == ["ada", "zoe"]
    assert await ids("active = false") == ["bob"]
    assert await ids("display_name:Reviews") == ["zoe"]


def _actions(one: Any) -> set[str]:
    return {actions_pb2.Action.Name(action)[7:] for action in one.allowed_actions}


@pytest.mark.shows("P40")
async def test_answers_say_what_the_caller_may_do(busy: World) -> None:
    ann = await _tasks(busy, actor="ann")
    ada = await _tasks(busy)
    [task] = (await busy.mine("ann")).tasks

    done, held = ann.tasks
    assert {"SET_STATUS", "RECALL_SUBMISSION"} <= _actions(done)
    assert {"START", "SUBMIT", "RELEASE"} <= _actions(held)
    assert "REOPEN" not in _actions(done)
    assert "REOPEN" in _actions(ada.tasks[0])
    assert {"RELEASE"} <= _actions(ada.tasks[1])
    assert "START" not in _actions(ada.tasks[1])
    assert {"SET_PRIORITY", "START_TASK"} <= _actions(ada.tasks[3])
    await busy.start("ann", task)
    assert "START" not in _actions((await _tasks(busy, actor="ann")).tasks[1])


@pytest.mark.shows("P40", "D41")
async def test_queues_say_what_the_caller_may_do(busy: World) -> None:
    await busy.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await busy.people("rev", roles=[project_pb2.ROLE_REVIEWER])

    async def may(actor: str) -> set[str]:
        listed = (await _queues(busy, actor=actor)).queues[0]
        read = await busy.stubs.queues.GetQueue(
            queue_pb2.GetQueueRequest(**busy.where(actor), queue_id="q")
        )
        assert listed == read.queue
        return _actions(listed)

    assert await may("ann") == {
        *("LIST_TASKS", "RESERVE", "START_ANNOTATION", "SUBMIT_FOR_REVIEW"),
    }
    assert await may("rev") == {"LIST_TASKS"}
    tom, ada = await may("tom"), await may("ada")
    assert {"UPDATE_QUEUE", "ADD_ITEMS", "RESERVE"} <= tom
    assert "ATTACH_DATASET" not in tom
    assert tom | {"ATTACH_DATASET", "CLEAR_WAITING"} <= ada


async def test_what_was_cleared_away_is_listed_as_removed(busy: World) -> None:
    await busy.stubs.queues.ClearWaiting(
        operation_pb2.ClearWaitingRequest(**busy.change(), queue_id="q")
    )

    removed = await _tasks(busy, "state = REMOVED")
    assert (_numbers(removed), removed.total_size) == ([3, 4, 5], 3)
    assert (await _tasks(busy, "state = QUEUED")).total_size == 0
    assert _numbers(await _tasks(busy, "state != REMOVED")) == [0, 1, 2]
    assert (await _tasks(busy)).total_size == 6
