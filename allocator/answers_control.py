"""What the services answer that say who may work and how: groups, and queues that run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; `seq` is set when this call made it."""

    group_id: str
    display_name: str
    members: int
    created_ms: int
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanged:
    """Who joined or left a group by an event: not who was in, or out, before."""

    seq: int
    person_ids: tuple[str, ...]
