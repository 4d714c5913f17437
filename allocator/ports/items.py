"""Rows of items, where their entries are, and what clients wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from allocator.model import Item, NewItem, RequestKey


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
    written: frozenset[str] = frozenset()
    """External ids of the chunk's rows, if it was this call that wrote them."""
    unfinished: tuple[Chunk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRun:
    """Items with consecutive numbers that require the same skills."""

    skills: tuple[int, ...]
    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPlace:
    """How an entry came into its queue: in which requirement class, with which priority.

    None of it ever changes; a later priority is the live state's to know.
    """

    queue: int
    class_: int
    priority: int


class Items(Protocol):
    """Item rows, and where their entries are."""

    async def stage(
        self,
        project: int,
        dataset: int,
        key: RequestKey,
        actor: int,
        items: Sequence[NewItem],
        skills: Mapping[str, int],
    ) -> Staged:
        """Write the rows of a chunk, each external id once, in one transaction.

        `skills` has the numbers of those that the items require.

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

    async def ranges_of(self, project: int, dataset: int) -> Sequence[tuple[int, int]]:
        """(first number, count) of what came into the dataset, ascending; some may be removed."""

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

    async def waiting(
        self, project: int, numbers: Sequence[int], queue: int = 0
    ) -> Sequence[tuple[int, int, int]]:
        """(queue, event that made it wait, item) of those that wait for their time; 0: anywhere."""

    async def waiting_at(
        self, project: int, entries: Sequence[int]
    ) -> Mapping[int, tuple[int, int]]:
        """Queue and item of each of these numbers (TaskId.waits) that waits for its time."""

    async def delayed_in(self, project: int, queue: int, numbers: Sequence[int]) -> frozenset[int]:
        """Those of the items that wait in the queue for their time, as the views have it."""

    async def already_in(self, project: int, queue: int, numbers: Sequence[int]) -> frozenset[int]:
        """Those of the items that have, or ever had, an entry in the queue."""

    async def still_in(self, project: int, queue: int, numbers: Sequence[int]) -> frozenset[int]:
        """Those of the items that have an entry in the queue which was not removed.

        As of the views: who asks waits for them first.
        """

    async def queue_of(self, project: int, entry: int) -> int | None:
        """The queue that an entry is in, or that a review is of; None if there is no such entry."""

    async def places(self, project: int, entries: Iterable[int]) -> Mapping[int, EntryPlace]:
        """How each entry that there is came into its queue."""

    async def entries_of(self, project: int, item: int) -> Sequence[int]:
        """The entries of an item, in all queues that it is or was in, ascending."""

    async def waiting_since(self, project: int, entry: int) -> int | None:
        """Wall time, in ms, at which an entry came into its queue."""

    async def of_entries(self, project: int, entries: Iterable[int]) -> Mapping[int, Item]:
        """The item of each entry."""

    async def of_numbers(self, project: int, numbers: Sequence[int]) -> Mapping[int, Item]:
        """The items of these numbers."""

    async def page(self, project: int, dataset: int, after: int, limit: int) -> Sequence[Item]:
        """Items of the dataset by number, from the one behind `after`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWhom:
    """Whose work on which task, and under which token."""

    entry: int
    slot: int
    person: int
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """A kept draft. `refused`: the body is that of a submission with this status."""

    token: int
    refused: bool
    status: int
    body: bytes
    saved_ms: int


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

    async def save_draft(self, project: int, of: OfWhom, key: RequestKey, body: bytes) -> None:
        """Keep unfinished work in place of what was kept under the token before.

        A repeat of this request, or an older one of its session, changes nothing.
        """

    async def newest_draft(
        self, project: int, entry: int, slot: int, person: int
    ) -> DraftRow | None:
        """What the person kept of the task last, under whatever token."""
