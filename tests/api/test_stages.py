"""The five stages of a queue: begun, ready for review, its data submitted and withdrawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import actions_pb2, allocation_pb2, common_pb2, figures_pb2, project_pb2, stages_pb2
from dibs.v1 import queue_pb2 as pb
from tests.api.tasks import (
    bulk_reopen,
    bulk_set_priority,
    recall,
    record,
    remove_status,
    reopen,
    set_priority,
    set_status,
)
from tests.api.test_clearing import clear
from tests.api.test_deleting import delete
from tests.api.test_detaching import detach
from tests.api.test_figures import do, seen
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

PENDING = figures_pb2.STAGE_PENDING
IN_PROGRESS = figures_pb2.STAGE_IN_PROGRESS
PASSED = figures_pb2.STAGE_REVIEW_PASSED
SUBMITTED = figures_pb2.STAGE_DATA_SUBMITTED


@pytest.fixture
async def two(world: World) -> World:
    """A queue of two tasks, two annotators and a manager."""
    await world.dataset("d", ["a", "b"])
    await world.queue("q", "d", lease_s=60)
    await world.people("ann", "bob")
    await world.people("tom", roles=[project_pb2.ROLE_TEAM_MANAGER])
    await world.until("q", queued=2)
    return world


async def begin(world: World, person: str, **fields: Any) -> Any:
    return await world.stubs.allocation.StartAnnotation(
        allocation_pb2.StartAnnotationRequest(**world.change(person), queue_id="q", **fields)
    )


async def for_review(world: World, person: str) -> Any:
    seq = (await world.mine("ada")).seq
    return await world.stubs.queues.SubmitForReview(
        stages_pb2.SubmitForReviewRequest(**world.where(person), queue_id="q", min_seq=seq)
    )


async def submit_data(world: World, person: str = "ada", queue: str = "q") -> Any:
    return await world.stubs.queues.SubmitData(
        stages_pb2.SubmitDataRequest(**world.change(person), queue_id=queue)
    )


async def withdraw(world: World, person: str = "ada") -> Any:
    return await world.stubs.queues.WithdrawData(
        stages_pb2.WithdrawDataRequest(**world.change(person), queue_id="q")
    )


async def lock(world: World) -> Any:
    """In the project a status must be removed before it changes."""
    return await world.stubs.projects.UpdateProject(
        project_pb2.UpdateProjectRequest(
            **world.change(),
            project=project_pb2.Project(status_locks=True),
            update_mask={"paths": ["status_locks"]},
        )
    )


async def stage(world: World) -> int:
    return int((await seen(world)).stage)


def offered(found: Any) -> set[str]:
    """What the caller may do with it."""
    return {actions_pb2.Action.Name(action)[7:] for action in found.allowed_actions}


@pytest.mark.shows("P1", "P2", "P6")
async def test_a_queue_goes_from_pending_to_data_submitted(two: World) -> None:
    assert await stage(two) == PENDING
    task = (await begin(two, "ann")).task
    assert task.state == common_pb2.TASK_STATE_IN_PROGRESS
    assert await stage(two) == IN_PROGRESS
    await two.submit("ann", task)
    assert await stage(two) == IN_PROGRESS
    await do(two, "bob", status="discarded")
    assert await stage(two) == PASSED
    await submit_data(two, "tom")
    found = await seen(two)
    assert found.stage == SUBMITTED
    assert found.submit_data_time == found.update_time
    await withdraw(two)
    found = await seen(two)
    assert (found.stage, found.HasField("submit_data_time")) == (PASSED, False)


async def test_the_first_task_is_what_one_holds_and_else_the_first_to_be_had(two: World) -> None:
    [held] = (await two.reserve("q", "bob")).tasks
    started = await begin(two, "bob")
    assert (started.task.task_id, started.task.lease.lease_token) == (
        *(held.task_id, held.lease.lease_token),
    )
    other = await begin(two, "ann")
    assert other.task.external_id == "b"
    assert (await begin(two, "ann")).task.task_id == other.task.task_id

    await two.submit("ann", other.task)
    nothing = await begin(two, "ann")
    assert not nothing.HasField("task")
    reason = nothing.nothing.reason
    assert reason == allocation_pb2.NOTHING_REASON_ALL_LEASED
    await two.submit("bob", held)
    await reopen(two, "q", [held.task_id])
    assert (await begin(two, "bob")).task.task_id == held.task_id


async def test_a_repeat_begins_no_second_task(two: World) -> None:
    request = allocation_pb2.StartAnnotationRequest(**two.change("ann"), queue_id="q")
    first = await two.stubs.allocation.StartAnnotation(request)
    again = await two.stubs.allocation.StartAnnotation(request)

    assert again == first
    assert first.seq == first.task.lease.lease_token  # one event
    assert len((await two.mine("ann")).tasks) == 1
    await two.submit("ann", first.task)
    assert await two.stubs.allocation.StartAnnotation(request) == first
    assert not (await two.mine("ann")).tasks


async def test_a_batch_that_was_given_when_the_worker_died_is_begun_by_the_repeat(
    two: World, server: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two.queue("b", "d", batches=pb.Batches(batch_size=3))
    await two.until("b", queued=2)
    change = server.store.ledger.change

    async def dies(project: int, name: str, *args: Any, **inputs: Any) -> Any:
        if name == "start":
            raise errors.StoreUnavailable
        return await change(project, name, *args, **inputs)

    request = allocation_pb2.StartAnnotationRequest(**two.change("ann"), queue_id="b")
    monkeypatch.setattr(server.store.ledger, "change", dies)
    await refused(two.stubs.allocation.StartAnnotation(request))
    monkeypatch.setattr(server.store.ledger, "change", change)
    held, _ = (await two.mine("ann")).tasks
    assert held.state == common_pb2.TASK_STATE_ASSIGNED

    task = (await two.stubs.allocation.StartAnnotation(request)).task
    assert (task.task_id, task.state) == (held.task_id, common_pb2.TASK_STATE_IN_PROGRESS)


async def test_with_batches_the_first_task_of_the_batch_is_started(two: World) -> None:
    await two.queue("b", "d", batches=pb.Batches(batch_size=3))
    await two.until("b", queued=2)
    request = allocation_pb2.StartAnnotationRequest(**two.change("ann"), queue_id="b")
    task = (await two.stubs.allocation.StartAnnotation(request)).task
    states = [one.state for one in (await two.mine("ann")).tasks]

    assert task.external_id == "a"
    assert states == [common_pb2.TASK_STATE_IN_PROGRESS, common_pb2.TASK_STATE_ASSIGNED]


@pytest.mark.shows("P7")
async def test_what_is_missing_is_said_and_nothing_is_submitted_before_it_is_there(
    two: World,
) -> None:
    missing = await for_review(two, "ann")
    assert (missing.ready, missing.stage, missing.remaining_tasks) == (False, PENDING, 2)
    task = (await begin(two, "ann")).task
    missing = await for_review(two, "ann")
    assert list(missing.own_task_ids) == [task.task_id]
    assert {one.state: one.count for one in missing.remaining_by_state} == {
        common_pb2.TASK_STATE_QUEUED: 1,
        common_pb2.TASK_STATE_IN_PROGRESS: 1,
    }
    assert not (await for_review(two, "bob")).own_task_ids
    error = await refused(submit_data(two))
    assert isinstance(error, errors.ReviewNotPassed)
    assert (error.remaining, error.metadata["queue_id"]) == (2, "q")
    assert await stage(two) == IN_PROGRESS

    await two.submit("ann", task)
    await do(two, "bob")
    ready = await for_review(two, "bob")
    assert (ready.ready, ready.stage, ready.remaining_tasks) == (True, PASSED, 0)
    await submit_data(two)


async def test_a_queue_without_work_has_no_data(two: World) -> None:
    await two.queue("empty")
    error = await refused(submit_data(two, queue="empty"))
    assert isinstance(error, errors.ReviewNotPassed)
    assert error.remaining == 0
    error = await refused(submit_data(two, queue="nowhere"))
    assert isinstance(error, errors.QueueNotFound)


@pytest.mark.shows("P9")
async def test_a_refusal_says_whether_it_is_for_want_of_permission_or_because_of_the_state(
    two: World,
) -> None:
    for call in (submit_data(two, "ann"), withdraw(two, "tom"), withdraw(two, "ann")):
        error = await refused(call)
        assert isinstance(error, errors.PermissionDenied)
        assert error.metadata["kind"] == "permission"
    error = await refused(withdraw(two))
    assert isinstance(error, errors.DataNotSubmitted)
    assert error.metadata["kind"] == "state"
    assert "SUBMIT_DATA" not in offered(await seen(two))
    for person in ("ann", "bob"):
        await do(two, person)
    await lock(two)
    error = await refused(set_status(two, "ann", "1-1", "discarded"))
    assert isinstance(error, errors.StatusLocked)
    assert error.metadata["kind"] == "lock"
    assert "SUBMIT_DATA" in offered(await seen(two))
    await submit_data(two)
    assert offered(await seen(two)) == {"LIST_TASKS", "WITHDRAW_DATA"}
    assert offered(await record(two, "1-1")) == set()


def changes(world: World) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Every kind of change of the queue and its tasks."""
    one = ["1-1"]
    return {
        "SubmitData": lambda: submit_data(world),
        "Reserve": lambda: world.reserve("q", "ann"),
        "EnsureReservations": lambda: world.ensure("q", "ann", 1),
        "StartAnnotation": lambda: begin(world, "ann"),
        "StartTask": lambda: world.pick("ada", "1-1"),
        "LoadBatch": lambda: world.load_batch("q", "ann"),
        "ClearBatch": lambda: world.clear_batch("q", "ann"),
        "SetStatus": lambda: set_status(world, "ann", "1-1", "discarded"),
        "RemoveStatus": lambda: remove_status(world, "ada", "1-1"),
        "RecallSubmission": lambda: recall(world, "ann", "1-1"),
        "Reopen": lambda: reopen(world, "q", one),
        "BulkReopen": lambda: bulk_reopen(world, "q", task_ids=one),
        "SetPriority": lambda: set_priority(world, "q", one, common_pb2.PRIORITY_HIGH),
        "BulkSetPriority": lambda: bulk_set_priority(
            world, "q", common_pb2.PRIORITY_HIGH, task_ids=one
        ),
        "ClearSkips": lambda: world.clear_skips("q", "1-1"),
        "UpdateQueue": lambda: world.change_queue("q", "display_name", display_name="other"),
        "PauseQueue": lambda: world.pause("q"),
        "ResumeQueue": lambda: world.resume("q"),
        "ArchiveQueue": lambda: world.archive("q"),
        "AddContributors": lambda: world.admit("q", "ann"),
        "AttachDataset": lambda: world.attach("q", "more"),
        "AddItems": lambda: world.add("q", "more", ["x"]),
        "RemoveItems": lambda: world.remove_items("q", "d", ["a"]),
        "ClearWaiting": lambda: clear(world, "q"),
        "DetachDataset": lambda: detach(world),
        "DeleteQueue": lambda: delete(world, "q"),
    }


