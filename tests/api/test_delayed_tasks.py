"""DELAYED tasks are tasks: listed, counted, removed and given another priority like others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from allocator import bootstrap
from dibs import errors
from dibs.v1 import actions_pb2, lists_pb2
from store import task_list
from store.recount import recount
from store.view_rebuild import ViewRebuild
from tests.api.alone import ITEMS, Broken
from tests.api.tasks import HIGH, LOW, NONE, bulk_reopen, bulk_set_priority, set_priority
from tests.api.test_delays import DELAYED, LATER_MS, QUEUED, SOON_MS, in_ms
from tests.api.test_operations import RUNNING, SUCCEEDED, cancel, counts, remove_matching
from tests.api.world import World, ids, refused

WAITING = ITEMS[:5]


@pytest.fixture
async def filled(lonely: World, alone: bootstrap.Worker) -> AsyncIterator[World]:
    """Queue two, of two slots: the first five items wait in it for long, two more do not.

    At the end the views are what the log adds up to, and the counters what the rows add up to.
    """
    await lonely.queue("two", slots=2)
    await lonely.add("two", "d", WAITING[3:], not_before=in_ms(LATER_MS), priority=LOW)
    await lonely.add("two", "d", WAITING[:3], not_before=in_ms(LATER_MS))
    await lonely.add("two", "d", ITEMS[5:7])
    yield lonely
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    views, after = ViewRebuild(alone.store.postgres, alone.store.log), 0
    await alone.store.views.wait_for(place.project, (await lonely.mine("ann")).seq)
    assert await views.heal(place.project, most_events=1_000) == 0
    while found := await recount(alone.store.postgres, place.project, after):
        assert (found.counters, found.wrong) == (found.rows, 0)
        after = found.queue


async def listed(world: World, text: str = "", **fields: Any) -> Any:
    seq = (await world.mine("ann")).seq
    ask = world.where() | {"queue_id": "two", "min_seq": seq, "filter": text} | fields
    return await world.stubs.queues.ListTasks(lists_pb2.ListTasksRequest(**ask))


def items(answer: Any) -> list[str]:
    return [one.task.external_id for one in answer.tasks]


def twice(*names: str) -> list[str]:
    return [name for name in names for _ in (1, 2)]


@pytest.mark.shows("P85")
async def test_they_are_listed_behind_those_that_came_in(filled: World) -> None:
    answer = await listed(filled)

    assert items(answer) == twice(*ITEMS[5:7], *WAITING[3:], *WAITING[:3])
    assert (answer.total_size, answer.total_is_lower_bound) == (14, False)
    assert [one.task.state for one in answer.tasks] == [QUEUED] * 4 + [DELAYED] * 10
    assert [one.task.slot for one in answer.tasks[4:]] == [1, 2] * 5
    assert [one.task.priority for one in answer.tasks[4:]] == [LOW] * 4 + [NONE] * 6
    assert {one.person for one in answer.tasks} == {""}
    assert answer.tasks[4].task.dataset_id == "d"
    assert list(answer.tasks[4].allowed_actions) == [actions_pb2.ACTION_SET_PRIORITY]


@pytest.mark.parametrize("order", ["", "task_id desc"])
@pytest.mark.parametrize("size", [1, 3, 4])
async def test_pages_go_over_the_border_and_skip_none(filled: World, order: str, size: int) -> None:
    found, token = list[str](), ""
    while True:
        page = await listed(filled, order_by=order, page_size=size, page_token=token)
        found += [one.task.task_id for one in page.tasks]
        token = page.next_page_token
        if not token:
            break

    every = [one.task.task_id for one in (await listed(filled, order_by=order)).tasks]
    assert found == every
    assert len(set(found)) == 14


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state = DELAYED", twice(*WAITING[3:], *WAITING[:3])),
        ("state != DELAYED", twice(*ITEMS[5:7])),
        ("state = DELAYED AND slot = 2", [*WAITING[3:], *WAITING[:3]]),
        ("state = DELAYED AND dataset = d AND external_id:i00", twice(*WAITING[3:], *WAITING[:3])),
        (f"external_id = {WAITING[1]}", twice(WAITING[1])),
        ("priority = LOW", twice(*WAITING[3:])),
        ("priority = NONE", twice(*ITEMS[5:7], *WAITING[:3])),
        ('person = "" AND state != QUEUED', twice(*WAITING[3:], *WAITING[:3])),
        ("person = ann", []),
        ("status = completed", []),
        ("late = true", []),
        ("state = QUEUED OR external_id = i004", twice(*ITEMS[5:7], WAITING[4])),
    ],
)
async def test_a_filter_chooses_among_them_and_the_total_agrees(
    filled: World, text: str, expected: list[str]
) -> None:
    for queue in ("two", ""):
        answer = await listed(filled, f"({text}) AND queue = two", queue_id=queue)
        assert items(answer) == expected
        assert answer.total_size == len(expected)
    counted = await listed(filled, text, page_size=1)
    assert counted.total_size == len(expected)


async def test_what_came_meanwhile_has_another_id_and_is_counted_once(filled: World) -> None:
    await filled.add("two", "d", ITEMS[7:9], not_before=in_ms(SOON_MS), priority=HIGH)
    before = [one.task.task_id for one in (await listed(filled, "priority = HIGH")).tasks]
    await filled.until("two", QUEUED=8)

    after = await listed(filled, "priority = HIGH")
    assert items(after) == twice(*ITEMS[7:9])
    assert not {one.task.task_id for one in after.tasks} & set(before)
    assert (after.total_size, (await listed(filled)).total_size) == (4, 18)
    gone = await refused(set_priority(filled, "two", before[:1], LOW))
    assert isinstance(gone, errors.TaskNotFound)


@pytest.fixture
async def changing(
    filled: World, alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch
) -> World:
    """As filled, with two more items, whose time comes once a list has been through the entries."""
    await filled.add("two", "d", ITEMS[7:9], not_before=in_ms(SOON_MS), priority=HIGH)
    begin_due, windows = alone.store.sweeper._begin_due, task_list._windows
    monkeypatch.setattr(alone.store.sweeper, "_begin_due", lambda *_: None)

    async def later(*args: Any) -> AsyncIterator[tuple[int, int]]:
        if task_list.WAITING in args:
            monkeypatch.setattr(alone.store.sweeper, "_begin_due", begin_due)
            await filled.until("two", QUEUED=8)
            place = await alone.store.directory.project(filled.project)
            assert place is not None
            await alone.store.views.wait_for(place.project, (await filled.mine("ann")).seq)
        async for window in windows(*args):
            yield window

    monkeypatch.setattr(task_list, "_windows", later)
    return filled


async def test_no_list_misses_those_whose_time_comes_while_it_is_read(changing: World) -> None:
    answer = await listed(changing, "priority = HIGH")
    assert items(answer) == twice(*ITEMS[7:9])


async def test_no_removal_misses_those_whose_time_comes_while_it_begins(changing: World) -> None:
    begun = await remove_matching(changing, "priority = HIGH", "two")
    ended = await changing.waited(begun.operation)

    assert (ended.state, ended.total, ended.failed) == (SUCCEEDED, 2, 0)
    assert await counts(changing, "two") == {"QUEUED": 4, "DELAYED": 10, "REMOVED": 4}


async def test_a_filter_removes_them(filled: World) -> None:
    low = await filled.waited((await remove_matching(filled, "priority = LOW", "two")).operation)
    assert (low.state, low.total, low.done, low.failed) == (SUCCEEDED, 2, 2, 0)
    assert await counts(filled, "two") == {"QUEUED": 4, "DELAYED": 6}

    both = f"external_id = {WAITING[1]} OR external_id = {ITEMS[5]}"
    mixed = await filled.waited((await remove_matching(filled, both, "two")).operation)
    assert (mixed.state, mixed.total, mixed.done) == (SUCCEEDED, 2, 2)
    assert items(await listed(filled, "state = DELAYED")) == twice(WAITING[0], WAITING[2])
    assert (await listed(filled, 'person = ""')).total_size == 8
    await filled.add("two", "d", [WAITING[1]])
    assert ids(await filled.reserve("two", "ann", 5)) == [ITEMS[6], WAITING[1]]


@pytest.mark.parametrize("named", [True, False], ids=["by their ids", "by a filter"])
async def test_they_come_with_another_priority(filled: World, *, named: bool) -> None:
    await filled.add("two", "d", ITEMS[7:12], not_before=in_ms(2 * SOON_MS), priority=LOW)
    chosen = [f"external_id = {ITEMS[n]}" for n in (8, 11, 6)]
    found = (await listed(filled, f"slot = 1 AND ({' OR '.join(chosen)})")).tasks
    how: Any = {"task_ids": [one.task.task_id for one in found]}
    how = how if named else {"filter": " OR ".join(chosen)}

    done = await filled.waited((await bulk_set_priority(filled, "two", HIGH, **how)).operation)

    total = 3 if named else 6
    assert (done.state, done.total, done.done, done.failed) == (SUCCEEDED, total, total, 0)
    high = await listed(filled, "priority = HIGH")
    assert (items(high), high.total_size) == (twice(*(ITEMS[n] for n in (6, 8, 11))), 6)
    await filled.until("two", QUEUED=14)
    assert ids(await filled.reserve("two", "ann", 7)) == [
        *(ITEMS[n] for n in (6, 8, 11, 7, 9, 10, 5))
    ]


async def test_set_priority_takes_them_with_others_all_or_none(filled: World) -> None:
    tasks = {
        one.task.external_id: one.task.task_id for one in (await listed(filled, "slot = 2")).tasks
    }
    mixed = [tasks[name] for name in (ITEMS[5], WAITING[0], WAITING[4])]
    frame = filled.change()
    wrong = await refused(set_priority(filled, "two", [*mixed, f"{2**52 + 5}-1"], HIGH))
    elsewhere = await refused(set_priority(filled, "q", mixed[1:], HIGH))

    answer = await set_priority(filled, "two", mixed, HIGH, **frame)

    assert isinstance(wrong, errors.TaskNotFound)
    assert isinstance(elsewhere, errors.InvalidArgument)
    assert answer.changed == 3
    assert await set_priority(filled, "two", mixed, HIGH, **frame) == answer
    assert items(await listed(filled, "priority = HIGH")) == twice(ITEMS[5], WAITING[4], WAITING[0])


async def test_they_cannot_be_done_again(filled: World) -> None:
    waiting = (await listed(filled, "state = DELAYED")).tasks[0].task.task_id
    by_id = await refused(bulk_reopen(filled, "two", task_ids=[waiting]))
    by_filter = (await bulk_reopen(filled, "two", filter="state = DELAYED")).operation

    assert isinstance(by_id, errors.TaskNotFound)
    assert (await filled.waited(by_filter)).total == 0


@pytest.mark.parametrize("verb", ["removal", "priority"])
async def test_what_waited_when_a_verb_began_is_its_own_when_its_time_comes_meanwhile(
    filled: World, broken: Broken, verb: str
) -> None:
    """Of 230 items 100 are dealt with while they wait, the rest when they have come."""
    await filled.queue("late")
    await filled.add("late", "d", ITEMS[:230], not_before=in_ms(2 * SOON_MS))
    broken.breaks_at, broken.waits = 2, asyncio.Event()
    if verb == "removal":
        begun = (await remove_matching(filled, "state = DELAYED", "late")).operation
    else:
        begun = (await bulk_set_priority(filled, "late", HIGH, filter="slot = 1")).operation
    assert (begun.state, begun.done) == (RUNNING, 100)
    await filled.until("late", DELAYED=0)
    broken.waits.set()

    done = await filled.waited(begun)

    assert (done.state, done.done, done.failed) == (SUCCEEDED, 230, 0)
    if verb == "removal":
        assert await counts(filled, "late") == {"REMOVED": 130}
    else:
        given = [*(await filled.reserve("late", "ann", 100)).tasks]
        given += (await filled.reserve("late", "bob", 100)).tasks
        assert {task.priority for task in given} == {HIGH}


@pytest.mark.parametrize("dies", ["before", "after"])
async def test_a_driver_that_dies_among_them_is_replaced(
    filled: World, broken: Broken, dies: str
) -> None:
    await filled.add("two", "d", ITEMS[7:247], not_before=in_ms(LATER_MS))
    broken.breaks_at, broken.dies = 2, dies
    moved = (await bulk_set_priority(filled, "two", HIGH, filter="slot = 2")).operation
    assert ((await filled.waited(moved)).done, moved.total) == (247, 247)
    broken.calls = 0

    removed = await filled.waited((await remove_matching(filled, "slot = 1", "two")).operation)

    assert (removed.state, removed.done) == (SUCCEEDED, 247)
    assert await counts(filled, "two") == {"REMOVED": 4}


async def test_what_is_cancelled_leaves_the_rest_waiting(filled: World, broken: Broken) -> None:
    await filled.add("two", "d", ITEMS[7:207], not_before=in_ms(LATER_MS))
    broken.breaks_at, broken.waits = 2, asyncio.Event()
    begun = (await remove_matching(filled, "state = DELAYED", "two")).operation
    await cancel(filled, begun.operation_id)
    broken.waits.set()

    assert (await counts(filled, "two"))["DELAYED"] == 2 * (205 - 100)
