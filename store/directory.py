"""Who is who: external ids, the numbers of the log, and calls without a project.

A row is made before its event and counts once the event is in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import asyncpg
import msgpack

from allocator.model import RequestKey
from allocator.ports import NewProject, ProjectRow
from dibs.errors import RequestIdReused, RequestTooOld, SessionUnknown
from store.cache import Cache
from store.events import genesis
from store.numbers import Numbers
from store.postgres import Postgres

if TYPE_CHECKING:
    from store.postgres import Connection

PROJECTS_KEPT: Final = 10_000
RING: Final = 16
"""Answers kept per session, as in Redis."""
SESSION_LIFE: Final = "24 hours"

_PROJECT: Final = """
SELECT p.*, (extract(epoch FROM p.created_time) * 1000)::bigint AS created_ms
  FROM project p"""


class Directory:
    """Names and numbers of everything; implements allocator.ports.Directory."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._projects: Cache[str, ProjectRow] = Cache(PROJECTS_KEPT)
        self._fast: set[int] = set()
        self._people = Numbers(postgres, "person")
        self._skills = Numbers(postgres, "skill")
        self._datasets = Numbers(postgres, "dataset")
        self._queues = Numbers(postgres, "queue")

    def is_fast(self, project: int) -> bool:
        """Whether its answers leave before the log has them; false until it was looked up."""
        return project in self._fast

    async def project(self, external_id: str) -> ProjectRow | None:
        """The project, if its first event is in the log."""
        known = self._projects.get(external_id)
        if known is not None:
            return known
        row = await self._postgres.fetchrow(
            f"{_PROJECT} JOIN head USING (project) WHERE external_id = $1 AND head.seq > 0",
            external_id,
        )
        if row is None:
            return None
        found = project_row(row)
        self._projects.put(external_id, found)
        if found.fast:
            self._fast.add(found.project)
        return found

    def forget(self, external_id: str) -> None:
        """The project may be gone: look again before the next call."""
        self._projects.drop(external_id)

    async def claim(self, key: RequestKey, project: int) -> None:
        """Note that a session without a project asks for a change of this one.

        A repeat is no harm: the project's log knows what has happened. Raises
        RequestIdReused, RequestTooOld, SessionUnknown.
        """
        async with self._postgres.reading() as connection, connection.transaction():
            if await _answered(connection, key) is None:
                await _remember(connection, key, msgpack.packb(project))

    async def project_id(self, project: int) -> str:
        """The external id of a project. Raises LookupError if there is none."""
        row = await self._postgres.fetchrow(
            "SELECT external_id FROM project WHERE project = $1", project
        )
        if row is None:
            raise LookupError(f"no project {project}")
        return str(row["external_id"])

    async def create_project(
        self, key: RequestKey, row: ProjectRow, admin_id: str, admin_name: str
    ) -> NewProject:
        """Make the rows of a project, all in one transaction, unless it exists.

        Raises RequestIdReused, RequestTooOld, SessionUnknown.
        """
        async with self._postgres.reading() as connection, connection.transaction():
            before = await _answered(connection, key)
            if before is not None:
                return await _existing(connection, msgpack.unpackb(before), mine=True)
            project = await connection.fetchval(
                "INSERT INTO project (external_id, display_name, fast) VALUES ($1, $2, $3)"
                " ON CONFLICT DO NOTHING RETURNING project",
                *(row.external_id, row.display_name, row.fast),
            )
            if project is None:
                project = await connection.fetchval(
                    "SELECT project FROM project WHERE external_id = $1", row.external_id
                )
                return await _existing(connection, project, mine=False)
            await self._people.insert(connection, project, [admin_id])
            await connection.execute(
                "UPDATE person SET name = $2 WHERE project = $1", project, admin_name
            )
            await connection.execute(
                "INSERT INTO head (project, epoch, seq, chain) VALUES ($1, 1, 0, $2)",
                *(project, bytes.fromhex(genesis(row.external_id))),
            )
            await _remember(connection, key, msgpack.packb(project))
            return await _existing(connection, project, mine=True)

    async def open_session(self, secret: str) -> int:
        """A session without a project; its number is unique in all of dibs."""
        async with self._postgres.reading() as connection, connection.transaction():
            await connection.execute(
                f"DELETE FROM open_session WHERE last_time < now() - interval '{SESSION_LIFE}'"
            )
            return int(
                await connection.fetchval(
                    "INSERT INTO open_session (secret) VALUES ($1) RETURNING session", secret
                )
            )

    async def people(self, project: int, external_ids: Iterable[str]) -> Mapping[str, int]:
        """The numbers of those that have one."""
        return await self._people.find(project, external_ids)

    async def add_people(self, project: int, external_ids: Iterable[str]) -> Mapping[str, int]:
        """The numbers of all, made where missing."""
        return await self._people.make(project, external_ids)

    async def name_people(self, project: int, names: Mapping[int, str]) -> None:
        """Set display names."""
        async with self._postgres.reading() as connection:
            await connection.execute(
                "UPDATE person SET name = u.name"
                " FROM unnest($2::bigint[], $3::text[]) AS u (person, name)"
                " WHERE person.project = $1 AND person.person = u.person",
                *(project, list(names), list(names.values())),
            )

    async def set_domains(self, project: int, domains: Mapping[int, str]) -> None:
        """Say whose workforce people belong to."""
        async with self._postgres.reading() as connection:
            await connection.execute(
                "UPDATE person SET domain = u.domain"
                " FROM unnest($2::bigint[], $3::text[]) AS u (person, domain)"
                " WHERE person.project = $1 AND person.person = u.person",
                *(project, list(domains), list(domains.values())),
            )

    async def people_domains(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """Of people of another domain, which it is."""
        rows = await self._postgres.fetch(
            "SELECT person, domain FROM person"
            " WHERE project = $1 AND person = ANY ($2) AND domain <> ''",
            *(project, list(numbers)),
        )
        return {row["person"]: row["domain"] for row in rows}

    async def people_ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of people."""
        return await self._people.names(project, numbers)

    async def people_names(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """Display names of people; empty where none was given."""
        rows = await self._postgres.fetch(
            "SELECT person, name FROM person WHERE project = $1 AND person = ANY ($2)",
            *(project, list(numbers)),
        )
        return {row["person"]: row["name"] for row in rows}

    async def skills(self, project: int, names: Iterable[str]) -> Mapping[str, int]:
        """The numbers of skills, made where missing."""
        return await self._skills.make(project, names)

    async def skill_names(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """Names of skills."""
        return await self._skills.names(project, numbers)

    async def dataset(self, project: int, external_id: str) -> int | None:
        """The dataset's number, whether or not its event is in the log."""
        return (await self._datasets.find(project, (external_id,))).get(external_id)

    async def add_dataset(self, project: int, external_id: str, display_name: str) -> int:
        """The dataset's number, made if missing."""
        made = await self._datasets.make(project, (external_id,), {external_id: display_name})
        return made[external_id]

    async def dataset_ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of datasets."""
        return await self._datasets.names(project, numbers)

    async def queue(self, project: int, external_id: str) -> int | None:
        """The queue's number, whether or not its event is in the log."""
        return (await self._queues.find(project, (external_id,))).get(external_id)

    async def add_queue(self, project: int, external_id: str) -> int:
        """The queue's number, made if missing."""
        return (await self._queues.make(project, (external_id,)))[external_id]

    async def queue_ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of queues."""
        return await self._queues.names(project, numbers)


def project_row(row: asyncpg.Record) -> ProjectRow:
    """A project's row as the services know it."""
    return ProjectRow(
        project=row["project"],
        external_id=row["external_id"],
        display_name=row["display_name"],
        fast=row["fast"],
        created_ms=row["created_ms"],
    )


async def _existing(connection: Connection, project: int, *, mine: bool) -> NewProject:
    row = await connection.fetchrow(f"{_PROJECT} WHERE project = $1", project)
    assert row is not None
    return NewProject(row=project_row(row), admin=row["admin"], mine=mine)


async def _answered(connection: Connection, key: RequestKey) -> bytes | None:
    """The answer kept for this request; holds the session until the transaction ends."""
    session = await connection.fetchval(
        "UPDATE open_session SET last_time = now() WHERE session = $1 AND secret = $2"
        " RETURNING session",
        *(key.session, key.secret),
    )
    if session is None:
        raise SessionUnknown
    rows = await connection.fetch(
        "SELECT n, hash, answer FROM answered WHERE session = $1", key.session
    )
    kept = {row["n"]: row for row in rows}
    if key.n in kept:
        if kept[key.n]["hash"] != key.hash:
            raise RequestIdReused(key.n)
        return bytes(kept[key.n]["answer"])
    newest = max(kept, default=0)
    if key.n <= newest - RING:
        raise RequestTooOld(key.n, newest)
    return None


async def _remember(connection: Connection, key: RequestKey, answer: bytes) -> None:
    await connection.execute(
        "INSERT INTO answered (session, n, hash, answer) VALUES ($1, $2, $3, $4)",
        *(key.session, key.n, key.hash, answer),
    )
    await connection.execute(
        "DELETE FROM answered WHERE session = $1 AND n <= $2", key.session, key.n - RING
    )
