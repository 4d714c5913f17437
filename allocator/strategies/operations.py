"""Bulk verbs as values: what they are, where they stand, and how they are cut into chunks.

What an operation is to do is a list of runs, made when it began: consecutive
entries of one queue, class and rank each, or items that waited for their time.
Chunk n of it is always the same
entries, so whoever drives does the same, and each chunk happens once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate, groupby
from typing import Any, Final, NamedTuple

from allocator.model import RequestKey

CHUNK = 100
"""Entries one event may move (DESIGN, the commit protocol)."""
OPERATIONS = 2**52
"""The chunks of operation n are requests of "session" OPERATIONS + n."""


class Verb(IntEnum):
    """What an operation does."""

    REMOVE_ITEMS = 1
    CLEAR_WAITING = 2
    DETACH_DATASET = 3
    DELETE_DATASET = 4
    SET_PRIORITY = 5
    REOPEN = 6
    DELETE_QUEUE = 7
    REMOVE_DATASET_ITEMS = 8
    RECALL_QUEUE = 9
    REMOVE_CONTRIBUTORS = 10
    REMOVE_MEMBERS = 11
    ASSIGN = 12
    MOVE = 13
    COPY_PROJECT = 14
    DELETE_QUEUES = 15
    UPDATE_QUEUES = 16
    ADD_REVIEWS = 17
    RESAMPLE = 18


BY_FENCE = frozenset({Verb.DETACH_DATASET, Verb.DELETE_DATASET})
"""Verbs whose first event decides about all of a dataset's entries."""
RECALLS = frozenset({Verb.RECALL_QUEUE, Verb.REMOVE_CONTRIBUTORS, Verb.REMOVE_MEMBERS})
"""Verbs that watch what is taken back: nothing of it is a chunk of theirs."""
UNPLANNED = frozenset({Verb.DELETE_QUEUE})
"""Verbs whose chunks find by themselves what is left to do."""
FINISHED_STAYS = BY_FENCE | {Verb.REMOVE_DATASET_ITEMS}
"""Verbs of which nothing fails: what is finished stays, as it should."""


LEFT: Final[Mapping[str, str]] = {
    "not_found": "TASK_NOT_FOUND",
    "held": "TASK_HELD",
    "same": "NO_CHANGE",
    "wrong_state": "WRONG_TASK_STATE",
    "moved": "TASK_CHANGED",
    "started": "TASK_STARTED",
    "working": "TASK_WORKED_ON",
    "not_eligible": "NOT_ELIGIBLE",
}
"""Why a task that was to be assigned is left as it is, by the word of the store."""


class OperationState(IntEnum):
    """Where an operation stands."""

    RUNNING = 1
    SUCCEEDED = 2
    FAILED = 3
    CANCELLED = 4


class Run(NamedTuple):
    """Entries first .. first + size - 1 of a queue, as they came into it; one slot, or (0) all.

    `waits`: these are numbers of items, which waited in the queue for their time.
    """

    queue: int
    first: int
    size: int
    class_: int
    rank: int
    slot: int = 0
    waits: int = 0


