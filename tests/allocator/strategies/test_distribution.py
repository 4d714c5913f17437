"""Distribution: the laws of loads, against the plainest reading of the rule, too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.distribution import (
    Addition,
    Dealt,
    Share,
    WrongSharesError,
    distribute,
    shares_of,
)

WEIGHTS = st.one_of(st.integers(1, 9), st.sampled_from([0.1, 0.25, 1.5, 1e-9, 1e9]))


@st.composite
def listed(draw: st.DrawFn, most: int = 8) -> tuple[Share, ...]:
    """People with loads that add up to whatever they like, some of them with none."""
    loads = draw(st.lists(st.integers(0, 40), min_size=1, max_size=most).filter(any))
    people = draw(st.permutations(range(1, len(loads) + 1)))
    return tuple(Share(p, Fraction(load, 7)) for p, load in zip(people, loads, strict=True))


@st.composite
def additions(draw: st.DrawFn, people: Sequence[int], *, open_to_all: bool) -> list[Addition]:
    """Tasks of items with one slot or some, which not everybody may do if that is wanted."""
    some = st.frozensets(st.sampled_from(people))
    made: list[Addition] = []
    for entry in range(draw(st.integers(0, 25))):
        may = None if open_to_all else draw(st.none() | some)
        without = frozenset[int]() if open_to_all else draw(st.just(frozenset[int]()) | some)
        slots = 1 if open_to_all else draw(st.integers(1, 3))
        weight = draw(WEIGHTS)
        made += [Addition(entry, slot, weight, may, without) for slot in range(1, slots + 1)]
    return made


@st.composite
def cases(draw: st.DrawFn, *, open_to_all: bool) -> tuple[tuple[Share, ...], list[Addition]]:
    shares = draw(listed())
    people = [share.person for share in shares]
    return shares, draw(additions(people, open_to_all=open_to_all))


def plainly(shares: Sequence[Share], tasks: Iterable[Addition], *, weighted: bool) -> Dealt:
    """The rule of SEMANTICS §4, word by word."""
    everyone = sum(share.load for share in shares)
    load = {share.person: share.load / everyone for share in shares}
    had = {share.person: Fraction(0) for share in shares}
    people: list[int | None] = []
    for number, task in enumerate(tasks):
        earlier = [p for t, p in zip(tasks, people, strict=False) if t.entry == task.entry]
        able = [
            p
            for p in load
            if load[p] and (task.may is None or p in task.may) and p not in task.without
        ]
        able = [p for p in able if p not in earlier[:number]]
        weight = Fraction(task.weight) if weighted else Fraction(1)
        total = sum(had.values()) + weight
        behind = [p for p in able if load[p] * total > had[p]] or able
        if weighted:
            found = max(able, key=lambda p: load[p] * total - had[p], default=None)
        else:
            found = min(behind, key=lambda p: math.ceil((had[p] + 1) / load[p]), default=None)
        people.append(found)
        if found is not None:
            had[found] += weight
    return Dealt(people=tuple(people), given=had)


@given(case=cases(open_to_all=False), weighted=st.booleans())
def test_each_addition_goes_where_the_rule_sends_it(
    case: tuple[tuple[Share, ...], list[Addition]], *, weighted: bool
) -> None:
    shares, tasks = case

    assert distribute(shares, {}, tasks, weighted=weighted) == plainly(
        shares, tasks, weighted=weighted
    )


@given(shares=listed(), chunks=st.lists(st.integers(0, 30), max_size=6))
def test_everyone_is_within_one_task_of_their_load(
    shares: tuple[Share, ...], chunks: list[int]
) -> None:
    had: Mapping[int, Fraction] = {}
    everyone = sum(share.load for share in shares)
    for size in chunks:
        for entry in range(size):
            had = distribute(shares, had, [Addition(entry)]).given
            total = sum(had.values())
            for share in shares:
                assert abs(had[share.person] - share.load / everyone * total) <= 1


@given(case=cases(open_to_all=True))
def test_by_weight_nobody_is_more_than_the_largest_item_above_their_load(
    case: tuple[tuple[Share, ...], list[Addition]],
) -> None:
    shares, tasks = case
    everyone = sum(share.load for share in shares)

    dealt = distribute(shares, {}, tasks, weighted=True)

    largest = max((Fraction(task.weight) for task in tasks), default=Fraction(0))
    total = sum(dealt.given.values())
    for share in shares:
        assert dealt.given[share.person] <= share.load / everyone * total + largest


@given(people=st.integers(1, 30), sizes=st.lists(st.integers(0, 40), max_size=5))
def test_with_equal_loads_nobody_gets_none_while_another_has_two(
    people: int, sizes: list[int]
) -> None:
    shares, had = shares_of(range(1, people + 1)), dict[int, Fraction]()
    for size in sizes:
        had = dict(distribute(shares, had, [Addition(n) for n in range(size)]).given)
        assert max(had.values()) - min(had.values()) <= 1


@given(case=cases(open_to_all=False), weighted=st.booleans())
def test_shares_add_up_to_what_was_dealt(
    case: tuple[tuple[Share, ...], list[Addition]], *, weighted: bool
) -> None:
    shares, tasks = case

    dealt = distribute(shares, {}, tasks, weighted=weighted)

    taken = [t for t, p in zip(tasks, dealt.people, strict=True) if p is not None]
    assert sum(dealt.given.values()) == (
        sum(Fraction(t.weight) for t in taken) if weighted else len(taken)
    )
    for share in shares:
        own = [t for t, p in zip(tasks, dealt.people, strict=True) if p == share.person]
        assert dealt.given[share.person] == (
            sum(Fraction(t.weight) for t in own) if weighted else len(own)
        )


@given(case=cases(open_to_all=False))
def test_every_slot_of_an_item_goes_to_another_person_who_may(
    case: tuple[tuple[Share, ...], list[Addition]],
) -> None:
    shares, tasks = case
    takes = {share.person for share in shares if share.load}

    dealt = distribute(shares, {}, tasks)

    for entry in {task.entry for task in tasks}:
        slots = [(t, p) for t, p in zip(tasks, dealt.people, strict=True) if t.entry == entry]
        task = slots[0][0]
        able = (takes if task.may is None else takes & task.may) - task.without
        got = [person for _, person in slots if person is not None]
        assert len(got) == len(set(got)) == min(len(slots), len(able))
        assert set(got) <= able


@given(
    case=cases(open_to_all=False),
    cuts=st.lists(st.integers(0, 80), max_size=5),
    weighted=st.booleans(),
)
def test_in_what_chunks_they_come_changes_nothing(
    case: tuple[tuple[Share, ...], list[Addition]], cuts: list[int], *, weighted: bool
) -> None:
    shares, tasks = case
    whole = distribute(shares, {}, tasks, weighted=weighted)

    people: list[int | None] = []
    had: dict[int, Fraction] = {}
    for first, last in pairwise([0, *sorted(min(cut, len(tasks)) for cut in cuts), len(tasks)]):
        part = [
            task._replace(without=task.without | _slots_before(tasks, people, task.entry))
            for task in tasks[first:last]
        ]
        dealt = distribute(shares, had, part, weighted=weighted)
        people, had = [*people, *dealt.people], dict(dealt.given)

    assert tuple(people) == whole.people
    assert had == (whole.given if tasks else had)


def _slots_before(
    tasks: Sequence[Addition], people: Sequence[int | None], entry: int
) -> frozenset[int]:
    """Who has a slot of this item from an earlier chunk."""
    dealt = zip(tasks, people, strict=False)
    return frozenset(p for task, p in dealt if task.entry == entry and p is not None)


@given(case=cases(open_to_all=False), weighted=st.booleans())
def test_the_same_is_dealt_alike_and_in_order(
    case: tuple[tuple[Share, ...], list[Addition]], *, weighted: bool
) -> None:
    shares, tasks = case
    dealt = distribute(shares, {}, tasks, weighted=weighted)

    assert distribute(shares, {}, iter(tasks), weighted=weighted) == dealt
    assert len(dealt.people) == len(tasks)


def test_half_a_quarter_and_a_quarter_take_turns() -> None:
    shares = shares_of([1, 2, 3], [50, 25, 25])

    dealt = distribute(shares, {}, [Addition(n) for n in range(8)])

    assert dealt.people == (1, 2, 1, 3, 1, 2, 1, 3)


def test_who_is_ahead_of_their_load_still_gets_what_only_they_may_do() -> None:
    shares, only = shares_of([1, 2]), frozenset({1})

    dealt = distribute(shares, {}, [Addition(n, may=only) for n in range(3)])

    assert dealt.people == (1, 1, 1)
    assert distribute(shares, dealt.given, [Addition(n) for n in range(4)]).people == (2, 2, 2, 1)


def test_what_nobody_listed_may_do_goes_to_nobody_and_counts_for_nobody() -> None:
    shares = shares_of([1, 2], [100, 0])
    tasks = [Addition(1, may=frozenset({2, 3})), Addition(2, slot=1), Addition(2, slot=2)]

    dealt = distribute(shares, {}, tasks)

    assert dealt.people == (None, 1, None)
    assert dealt.given == {1: 1, 2: 0}
    assert distribute((), {}, tasks).people == (None, None, None)


def test_a_third_may_be_written_as_anyone_writes_it() -> None:
    shares = shares_of([7, 5, 9], [33.3, 33.3, 33.3])

    assert [share.load for share in shares] == [Fraction(333, 10)] * 3
    assert distribute(shares, {}, [Addition(n) for n in range(4)]).people == (7, 5, 9, 7)


@pytest.mark.parametrize(
    ("people", "loads", "slots", "name", "right"),
    [
        ([1, 2], [60, 39], 1, "loads", "must add up to 100 percent, not 99"),
        ([1, 2], [60, 41], 1, "loads", "must add up to 100 percent, not 101"),
        ([1, 2], [60], 1, "loads", "must be 2, one for each of the people"),
        ([], [100], 1, "loads", "must be 0, one for each of the people"),
        ([1, 2], [110, -10], 1, "loads[0]", "must be 0 to 100 percent"),
        ([1, 2], [60, -0.5], 1, "loads[1]", "must be 0 to 100 percent"),
        ([1, 2], [math.nan, 100], 1, "loads[0]", "must be 0 to 100 percent"),
        ([1, 2], [50, math.inf], 1, "loads[1]", "must be 0 to 100 percent"),
        ([1, 2, 1], None, 1, "people[2]", "must not be listed before"),
        (
            [1, 2, 3],
            [50, 50, 0],
            3,
            "people",
            "must be at least 3 with a load above 0, as items have 3 slots",
        ),
    ],
)
def test_wrong_shares_are_told_what_would_be_right(
    people: list[int], loads: list[float] | None, slots: int, name: str, right: str
) -> None:
    with pytest.raises(WrongSharesError) as caught:
        shares_of(people, loads, slots=slots)

    assert (caught.value.name, str(caught.value)) == (name, right)


@given(loads=st.lists(st.floats(), max_size=5))
def test_any_loads_are_right_or_told_what_is_wrong(loads: list[float]) -> None:
    people = range(1, len(loads) + 1)
    wrong: WrongSharesError | None
    try:
        shares = shares_of(people, loads)
    except WrongSharesError as caught:
        wrong, shares = caught, ()
    else:
        wrong = None

    assert wrong is None or wrong.name.startswith("loads")
    assert wrong or [share.person for share in shares] == list(people)
    assert not shares or round(sum(share.load for share in shares)) == 100
