"""Who is who: external ids and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from allocator.model import RequestKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """A project as its row says. `fast`: answers leave before the log."""

    project: int
    external_id: str
    display_name: str
    fast: bool
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """A project's row, its first person, and whether this request made it."""

    row: ProjectRow
    admin: int
    mine: bool


class Directory(Protocol):
    """External ids and the numbers made for them. A pair never changes."""

    async def project(self, external_id: str) -> ProjectRow | None:
        """The project, if its first event is in the log."""

    def forget(self, external_id: str) -> None:
        """The project may be gone: look again before the next call."""

    async def claim(self, key: RequestKey, project: int) -> None:
        """Note that a session without a project asks for a change of this one.

        Raises RequestIdReused, RequestTooOld, SessionUnknown.
        """

    async def project_id(self, project: int) -> str | None:
        """The external id of a project."""

    async def create_project(
        self, key: RequestKey, row: ProjectRow, admin_id: str, admin_name: str
    ) -> NewProject:
        """Make the rows of a project, all in one transaction, unless it exists.

        `mine` is true for this request and for each repeat of it. `key` is of
        a session without a project. `row.project` and `created_ms` are unset.

        Raises RequestIdReused, RequestTooOld, SessionUnknown.
        """

    async def open_session(self, secret: str) -> int:
        """A session without a project; its number is unique in all of dibs."""

    async def people(self, project: int, external_ids: Iterable[str]) -> Mapping[str, int]:
        """The numbers of those that have one."""

    async def add_people(self, project: int, external_ids: Iterable[str]) -> Mapping[str, int]:
        """The numbers of all, made where missing."""

    async def name_people(self, project: int, names: Mapping[int, str]) -> None:
        """Set display names."""

    async def set_domains(self, project: int, domains: Mapping[int, str]) -> None:
        """Say whose workforce people belong to; '': the project's own."""

    async def people_domains(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """Of people of another domain, which it is."""

    async def people_ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of people."""

    async def people_names(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """Display names of people; empty where none was given."""

    async def skills(self, project: int, names: Iterable[str]) -> Mapping[str, int]:
        """The numbers of skills, made where missing."""

    async def skill_names(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """Names of skills."""

    async def dataset(self, project: int, external_id: str) -> int | None:
        """The dataset's number, whether or not its event is in the log."""

    async def add_dataset(self, project: int, external_id: str, display_name: str) -> int:
        """The dataset's number, made if missing."""

    async def dataset_ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of datasets."""

    async def queue(self, project: int, external_id: str) -> int | None:
        """The queue's number, whether or not its event is in the log."""

    async def add_queue(self, project: int, external_id: str) -> int:
        """The queue's number, made if missing."""

    async def queue_ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of queues."""
