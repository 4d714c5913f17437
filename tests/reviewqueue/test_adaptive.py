"""ADAPTIVE: its formula, from 1 for what is new down to what the work deserves."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.wrong import WrongInputError
from reviewqueue.adaptive import Adaptive, Figures, Slice, wilson_upper
from reviewqueue.record import Applied, Rule

COUNTS = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
PLANS = st.builds(
    Adaptive,
    target=st.floats(0.001, 1),
    base=st.floats(0, 1),
    least=st.floats(0, 1),
    new_units=st.integers(0, 100),
    slices=st.just((Slice(attribute="light", value="night"),)),
)


@given(counts=COUNTS)
def test_the_bound_is_where_what_was_found_is_just_within_95_percent(
    counts: tuple[int, int],
) -> None:
    rejected, reviewed = counts
    found = rejected / reviewed

    upper = wilson_upper(rejected, reviewed)

    reach = 1.959963984540054 * math.sqrt(upper * (1 - upper) / reviewed)
    assert upper - found == pytest.approx(reach, abs=1e-7)
    assert found <= upper <= 1


def test_the_bound_is_that_of_the_books() -> None:
    assert wilson_upper(0, 0) == 1
    assert wilson_upper(0, 10) == pytest.approx(0.2775, abs=5e-5)
    assert wilson_upper(10, 100) == pytest.approx(0.1744, abs=5e-5)


@given(plan=PLANS, counts=COUNTS, before=st.integers(100, 10_000))
def test_the_rate_is_that_of_the_formula(
    plan: Adaptive, counts: tuple[int, int], before: int
) -> None:
    rejected, reviewed = counts
    figures = Figures(
        reviewed=reviewed, rejected=rejected, of_author=before, of_class=before, as_of=17
    )

    applied = plan.applied(figures, {"light": "day"})

    wanted = wilson_upper(rejected, reviewed) / plan.target * plan.base
    rate = plan.least if wanted < plan.least else 1.0 if wanted > 1 else wanted
    assert applied == Applied(rule=Rule.ADAPTIVE, rate=rate, inputs=(reviewed, rejected, 17))


@given(plan=PLANS, reviewed=st.integers(1, 200))
def test_another_reject_never_lowers_the_rate(plan: Adaptive, reviewed: int) -> None:
    rates = [
        plan.applied(
            Figures(reviewed=reviewed, rejected=many, of_author=200, of_class=200), {}
        ).rate
        for many in range(reviewed + 1)
    ]

    assert rates == sorted(rates)


@given(plan=PLANS, of_author=st.integers(0, 200), of_class=st.integers(0, 200))
def test_the_first_units_of_an_author_or_class_are_all_reviewed(
    plan: Adaptive, of_author: int, of_class: int
) -> None:
    figures = Figures(reviewed=100, of_author=of_author, of_class=of_class)

    applied = plan.applied(figures, {})

    new = of_author < plan.new_units or of_class < plan.new_units
    assert (applied == Applied(rule=Rule.NEW, rate=1.0)) == new
    assert new or applied.rule is Rule.ADAPTIVE


@given(plan=PLANS)
def test_items_that_a_slice_rule_names_are_always_reviewed(plan: Adaptive) -> None:
    how = plan.of_work(
        {"car": Figures(reviewed=200, of_author=999, of_class=999)}, {"light": "night"}
    )

    assert how("car") == how("never seen") == Applied(rule=Rule.SLICE, rate=1.0)


def test_a_class_without_figures_is_new() -> None:
    how = Adaptive(target=0.1, base=0.2).of_work({}, {})

    assert how("car") == Applied(rule=Rule.NEW, rate=1.0)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"target": 0.0}, "target"),
        ({"target": math.nan}, "target"),
        ({"base": 1.5}, "base"),
        ({"least": -0.5}, "min"),
        ({"new_units": -1}, "new_units"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(WrongInputError, match="must be") as refused:
        Adaptive(**{"target": 0.1, "base": 0.2} | wrong)
    assert refused.value.name == name
