"""Draws: as the specification says, byte by byte, and as even as chance."""

from __future__ import annotations

import math
import struct
from collections import Counter
from fractions import Fraction
from itertools import combinations

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.wrong import WrongInputError
from reviewqueue.draws import (
    LOT,
    QA,
    REVIEW,
    Subject,
    check_rate,
    draws,
    expert,
    is_sampled,
    threshold,
)
from reviewqueue.model import MISSING, WHOLE_TASK, Unit

RATES = st.floats(0, 1) | st.sampled_from([0.0, 1.0, 0.1, 0.5, 5e-324, 1 - 2**-53])
SUBJECT = Subject(queue="digits", item="zeichnung-ä", slot=2, round=3)


def test_a_draw_is_the_hash_of_its_fields_each_after_its_length() -> None:
    texts = ["7", "expert:1", "digits", "zeichnung-ä", "2", "u-é", "3"]
    fields = [text.encode() for text in texts]
    said = b"".join(struct.pack(">I", len(field)) + field for field in fields)

    draw = draws(seed=7, purpose=expert(1), subject=SUBJECT)

    assert draw("u-é") == xxhash.xxh3_64_intdigest(said, seed=0)


def test_no_field_runs_into_the_next() -> None:
    found = {
        draws(seed=seed, purpose=REVIEW, subject=Subject(queue=q, item=i, slot=s, round=1))(unit)
        for seed, q, i, s, unit in [
            (1, "ab", "c", 1, "1"),
            (1, "a", "bc", 1, "1"),
            (1, "ab", "c1", 1, ""),
            (1, "ab", "c", 11, ""),
        ]
    }

    assert len(found) == 4


def test_what_has_no_external_id_goes_by_its_number() -> None:
    assert Unit(number=3, external_id="u").name == "u"
    assert Unit(number=WHOLE_TASK).name == "0"
    assert Unit(number=MISSING + 1).name == "1048577"


@given(rate=RATES)
def test_a_rate_is_applied_in_whole_numbers(rate: float) -> None:
    below = math.floor(Fraction(rate) * 2**64)

    assert threshold(rate) == below
    assert not is_sampled(below, rate)
    assert below == 0 or is_sampled(below - 1, rate)


def test_a_rate_of_one_takes_the_highest_draw_and_a_rate_of_zero_not_the_lowest() -> None:
    assert threshold(1) == 2**64
    assert threshold(0) == 0


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan, math.inf, -math.inf])
def test_what_is_no_rate_is_refused_by_name(rate: float) -> None:
    with pytest.raises(WrongInputError, match="must be 0 to 1") as refused:
        check_rate("rate", rate)
    assert refused.value.name == "rate"


CHI_SQUARE_81 = 147.3
"""Passed by a chi-square of 81 degrees of freedom once in 100,000 times: ten pairs, 1 in 10,000."""


def test_draws_of_two_purposes_are_independent() -> None:
    units = [f"u{n}" for n in range(20_000)]
    tenths = {
        purpose: [
            draw(unit) * 10 >> 64
            for draw in [draws(seed=20_26, purpose=purpose, subject=SUBJECT)]
            for unit in units
        ]
        for purpose in (REVIEW, expert(1), expert(2), QA, LOT)
    }

    for one, other in combinations(tenths, 2):
        assert _chi_square(tenths[one], tenths[other]) < CHI_SQUARE_81, (one, other)


def _chi_square(one: list[int], other: list[int]) -> float:
    rows, columns, cells = Counter(one), Counter(other), Counter(zip(one, other, strict=True))
    assert len(rows) == len(columns) == 10
    expected = {(r, c): rows[r] * columns[c] / len(one) for r in rows for c in columns}
    return sum((cells[cell] - many) ** 2 / many for cell, many in expected.items())
