"""SaveDraft and GetDraft: work that is kept, whatever becomes of the lease."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.bootstrap import Worker
from dibs import errors
from dibs.v1 import allocation_pb2 as pb
from dibs.v1 import common_pb2
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

MOST_BYTES = 16_384


@pytest.fixture
async def held(world: World) -> Any:
    """Ann holds the only task."""
    await world.dataset("d", ["a"])
    await world.queue("q", "d", lease_s=60)
    await world.people("ann", "bob")
    return (await world.reserve("q", "ann")).tasks[0]


async def _events(world: World, server: Worker) -> int:
    row = await server.store.postgres.fetchrow(
        "SELECT h.seq FROM head h JOIN project p USING (project) WHERE p.external_id = $1",
        world.project,
    )
    assert row is not None
    return int(row["seq"])


@pytest.mark.shows("P67")
async def test_a_draft_is_read_as_it_was_saved_and_the_newest_one_stands(
    world: World, held: Any
) -> None:
    assert await world.draft("ann", held) is None
    for content in (b"first", b"", bytes(range(256)) * 64):
        saved = await world.save_draft("ann", held, content)
        draft = await world.draft("ann", held)

        assert saved.lease.lease_token == held.lease.lease_token
        assert (draft.content, draft.lease_token) == (content, held.lease.lease_token)
        assert not draft.refused
        assert draft.save_time.seconds > 0


async def test_only_the_first_of_quick_drafts_is_an_event(
    world: World, held: Any, server: Worker
) -> None:
    first = await world.save_draft("ann", held, b"1")
    before = await _events(world, server)
    second = await world.save_draft("ann", held, b"2")

    assert (first.seq, second.seq) == (before, before)
    assert await _events(world, server) == before
    drift_ms = second.lease.expire_time.ToMilliseconds() - first.lease.expire_time.ToMilliseconds()
    assert abs(drift_ms) < 1_000
    renewed = await world.renew("ann", held)
    assert (await world.save_draft("ann", held, b"3")).seq == renewed.seq


async def test_the_first_draft_renews_the_lease(world: World, held: Any) -> None:
    saved = await world.save_draft("ann", held, b"1")
    ends, ended = saved.lease.expire_time, held.lease.expire_time
    assert ends.ToMilliseconds() >= ended.ToMilliseconds()


async def test_a_repeat_never_puts_an_older_draft_over_a_newer_one(world: World, held: Any) -> None:
    lease = {"task_id": held.task_id, "lease_token": held.lease.lease_token}
    older = pb.SaveDraftRequest(**world.change("ann"), **lease, content=b"older")
    answer = await world.stubs.allocation.SaveDraft(older)
    await world.save_draft("ann", held, b"newer")

    assert await world.stubs.allocation.SaveDraft(older) == answer
    assert (await world.draft("ann", held)).content == b"newer"


async def test_after_a_lost_lease_the_work_is_refused_and_kept(world: World, held: Any) -> None:
    await world.release("ann", held)
    [task] = (await world.reserve("q", "bob")).tasks
    error = await refused(world.save_draft("ann", held, b"too late"))

    assert isinstance(error, errors.LeaseLost)
    assert error.holder == "bob"
    assert (await world.draft("ann", held)).content == b"too late"
    assert await world.draft("bob", task) is None


async def test_a_refused_submission_is_the_newest_draft_with_its_units(
    world: World, held: Any
) -> None:
    await world.save_draft("ann", held, b"before")
    await world.release("ann", held)
    await world.reserve("q", "bob")
    await refused(world.submit("ann", held, status="discarded", units=[pb.ReviewUnit(unit_id="u")]))

    draft = await world.draft("ann", held)
    assert (draft.refused, draft.status, draft.content) == (True, "discarded", b"")
    assert [unit.unit_id for unit in draft.units] == ["u"]


async def test_drafts_are_for_their_person_and_managers(world: World, held: Any) -> None:
    await world.save_draft("ann", held, b"mine")

    error = await refused(world.draft("bob", held, person="ann"))
    assert isinstance(error, errors.PermissionDenied)
    assert (await world.draft("ada", held, person="ann")).content == b"mine"
    assert await world.draft("ada", held) is None


async def test_a_removed_member_loses_the_lease_and_not_the_work(world: World, held: Any) -> None:
    await world.save_draft("ann", held, b"half")
    await world.remove("ann")
    error = await refused(world.save_draft("ann", held, b"whole"))

    assert isinstance(error, errors.LeaseLost)
    assert (await world.draft("ada", held, person="ann")).content == b"whole"


async def test_a_takeover_begins_a_draft_of_its_own(
    world: World, held: Any, server: Worker
) -> None:
    await world.save_draft("ann", held, b"first device")
    renewed = (await world.renew("ann", held, takeover=True)).renewed[0]
    second = common_pb2.Task(task_id=held.task_id, lease=renewed.lease)

    assert isinstance(await refused(world.save_draft("ann", held, b"old page")), errors.LeaseLost)
    before = await _events(world, server)
    assert (await world.save_draft("ann", second, b"second device")).seq == before + 1
    assert (await world.draft("ann", held)).content == b"second device"


async def test_bad_drafts_are_refused_by_name(world: World, held: Any) -> None:
    error = await refused(world.save_draft("ann", held, bytes(MOST_BYTES + 1)))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "content"
    ghost = common_pb2.Task(task_id="999-1", lease=common_pb2.Lease(lease_token=3))
    assert isinstance(await refused(world.save_draft("ann", ghost, b"")), errors.TaskNotFound)
    assert isinstance(await refused(world.draft("ann", ghost)), errors.TaskNotFound)
    error = await refused(world.draft("ada", held, person="nobody"))
    assert isinstance(error, errors.PersonNotFound)
    await world.submit("ann", held)
    assert isinstance(await refused(world.save_draft("ann", held, b"")), errors.WrongTaskState)
