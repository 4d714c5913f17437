"""External ids and numbers, and the calls that belong to no project."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from allocator.model import RequestKey
from allocator.ports import NewProject, ProjectRow
from dibs.errors import RequestIdReused, RequestTooOld, SessionUnknown
from store.directory import Directory
from store.postgres import Postgres

SECRET = "aabbccddeeff0011"


@pytest.fixture
async def postgres(dsn: str) -> AsyncIterator[Postgres]:
    postgres = Postgres(dsn)
    await postgres.start()
    yield postgres
    await postgres.close()


@pytest.fixture
def directory(postgres: Postgres) -> Directory:
    return Directory(postgres)


def wanted(external_id: str) -> ProjectRow:
    return ProjectRow(
        project=0, external_id=external_id, display_name="P", fast=False, created_ms=0
    )


async def create(
    directory: Directory, session: int, n: int, external_id: str, body: str = "h"
) -> NewProject:
    key = RequestKey(session=session, secret=SECRET, n=n, hash=body)
    return await directory.create_project(key, wanted(external_id), "ann", "Ann")


async def test_a_pair_never_changes_and_is_made_once(directory: Directory) -> None:
    project = (await create(directory, await directory.open_session(SECRET), 1, "p")).row.project
    made = await asyncio.gather(
        *(directory.add_people(project, [f"person-{i % 7}", f"person-{i % 5}"]) for i in range(20))
    )
    numbers = {name: number for pairs in made for name, number in pairs.items()}
    assert all(pairs.items() <= numbers.items() for pairs in made)
    assert len(set(numbers.values())) == 7
    assert await directory.people_ids(project, numbers.values()) == {
        number: name for name, number in numbers.items()
    }
    assert await Directory(directory._postgres).people(project, numbers) == numbers


async def test_who_has_no_number_is_not_found(directory: Directory) -> None:
    project = (await create(directory, await directory.open_session(SECRET), 1, "p")).row.project
    assert await directory.people(project, ["nobody"]) == {}
    assert await directory.dataset(project, "d") is None
    number = await directory.add_dataset(project, "d", "The D")
    assert await directory.dataset(project, "d") == number
    assert await directory.add_dataset(project, "d", "Another") == number


async def test_names_of_people_can_be_set(directory: Directory) -> None:
    project = (await create(directory, await directory.open_session(SECRET), 1, "p")).row.project
    assert await directory.people_names(project, [1]) == {1: "Ann"}
    await directory.name_people(project, {1: "Anna"})
    assert await directory.people_names(project, [1]) == {1: "Anna"}


async def test_a_project_is_made_once_however_often_it_is_asked_for(
    directory: Directory,
) -> None:
    session = await directory.open_session(SECRET)
    first = await create(directory, session, 1, "p")
    again = await create(directory, session, 1, "p")
    other = await create(directory, session, 2, "p")
    assert first.mine
    assert again == first
    assert (other.mine, other.row.project, other.admin) == (False, first.row.project, first.admin)


async def test_a_project_counts_from_its_first_event_on(directory: Directory) -> None:
    await create(directory, await directory.open_session(SECRET), 1, "p")
    assert await directory.project("p") is None
    async with directory._postgres.reading() as connection:
        await connection.execute("UPDATE head SET seq = 1")
    found = await directory.project("p")
    assert found is not None
    assert found.external_id == "p"


async def test_a_request_is_known_by_session_number_and_body(directory: Directory) -> None:
    session = await directory.open_session(SECRET)
    await create(directory, session, 1, "p")
    with pytest.raises(RequestIdReused):
        await create(directory, session, 1, "p", body="another body")
    await create(directory, session, 20, "q")
    with pytest.raises(RequestTooOld):
        await create(directory, session, 3, "r")
    with pytest.raises(SessionUnknown):
        await create(directory, session + 1, 1, "r")
