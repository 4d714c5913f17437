"""Redistribution: what of somebody's open work moves, and to whom (SEMANTICS §4).

First the *scope* says of each task why it stays, or that it moves. Then the
targets are those of the people asked for who take part. Then the tasks are
shared out over them: equally, by percent, or so that what they have to do is
as level as possible afterwards. What none of them may do stays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from allocator.model import Cause, TaskState
from allocator.strategies.amounts import Amount
from allocator.strategies.distribution import Addition, Share, distribute
from allocator.strategies.levelling import level
from allocator.strategies.wrong import WrongInputError

ACTIVE_WINDOW_MS: Final = 15 * 60 * 1000

Extent = tuple[int, int]
"""The entries at the ends of a range."""

_STAYS: Final = frozenset(
    {TaskState.IN_REVIEW, TaskState.COMPLETED, TaskState.DISCARDED, TaskState.REMOVED}
)


class Stays(StrEnum):
    """Why a task stays where it is."""

    FINISHED = "FINISHED"
    """It has a status, or is gone."""
    ANNOTATED = "ANNOTATED"
    """It has a draft or was submitted, and only what has neither was to move."""
    HAS_ISSUES = "HAS_ISSUES"
    """It is its author's to correct."""
    WORKED_ON = "WORKED_ON"
    """Somebody is working on it."""
    NO_TARGET = "NO_TARGET"
    """None of the targets may do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which open tasks move, as the caller asked."""

    only_without_annotations: bool = False
    include_returned: bool = False
    include_started: bool = False
    active_window_ms: int = ACTIVE_WINDOW_MS


class Held(NamedTuple):
    """A task of the source.

    annotated   it has a draft or a submission
    issues      an issue of it is open
    touched_ms  when its holder last started, renewed or saved it, on the logical clock; None: never
    """

    addition: Addition
    state: TaskState
    annotated: bool = False
    issues: bool = False
    touched_ms: int | None = None


class Target(NamedTuple):
    """Somebody asked for.

    load      their part of what moves
    open      what they have to do now: tasks, or weight
    assigned  whether they have an assignment in the queue
    refused   why they can have nothing there, if so
    outsider  of another domain than the project's own people: who, and of which, in words
    """

    person: int
    load: Fraction = Fraction(1)
    open: Amount = 0
    assigned: bool = False
    refused: Cause | None = None
    outsider: str = ""


class WrongTargetsError(WrongInputError):
    """Something is wrong with the targets: "targets", or one of them."""


