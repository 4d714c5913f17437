"""UpdateProject, and what its settings mean, through the wire."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import actions_pb2, common_pb2, editing_pb2
from dibs.v1 import project_pb2 as pb
from tests.api.tasks import record, remove_status, set_status
from tests.api.world import Stubs, World, refused, unique
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

ALLOWED = editing_pb2.EDIT_VERDICT_ALLOWED
HAS_STATUS = editing_pb2.EDIT_VERDICT_HAS_STATUS
SET_STATUS = actions_pb2.ACTION_SET_STATUS


def _request(world: World, *paths: str, actor: str = "", **fields: Any) -> pb.UpdateProjectRequest:
    request = pb.UpdateProjectRequest(**world.change(actor), project=pb.Project(**fields))
    request.update_mask.paths.extend(paths)
    return request


async def _update(world: World, *paths: str, **fields: Any) -> Any:
    return await world.stubs.projects.UpdateProject(_request(world, *paths, **fields))


async def _can_edit(world: World, actor: str, item: str, **fields: Any) -> Any:
    answer = await world.stubs.allocation.CanEdit(
        editing_pb2.CanEditRequest(**world.where(actor), dataset_id="d", external_id=item, **fields)
    )
    return answer.verdict


async def _seen(world: World) -> Any:
    """The project, once reads and lists have all that was changed."""
    seq = (await world.mine(world.actor)).seq
    request = pb.GetProjectRequest(**world.where(), min_seq=seq)
    return (await world.stubs.projects.GetProject(request)).project


async def _finished(world: World, person: str) -> Any:
    [task] = (await world.reserve("q", person)).tasks
    await world.submit(person, task)
    return task


@pytest.fixture
async def locked(world: World) -> World:
    """Two items, two people, and a project in which a status locks."""
    await world.people("ann", "bob")
    await world.dataset("d", ["a", "b"])
    await world.queue("q", lease_s=60)
    await world.add("q", "d", ["a", "b"])
    await _update(world, "status_locks", status_locks=True)
    return world


async def test_an_update_changes_what_the_mask_names_for_reads_and_lists(world: World) -> None:
    first = await _update(world, "display_name", display_name="Digits", status_locks=True)
    assert (first.project.display_name, first.project.status_locks) == ("Digits", False)
    second = await _update(world, "status_locks", display_name="ignored", status_locks=True)
    assert (second.project.display_name, second.project.status_locks) == ("Digits", True)
    read = pb.GetProjectRequest(**world.where(), min_seq=second.seq)
    assert (await world.stubs.projects.GetProject(read)).project == second.project
    listed = await world.stubs.projects.ListProjects(pb.ListProjectsRequest(actor=world.actor))
    assert next(p for p in listed.projects if p.project_id == world.project) == second.project

    default = await _update(world, "display_name", "status_locks")
    assert (default.project.display_name, default.project.status_locks) == (world.project, False)


@pytest.mark.shows("E5")
async def test_the_ontology_of_a_project_is_switched_and_nothing_else(world: World) -> None:
    await _update(world, "display_name", display_name="Digits")
    first = await _update(world, "ontology_ref", ontology_ref="digits:1")
    second = await _update(world, "ontology_ref", ontology_ref="digits:2")
    assert [one.project.ontology_ref for one in (first, second)] == ["digits:1", "digits:2"]
    assert second.project.display_name == "Digits"
    read = pb.GetProjectRequest(**world.where(), min_seq=second.seq)
    assert (await world.stubs.projects.GetProject(read)).project == second.project
    denied = await refused(_update(world, "ontology_ref", ontology_ref="x", actor="ann"))
    assert isinstance(denied, errors.PermissionDenied)


@pytest.mark.shows("E66", "L6")
async def test_a_project_says_which_instructions_everybody_is_to_read(world: World) -> None:
    await _update(world, "ontology_ref", ontology_ref="digits:1")
    changed = await _update(world, "instruction_ref", instruction_ref="docs/digits.pdf#v7")
    assert changed.project.instruction_ref == "docs/digits.pdf#v7"
    assert changed.project.ontology_ref == "digits:1"
    await world.people("ann")
    read = pb.GetProjectRequest(**world.where("ann"), min_seq=changed.seq)
    assert (await world.stubs.projects.GetProject(read)).project == changed.project


@pytest.mark.shows("E67")
async def test_projects_are_found_by_their_tags(stubs: Stubs) -> None:
    me = unique("person")
    worlds = [await World.make(stubs) for _ in range(3)]
    first, second, third = sorted(worlds, key=lambda one: one.project)
    await _update(first, "tags", "display_name", tags=["night", "eu west"], display_name="Vans")
    await _update(second, "tags", tags=["night"])
    changed = await _update(second, "status_locks", status_locks=True)
    assert list(changed.project.tags) == ["night"]
    for one in worlds:
        await one.people(me)
        await _seen(one)

    async def found(text: str, **fields: Any) -> Any:
        return await stubs.projects.ListProjects(
            pb.ListProjectsRequest(actor=me, filter=text, **fields)
        )

    async def ids(text: str) -> list[str]:
        return [one.project_id for one in (await found(text)).projects]

    assert await ids("tags:night") == [first.project, second.project]
    assert await ids('tags:"eu west"') == [first.project]
    assert await ids("NOT tags:night") == [third.project]
    assert await ids("tags:nigh") == []
    assert await ids("display_name:vans") == [first.project]
    assert await ids(f"project_id = {third.project} OR tags:night") == [
        *(first.project, second.project, third.project),
    ]
    page = await found("tags:night", page_size=1)
    rest = await found("tags:night", page_size=1, page_token=page.next_page_token)
    assert [one.project_id for one in rest.projects] == [second.project]
    assert rest.next_page_token == ""
    for field, wrong in (
        ("page_token", found("tags:day", page_size=1, page_token=page.next_page_token)),
        ("filter", found("tags = night")),
        ("filter", found("colour = red")),
    ):
        error = await refused(wrong)
        assert isinstance(error, errors.InvalidArgument)
        assert error.field == field
    await _update(first, "tags")
    await _seen(first)
    assert await ids("tags:night") == [second.project]


async def test_a_stale_etag_is_refused_and_a_repeat_is_answered_alike(world: World) -> None:
    etag = (await _update(world, "display_name", display_name="One")).project.etag
    request = _request(world, "display_name", display_name="Two", etag=etag)
    second = await world.stubs.projects.UpdateProject(request)
    for stale in (etag, "no etag"):
        error = await refused(_update(world, "display_name", display_name="Three", etag=stale))
        assert isinstance(error, errors.EtagMismatch)
        assert error.metadata["project_id"] == world.project
    assert await world.stubs.projects.UpdateProject(request) == second
    seen = pb.GetProjectRequest(**world.where(), min_seq=second.seq)
    assert (await world.stubs.projects.GetProject(seen)).project == second.project


@pytest.mark.parametrize(
    ("paths", "fields", "field"),
    [
        ([], {}, "update_mask"),
        (["durability"], {"durability": pb.DURABILITY_FAST}, "update_mask"),
        (["display_name"], {"display_name": "x" * 257}, "project.display_name"),
        (["ontology_ref"], {"ontology_ref": "x" * 513}, "project.ontology_ref"),
        (["display_name"], {"display_name": "a\nb"}, "project.display_name"),
        (["instruction_ref"], {"instruction_ref": "x" * 513}, "project.instruction_ref"),
        (["tags"], {"tags": ["a", "a"]}, "project.tags"),
        (["tags"], {"tags": ["x" * 65]}, "project.tags[0]"),
        (["tags"], {"tags": [str(n) for n in range(51)]}, "project.tags"),
    ],
)
async def test_what_cannot_be_so_is_refused_by_its_name(
    world: World, paths: list[str], fields: dict[str, Any], field: str
) -> None:
    error = await refused(_update(world, *paths, **fields))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == field


@pytest.mark.shows("D37")
async def test_where_a_status_locks_it_is_removed_before_the_work_is_edited(locked: World) -> None:
    task = await _finished(locked, "ann")
    save = locked.save_draft("ann", task, b"more")
    calls = [
        set_status(locked, "ann", task.task_id, "discarded"),
        set_status(locked, locked.actor, task.task_id, "discarded"),
        save,
        locked.pick(locked.actor, task.task_id),
    ]
    for call in calls:
        error = await refused(call)
        assert isinstance(error, errors.StatusLocked), error
        assert error.metadata == {"task_id": task.task_id, "kind": "lock"}
    found = await record(locked, task.task_id)
    assert (found.status, found.task.state) == ("completed", common_pb2.TASK_STATE_COMPLETED)
    assert SET_STATUS not in found.allowed_actions

    removed = await remove_status(locked, "ann", task.task_id)
    held = await record(locked, task.task_id, actor="ann", min_seq=removed.seq)
    await locked.save_draft("ann", held.task, b"more")
    await locked.submit("ann", held.task, status="discarded")
    assert (await record(locked, task.task_id)).status == "discarded"


@pytest.mark.shows("D37", "D38")
async def test_can_edit_says_that_a_status_locks_to_its_author_too(locked: World) -> None:
    await _finished(locked, "ann")
    for fields in ({"queue_id": "q"}, {}):
        assert await _can_edit(locked, "ann", "a", **fields) == HAS_STATUS
        await _update(locked, "status_locks", status_locks=False)
        assert await _can_edit(locked, "ann", "a", **fields) == ALLOWED
        await _update(locked, "status_locks", status_locks=True)
    [task] = (await locked.reserve("q", "bob")).tasks
    assert await _can_edit(locked, "bob", task.external_id, queue_id="q") == ALLOWED
    assert await _can_edit(locked, "bob", task.external_id) == ALLOWED


async def test_a_manager_still_finishes_what_waits_and_nobody_elses_project_is_locked(
    locked: World,
) -> None:
    answer = await set_status(locked, locked.actor, "1-1", "completed")
    assert answer.status == "completed"
    other = await World.make(locked.stubs)
    assert not (await _update(other, "display_name", display_name=unique())).project.status_locks
