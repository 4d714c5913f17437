"""Ranges: never two on one place, and whose a place is survives every split and merge."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from allocator.strategies.ranges import (
    Range,
    Ranges,
    WrongRangeError,
    create,
    heirs,
    merge,
    range_at,
    split,
)

PLACES = 30
ANN, BEN = 1, 2
# Ann has 1 to 5 and 6 to 9, Ben has 10 to 10 and 20 to 30.
SOME: Ranges = (
    Range(1, 5, ANN, 101),
    Range(6, 9, ANN, 102),
    Range(10, 10, BEN, 103),
    Range(20, 30, BEN, 104),
)
PLACE = st.integers(-1, PLACES + 2)


def owners(ranges: Ranges) -> dict[int, int]:
    return {place: r.person for r in ranges for place in range(r.first, r.last + 1)}


class Dividing(RuleBasedStateMachine):
    """Create, split and merge in any order, beside a table of whose each place is."""

    def __init__(self) -> None:
        super().__init__()
        self.ranges: Ranges = ()
        self.owners: dict[int, int] = {}
        self.numbers = count(1)

    @rule(first=PLACE, last=PLACE, person=st.integers(1, 2))
    def create(self, first: int, last: int, person: int) -> None:
        asked = range(first, last + 1)
        fits = asked and first >= 1 and last <= PLACES and not self.owners.keys() & set(asked)
        new = Range(first, last, person, next(self.numbers))
        self._try(lambda: create(self.ranges, new, places=PLACES), fits=bool(fits))
        if fits:
            self.owners |= dict.fromkeys(asked, person)

    @rule(at=PLACE)
    def split(self, at: int) -> None:
        whole = range_at(self.ranges, at)
        if whole is not None:
            fits = at != whole.first
            new = next(self.numbers)
            self._try(lambda: split(self.ranges, whole.number, at=at, new=new), fits=fits)

    @rule(place=PLACE, other=PLACE)
    def merge(self, place: int, other: int) -> None:
        one, two = range_at(self.ranges, place), range_at(self.ranges, other)
        if one and two:
            first, last = sorted((one, two))
            fits = first.last + 1 == last.first and one.person == two.person
            self._try(lambda: merge(self.ranges, one.number, two.number), fits=fits)

    def _try(self, change: Callable[[], Ranges], *, fits: bool) -> None:
        try:
            self.ranges = change()
        except WrongRangeError:
            assert not fits
        else:
            assert fits

    @invariant()
    def none_overlap(self) -> None:
        assert all(one.last < two.first for one, two in pairwise(self.ranges))
        assert all(each.first <= each.last for each in self.ranges)

    @invariant()
    def every_place_is_whose_it_was(self) -> None:
        assert owners(self.ranges) == self.owners

    @invariant()
    def a_place_tells_its_range(self) -> None:
        for place in range(PLACES + 2):
            found = range_at(self.ranges, place)
            assert (found.person if found else None) == self.owners.get(place)

    @invariant()
    def no_number_is_told_twice(self) -> None:
        assert len({each.number for each in self.ranges}) == len(self.ranges)


TestDividing = Dividing.TestCase


@given(at=st.integers(21, 30))
def test_split_then_merge_is_what_it_was(at: int) -> None:
    parts = split(SOME, 104, at=at, new=105)

    assert len(parts) == len(SOME) + 1
    assert merge(parts, 104, 105) == merge(parts, 105, 104) == SOME


def test_the_second_part_of_a_split_gets_the_new_number() -> None:
    assert split(SOME, 101, at=3, new=105)[:2] == (Range(1, 2, ANN, 101), Range(3, 5, ANN, 105))


@pytest.mark.parametrize(
    ("change", "name", "right"),
    [
        (lambda: create(SOME, Range(0, 3, ANN, 9), places=30), "first", "must be 1 to 30"),
        (lambda: create(SOME, Range(31, 31, ANN, 9), places=30), "first", "must be 1 to 30"),
        (lambda: create(SOME, Range(11, 31, ANN, 9), places=30), "last", "must be 11 to 30"),
        (lambda: create(SOME, Range(15, 14, ANN, 9), places=30), "last", "must be 15 to 30"),
        (lambda: create(SOME, Range(10, 12, ANN, 9), places=30), "first", "range 10 to 10"),
        (lambda: create(SOME, Range(12, 20, ANN, 9), places=30), "last", "range 20 to 30"),
        (lambda: split(SOME, 104, at=20, new=9), "at", "must be 21 to 30"),
        (lambda: split(SOME, 104, at=31, new=9), "at", "must be 21 to 30"),
        (lambda: split(SOME, 103, at=10, new=9), "number", "more than one place"),
        (lambda: split(SOME, 9, at=10, new=9), "number", "must be a range of the queue"),
        (lambda: merge(SOME, 102, 103), "other", "must be of the same person"),
        (lambda: merge(SOME, 103, 104), "other", "must begin where the range ends"),
        (lambda: merge(SOME, 101, 101), "other", "must begin where the range ends"),
        (lambda: merge(SOME, 101, 9), "other", "must be a range of the queue"),
    ],
)
def test_what_does_not_fit_is_told_what_would_be_right(
    change: Callable[[], Ranges], name: str, right: str
) -> None:
    with pytest.raises(WrongRangeError, match=right) as caught:
        change()

    assert caught.value.name == name


@given(
    tasks=st.sets(st.integers(1, 30)),
    given_=st.dictionaries(st.integers(1, 30), st.integers(1, 3)),
    cuts=st.sets(st.integers(1, 31), min_size=2, max_size=8),
)
def test_a_range_is_ones_to_whom_all_of_it_goes_and_nobodys_if_it_goes_to_several(
    tasks: set[int], given_: dict[int, int], cuts: set[int]
) -> None:
    parts = [(n, one, two - 1) for n, (one, two) in enumerate(pairwise(sorted(cuts)))]
    found = heirs(parts, tasks, given_)

    for number, first, last in parts:
        inside = {task for task in tasks if first <= task <= last}
        people = {given_.get(task) for task in inside}
        if not inside or None in people:
            assert number not in found
        else:
            assert found[number] == (people.pop() if len(people) == 1 else 0)