def runs_of_waiting(queue: int, items: Sequence[int], slot: int = 0) -> list[Run]:
    """Runs of items that wait in a queue for their time, ascending."""
    runs: list[Run] = []
    for item in items:
        last = runs[-1] if runs else None
        if last and last.first + last.size == item:
            runs[-1] = last._replace(size=last.size + 1)
        else:
            runs.append(Run(queue, item, 1, 0, 0, slot, 1))
    return runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A chunk: (entry, class, rank, slot)s of one queue, and how it is done to them.

    `waits`: of items that waited when it began, whose numbers stand in place of the entries.
    """

    queue: int
    entries: tuple[tuple[int, int, int, int], ...]
    how: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = False


def chunk_key(operation: int, chunk: int) -> RequestKey:
    """As whom the driver asks for a chunk: it happens once, whoever asks."""
    return RequestKey(session=OPERATIONS + operation, secret="", n=chunk, hash="")


class Plan:
    """Runs, cut into chunks, each of one queue and kind. `how`: what is done, besides the verb."""

    def __init__(self, runs: Sequence[Run], how: Mapping[str, Any] | None = None) -> None:
        self._how = how or {}
        groups = [list(group) for _, group in groupby(runs, key=_kind)]
        self._groups = [(group, list(accumulate(run.size for run in group))) for group in groups]
        self._lasts = list(accumulate(-(-ends[-1] // CHUNK) for _, ends in self._groups))

    @property
    def how(self) -> Mapping[str, Any]:
        """What is done, besides the verb."""
        return self._how

    @property
    def total(self) -> int:
        """How many entries it is about."""
        return sum(ends[-1] for _, ends in self._groups)

    @property
    def chunks(self) -> int:
        """How many chunks it has; the first is number 1."""
        return self._lasts[-1] if self._lasts else 0

    def part(self, chunk: int) -> Part | None:
        """The entries of a chunk; None behind the last one."""
        if chunk > self.chunks:
            return None
        place = bisect_left(self._lasts, chunk)
        before = self._lasts[place - 1] if place else 0
        runs, ends = self._groups[place]
        start = (chunk - before - 1) * CHUNK
        entries = tuple(_cut(runs, ends, start))
        queue, waits = _kind(runs[0])
        return Part(queue=queue, entries=entries, how=self._how, waits=bool(waits))


def _kind(run: Run) -> tuple[int, int]:
    return run.queue, run.waits


def _cut(runs: Sequence[Run], ends: Sequence[int], start: int) -> list[tuple[int, int, int, int]]:
    """The entries from place `start` on, as many as a chunk takes."""
    found: list[tuple[int, int, int, int]] = []
    for place in range(bisect_left(ends, start + 1), len(runs)):
        run = runs[place]
        offset = max(0, start - (ends[place] - run.size))
        room = CHUNK - len(found)
        numbers = range(run.first + offset, run.first + run.size)[:room]
        found += [(number, run.class_, run.rank, run.slot) for number in numbers]
        if len(found) == CHUNK:
            break
    return found


class MovePlan:
    """Moves of single tasks, each as the store is told it, cut into chunks."""

    def __init__(self, queue: int, moves: Sequence[Sequence[int]], how: Mapping[str, Any]) -> None:
        self._queue, self._how = queue, how
        self.moves = moves

    @property
    def how(self) -> Mapping[str, Any]:
        """What is done, besides the verb."""
        return self._how

    def part(self, chunk: int) -> Part | None:
        """The moves of a chunk; None behind the last one."""
        moves = self.moves[(chunk - 1) * CHUNK : chunk * CHUNK]
        if not moves:
            return None
        return Part(queue=self._queue, entries=(), how={**self._how, "tasks": moves})


class StepPlan:
    """Steps that have nothing to do with tasks, a chunk each: a word, and what it is about."""

    def __init__(self, steps: Sequence[Sequence[Any]], how: Mapping[str, Any]) -> None:
        self._steps, self._how = steps, how

    @property
    def how(self) -> Mapping[str, Any]:
        """What is done, besides the steps."""
        return self._how

    def part(self, chunk: int) -> Part | None:
        """The step of a chunk; None behind the last one."""
        if chunk > len(self._steps):
            return None
        return Part(queue=0, entries=(), how={**self._how, "step": self._steps[chunk - 1]})


class ScanPlan:
    """Rows of which each chunk does the first that is still to be done; None of a doer: none is."""

    def __init__(self, rows: Sequence[Sequence[Any]], how: Mapping[str, Any]) -> None:
        self._rows, self._how = rows, how

    @property
    def how(self) -> Mapping[str, Any]:
        """What is done to each, and what was left out."""
        return self._how

    def part(self, chunk: int) -> Part:
        """All of it, whichever the chunk."""
        return Part(queue=0, entries=(), how={**self._how, "rows": self._rows})


class Piece(NamedTuple):
    """Items of a dataset behind number `after`, up to number `last`."""

    after: int
    last: int


def pieces(runs: Sequence[tuple[int, int]], most: int) -> list[Piece]:
    """Runs of (first number, count), ascending, in pieces of at most so many items."""
    found: list[Piece] = []
    room = 0
    for first, count in runs:
        end = first + count - 1
        while first <= end:
            if not room:
                found.append(Piece(first - 1, first - 1))
                room = most
            taken = min(room, end - first + 1)
            found[-1] = found[-1]._replace(last=first + taken - 1)
            first, room = first + taken, room - taken
    return found