async def test_nothing_of_a_queue_changes_while_its_data_are_submitted(two: World) -> None:
    await two.dataset("more", ["x"])
    for person in ("ann", "bob"):
        await do(two, person)
    await submit_data(two)
    before = await seen(two)
    for name, change in changes(two).items():
        error = await refused(change())
        assert isinstance(error, errors.DataSubmitted), (name, error)
        assert error.metadata["queue_id"] == "q"

    assert await seen(two) == before
    await withdraw(two)
    await two.change_queue("q", "display_name", display_name="other")
    await reopen(two, "q", ["1-1"])
    assert await stage(two) == IN_PROGRESS


async def test_attached_datasets_do_not_follow_until_the_data_are_withdrawn(two: World) -> None:
    for person in ("ann", "bob"):
        await do(two, person)
    await submit_data(two)
    await two.load("d", ["c"])
    await two.queue("other", "d")
    await two.until("other", queued=3)  # whoever follows datasets has been there
    depth = await two.depth("q")
    assert {one.state for one in depth.tasks} == {common_pb2.TASK_STATE_COMPLETED}
    assert (await for_review(two, "ann")).items_pending == 1

    await withdraw(two)
    await two.until("q", queued=1, completed=2)
    assert await stage(two) == IN_PROGRESS


async def test_items_that_are_still_to_become_tasks_are_missing(two: World) -> None:
    for person in ("ann", "bob"):
        await do(two, person)
    await two.archive("q")
    await two.load("d", ["c"])
    error = await refused(submit_data(two))
    assert isinstance(error, errors.ReviewNotPassed)
    assert error.remaining == 1
    await two.unarchive("q")
    await two.until("q", queued=1)
    await do(two, "ann")
    await two.archive("q")
    await submit_data(two)
    assert (await seen(two)).archived


async def test_a_repeat_of_a_submission_gets_its_answer_whatever_happened_since(two: World) -> None:
    for person in ("ann", "bob"):
        await do(two, person)
    request = stages_pb2.SubmitDataRequest(**two.change(), queue_id="q")
    first = await two.stubs.queues.SubmitData(request)
    await two.load("d", ["c"])
    assert await two.stubs.queues.SubmitData(request) == first
    await withdraw(two)
    assert await two.stubs.queues.SubmitData(request) == first
    assert await stage(two) != SUBMITTED
