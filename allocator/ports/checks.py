"""What QA queues are to be asked: items that their labeling queues have finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class QaQueue:
    """A QA queue as the views have it: of which queue, which statuses it takes, up to when.

    `set_seq` is the event that wrote its settings; `slots` and `source_slots` are how many people
    do an item there, and in the labeling queue.
    """

    queue: int
    source: int
    takes: frozenset[int]
    upto: int
    set_seq: int
    slots: int
    source_slots: int


class Place(NamedTuple):
    """A task among those that a queue has finished, by the event that changed it last."""

    seq: int = 0
    entry: int = 0
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A QA task, made by an event; `submitted` is, by slot, what was looked at in it."""

    made_seq: int
    submitted: Sequence[int]
    judged: int
    """How many people have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An item of a labeling queue, as its slots that are finished have it.

    `people` are all who ever worked on it there, `submitted` the events by which its slots were
    submitted last (0: it was not), `asked` the last QA task of it in the queue, if there was one.
    """

    entry: int
    item: int
    class_: int
    priority: int
    statuses: Sequence[int]
    submitted: Sequence[int]
    people: frozenset[int]
    changed_seq: int
    asked: Asked | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedPage:
    """Some items as of event `as_of`, and the last of the tasks that they were found by."""

    as_of: int
    last: Place
    items: Sequence[Finished]


class Source(NamedTuple):
    """What a QA task is about: an entry of a labeling queue."""

    queue: int
    entry: int


class Checks(Protocol):
    """Reads of the views."""

    async def source(self, project: int, entry: int) -> Source | None:
        """What the QA tasks of an entry are about; None: it is none for QA."""

    async def queues(self, project: int) -> Sequence[QaQueue]:
        """The QA queues that may change, of labeling queues that are there."""

    async def finished(self, project: int, of: QaQueue, after: Place, limit: int) -> FinishedPage:
        """The items of the next tasks behind `after`, at most `limit`; none: that is all."""
