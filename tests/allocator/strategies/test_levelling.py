"""Levelling: as level as it can be, by comparison with every way there is."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.distribution import Addition
from allocator.strategies.levelling import level

LOADS = st.lists(st.integers(0, 6), min_size=1, max_size=4)
WEIGHTS = st.sampled_from([1, 2, 5, 0.1, 2.5])


@st.composite
def some_may(draw: st.DrawFn) -> tuple[dict[int, int], list[Addition]]:
    """A few tasks that not everybody may do, for a few people with work of their own."""
    loads = dict(enumerate(draw(LOADS), 1))
    some = st.frozensets(st.sampled_from(list(loads)))
    sets = draw(st.lists(st.tuples(st.none() | some, some), max_size=6))
    return loads, [Addition(n, 1, 1, may, without) for n, (may, without) in enumerate(sets)]


def able(loads: dict[int, int], addition: Addition) -> set[int] | set[None]:
    may = set(loads) if addition.may is None else set(loads) & addition.may
    return may - addition.without or {None}


@given(case=some_may())
def test_loads_are_as_level_as_skills_allow(case: tuple[dict[int, int], list[Addition]]) -> None:
    loads, additions = case

    people = level(loads, additions)

    ways = product(*(able(loads, addition) for addition in additions))
    flattest = min(_heights(loads, way) for way in ways)
    assert _heights(loads, people) == flattest
    for addition, person in zip(additions, people, strict=True):
        assert person in able(loads, addition)


def _heights(loads: dict[int, int], people: tuple[int | None, ...]) -> list[int]:
    taken = Counter(people)
    return sorted((load + taken[person] for person, load in loads.items()), reverse=True)


@given(loads=LOADS, size=st.integers(0, 60))
def test_whoever_got_one_is_not_above_another_by_more_than_one(loads: list[int], size: int) -> None:
    before = dict(enumerate(loads))
    taken = Counter(level(before, [Addition(n) for n in range(size)]))

    after = {person: load + taken[person] for person, load in before.items()}
    assert sum(after.values()) == sum(loads) + size
    assert all(after[person] <= min(after.values()) + 1 for person in after if taken[person])


@given(loads=LOADS, weights=st.lists(WEIGHTS, max_size=20))
def test_by_weight_nobody_who_got_some_is_more_than_the_largest_above_another(
    loads: list[int], weights: list[float]
) -> None:
    before = dict(enumerate(loads))
    additions = [Addition(n, 1, weight) for n, weight in enumerate(weights)]

    people = level(before, additions, weighted=True)

    after = {person: Fraction(load) for person, load in before.items()}
    for person, weight in zip(people, weights, strict=True):
        assert person is not None
        after[person] += Fraction(weight)
    largest = max(map(Fraction, weights), default=Fraction(0))
    assert all(after[person] <= min(after.values()) + largest for person in set(people) if person)


@given(slots=st.lists(st.integers(1, 4), max_size=6), loads=LOADS)
def test_the_slots_of_an_item_go_to_different_people(slots: list[int], loads: list[int]) -> None:
    additions = [Addition(n, slot) for n, many in enumerate(slots) for slot in range(1, many + 1)]

    people = level(dict(enumerate(loads, 1)), additions)

    for entry, many in enumerate(slots):
        got = [
            person
            for addition, person in zip(additions, people, strict=True)
            if addition.entry == entry and person is not None
        ]
        assert len(got) == len(set(got)) == min(many, len(loads))


def test_what_only_one_may_do_moves_the_rest_to_others() -> None:
    only, all_ = frozenset({1}), frozenset({1, 2, 3})
    additions = [Addition(n, may=all_) for n in range(4)] + [Addition(9, may=only)]

    assert level({1: 0, 2: 0, 3: 3}, additions) == (2, 1, 2, 1, 1)


def test_a_chain_of_moves_levels_what_no_single_move_can() -> None:
    pairs = [frozenset({1, 2})] * 4 + [frozenset({2, 3})] * 4 + [frozenset({3, 4})] * 4
    additions = [Addition(n, may=may) for n, may in enumerate(pairs)]

    assert sorted(Counter(level({1: 9, 2: 0, 3: 0, 4: 0}, additions)).values()) == [4, 4, 4]
    assert Counter(level({1: 0, 2: 0, 3: 0, 4: 9}, additions)) == {1: 4, 2: 4, 3: 4}
