"""LOT: nothing is in two lots or in none, and a lot ends in one of two ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.wrong import WrongInputError
from reviewqueue.draws import LOT, Subject, draws
from reviewqueue.lots import (
    MOST_SUBMISSIONS,
    Closing,
    Lots,
    Member,
    Open,
    Verdict,
    held,
    lowest,
    rest,
    verdict,
)
from reviewqueue.model import Unit
from reviewqueue.sampling import sample


@st.composite
def plans(draw: st.DrawFn) -> Lots:
    size = draw(st.integers(1, 30))
    many = draw(st.integers(1, size))
    accepted = draw(st.integers(0, many - 1))
    return Lots(size=size, drawn=many, accepted=accepted, timeout_ms=draw(st.integers(1, 50)))


ARRIVALS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 20)), max_size=40)
"""Units of each submission, and how long after the one before it came."""


@given(plan=plans(), arrivals=ARRIVALS)
def test_lots_balance(plan: Lots, arrivals: list[tuple[int, int]]) -> None:
    lots, so_far, members, now = [], Open(), list[int](), 0
    for number, (units, later) in enumerate(arrivals):
        now += later
        if so_far.closes(plan, now):
            lots.append((so_far, members))
            so_far, members = Open(), []
        before = so_far
        so_far, members = so_far.with_one(units, now), [*members, number]
        assert before.units < plan.size
        assert so_far.closes(plan, now) is not Closing.TIMEOUT

    assert [n for _, lot in [*lots, (so_far, members)] for n in lot] == list(range(len(arrivals)))
    for lot, numbers in [*lots, (so_far, members)]:
        assert lot.submissions == len(numbers) <= MOST_SUBMISSIONS
        assert lot.units == sum(arrivals[n][0] for n in numbers)


@given(plan=plans(), units=st.integers(1, 5))
def test_a_lot_closes_by_units_by_submissions_or_by_time(plan: Lots, units: int) -> None:
    one = Open().with_one(units, 1_000)
    full = units >= plan.size

    assert Open().closes(plan, 10**9) is None
    assert one.closes(plan, 1_000) is (Closing.UNITS if full else None)
    assert one.closes(plan, 1_000 + plan.timeout_ms - 1) is (Closing.UNITS if full else None)
    late = Closing.UNITS if full else Closing.TIMEOUT
    assert one.closes(plan, 1_000 + plan.timeout_ms) is late
    assert one.with_one(units, 1_900).first_ms == 1_000
    many = Open(units=0, submissions=MOST_SUBMISSIONS, first_ms=1_000)
    assert many.closes(plan, 1_000) is Closing.SUBMISSIONS


def lot_of(sizes: list[int]) -> list[Member]:
    return [
        Member(draw=draw(f"u{unit}"), entry=entry, slot=1, unit=unit)
        for entry, size in enumerate(sizes, 1)
        for draw in [
            draws(
                seed=7, purpose=LOT, subject=Subject(queue="q", item=f"i{entry}", slot=1, round=1)
            )
        ]
        for unit in range(1, size + 1)
    ]


SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=10)


@given(plan=plans(), members=SIZES.map(lot_of).flatmap(st.permutations))
def test_the_lowest_draws_speak_for_all_in_whatever_order_units_come(
    plan: Lots, members: list[Member]
) -> None:
    taken = lowest(plan.drawn, members)
    others = rest(members, taken)

    assert list(taken) == sorted(members)[: plan.drawn]
    assert sorted([*taken, *others]) == sorted(members)


@given(plan=plans(), sizes=SIZES, data=st.data())
def test_a_lot_is_refused_when_more_than_c_are_rejected_else_accepted(
    plan: Lots, sizes: list[int], data: st.DataObject
) -> None:
    taken = lowest(plan.drawn, lot_of(sizes))
    decisions = data.draw(st.lists(st.booleans(), min_size=len(taken), max_size=len(taken)))

    told = [
        verdict(plan.accepted, rejected=sum(decisions[:n]), pending=len(taken) - n)
        for n in range(len(taken) + 1)
    ]

    final = Verdict.REFUSED if sum(decisions) > plan.accepted else Verdict.ACCEPTED
    assert told[-1] is final
    assert all(one is Verdict.OPEN for one in told[: told.index(final)])
    assert all(one is final for one in told[told.index(final) :])


def test_units_that_wait_for_their_lot_are_not_sampled_and_say_so() -> None:
    units = [Unit(number=n, external_id=f"u{n}") for n in range(1, 9)]
    subject = Subject(queue="q", item="i", slot=1, round=1)

    taken = sample(units, how=held, seed=7, subject=subject)

    assert taken.numbers == ()
    assert taken.record.explain(units[0], subject).applied == held("")


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"size": 0}, "lot_size"),
        ({"drawn": 0}, "drawn"),
        ({"drawn": 201}, "drawn"),
        ({"accepted": -1}, "accepted"),
        ({"accepted": 20}, "accepted"),
        ({"timeout_ms": 0}, "lot_timeout"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(WrongInputError, match="must be") as refused:
        Lots(**{"drawn": 20, "accepted": 1, "timeout_ms": 1} | wrong)
    assert refused.value.name == name
