"""What is asked of the services that say who may work and how: groups, and queues that run.

One class an RPC, as in `requests`.
"""

from __future__ import annotations

from dataclasses import dataclass

from allocator.model import PauseMode
from allocator.requests import Change, CreateQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateGroup:
    """An empty group of this id."""

    change: Change
    group_id: str
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateGroup:
    """Another name for a group; empty: its id."""

    change: Change
    group_id: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateQueue:
    """What `paths` name is to be as in `queue`, if the settings are those of `etag` ("": any)."""

    change: Change
    queue: CreateQueue
    paths: tuple[str, ...]
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenQueues:
    """Queues by their ids, or by a filter of ListQueues."""

    queue_ids: tuple[str, ...]
    filter: str
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDeleteQueues:
    """Queues that are to be no more; with `force` whatever is held there."""

    change: Change
    chosen: ChosenQueues
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkUpdateQueues:
    """Queues that are to be as `update` has it of a queue without a name."""

    change: Change
    chosen: ChosenQueues
    update: UpdateQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class OnQueue:
    """A queue to be steered."""

    change: Change
    queue_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAnnotation(OnQueue):
    """A queue in which somebody begins to work."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseQueue(OnQueue):
    """A queue that is to be paused, or, with mode RUNNING, resumed."""

    mode: PauseMode


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveQueue(OnQueue):
    """A queue that is to be put away, or taken out again."""

    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributors(OnQueue):
    """People and groups who are to work in a restricted queue, or are to be taken out."""

    joins: bool
    person_ids: tuple[str, ...]
    group_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnGroup:
    """A group, and for AddGroupMembers and RemoveGroupMembers the people meant."""

    change: Change
    group_id: str
    person_ids: tuple[str, ...] = ()
