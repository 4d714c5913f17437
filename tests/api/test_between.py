"""What happens between a service's look and its change: nobody may tell from the outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from allocator import bootstrap
from dibs import errors
from dibs.v1 import common_pb2
from dibs.v1 import project_pb2 as pb
from tests.api.alone import ITEMS
from tests.api.tasks import reopen
from tests.api.test_clearing import clear
from tests.api.test_deleted_projects import _delete as delete_project
from tests.api.test_deleted_projects import _undelete as undelete_project
from tests.api.test_deleting import delete
from tests.api.test_detaching import detach
from tests.api.test_operations import SUCCEEDED, counts
from tests.api.test_taking_out import take_out
from tests.api.world import World, refused

Happens = Callable[[str, Callable[[], Awaitable[Any]]], None]


@pytest.fixture
def happens(alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch) -> Happens:
    """Lets something happen once, just before a function of the store is called."""
    change, before = alone.store.ledger.change, dict[str, Callable[[], Awaitable[Any]]]()

    async def later(project: int, name: str, *args: Any, **inputs: Any) -> Any:
        if name in before:
            await before.pop(name)()
        return await change(project, name, *args, **inputs)

    monkeypatch.setattr(alone.store.ledger, "change", later)
    return before.__setitem__


async def test_only_an_admin_removes_who_has_just_become_one(
    lonely: World, happens: Happens
) -> None:
    await lonely.people("tim", roles=[pb.ROLE_TEAM_MANAGER])
    happens("change_members", lambda: lonely.update("bob", "roles", roles=[pb.ROLE_ADMIN]))

    asked = pb.RemoveMembersRequest(**lonely.change("tim"), person_ids=["bob", "ann"])
    assert isinstance(
        await refused(lonely.stubs.projects.RemoveMembers(asked)), errors.PermissionDenied
    )
    [bob] = [one for one in await members(lonely) if one.person_id == "bob"]
    assert list(bob.roles) == [pb.ROLE_ADMIN]


async def members(world: World) -> list[Any]:
    seq = (await world.mine("ann")).seq
    request = pb.ListMembersRequest(**world.where(), min_seq=seq)
    return list((await world.stubs.projects.ListMembers(request)).members)


async def test_what_was_finished_before_the_queue_was_cleared_can_be_reopened(
    lonely: World, alone: bootstrap.Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lonely.queue("two", slots=2)
    await lonely.add("two", "d", ITEMS[:1])
    [first] = (await lonely.reserve("two", "ann")).tasks
    await lonely.submit("ann", first)
    place = await alone.store.directory.project(lonely.project)
    assert place is not None
    views, fetch = alone.store.views, asyncpg.Connection.fetch
    await views.wait_for(place.project, (await lonely.mine("ann")).seq)

    async def look(connection: Any, query: str, *args: Any, **fields: Any) -> Any:
        """The other is finished, and the queue cleared, before what was cleared is looked up."""
        if "cleared > 0" in query:
            monkeypatch.setattr(asyncpg.Connection, "fetch", fetch)
            [second] = (await lonely.reserve("two", "bob")).tasks
            await lonely.submit("bob", second)
            await views.wait_for(place.project, (await clear(lonely, "two")).seq)
        return await fetch(connection, query, *args, **fields)

    monkeypatch.setattr(asyncpg.Connection, "fetch", look)
    answer = await reopen(lonely, "two", [first.task_id])
    assert answer.state == common_pb2.TASK_STATE_RETURNED


async def test_items_leave_their_dataset_though_a_queue_that_has_them_is_deleted(
    lonely: World, happens: Happens
) -> None:
    await lonely.queue("other")
    await lonely.add("other", "d", ITEMS[:1])
    happens("begin_operation", lambda: delete(lonely, "other"))

    ended = await lonely.waited((await take_out(lonely, ITEMS[:1])).operation)
    assert (ended.state, list(ended.queue_ids), ended.done) == (SUCCEEDED, ["q"], 2)


async def test_an_operation_goes_on_when_its_project_is_undeleted(
    lonely: World, happens: Happens
) -> None:
    request = lonely.change()
    happens("remove_entries", lambda: delete_project(lonely))
    happens("end_operation", lambda: undelete_project(lonely))
    gone = await refused(detach(lonely, **request))
    assert isinstance(gone, errors.ProjectNotFound)

    happens("end_operation", nothing)
    await undelete_project(lonely)
    ended = await lonely.waited((await detach(lonely, **request)).operation)
    assert (ended.state, await counts(lonely, "q")) == (SUCCEEDED, {"REMOVED": len(ITEMS)})


async def nothing() -> None:
    """Nothing happens."""
