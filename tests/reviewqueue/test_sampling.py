"""Sampling: the same again, more at a higher rate, as many as the rate says, and explained."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.wrong import WrongInputError
from reviewqueue.draws import LOT, REVIEW, Subject
from reviewqueue.model import MISSING, MOST_UNITS, Due, Unit
from reviewqueue.record import Applied, Record, Rule
from reviewqueue.sampling import Precedence, Rates, Sample, sample

RATES = st.floats(0, 1)
CLASSES = ["car", "bus", ""]
SUBJECTS = st.builds(
    Subject,
    queue=st.sampled_from(["q", "w"]),
    item=st.text(max_size=4),
    slot=st.integers(1, 3),
    round=st.integers(1, 3),
)
NUMBERS = st.integers(0, 40) | st.integers(MISSING, MISSING + 5)
UNITS = st.dictionaries(
    NUMBERS, st.tuples(st.sampled_from(CLASSES), st.sampled_from(Due)), max_size=30
).map(
    lambda units: [
        Unit(number=number, external_id=f"u{number}", class_name=name, due=due)
        for number, (name, due) in units.items()
    ]
)
SETTINGS = st.builds(
    Rates,
    overall=RATES,
    by_class=st.dictionaries(st.sampled_from(CLASSES[:2]), RATES),
    by_annotator=st.dictionaries(st.integers(1, 2), RATES),
    discard=st.none() | RATES,
    precedence=st.sampled_from(Precedence),
)


def sampled(units: list[Unit], rates: Rates, subject: Subject, author: int = 1) -> Sample:
    return sample(units, how=rates.of_work(author), seed=7, subject=subject)


@given(units=UNITS, rates=SETTINGS, subject=SUBJECTS)
def test_a_retry_samples_the_same_in_whatever_order_units_come(
    units: list[Unit], rates: Rates, subject: Subject
) -> None:
    first = sampled(units, rates, subject)

    again = sampled(units[::-1], rates, subject)

    assert again.numbers == first.numbers


@given(units=UNITS, rates=st.lists(RATES, min_size=2, max_size=2), subject=SUBJECTS)
def test_raising_a_rate_only_adds(units: list[Unit], rates: list[float], subject: Subject) -> None:
    low, high = (sampled(units, Rates(overall=rate), subject) for rate in sorted(rates))

    assert set(low.numbers) <= set(high.numbers)


@given(units=UNITS, rates=SETTINGS, subject=SUBJECTS)
def test_what_must_be_reviewed_is_and_what_stays_is_not(
    units: list[Unit], rates: Rates, subject: Subject
) -> None:
    numbers = set(sampled(units, rates, subject).numbers)

    assert all(unit.number in numbers for unit in units if unit.due is Due.ALWAYS)
    assert not any(unit.number in numbers for unit in units if unit.due is Due.NEVER)


@given(units=UNITS, rates=SETTINGS, subject=SUBJECTS, author=st.integers(1, 3))
def test_every_unit_is_explained_by_what_was_kept(
    units: list[Unit], rates: Rates, subject: Subject, author: int
) -> None:
    taken = sample(units, how=rates.of_work(author), seed="s", subject=subject, purpose=LOT)

    kept = Record.unpack(taken.record.pack())

    assert kept == taken.record
    explained = {unit.number: kept.explain(unit, subject) for unit in units}
    assert {n for n, why in explained.items() if why.sampled} == set(taken.numbers)
    for unit in units:
        if unit.due is Due.DRAWN:
            why = explained[unit.number]
            assert why.applied == rates.of_work(author)(unit.class_name)
            assert why.draw is not None
        else:
            assert explained[unit.number].applied.rule is Rule[unit.due.name]


def test_the_record_of_the_largest_correction_stays_small() -> None:
    units = [
        Unit(number=n, external_id=f"u{n}", class_name=f"class {n}", due=list(Due)[n % 3])
        for n in range(MOST_UNITS)
    ]

    taken = sampled(units, Rates(overall=0.2), Subject(queue="q", item="i", slot=1, round=2))

    assert len(taken.record.pack()) < 16_384


BOTH = {
    Precedence.MAX: Applied(rule=Rule.ANNOTATOR, rate=0.5, inputs=(0.25, 0.5)),
    Precedence.CLASS: Applied(rule=Rule.CLASS, rate=0.25, inputs=(0.25, 0.5)),
    Precedence.ANNOTATOR: Applied(rule=Rule.ANNOTATOR, rate=0.5, inputs=(0.25, 0.5)),
    Precedence.PRODUCT: Applied(rule=Rule.PRODUCT, rate=0.125, inputs=(0.25, 0.5)),
}


@pytest.mark.parametrize("precedence", Precedence)
def test_precedence_says_which_rate_holds_where_both_apply(precedence: Precedence) -> None:
    rates = Rates(
        overall=0.75, by_class={"car": 0.25}, by_annotator={1: 0.5}, precedence=precedence
    )

    assert rates.of_work(1)("car") == BOTH[precedence]
    assert rates.of_work(2)("car") == Applied(rule=Rule.CLASS, rate=0.25)
    assert rates.of_work(1)("bus") == Applied(rule=Rule.ANNOTATOR, rate=0.5)
    assert rates.of_work(2)("bus") == Applied(rule=Rule.GLOBAL, rate=0.75)


def test_a_discard_has_its_own_rate_or_the_global_one() -> None:
    rates = Rates(overall=0.5, by_annotator={1: 1.0})

    assert rates.of_discard() == Applied(rule=Rule.GLOBAL, rate=0.5)
    assert replace(rates, discard=0.0).of_discard() == Applied(rule=Rule.DISCARD, rate=0.0)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"overall": math.nan}, "sampling_rate"),
        ({"by_class": {"car": 0.5, "bus": 1.5}}, "class_rates[1].rate"),
        ({"by_annotator": {9: -1.0}}, "annotator_rates[0].rate"),
        ({"discard": 2.0}, "discard_review_rate"),
    ],
)
def test_rates_outside_of_zero_to_one_are_refused_by_name(wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(WrongInputError, match="must be 0 to 1") as refused:
        Rates(**wrong)
    assert refused.value.name == name


SUBMISSIONS, UNITS_EACH = 5_000, 200
BY_CLASS = {f"c{n}": rate for n, rate in enumerate([0.001, 0.02, 0.1, 0.2, 0.35, 0.5, 0.8, 0.99])}
BY_ANNOTATOR = {1: 0.0005, 2: 0.05, 3: 0.3, 4: 0.95, 5: 1.0}
CHANCE = 1e-4
"""That this test would fail if the draws were chance: 99.99 % over all its bounds."""


def test_of_a_million_draws_as_many_are_sampled_as_the_rates_say() -> None:
    rates = Rates(by_class=BY_CLASS, by_annotator=BY_ANNOTATOR, precedence=Precedence.PRODUCT)
    names = list(BY_CLASS)
    units = [Unit(number=n, external_id=f"u{n}", class_name=names[n % 8]) for n in range(200)]
    taken: Counter[tuple[str, int]] = Counter()
    for n in range(SUBMISSIONS):
        subject = Subject(queue="q", item=f"i{n}", slot=1, round=1)
        author = 1 + n % 5
        numbers = sample(units, how=rates.of_work(author), seed=20_26, subject=subject).numbers
        taken.update((names[number % 8], author) for number in numbers)

    bounds = len(BY_CLASS) * len(BY_ANNOTATOR)
    many = SUBMISSIONS * UNITS_EACH // bounds
    for name, of_class in BY_CLASS.items():
        for author, of_author in BY_ANNOTATOR.items():
            chance = _chance(taken[name, author], many, of_class * of_author)
            assert chance > CHANCE / bounds / 2, (name, author, taken[name, author])


def _chance(many: int, of: int, rate: float) -> float:
    """Of so many or more, or of so many or fewer, whichever is away from the mean: exactly."""
    if many > rate * of:
        return _chance(of - many, of, 1 - rate)
    choices = math.lgamma(of + 1) - math.lgamma(many + 1) - math.lgamma(of - many + 1)
    term = math.exp(choices + many * math.log(rate) + (of - many) * math.log1p(-rate))
    chance = 0.0
    while many >= 0 and term > 1e-18:
        chance += term
        term *= many / (of - many + 1) * (1 - rate) / rate
        many -= 1
    return chance


def test_every_class_and_annotator_is_drawn_for_alike() -> None:
    """One rate for all: what is sampled does not depend on the words of class and annotator."""
    units = {name: [Unit(number=1, external_id="u", class_name=name)] for name in CLASSES}
    subject = Subject(queue="q", item="i", slot=1, round=1)

    found: Mapping[str, Sample] = {
        name: sample(some, how=Rates(overall=0.5).of_work(n), seed=1, subject=subject)
        for n, (name, some) in enumerate(units.items())
    }

    assert len({one.numbers for one in found.values()}) == 1
    assert all(one.record.purpose == REVIEW for one in found.values())
