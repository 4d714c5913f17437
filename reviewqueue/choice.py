"""Who reviews: candidates of each unit, and units in groups that one reviewer gets (SEMANTICS §6).

The candidates of a unit are those whom its class is mapped to, else those whom
its author is mapped to, else nobody: then it goes to the queue that all
reviewers share. Who looked at a unit before comes first, whatever the mapping.
A mapping makes one group, so that one of its people gets all its units of a
submission; multi-review makes one group of everything. Who may not be chosen
is left out, and `by` tells of a group whether that left nobody.

The function in Redis then chooses from each group by `least_loaded`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from reviewqueue.model import Unit


class By(IntEnum):
    """What named the candidates, or why there is none."""

    NONE = 0
    CLASS = 1
    ANNOTATOR = 2
    NOBODY_LEFT = 3
    """A mapping applies, but none of its people may."""
    REVIEWER = 4
    """They reviewed these units before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """Reviewers by class and by annotator, in listing order. Nobody listed: no mapping."""

    by_class: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    by_annotator: Mapping[int, tuple[int, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Units, by number, that go to one of `candidates`, or to the shared queue if there is none."""

    candidates: tuple[int, ...]
    units: tuple[int, ...]
    by: By = By.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Whom a unit may go to. Units with the same go together."""

    by: By
    key: str | int
    people: tuple[int, ...]


def group(
    units: Sequence[Unit],
    *,
    mappings: Mappings,
    author: int,
    unable: Set[int] = frozenset(),
    multi_review: bool = False,
) -> tuple[Group, ...]:
    """The groups of the units to review, in order of their first unit.

    `unable` are the authors, and whoever is known to be inactive or without review rights.
    """
    named = [(unit.number, _named(unit, mappings, author, unable)) for unit in units]
    if multi_review:
        return (_together(named),) if named else ()
    together: dict[_Named, list[int]] = {}
    for number, one in named:
        together.setdefault(one, []).append(number)
    return tuple(
        Group(candidates=one.people, units=tuple(numbers), by=_by(one))
        for one, numbers in together.items()
    )


def _named(unit: Unit, mappings: Mappings, author: int, unable: Set[int]) -> _Named:
    if unit.reviewer and unit.reviewer not in unable:
        return _Named(by=By.REVIEWER, key=unit.reviewer, people=(unit.reviewer,))
    if people := mappings.by_class.get(unit.class_name):
        return _Named(by=By.CLASS, key=unit.class_name, people=_able(people, unable))
    if people := mappings.by_annotator.get(author):
        return _Named(by=By.ANNOTATOR, key=author, people=_able(people, unable))
    return _Named(by=By.NONE, key="", people=())


def _able(people: Sequence[int], unable: Set[int]) -> tuple[int, ...]:
    return tuple(person for person in dict.fromkeys(people) if person not in unable)


def _by(named: _Named) -> By:
    return named.by if named.people or named.by is By.NONE else By.NOBODY_LEFT


_FIRST = (By.REVIEWER, By.CLASS, By.ANNOTATOR)


def _together(named: Sequence[tuple[int, _Named]]) -> Group:
    """All to one: of those named first in order of `_FIRST`, to one who covers the most units."""
    numbers = tuple(number for number, _ in named)
    covered = Counter(person for _, one in named for person in one.people)
    for by in _FIRST:
        people = dict.fromkeys(p for _, one in named if one.by is by for p in one.people)
        most = max((covered[person] for person in people), default=0)
        if most:
            best = tuple(person for person in people if covered[person] == most)
            return Group(candidates=best, units=numbers, by=by)
    mapped = any(one.by is not By.NONE for _, one in named)
    return Group(candidates=(), units=numbers, by=By.NOBODY_LEFT if mapped else By.NONE)


def least_loaded(candidates: Sequence[int], pending: Mapping[int, int], counter: int) -> int:
    """Who of the candidates has the fewest pending units; among equals the one whose turn it is.

    `counter` rises with every choice (in Redis: the number of the review task that is made), so
    that those who have equally little take turns in order of their numbers. There must be a
    candidate.
    """
    least = min(pending.get(person, 0) for person in candidates)
    equals = sorted(person for person in candidates if pending.get(person, 0) == least)
    return equals[counter % len(equals)]