class Spread(StrEnum):
    """How what moves is shared out."""

    BY_LOAD = "BY_LOAD"
    LEVEL = "LEVEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How what moves is shared out.

    weighted       by weight and not by number of tasks
    keep_together  neighbours in the queue, and what lies in one range, go to one person, as far as
                   one may do them all
    """

    spread: Spread = Spread.BY_LOAD
    weighted: bool = False
    keep_together: bool = False


class Move(NamedTuple):
    """A task, and who gets it."""

    task: Addition
    person: int


class Stay(NamedTuple):
    """A task that stays, and why."""

    task: Addition
    why: Stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Redistribution:
    """What moves and what stays; each in the order in which the tasks were told."""

    moves: tuple[Move, ...]
    stays: tuple[Stay, ...]


def in_scope(task: Held, scope: Scope, now_ms: int) -> Stays | None:
    """Why the task stays, or None if it moves. `now_ms`: the logical clock."""
    if task.state in _STAYS:
        return Stays.FINISHED
    if scope.only_without_annotations and task.annotated:
        return Stays.ANNOTATED
    if task.issues and not scope.include_returned:
        return Stays.HAS_ISSUES
    touched = task.touched_ms is not None and now_ms - task.touched_ms < scope.active_window_ms
    return Stays.WORKED_ON if touched and not scope.include_started else None


def check_domain(target: Target, name: str, *, all_domains: bool) -> None:
    """Somebody who was named is one of the project's own people, unless all may be.

    Raises WrongTargetsError.
    """
    if target.outsider and not all_domains:
        right = "must be one of the project's own people unless all_domains is set"
        raise WrongTargetsError(name, f"{right}, not {target.outsider}")


def named_targets(
    asked: Sequence[Target],
    *,
    source: int,
    only_unassigned: bool = False,
    all_domains: bool = False,
) -> tuple[Target, ...]:
    """Of people who were named: each must be one who can take part.

    Raises WrongTargetsError.
    """
    for place, target in enumerate(asked):
        name = f"targets[{place}]"
        if target.person == source:
            raise WrongTargetsError(name, "must not be the one whose tasks move")
        if target.person in {other.person for other in asked[:place]}:
            raise WrongTargetsError(name, "must not be listed before")
        check_domain(target, name, all_domains=all_domains)
        if target.refused is not None:
            right = f"must be an active member who may work in the queue: {target.refused}"
            raise WrongTargetsError(name, right)
    return _some([t for t in asked if not (only_unassigned and t.assigned)])


def all_targets(
    contributors: Iterable[Target],
    *,
    source: int,
    only_unassigned: bool = False,
    all_domains: bool = False,
) -> tuple[Target, ...]:
    """Of all contributors: those who can take part.

    Raises WrongTargetsError.
    """
    able = [t for t in contributors if t.refused is None and t.person != source]
    able = [t for t in able if all_domains or not t.outsider]
    return _some([t for t in able if not (only_unassigned and t.assigned)])


def _some(targets: list[Target]) -> tuple[Target, ...]:
    if not any(target.load for target in targets):
        raise WrongTargetsError("targets", "must leave somebody who takes a share")
    return tuple(targets)


def redistribute(
    tasks: Sequence[Held],
    targets: Sequence[Target],
    *,
    now_ms: int,
    scope: Scope | None = None,
    sharing: Sharing | None = None,
    ranges: Sequence[Extent] = (),
) -> Redistribution:
    """Share out those of `tasks`, told in the queue's order, that are in scope.

    `ranges` of the source are in order, and none overlaps another.
    """
    scope, sharing = scope or Scope(), sharing or Sharing()
    whys = [in_scope(task, scope, now_ms) for task in tasks]
    moving = [task.addition for task, why in zip(tasks, whys, strict=True) if why is None]
    given = iter(share_out(moving, targets, sharing, ranges))
    moves, stays = [], []
    for task, why in zip(tasks, whys, strict=True):
        person = next(given) if why is None else None
        if person is None:
            stays.append(Stay(task.addition, why or Stays.NO_TARGET))
        else:
            moves.append(Move(task.addition, person))
    return Redistribution(moves=tuple(moves), stays=tuple(stays))


def share_out(
    tasks: Sequence[Addition],
    targets: Sequence[Target],
    sharing: Sharing,
    ranges: Sequence[Extent] = (),
) -> tuple[int | None, ...]:
    """Who gets each of the tasks; None: none of the targets may do it."""
    if not sharing.keep_together:
        return _spread(tasks, targets, sharing.spread, weighted=sharing.weighted)
    takers = frozenset(target.person for target in targets if target.load)
    wholes = _wholes(tasks, takers, ranges)
    whole = {_key(task) for run in wholes for task in run}
    runs = [*wholes, *_runs([task for task in tasks if _key(task) not in whole], takers)]
    pieces = [_piece(run, takers, weighted=sharing.weighted) for run in runs]
    people = _spread(pieces, targets, sharing.spread, weighted=True)
    given = {_key(task): person for person, run in zip(people, runs, strict=True) for task in run}
    return tuple(given[_key(task)] for task in tasks)


def _spread(
    tasks: Sequence[Addition], targets: Sequence[Target], spread: Spread, *, weighted: bool
) -> tuple[int | None, ...]:
    if spread is Spread.LEVEL:
        loads = {target.person: target.open for target in targets if target.load}
        return level(loads, tasks, weighted=weighted)
    shares = [Share(target.person, target.load) for target in targets]
    return distribute(shares, {}, tasks, weighted=weighted).people


def _able(task: Addition, takers: frozenset[int]) -> frozenset[int]:
    return (takers if task.may is None else takers & task.may) - task.without


def _key(task: Addition) -> tuple[int, int]:
    return task.entry, task.slot


def _wholes(
    tasks: Sequence[Addition], takers: frozenset[int], ranges: Sequence[Extent]
) -> list[list[Addition]]:
    """What lies in each range of which one of the takers may do everything.

    Not where several slots of an item move: they go to different people.
    """
    found: dict[Extent, list[Addition]] = {}
    for task in tasks:
        place = bisect_left(ranges, task.entry, key=lambda extent: extent[1])
        if place < len(ranges) and ranges[place][0] <= task.entry:
            found.setdefault(ranges[place], []).append(task)
    return [run for run in found.values() if _single(run) and _all_may(run, takers)]


def _single(run: Sequence[Addition]) -> bool:
    return len({task.entry for task in run}) == len(run)


def _all_may(run: Sequence[Addition], takers: frozenset[int]) -> frozenset[int]:
    """Who may do everything in it."""
    return takers.intersection(*(_able(task, takers) for task in run))


def _runs(tasks: Sequence[Addition], takers: frozenset[int]) -> list[list[Addition]]:
    """Neighbours that one of the takers may do whole: each run as long as it can be.

    An item of which several slots move is none's neighbour: they go to different people.
    """
    slots = Counter(task.entry for task in tasks)
    runs: list[list[Addition]] = []
    able = takers
    for task in tasks:
        both = able & _able(task, takers)
        if runs and both and _neighbours(runs[-1][-1], task, slots):
            runs[-1].append(task)
            able = both
        else:
            runs.append([task])
            able = _able(task, takers)
    return runs


def _neighbours(one: Addition, next_: Addition, slots: Mapping[int, int]) -> bool:
    return one.entry + 1 == next_.entry and slots[one.entry] == slots[next_.entry] == 1


def _piece(run: Sequence[Addition], takers: frozenset[int], *, weighted: bool) -> Addition:
    """A run as one task."""
    weight = sum((Fraction(task.weight) for task in run), Fraction(0)) if weighted else len(run)
    return Addition(run[0].entry, run[0].slot, weight, may=_all_may(run, takers))
