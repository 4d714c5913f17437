"""What the projection made of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from allocator.filters import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """A project with its settings; `set_seq` is the event that wrote these.

    `deleted_ms`: since when it is deleted (0: it is not); `purge_ms`: until when it can come back.
    """

    project: int
    external_id: str
    display_name: str
    fast: bool
    created_ms: int
    ontology_ref: str = ""
    instruction_ref: str = ""
    tags: Sequence[str] = ()
    status_locks: bool = False
    set_seq: int = 1
    deleted_ms: int = 0
    purge_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member as the projection has it."""

    person: int
    external_id: str
    name: str
    domain: str
    active: bool
    roles: int
    skills: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """A dataset as the projection has it."""

    dataset: int
    external_id: str
    display_name: str
    items: int
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """What a queue's tasks add up to, and by which text it is ordered when that is by name.

    `total`, `remaining` and `annotated` are tasks, issues are items. `by_status` has the
    tasks with each number of a status; `datasets` are the first ids of `dataset_count`.
    """

    name_order: str
    status: int
    stage: int
    total: int
    remaining: int
    progress: int
    annotated: int
    with_issues: int
    for_review: int
    updated_ms: int
    submitted_ms: int
    by_status: Mapping[int, int]
    dataset_count: int
    datasets: Sequence[str]
    owner_groups: Sequence[str]
    assignments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """A queue as the projection has it.

    `settings` has queue, rules, content and set_seq, the event that wrote
    them; `counts` are in tasks, by state's name; `batches` were issued so far.
    """

    queue: int
    external_id: str
    settings: Mapping[str, Any]
    counts: Mapping[str, int]
    figures: QueueFigures
    created_ms: int
    batches: int = 0
    created_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task that was touched, as the projection has it.

    `ended` says how its last lease ended, `updated_seq` which event wrote it last.
    """

    entry: int
    slot: int
    queue: int
    state: int
    person: int
    token: int
    submitted_seq: int
    ended: str
    updated_seq: int
    priority: int
    returned: bool
    status: int
    skipped: Sequence[int] = ()
    done: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesView:
    """The touched tasks of some entries, as they were after event `as_of`.

    `cleared`: up to which entry what waited in a queue was removed, row or no row;
    `slots`: how many slots an entry has in these queues.
    """

    as_of: int
    tasks: Mapping[int, tuple[TaskView, ...]]
    cleared: Mapping[int, int]
    slots: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """An attachment whose cursor is behind the last item of its dataset."""

    project: int
    queue: int
    dataset: int
    cursor: int


class Views(Protocol):
    """What the projection made of the log."""

    async def project(self, project: int) -> ProjectView | None:
        """A project with its settings, once the views have come to its first event."""

    async def projects_of(
        self, person_id: str, chosen: Filter, after: str, limit: int, *, deleted: bool
    ) -> Sequence[ProjectView]:
        """Chosen projects, by external id, in which the person is a member; `deleted` ones too."""

    async def position(self, project: int) -> int:
        """The last event the views contain."""

    async def wait_for(self, project: int, seq: int) -> None:
        """Return when the views contain event `seq`.

        Raises StoreUnavailable when that takes longer than a call may wait.
        """

    async def member(self, project: int, person: int) -> MemberView | None:
        """One person, if they are a member."""

    async def datasets(self, project: int, after: str, limit: int) -> Sequence[DatasetView]:
        """Datasets by external id, from the one behind `after`."""

    async def dataset(self, project: int, dataset: int) -> DatasetView | None:
        """One dataset."""

    async def queue(self, project: int, queue: int) -> QueueView | None:
        """One queue."""

    async def owns_a_queue(self, project: int, person: int) -> bool:
        """Whether the person is the owner of any queue of the project."""

    async def owned(self, project: int, person: int) -> Sequence[int]:
        """The queues whose owner the person is."""

    async def lagging(self, project: int, limit: int) -> Sequence[Lag]:
        """Attachments of the project with items behind their cursor."""

    async def entries(self, project: int, entries: Iterable[int]) -> EntriesView:
        """All touched tasks of the entries, by slot, as of one moment."""

    async def task(self, project: int, entry: int, slot: int) -> TaskView | None:
        """One task, if anybody ever held it."""
