"""What the services need from the store, in words a caller can rely on.

Every method may raise `errors.StoreUnavailable`: Redis or Postgres is away,
nothing is known about the outcome, and the same call may be made again with
the same request. Numbers are per project unless said otherwise. A row that
was made for an event counts once the event is in the log, not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from allocator.model import Item, RequestKey


class Event(Protocol):
    """One fact of the log, decoded. `body` has the fields of its kind."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def clock_ms(self) -> int: ...
    @property
    def wall_ms(self) -> int: ...
    @property
    def actor(self) -> int: ...
    @property
    def body(self) -> Mapping[str, Any]: ...


class Outcome(Protocol):
    """What a call came to; every claim in it is at or after Postgres' head.

    `word` is "ok", with the event in the log (of this call or, for a repeat,
    `dup`, of the first one), or a negative word, with its `detail`. Of a read,
    `detail[0]` is the value. `seq` is that of the event, or of the state that
    was looked at.
    """

    @property
    def word(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def clock(self) -> int: ...
    @property
    def event(self) -> Event | None: ...
    @property
    def dup(self) -> bool: ...
    @property
    def detail(self) -> Sequence[Any]: ...


class Ledger(Protocol):
    """The only way to change or to read live state."""

    async def change(
        self,
        project: int,
        name: str,
        request: RequestKey | None,
        actor: int,
        **inputs: Any,
    ) -> Outcome:
        """Run a function of the store; return once its answer may be told.

        The same request is executed once, however often it is made.

        Raises RequestIdReused, RequestTooOld, SessionUnknown, StoreUnavailable.
        """

    async def read(self, project: int, name: str, **inputs: Any) -> Outcome:
        """Run a function that only reads, by the same standard."""

    async def event_at(self, project: int, seq: int) -> Event:
        """An event that is in the log. Raises LookupError if there is none."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedItem:
    """An item on its way in; skills are numbers already."""

    external_id: str
    weight: float = 1.0
    classes: tuple[str, ...] = ()
    required_skills: tuple[int, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows `first` .. `first + count - 1` of an import, put aside for one request."""

    dataset: int
    import_: int
    first: int
    count: int
    actor: int
    key: RequestKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What became of a chunk. With `unfinished`, nothing was staged."""

    chunk: Chunk
    duplicates: frozenset[str] = frozenset()
    unfinished: tuple[Chunk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRun:
    """Items with consecutive numbers that require the same skills."""

    skills: tuple[int, ...]
    first: int
    count: int


class Items(Protocol):
    """Item rows, and where their entries are."""

    async def stage(
        self, project: int, dataset: int, key: RequestKey, actor: int, items: Sequence[StagedItem]
    ) -> Staged:
        """Write the rows of a chunk, in one transaction.

        What the dataset has in the log already is left out and named in
        `duplicates`. Where an id is held by rows whose event is not in the log
        yet, nothing is written, and their chunks are `unfinished`: finish or
        discard them, and stage again. Staging the same request again changes
        nothing and returns the same chunk.
        """

    async def discard(self, project: int, import_: int) -> None:
        """Drop the rows of an import that nobody can add any more."""

    async def rows_of(self, project: int, import_: int) -> Sequence[str]:
        """The external ids of an import's rows, in order."""

    async def classes_of(self, project: int, dataset: int) -> Sequence[tuple[int, ...]]:
        """The distinct sets of skills that the dataset's items require."""

    async def last_of(self, project: int, dataset: int) -> int:
        """The highest number of the dataset's items, 0 if it has none."""

    async def count_of(self, project: int, dataset: int) -> int:
        """How many items of the dataset are in the log."""

    async def count_after(self, project: int, dataset: int, cursor: int) -> int:
        """How many items of the dataset come after the one numbered `cursor`."""

    async def runs_after(
        self, project: int, dataset: int, cursor: int, limit: int
    ) -> Sequence[ItemRun]:
        """Runs over the next `limit` items of the dataset behind `cursor`, in order."""

    async def numbers(
        self, project: int, dataset: int, external_ids: Sequence[str]
    ) -> Mapping[str, tuple[int, tuple[int, ...]]]:
        """Number and required skills of those that are in the log."""

    async def already_in(self, project: int, queue: int, numbers: Sequence[int]) -> frozenset[int]:
        """Those of the items that have an entry in the queue."""

    async def queue_of(self, project: int, entry: int) -> int | None:
        """The queue that an entry is in; None if there is no such entry."""

    async def waiting_since(self, project: int, entry: int) -> int | None:
        """Wall time, in ms, at which an entry came into its queue."""

    async def of_entries(self, project: int, entries: Iterable[int]) -> Mapping[int, Item]:
        """The item of each entry."""

    async def page(self, project: int, dataset: int, after: int, limit: int) -> Sequence[Item]:
        """Items of the dataset by number, from the one behind `after`."""


class Content(Protocol):
    """Bytes that clients wrote; they count when an event names them."""

    async def put(self, project: int, body: bytes) -> tuple[int, str]:
        """Store bytes; returns their number and hash. The same bytes may share one."""

    async def get(self, project: int, content: int) -> bytes:
        """The bytes of a content that an event names."""

    async def draft(
        self,
        project: int,
        *,
        entry: int,
        slot: int,
        person: int,
        token: int,
        status: int,
        body: bytes,
    ) -> None:
        """Keep the work of a refused submission; a repeat changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member as the projection has it."""

    person: int
    external_id: str
    name: str
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
class QueueView:
    """A queue as the projection has it.

    `settings` has the fields of the event queue_created; `counts` are in
    tasks, by state's name.
    """

    queue: int
    external_id: str
    settings: Mapping[str, Any]
    counts: Mapping[str, int]
    created_ms: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """An attachment whose cursor is behind the last item of its dataset."""

    project: int
    queue: int
    dataset: int
    cursor: int
    priority: int


class Views(Protocol):
    """What the projection made of the log."""

    async def projects_of(self, person_id: str, after: str, limit: int) -> Sequence[ProjectRow]:
        """Projects, by external id, in which the person is a member."""

    async def position(self, project: int) -> int:
        """The last event the views contain."""

    async def wait_for(self, project: int, seq: int) -> None:
        """Return when the views contain event `seq`.

        Raises StoreUnavailable when that takes longer than a call may wait.
        """

    async def member(self, project: int, person: int) -> MemberView | None:
        """One person, if they are a member."""

    async def members(self, project: int, after: str, limit: int) -> Sequence[MemberView]:
        """Members by external id, from the one behind `after`."""

    async def datasets(self, project: int, after: str, limit: int) -> Sequence[DatasetView]:
        """Datasets by external id, from the one behind `after`."""

    async def queues(self, project: int, after: str, limit: int) -> Sequence[QueueView]:
        """Queues by external id, from the one behind `after`."""

    async def dataset(self, project: int, dataset: int) -> DatasetView | None:
        """One dataset."""

    async def queue(self, project: int, queue: int) -> QueueView | None:
        """One queue."""

    async def lagging(self, project: int, limit: int) -> Sequence[Lag]:
        """Attachments of the project with items behind their cursor."""

    async def task(self, project: int, entry: int, slot: int) -> TaskView | None:
        """One task, if anybody ever held it."""


class WallClock(Protocol):
    """The wall clock, for what people read; no choice looks at it."""

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
