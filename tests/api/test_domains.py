"""People of other domains take over work only where somebody says so."""

from __future__ import annotations

import pytest

from dibs import errors
from dibs.v1 import project_pb2, queue_pb2
from tests.api.assigned import apply, plan, reassign
from tests.api.test_redistribution import planned
from tests.api.world import World, ids, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


@pytest.fixture
async def two_domains(world: World) -> World:
    """Ann has six tasks that were dealt to her; ben is of the project, eve and eli of "acme"."""
    await world.dataset("d", [f"i{n}" for n in range(1, 7)])
    await world.people("ann", "ben")
    await world.people("eve", "eli", domain="acme")
    loads = {"ann": 100, "ben": 0, "eve": 0, "eli": 0}
    shares = [queue_pb2.Share(person_id=one, load=load) for one, load in loads.items()]
    await world.queue("q", distribution=queue_pb2.Distribution(shares=shares))
    await world.add("q", "d", [f"i{n}" for n in range(1, 7)])
    return world


async def _held(world: World, *people: str) -> list[int]:
    return [len(ids(await world.mine(person))) for person in people]


@pytest.mark.shows("D124", "D118")
async def test_all_contributors_are_the_projects_own_unless_all_domains(two_domains: World) -> None:
    own = await plan(two_domains, "q", "ann", all_contributors=True)
    every = await plan(two_domains, "q", "ann", all_contributors=True, all_domains=True)
    await two_domains.waited((await apply(two_domains, "q", every.plan_id)).operation)

    assert planned(own) == {"ben": 6}
    assert planned(every) == {"ben": 2, "eve": 2, "eli": 2}
    assert await _held(two_domains, "ann", "ben", "eve", "eli") == [0, 2, 2, 2]


@pytest.mark.shows("D124")
async def test_naming_somebody_of_another_domain_moves_nothing_without_the_flag(
    two_domains: World,
) -> None:
    error = await refused(plan(two_domains, "q", "ann", ["ben", "eve"]))
    told = await plan(two_domains, "q", "ann", ["ben", "eve"], all_domains=True)

    assert isinstance(error, errors.InvalidRequest)
    assert "targets[1]" in str(error)
    assert "'eve' of domain 'acme'" in str(error)
    assert planned(told) == {"ben": 3, "eve": 3}
    assert await _held(two_domains, "ann", "eve") == [6, 0]


@pytest.mark.shows("D118")
async def test_an_assignment_goes_to_another_domain_only_with_the_flag(two_domains: World) -> None:
    error = await refused(reassign(two_domains, "q", "ann", "eve"))
    before = await _held(two_domains, "ann", "eve")
    moved = await reassign(two_domains, "q", "ann", "eve", all_domains=True)
    await two_domains.waited(moved.operation)

    assert isinstance(error, errors.InvalidRequest)
    assert ("to_person" in str(error), "'eve'" in str(error)) == (True, True)
    assert before == [6, 0]
    assert await _held(two_domains, "ann", "eve") == [0, 6]


@pytest.mark.shows("D118")
async def test_members_are_found_by_their_domain_which_may_change(two_domains: World) -> None:
    changed = await two_domains.update("eli", "domain", domain="")
    assert changed.member.domain == ""
    stale = await plan(two_domains, "q", "ann", ["eli"])
    await two_domains.update("eli", "domain", domain="other")

    assert await _of(two_domains, 'domain = "acme"') == {"eve": "acme"}
    assert await _of(two_domains, 'domain = ""') == {"ada": "", "ann": "", "ben": ""}
    error = await refused(apply(two_domains, "q", stale.plan_id))
    assert isinstance(error, errors.PlanStale)
    assert isinstance(
        await refused(two_domains.update("eli", "domain", domain="x" * 65)), errors.InvalidRequest
    )


async def _of(world: World, filter_: str) -> dict[str, str]:
    answer = await world.stubs.projects.ListMembers(
        project_pb2.ListMembersRequest(
            **world.where(), filter=filter_, min_seq=(await world.mine("ada")).seq
        )
    )
    return {member.person_id: member.domain for member in answer.members}
