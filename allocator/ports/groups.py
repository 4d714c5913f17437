"""Groups: their names, numbers and members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group as the projection has it; `display_name` is empty if it has none."""

    group: int
    external_id: str
    display_name: str
    members: int
    created_ms: int


class Groups(Protocol):
    """The numbers of groups, and what the projection knows of them."""

    async def numbers(self, project: int, external_ids: Iterable[str]) -> Mapping[str, int]:
        """The numbers of those that have one, whether or not their event is in the log."""

    async def add(self, project: int, external_id: str) -> int:
        """The group's number, made if missing."""

    async def ids(self, project: int, numbers: Iterable[int]) -> Mapping[int, str]:
        """External ids of groups, deleted ones too."""

    async def view(self, project: int, group: int) -> GroupView | None:
        """One group, unless it was deleted."""

    async def views(self, project: int, after: str, limit: int) -> Sequence[GroupView]:
        """Groups by external id, from the one behind `after`."""

    async def members(self, project: int, group: int, after: str, limit: int) -> Sequence[str]:
        """External ids of the people in a group, from the one behind `after`."""
