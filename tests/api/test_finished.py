"""What becomes of finished tasks: another status, none, or all over again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dibs import errors
from dibs.v1 import common_pb2, queue_pb2
from dibs.v1 import tasks_pb2 as pb
from tests.api.tasks import (
    item_status,
    recall,
    record,
    remove_status,
    reopen,
    set_status,
)
from tests.api.world import World, ids, refused

QUEUED = common_pb2.TASK_STATE_QUEUED
ASSIGNED = common_pb2.TASK_STATE_ASSIGNED
COMPLETED = common_pb2.TASK_STATE_COMPLETED
DISCARDED = common_pb2.TASK_STATE_DISCARDED
RETURNED = common_pb2.TASK_STATE_RETURNED


@pytest.fixture
async def filled(world: World) -> World:
    """Items a to d in queue q, which has statuses of its own; ann, bob and eve."""
    await world.dataset("d", list("abcd"))
    statuses = [
        queue_pb2.Status(name="checked", meaning=queue_pb2.STATUS_MEANING_DONE),
        queue_pb2.Status(name="blurred", meaning=queue_pb2.STATUS_MEANING_DISCARD),
    ]
    await world.queue("q", "d", lease_s=60, statuses=statuses)
    await world.people("ann", "bob", "eve")
    return world


async def done(world: World, person: str = "ann", queue: str = "q", **fields: Any) -> Any:
    """The next task of the queue, done by this person."""
    [task] = (await world.reserve(queue, person)).tasks
    await world.submit(person, task, **fields)
    return task


# --- another status ---


@pytest.mark.shows("D29", "D25", "D26")
async def test_an_author_changes_the_status_of_what_they_finished(filled: World) -> None:
    task = await done(filled)
    before = await record(filled, task.task_id, min_seq=(await filled.depth("q")).seq)
    answer = await set_status(filled, "ann", task.task_id, "discarded")

    after = await record(filled, task.task_id, min_seq=answer.seq)
    assert (before.status, before.task.state) == ("completed", COMPLETED)
    assert (answer.status, answer.state) == ("discarded", DISCARDED)
    assert (after.status, after.task.state, after.person) == ("discarded", DISCARDED, "ann")
    back = await set_status(filled, "ann", task.task_id, "completed")
    assert back.state == COMPLETED


@pytest.mark.shows("D8", "D36")
async def test_each_change_of_status_is_one_event_whatever_the_status(filled: World) -> None:
    task = await done(filled)
    seqs = []
    for status, state in (("blurred", DISCARDED), ("checked", COMPLETED), ("completed", COMPLETED)):
        answer = await set_status(filled, "ann", task.task_id, status)
        assert (answer.status, answer.state) == (status, state)
        seqs.append(answer.seq)

    assert seqs == [seqs[0], seqs[0] + 1, seqs[0] + 2]
    assert (await record(filled, task.task_id, min_seq=seqs[-1])).status == "completed"


async def test_a_repeat_gets_the_first_answer(filled: World) -> None:
    task = await done(filled)
    request = pb.SetStatusRequest(**filled.change("ann"), task_id=task.task_id, status="blurred")
    first = await filled.stubs.allocation.SetStatus(request)
    await set_status(filled, "ann", task.task_id, "completed")

    assert await filled.stubs.allocation.SetStatus(request) == first


async def test_a_manager_changes_the_status_of_anybodys_task_and_its_author_stays(
    filled: World,
) -> None:
    task = await done(filled)
    answer = await set_status(filled, "ada", task.task_id, "discarded")

    assert (await record(filled, task.task_id, min_seq=answer.seq)).person == "ann"


@pytest.mark.shows("E10")
async def test_a_manager_finishes_what_waits_and_it_is_their_work(filled: World) -> None:
    [held] = (await filled.reserve("q", "ann")).tasks
    await filled.release("ann", held)
    entry = int(held.task_id.split("-")[0])
    touched = await set_status(filled, "ada", held.task_id, "discarded")
    untouched = await set_status(filled, "ada", f"{entry + 1}-1", "completed")

    found = await record(filled, f"{entry + 1}-1", min_seq=untouched.seq)
    assert (touched.state, found.status, found.person) == (DISCARDED, "completed", "ada")
    assert ids(await filled.reserve("q", "bob", 4)) == ["c", "d"]


async def test_a_manager_who_has_another_slot_of_the_item_may_not_finish_this_one(
    world: World,
) -> None:
    await world.dataset("d", ["a"])
    await world.queue("q", "d", slots=2)
    task = await done(world, "ada")
    other = task.task_id.replace("-1", "-2")

    caught = await refused(set_status(world, "ada", other, "completed"))

    assert isinstance(caught, errors.NotEligible)
    assert caught.causes == ("EXCLUDED",)


async def test_the_status_of_somebody_elses_task_is_not_ones_own(filled: World) -> None:
    task = await done(filled)

    for call in (
        set_status(filled, "bob", task.task_id, "discarded"),
        remove_status(filled, "bob", task.task_id),
        recall(filled, "ada", task.task_id),
    ):
        assert isinstance(await refused(call), errors.PermissionDenied)
    assert (await record(filled, task.task_id)).status == "completed"


@pytest.mark.parametrize("verb", ["set", "remove", "recall"])
async def test_what_is_not_finished_is_in_the_wrong_state(filled: World, verb: str) -> None:
    [held] = (await filled.reserve("q", "ann")).tasks
    call = {
        "set": lambda: set_status(filled, "ada", held.task_id, "completed"),
        "remove": lambda: remove_status(filled, "ann", held.task_id),
        "recall": lambda: recall(filled, "ann", held.task_id),
    }[verb]

    caught = await refused(call())

    assert isinstance(caught, errors.WrongTaskState)
    assert caught.state == "ASSIGNED"
    assert ids(await filled.mine("ann")) == ["a"]


async def test_an_unknown_status_is_told_those_of_the_queue(filled: World) -> None:
    task = await done(filled)

    caught = await refused(set_status(filled, "ann", task.task_id, "odd"))

    assert isinstance(caught, errors.InvalidArgument)
    assert caught.field == "status"
    for name in ("completed", "discarded", "checked", "blurred"):
        assert repr(name) in str(caught)


@pytest.mark.parametrize("task_id", ["999999-1", "{entry}-2"])
async def test_a_task_that_is_not_there_is_not_found(filled: World, task_id: str) -> None:
    task = await done(filled)
    wrong = task_id.format(entry=task.task_id.split("-")[0])

    for call in (
        set_status(filled, "ada", wrong, "completed"),
        remove_status(filled, "ada", wrong),
        reopen(filled, "q", [wrong]),
        record(filled, wrong),
    ):
        assert isinstance(await refused(call), errors.TaskNotFound)


# --- no status ---


async def test_a_task_without_its_status_is_its_authors_again(filled: World) -> None:
    task = await done(filled)
    answer = await remove_status(filled, "ada", task.task_id)

    assert (answer.person, answer.HasField("lease")) == ("ann", False)
    [mine] = (await filled.mine("ann")).tasks
    assert (mine.task_id, mine.state) == (task.task_id, ASSIGNED)
    found = await record(filled, task.task_id, min_seq=answer.seq, actor="ann")
    assert (found.status, found.task.lease.lease_token) == ("", answer.seq)
    late = await refused(filled.submit("ann", task))
    assert isinstance(late, errors.LeaseLost)
    assert (await filled.submit("ann", mine, status="blurred")).state == DISCARDED


async def test_when_the_new_lease_ends_the_task_stays_with_its_author(filled: World) -> None:
    task = await done(filled)
    answer = await recall(filled, "ann", task.task_id)
    [mine] = (await filled.mine("ann")).tasks
    released = await filled.release("ann", mine)

    assert answer.lease.lease_token == mine.lease.lease_token == answer.seq
    found = await record(filled, task.task_id, min_seq=released.seq)
    assert (found.task.state, found.person) == (RETURNED, "ann")
    assert ids(await filled.reserve("q", "bob")) == ["b"]
    assert ids(await filled.reserve("q", "ann")) == ["a"]


async def test_an_author_who_may_not_work_there_any_more_gets_nothing_back(filled: World) -> None:
    task = await done(filled)
    await filled.update("ann", "active", active=False)

    for call in (remove_status(filled, "ada", task.task_id), reopen(filled, "q", [task.task_id])):
        caught = await refused(call)
        assert isinstance(caught, errors.NotEligible)
        assert caught.causes == ("NOT_A_MEMBER",)
    assert (await record(filled, task.task_id)).status == "completed"


# --- all over again ---


async def test_reopened_tasks_go_to_their_authors_before_all_other_work(filled: World) -> None:
    first, second = await done(filled), await done(filled, "bob")
    answer = await reopen(filled, "q", [second.task_id, first.task_id])

    assert (answer.reopened, answer.state) == (2, RETURNED)
    found = await record(filled, first.task_id, min_seq=answer.seq)
    assert (found.task.state, found.status, found.person) == (RETURNED, "", "ann")
    assert ids(await filled.reserve("q", "ann", 2)) == ["a", "c"]
    assert ids(await filled.reserve("q", "bob", 1)) == ["b"]


@pytest.mark.shows("E51")
async def test_reopened_to_the_pool_a_task_is_queued_at_its_first_place(filled: World) -> None:
    task = await done(filled)
    answer = await reopen(filled, "q", [task.task_id], to=pb.REOPEN_TO_POOL)

    found = await record(filled, task.task_id, min_seq=answer.seq)
    assert (found.task.state, found.person, found.status) == (QUEUED, "", "")
    assert ids(await filled.reserve("q", "bob", 2)) == ["a", "b"]


async def test_reopened_for_a_person_a_task_is_held_by_them(filled: World) -> None:
    task = await done(filled)
    answer = await reopen(filled, "q", [task.task_id], to=pb.REOPEN_TO_PERSON, person="bob")

    [mine] = (await filled.mine("bob")).tasks
    assert (mine.task_id, mine.lease.lease_token) == (task.task_id, answer.seq)
    assert answer.state == ASSIGNED
    assert (await filled.submit("bob", mine)).state == COMPLETED


async def test_nobody_is_given_a_second_slot_of_an_item_by_reopening(world: World) -> None:
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d", slots=2)
    await world.people("ann", "bob", "eve")
    one, two = await done(world), await done(world, "bob")
    to_bob = {"to": pb.REOPEN_TO_PERSON, "person": "bob"}
    caught = await refused(reopen(world, "q", [one.task_id], **to_bob))
    to_eve = {"to": pb.REOPEN_TO_PERSON, "person": "eve"}
    both = await refused(reopen(world, "q", [one.task_id, two.task_id], **to_eve))

    for error in (caught, both):
        assert isinstance(error, errors.NotEligible)
        assert error.causes == ("EXCLUDED",)
    await reopen(world, "q", [one.task_id], to=pb.REOPEN_TO_POOL)
    assert ids(await world.reserve("q", "bob")) == ["b"]
    assert ids(await world.reserve("q", "eve")) == ["a"]


async def test_five_hundred_tasks_are_reopened_at_once_or_none(world: World) -> None:
    await world.dataset("d", [f"i{n}" for n in range(500)])
    await world.queue("q", "d", max_held=1000)
    await world.people("ann")
    tasks = []
    for _ in range(5):
        tasks += (await world.reserve("q", "ann", 100)).tasks
    for at in range(0, 499, 10):  # a session has sixteen requests under way at most
        await asyncio.gather(*(world.submit("ann", task) for task in tasks[at : min(at + 10, 499)]))
    named = [task.task_id for task in tasks]

    caught = await refused(reopen(world, "q", named))
    assert isinstance(caught, errors.WrongTaskState)
    assert caught.metadata["task_id"] == named[-1]
    await world.submit("ann", tasks[-1])
    answer = await reopen(world, "q", named, to=pb.REOPEN_TO_POOL)
    assert answer.reopened == 500
    assert (await world.depth("q")).available == 500


async def test_what_was_removed_from_the_queue_does_not_come_back(filled: World) -> None:
    task = await done(filled)
    twin = task.task_id.replace("-1", "-2")

    caught = await refused(reopen(filled, "q", [task.task_id, twin]))

    assert isinstance(caught, errors.TaskNotFound)
    assert (await record(filled, task.task_id)).status == "completed"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"task_ids": []}, "task_ids"),
        ({"task_ids": ["1-1", "1-1"]}, "task_ids"),
        ({"task_ids": [f"{n}-1" for n in range(1, 502)]}, "task_ids"),
        ({"to": pb.REOPEN_TO_PERSON}, "person"),
        ({"person": "bob"}, "person"),
        ({"to": 9}, "to"),
        ({"queue_id": "other"}, "task_ids[0]"),
    ],
)
async def test_what_is_wrong_with_a_reopening_is_named(
    filled: World, fields: dict[str, Any], field: str
) -> None:
    await filled.queue("other")
    task = await done(filled)
    whole: dict[str, Any] = {"queue_id": "q", "task_ids": [task.task_id]}
    request = pb.ReopenRequest(**filled.change(), **(whole | fields))

    caught = await refused(filled.stubs.allocation.Reopen(request))

    assert isinstance(caught, errors.InvalidArgument)
    assert caught.field == field
    assert (await record(filled, task.task_id)).status == "completed"


async def test_reopening_is_for_managers_and_for_people_who_are_known(filled: World) -> None:
    task = await done(filled)

    denied = await refused(reopen(filled, "q", [task.task_id], **filled.change("bob")))
    unknown = await refused(
        reopen(filled, "q", [task.task_id], to=pb.REOPEN_TO_PERSON, person="nobody")
    )

    assert isinstance(denied, errors.PermissionDenied)
    assert isinstance(unknown, errors.PersonNotFound)


# --- how things stand ---


@pytest.mark.shows("D13", "D28")
async def test_an_item_has_a_status_in_each_queue(filled: World) -> None:
    await filled.queue("second", "d")
    await done(filled, status="checked")
    task = await done(filled, "bob", "second", status="discarded")
    third = await set_status(filled, "bob", task.task_id, "discarded")

    first, second = await item_status(filled, "d", "a", min_seq=third.seq)
    assert (first.task.queue_id, first.status, first.person) == ("q", "checked", "ann")
    assert (second.task.queue_id, second.status, second.person) == ("second", "discarded", "bob")
    [waits, also] = await item_status(filled, "d", "b")
    assert (waits.task.state, waits.status, waits.changed_seq) == (QUEUED, "", 0)
    assert also.task.queue_id == "second"


async def test_a_task_says_when_it_was_submitted_and_only_its_holder_sees_the_lease(
    filled: World,
) -> None:
    [held] = (await filled.reserve("q", "ann")).tasks
    seq = (await filled.depth("q")).seq
    hers = await record(filled, held.task_id, min_seq=seq, actor="ann")
    others = await record(filled, held.task_id, min_seq=seq, actor="ada")
    submitted = await filled.submit("ann", held)

    assert hers.task.lease.lease_token == held.lease.lease_token
    assert (others.person, others.task.HasField("lease")) == ("ann", False)
    assert not others.HasField("submit_time")
    after = await record(filled, held.task_id, min_seq=submitted.seq)
    assert after.HasField("submit_time")
    assert after.changed_seq == submitted.seq


async def test_an_item_that_is_not_there_is_not_found(filled: World) -> None:
    assert isinstance(await refused(item_status(filled, "d", "zz")), errors.ItemNotFound)
    assert isinstance(await refused(item_status(filled, "none", "a")), errors.DatasetNotFound)
