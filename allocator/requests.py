"""What is asked of the services, decoded and valid in itself; one class an RPC.

Ids are external ones here; whether they exist is the services' business.
"""

from __future__ import annotations

from dataclasses import dataclass

from allocator.model import NewItem, Priority, QueueSettings, RequestKey, Role, SkipPolicy, TaskId
from allocator.ports import OnDuplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change: where, by whom, and the key that makes it happen once."""

    project: str
    actor: str
    key: RequestKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A read: where, by whom, and how fresh it has to be."""

    project: str
    actor: str
    min_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. `token` is opaque and empty for the first."""

    size: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A person with the record they are to have."""

    person_id: str
    name: str = ""
    domain: str = ""
    active: bool = True
    roles: Role = Role.ANNOTATOR
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProject:
    """A project of this id; the actor becomes its first member."""

    change: Change
    display_name: str = ""
    fast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProjects:
    """Projects that the actor is a member of; `deleted` ones too."""

    actor: str
    page: Page
    filter: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMembers:
    """People who are to be members, all or none."""

    change: Change
    members: tuple[NewMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMember:
    """New values of one member; what is None stays."""

    change: Change
    person_id: str
    name: str | None = None
    domain: str | None = None
    active: bool | None = None
    roles: Role | None = None
    skills: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMembers:
    """People who are to be members no longer, all or none."""

    change: Change
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list; `parent` is empty where the project itself is the parent."""

    look: Look
    page: Page
    parent: str = ""
    filter: str = ""
    order_by: str = ""
    include_archived: bool = False
    read_mask: tuple[str, ...] = ()
    after_task: TaskId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAt:
    """One thing of a project, by its id."""

    look: Look
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtTask:
    """A task of a project."""

    look: Look
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDataset:
    """An empty dataset of this id."""

    change: Change
    dataset_id: str
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChunk:
    """Items for a dataset; the first of them stands on `first_line`."""

    change: Change
    dataset_id: str
    first_line: int
    items: tuple[NewItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateQueue:
    """A queue with its settings; whom it names, in whatever way, by external ids."""

    change: Change
    queue_id: str
    settings: QueueSettings
    allowed: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    owner: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    is_qa: bool = False
    source_id: str = ""
    """The labeling queue of one for QA."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachDataset:
    """A dataset's items, now and later, become tasks of a queue, at `not_before_ms` (0: now)."""

    change: Change
    queue_id: str
    dataset_id: str
    priority: Priority = Priority.NONE
    not_before_ms: int = 0
    on_duplicate: OnDuplicate = OnDuplicate.WARN


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItems:
    """Chosen items become tasks of a queue, in this order, at `not_before_ms` (0: now)."""

    change: Change
    queue_id: str
    dataset_id: str
    external_ids: tuple[str, ...]
    priority: Priority = Priority.NONE
    not_before_ms: int = 0
    on_duplicate: OnDuplicate = OnDuplicate.WARN


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPriority:
    """Tasks of a queue are to have another priority."""

    change: Change
    queue_id: str
    tasks: tuple[TaskId, ...]
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session of a project, or, with an empty one, of none."""

    actor: str
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Up to `count` tasks of a queue for a person."""

    change: Change
    queue_id: str
    person: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A task, and the token under which it is held (0: not asked for)."""

    task: TaskId
    token: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHold:
    """Start or Release: a person and what they hold."""

    change: Change
    person: str
    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(OnHold):
    """A task to be given back; by whom it does not belong to, for a reason."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(OnHold):
    """A task that its holder will not do, and what they take for granted of it."""

    reason: str = ""
    policy: SkipPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearSkips:
    """Tasks of a queue that everybody may have again."""

    change: Change
    queue_id: str
    tasks: tuple[TaskId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTask:
    """A chosen task that a person is to hold and start."""

    change: Change
    person: str
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    """Renew `holds`, or, if there are none, all in a queue ("": in every one)."""

    change: Change
    person: str
    holds: tuple[Hold, ...] = ()
    queue_id: str = ""
    takeover: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What was made: the units as bytes, and what has to be checked of them."""

    body: bytes = b""
    units: int = 0
    classes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    digests: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """A finished task: under which token, with which status, what was made.

    With `resolve`, all that was returned counts as fixed.
    """

    change: Change
    person: str
    hold: Hold
    status: str
    work: Work
    spent_ms: int = 0
    resolve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMyTasks:
    """What a person holds, in one queue or ("") in all."""

    look: Look
    page: Page
    person: str
    queue_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft:
    """Unfinished work of a person on what they hold."""

    change: Change
    person: str
    hold: Hold
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDraft:
    """The newest draft that a person has of a task."""

    look: Look
    person: str
    task: TaskId
