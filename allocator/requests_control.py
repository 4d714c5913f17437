"""What is asked of the services that say who may work and how: groups, and queues that run.

One class an RPC, as in `requests`.
"""

from __future__ import annotations

from dataclasses import dataclass

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
class OnGroup:
    """A group, and for AddGroupMembers and RemoveGroupMembers the people meant."""

    change: Change
    group_id: str
    person_ids: tuple[str, ...] = ()
