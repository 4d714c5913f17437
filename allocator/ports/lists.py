"""Lists of tasks, items, queues, members and operations: filtered, in an order, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from allocator.filters import EVERYTHING, Filter, Order
from allocator.model import Item
from allocator.ports.moves import AssignmentView
from allocator.ports.operations import OperationView
from allocator.ports.views import MemberView, QueueView

MOST_COUNTED = 10_000
"""Further than this nobody counts rows: the total is a lower bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAsk:
    """Rows behind `after` (the key of a row; none: from the start), at most `limit`.

    Not `archived`: without the tasks of queues that are.
    """

    order: Order
    limit: int
    filter: Filter = EVERYTHING
    after: tuple[Any, ...] = ()
    archived: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One task, be it untouched or not. `holder` has it, or did it; 0: nobody.

    `submitter` submitted it last, `editor`'s call changed it last; 0: nobody, or the service.
    So many `reviews` of it are finished, the last one by `reviewer`. Of its issues so many are
    open, and so many fixed, as its author says.
    """

    entry: int
    slot: int
    item: int
    queue: int
    state: int
    priority: int
    holder: int
    token: int
    deadline: int
    status: int
    wall_ms: int
    submitter: int
    submitted_ms: int
    editor: int
    reviews: int
    reviewer: int
    open_issues: int
    fixed_issues: int
    lot: int


class TaskList(Protocol):
    """All tasks of a project or, with a queue, of that: also those that nobody ever touched."""

    async def page(self, project: int, queue: int, ask: ListAsk) -> Sequence[TaskLine]:
        """Tasks in the order in which they first entered, by (entry, slot); DELAYED ones last.

        Or by update_time, if all that the filter lets through are `touched`.
        """

    def touched(self, chosen: Filter) -> bool:
        """Whether the filter lets only tasks through that somebody touched."""

    async def every(self, project: int, queue: int, chosen: Filter) -> Sequence[TaskLine]:
        """All that the filter lets through, as of one moment, in the same order."""

    async def count(self, project: int, queue: int, chosen: Filter, *, archived: bool) -> int:
        """How many there are; at most MOST_COUNTED + 1 are counted."""

    async def counted(
        self, project: int, queue: int, field: str, value: int, *, archived: bool
    ) -> int:
        """How many there are with one value of queue, state, status, priority or holder.

        Or with work remaining (1), or without (0).
        """


class ItemList(Protocol):
    """The items of a dataset."""

    async def page(self, project: int, dataset: int, ask: ListAsk) -> Sequence[Item]:
        """Items by number or by external_id."""

    async def count(self, project: int, dataset: int, chosen: Filter) -> int:
        """How many there are; at most MOST_COUNTED + 1 are counted."""


class Listings(Protocol):
    """The shorter lists."""

    async def queues(self, project: int, ask: ListAsk) -> Sequence[QueueView]:
        """Queues by one of the orders of ListQueues."""

    async def count_queues(self, project: int, chosen: Filter) -> int:
        """How many queues there are."""

    async def members(self, project: int, ask: ListAsk) -> Sequence[MemberView]:
        """Members by person_id."""

    async def count_members(self, project: int, chosen: Filter) -> int:
        """How many members there are."""

    async def operations(self, project: int, ask: ListAsk) -> Sequence[OperationView]:
        """Operations by create_time or update_time."""

    async def count_operations(self, project: int, chosen: Filter) -> int:
        """How many operations there are; at most MOST_COUNTED + 1 are counted."""

    async def assignments(self, project: int, ask: ListAsk) -> Sequence[AssignmentView]:
        """Assignments by one of the orders of ListAssignments."""

    async def count_assignments(self, project: int, chosen: Filter) -> int:
        """How many assignments there are; at most MOST_COUNTED + 1 are counted."""
