"""ProjectService: projects and members, through the wire."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import project_pb2 as pb
from tests.api.world import ADMIN, Session, Stubs, World, open_session, refused, unique
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


def _create(session: Session, project: str, **fields: Any) -> pb.CreateProjectRequest:
    frame: dict[str, Any] = {"actor": ADMIN, "request_id": session.next()}
    return pb.CreateProjectRequest(**(frame | {"project_id": project} | fields))


async def test_a_project_is_made_once_and_can_be_read(stubs: Stubs) -> None:
    session, name = await open_session(stubs, ""), unique()
    request = _create(session, name, display_name="Digits")
    made = await stubs.projects.CreateProject(request)
    again = await stubs.projects.CreateProject(request)
    read = await stubs.projects.GetProject(pb.GetProjectRequest(project_id=name, actor=ADMIN))

    assert made.seq == 1
    assert made == again
    assert read.project == made.project
    assert (made.project.display_name, made.project.durability) == ("Digits", pb.DURABILITY_DURABLE)


async def test_an_id_is_taken_once(stubs: Stubs) -> None:
    session, name = await open_session(stubs, ""), unique()
    await stubs.projects.CreateProject(_create(session, name))

    error = await refused(stubs.projects.CreateProject(_create(session, name)))
    assert isinstance(error, errors.ProjectAlreadyExists)
    assert error.metadata["project_id"] == name


async def test_a_request_id_is_for_one_request(stubs: Stubs) -> None:
    session, name = await open_session(stubs, ""), unique()
    first = _create(session, name)
    await stubs.projects.CreateProject(first)

    other = _create(session, unique(), request_id=first.request_id)
    error = await refused(stubs.projects.CreateProject(other))
    assert isinstance(error, errors.RequestIdReused)


async def test_sessions_of_nobody_and_of_other_projects_are_unknown(world: World) -> None:
    unknown = Session(b"\x00" * 7 + b"\x7f" + b"x" * 8)
    elsewhere = await World.make(world.stubs)
    for session in (unknown, elsewhere.session):
        request = pb.AddMembersRequest(
            **world.where(), request_id=session.next(), members=[pb.Member(person_id="ann")]
        )
        error = await refused(world.stubs.projects.AddMembers(request))
        assert isinstance(error, errors.SessionUnknown)
    error = await refused(world.stubs.projects.CreateProject(_create(world.session, unique())))
    assert isinstance(error, errors.SessionUnknown)


async def test_a_request_older_than_sixteen_is_refused(world: World) -> None:
    old = world.change()
    for number in range(17):
        await world.people(f"person-{number}")

    request = pb.AddMembersRequest(**old, members=[pb.Member(person_id="late")])
    error = await refused(world.stubs.projects.AddMembers(request))
    assert isinstance(error, errors.RequestTooOld)
    assert error.metadata == {"n": "1", "newest": "18"}


async def test_projects_are_listed_for_their_members_page_by_page(stubs: Stubs) -> None:
    me = unique("person")
    names = []
    for _ in range(3):
        session, name = await open_session(stubs, ""), unique()
        made = await stubs.projects.CreateProject(_create(session, name, actor=me))
        names.append(name)
        seen = pb.ListMembersRequest(project_id=name, actor=me, min_seq=made.seq)
        await stubs.projects.ListMembers(seen)

    first = await stubs.projects.ListProjects(pb.ListProjectsRequest(actor=me, page_size=2))
    rest = await stubs.projects.ListProjects(
        pb.ListProjectsRequest(actor=me, page_size=2, page_token=first.next_page_token)
    )
    assert [p.project_id for p in (*first.projects, *rest.projects)] == sorted(names)
    assert rest.next_page_token == ""
    nobody = await stubs.projects.ListProjects(pb.ListProjectsRequest(actor=unique("person")))
    assert list(nobody.projects) == []


@pytest.mark.shows("E14")
async def test_members_are_added_with_defaults_and_listed(world: World) -> None:
    answer = await world.stubs.projects.AddMembers(
        pb.AddMembersRequest(
            **world.change(),
            members=[
                pb.Member(person_id="zoe", display_name="Zoë", skills=["night", "cars"]),
                pb.Member(person_id="bob", roles=[pb.ROLE_REVIEWER], active=False),
            ],
        )
    )
    listed = await world.stubs.projects.ListMembers(
        pb.ListMembersRequest(**world.where(), min_seq=answer.seq)
    )

    zoe, bob = answer.members
    assert (list(zoe.roles), list(zoe.skills), zoe.active) == (
        [pb.ROLE_ANNOTATOR],
        ["cars", "night"],
        True,
    )
    assert (list(bob.roles), bob.active) == ([pb.ROLE_REVIEWER], False)
    for member in listed.members:
        member.ClearField("figures")
    assert list(listed.members)[1:] == [bob, zoe]
    assert (listed.members[0].person_id, list(listed.members[0].roles)) == (ADMIN, [pb.ROLE_ADMIN])


async def test_who_is_a_member_is_not_added_again_and_nothing_changes(world: World) -> None:
    await world.people("ann")
    request = pb.AddMembersRequest(
        **world.change(), members=[pb.Member(person_id="new"), pb.Member(person_id="ann")]
    )

    error = await refused(world.stubs.projects.AddMembers(request))
    assert isinstance(error, errors.MemberAlreadyExists)
    assert error.metadata["person"] == "ann"
    after = (await world.update("ann", "active", active=True)).seq
    listed = await world.stubs.projects.ListMembers(
        pb.ListMembersRequest(**world.where(), min_seq=after)
    )
    assert [member.person_id for member in listed.members] == [ADMIN, "ann"]


async def test_an_update_changes_what_the_mask_names(world: World) -> None:
    await world.people("ann", skills=["cars"], display_name="Ann")
    answer = await world.update(
        "ann", "roles", roles=[pb.ROLE_REVIEWER], skills=["ignored"], active=False
    )

    assert list(answer.member.roles) == [pb.ROLE_REVIEWER]
    assert (list(answer.member.skills), answer.member.active) == (["cars"], True)
    assert answer.member.display_name == "Ann"
    renamed = await world.update("ann", "display_name", display_name="Anna")
    assert renamed.member.display_name == "Anna"


async def test_who_is_no_member_is_neither_updated_nor_removed(world: World) -> None:
    await world.people("ann")
    request = pb.RemoveMembersRequest(**world.change(), person_ids=["ann", "ghost"])
    ghost = await refused(world.stubs.projects.RemoveMembers(request))
    await world.remove("ann")
    gone = await refused(world.remove("ann"))
    updated = await refused(world.update("ann", "active", active=True))

    for error, person in ((ghost, "ghost"), (gone, "ann"), (updated, "ann")):
        assert isinstance(error, errors.PersonNotFound)
        assert error.metadata["person"] == person


async def test_a_repeat_of_a_change_of_members_is_answered_alike(world: World) -> None:
    request = pb.AddMembersRequest(**world.change(), members=[pb.Member(person_id="ann")])
    first = await world.stubs.projects.AddMembers(request)
    removal = pb.RemoveMembersRequest(**world.change(), person_ids=["ann"])
    removed = await world.stubs.projects.RemoveMembers(removal)

    assert await world.stubs.projects.AddMembers(request) == first
    assert (await world.stubs.projects.RemoveMembers(removal)).seq == removed.seq
    back = await world.stubs.projects.AddMembers(
        pb.AddMembersRequest(**world.change(), members=[pb.Member(person_id="ann")])
    )
    assert back.seq > removed.seq


async def test_strangers_and_the_removed_are_denied(world: World) -> None:
    await world.people("ann")
    await world.remove("ann")
    for actor in ("stranger", "ann"):
        request = pb.GetProjectRequest(project_id=world.project, actor=actor)
        error = await refused(world.stubs.projects.GetProject(request))
        assert isinstance(error, errors.PermissionDenied)
        assert error.metadata["actor"] == actor
        assert isinstance(
            await refused(open_session(world.stubs, world.project, actor)), errors.PermissionDenied
        )


@pytest.mark.parametrize(
    ("role", "granted", "allowed"),
    [
        (pb.ROLE_ANNOTATOR, pb.ROLE_ANNOTATOR, False),
        (pb.ROLE_REVIEWER, pb.ROLE_ANNOTATOR, False),
        (pb.ROLE_TEAM_MANAGER, pb.ROLE_ANNOTATOR, True),
        (pb.ROLE_TEAM_MANAGER, pb.ROLE_ADMIN, False),
        (pb.ROLE_ADMIN, pb.ROLE_ADMIN, True),
    ],
)
@pytest.mark.shows("E8")
async def test_managers_manage_and_only_admins_make_admins(
    world: World, role: pb.Role, granted: pb.Role, allowed: object
) -> None:
    await world.people("ann", roles=[role])
    call = world.stubs.projects.AddMembers(
        pb.AddMembersRequest(
            **world.change("ann"), members=[pb.Member(person_id="new", roles=[granted])]
        )
    )

    if allowed:
        assert (await call).members[0].person_id == "new"
    else:
        assert isinstance(await refused(call), errors.PermissionDenied)
