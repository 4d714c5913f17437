"""Distribution: who gets each task as it is added, by load (SEMANTICS §4).

A *load* is a person's part of all loads together. Each addition goes to one of
those who may do it. By number of tasks: among those with load × total > given,
where total counts the addition and given is what they had, to the one with the
smallest ⌈(given + 1) / load⌉: the total at which they would fall short by one.
So everyone stays within one task of their load, after any additions in any
chunks, as long as everybody may do everything. By weight: to the largest
(load × total − given), so nobody is more than the largest item above their
load. Ties go by listing order.

Skills and slots can leave only people who are ahead of their load: the task is
theirs all the same. What nobody listed may do goes to nobody, and counts for
nobody. Decisions are made in whole numbers.

What anyone has been given only grows, so who stands where in line is looked up
when they come to the head of it: 100,000 tasks over 250 people take 0.2 s by
number and 1 s by weight if everyone's load is another; with 64 different sets
of people who may, 2 s.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple, Protocol

from allocator.strategies.amounts import Amount, scale_of, whole
from allocator.strategies.lines import Line
from allocator.strategies.wrong import WrongInputError

NOBODY: Final[frozenset[int]] = frozenset()


class WrongSharesError(WrongInputError):
    """Something is wrong with a list of people and loads: "people" or "loads", or one of them."""


class Share(NamedTuple):
    """A person and their load: a part of all loads together, 0 for no new work."""

    person: int
    load: Fraction


class Addition(NamedTuple):
    """A task to be given to somebody.

    may      who has the role, skills and permission; None: all. One set for many tasks is quickest
    without  who may not do this one in particular, such as who has another slot of the item
    """

    entry: int
    slot: int = 1
    weight: Amount = 1
    may: frozenset[int] | None = None
    without: frozenset[int] = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """Who gets each addition, None for nobody, and what everyone listed has been given by then."""

    people: tuple[int | None, ...]
    given: Mapping[int, Fraction]


def shares_of(
    people: Sequence[int], loads: Sequence[Amount] | None = None, *, slots: int = 1
) -> tuple[Share, ...]:
    """The people as they are listed, with their loads in percent; without loads equal ones.

    Nobody listed is right: then everything goes to the bucket.
    Raises WrongSharesError.
    """
    for place, person in enumerate(people):
        if person in people[:place]:
            raise WrongSharesError(f"people[{place}]", "must not be listed before")
    exact = [Fraction(1)] * len(people) if loads is None else _exact(loads, len(people))
    if people and sum(load > 0 for load in exact) < slots:
        right = f"must be at least {slots} with a load above 0, as items have {slots} slots"
        raise WrongSharesError("people", right)
    return tuple(Share(person, load) for person, load in zip(people, exact, strict=True))


def _exact(loads: Sequence[Amount], people: int) -> list[Fraction]:
    """Percents as they are written: 33.3 is 333/10 and not the double that stands for it."""
    if len(loads) != people:
        raise WrongSharesError("loads", f"must be {people}, one for each of the people")
    for place, load in enumerate(loads):
        if not (math.isfinite(load) and 0 <= load <= 100):
            raise WrongSharesError(f"loads[{place}]", "must be 0 to 100 percent")
    exact = [Fraction(str(load)) for load in loads]
    if people and round(sum(exact)) != 100:
        raise WrongSharesError("loads", f"must add up to 100 percent, not {float(sum(exact)):g}")
    return exact


def distribute(
    shares: Sequence[Share],
    given: Mapping[int, Amount],
    additions: Iterable[Addition],
    *,
    weighted: bool = False,
) -> Dealt:
    """Give each addition, in order, to one of those who may do it.

    `given` is what everyone has been given by these shares before: numbers of
    tasks, or weights. The slots of an item that are added in one call go to
    different people.
    """
    additions = tuple(additions)
    scale = scale_of(given.values(), (a.weight for a in additions)) if weighted else 1
    table = _Table(shares, {person: whole(scale, had) for person, had in given.items()})
    law = _ByWeight if weighted else _ByNumber
    line_of = cache(lambda may: law(table, table.workers(may)))
    had: dict[int, list[int]] = {}
    people: list[int | None] = []
    for addition in additions:
        weight = whole(scale, addition.weight) if weighted else 1
        others = had.setdefault(addition.entry, [])
        place = line_of(addition.may).pick(weight, table.places(addition.without).union(others))
        people.append(None if place is None else table.people[place])
        if place is not None:
            others.append(place)
            table.give(place, weight)
    return Dealt(people=tuple(people), given=table.amounts(scale))


class _Table:
    """Loads and what has been given, as whole numbers, by place in the list."""

    def __init__(self, shares: Sequence[Share], given: Mapping[int, int]) -> None:
        self.people = [share.person for share in shares]
        scale = scale_of(share.load for share in shares)
        self.loads = [whole(scale, share.load) for share in shares]
        self.all = sum(self.loads)
        self.given = [given.get(person, 0) for person in self.people]
        self.total = sum(self.given)
        self._place = {person: place for place, person in enumerate(self.people)}

    def places(self, people: Collection[int]) -> frozenset[int]:
        """Where these are in the list."""
        if not people:
            return NOBODY
        return frozenset(self._place[person] for person in people if person in self._place)

    def workers(self, may: frozenset[int] | None) -> list[int]:
        """The places of those of `may` who take new work."""
        takes = [place for place, load in enumerate(self.loads) if load]
        return takes if may is None else [place for place in takes if self.people[place] in may]

    def give(self, place: int, weight: int) -> None:
        self.given[place] += weight
        self.total += weight

    def amounts(self, scale: int) -> dict[int, Fraction]:
        """What each has been given."""
        amounts = (Fraction(had, scale) for had in self.given)
        return dict(zip(self.people, amounts, strict=True))

    def release(self, place: int) -> int:
        """The first total at which load × total > given."""
        return self.given[place] * self.all // self.loads[place] + 1

    def deadline(self, place: int) -> int:
        """⌈(given + 1) / load⌉."""
        return -(-(self.given[place] + 1) * self.all // self.loads[place])


class _Law(Protocol):
    """Those who may do one kind of task."""

    def pick(self, weight: int, without: Set[int]) -> int | None:
        """The place of who gets an addition of this weight; None if nobody is left."""


class _ByNumber:
    """The law by number of tasks."""

    def __init__(self, table: _Table, places: Sequence[int]) -> None:
        self._table = table
        self._waiting = Line(places, table.release)
        self._ready = Line((), table.deadline)
        self._ahead = Line(places, table.deadline)

    def pick(self, weight: int, without: Set[int]) -> int | None:
        total = self._table.total + weight
        while (head := self._waiting.head()) and head[0] <= total:
            self._ready.add(self._waiting.pop())
        found = self._first_ready(total, without)
        if found is None and (head := self._ahead.first(without)):
            found = head[1]
        return found

    def _first_ready(self, total: int, without: Set[int]) -> int | None:
        """The first with load × total > given; who has had enough meanwhile waits."""
        aside, found = [], None
        while (head := self._ready.head()) and found is None:
            if self._table.release(head[1]) > total:
                self._waiting.add(self._ready.pop())
            elif head[1] in without:
                aside.append(self._ready.pop())
            else:
                found = head[1]
        for place in aside:
            self._ready.add(place)
        return found


class _ByWeight:
    """The law by weight.

    Who is ahead by how much changes with each addition for all, faster for
    greater loads. Among loads of one length in bits (a *band*), ahead +
    greatest load × total only grows, and nearly by nothing.
    """

    def __init__(self, table: _Table, places: Sequence[int]) -> None:
        self._table, self._places = table, frozenset(places)
        self._total = table.total
        bands: dict[int, list[int]] = {}
        for place in places:
            bands.setdefault(table.loads[place].bit_length(), []).append(place)
        self._bands = [self._band(band) for band in bands.values()]

    def _band(self, places: Sequence[int]) -> tuple[int, Line]:
        table, greatest = self._table, max(self._table.loads[place] for place in places)

        def number(place: int) -> int:
            return table.all * table.given[place] + (greatest - table.loads[place]) * self._total

        return greatest, Line(places, number)

    def pick(self, weight: int, without: Set[int]) -> int | None:
        if self._places <= without:
            return None
        self._total = self._table.total + weight
        heads = ((greatest, queue.first(without)) for greatest, queue in self._bands)
        ahead = ((head[0] - greatest * self._total, head[1]) for greatest, head in heads if head)
        return min(ahead)[1]
