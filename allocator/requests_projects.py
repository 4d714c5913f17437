"""What is asked of the service about a project as a whole. One class an RPC, as in `requests`."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.requests import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProject:
    """What is not None is to be so, if the settings are those of `etag` ("": any).

    An empty `display_name` is the project's id.
    """

    change: Change
    display_name: str | None = None
    ontology_ref: str | None = None
    instruction_ref: str | None = None
    tags: tuple[str, ...] | None = None
    status_locks: bool | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProject:
    """The project is to be no more, and to be purged so much later."""

    change: Change
    purge_after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeleteProject:
    """The project is to be there again. `change.key` is of a session without a project."""

    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyProject:
    """A project `new` is to be made of what is asked for of another one; None of ids: all.

    `change.key` is of a session without a project.
    """

    change: Change
    new: str
    display_name: str = ""
    members: bool = False
    settings: bool = False
    tags: bool = False
    datasets: tuple[str, ...] | None = ()
    queues: tuple[str, ...] | None = ()
    statuses: tuple[str, ...] | None = ()
    metadata: bool = False
