"""Who and what stands out: each threshold from both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies import workload
from allocator.strategies.estimates import Estimate
from allocator.strategies.workload import AGING_AFTER_MS, HOUR_MS, IDLE_AFTER_MS, Open

NOW_MS = 1_000 * HOUR_MS
SOME = Open(3, 3)
EVENLY = Estimate(takes_ms=500, draws_ms=tuple(range(1, 1001)))


@pytest.mark.parametrize(
    ("open_", "ago_ms", "is_idle"),
    [
        (SOME, 0, False),
        (SOME, IDLE_AFTER_MS, False),
        (SOME, IDLE_AFTER_MS + 1, True),
        (SOME, None, True),
        (Open(), 0, True),
    ],
)
def test_idle_is_who_has_nothing_open_or_was_not_seen_for_a_day(
    open_: Open, ago_ms: int | None, *, is_idle: bool
) -> None:
    seen_ms = None if ago_ms is None else NOW_MS - ago_ms

    assert workload.idle(open_, seen_ms=seen_ms, now_ms=NOW_MS) == is_idle


@pytest.mark.parametrize(
    ("weights", "who"),
    [
        ([10, 10, 20], []),
        ([10, 10, 21], [2]),
        ([0, 0, 4], []),
        ([0, 0, 5], [2]),
        ([0, 0, 5, 6, 40], [4]),
        ([30], []),
        ([0, 12], []),
        ([], []),
    ],
)
def test_overloaded_is_who_has_over_twice_the_median_and_five_tasks(
    weights: list[int], who: list[int]
) -> None:
    loads = {person: Open(weight, weight) for person, weight in enumerate(weights)}

    assert workload.overloaded(loads) == set(who)


@given(weights=st.lists(st.integers(0, 50), max_size=20))
def test_at_most_half_the_people_are_overloaded(weights: list[int]) -> None:
    loads = {person: Open(weight, weight) for person, weight in enumerate(weights)}

    assert len(workload.overloaded(loads)) <= len(weights) / 2


@pytest.mark.parametrize(
    ("open_", "ago_ms", "is_aging"),
    [(SOME, AGING_AFTER_MS, False), (SOME, AGING_AFTER_MS + 1, True), (Open(), 10**12, False)],
)
def test_aging_is_open_work_that_nobody_touched_for_three_days(
    open_: Open, ago_ms: int, *, is_aging: bool
) -> None:
    assert workload.aging(open_, touched_ms=NOW_MS - ago_ms, now_ms=NOW_MS) == is_aging


@pytest.mark.parametrize(
    ("open_", "due_ms", "is_overdue"),
    [
        (SOME, NOW_MS + 1, False),
        (SOME, NOW_MS, True),
        (SOME, None, False),
        (Open(), NOW_MS, False),
    ],
)
def test_overdue_is_open_work_behind_its_due_date(
    open_: Open, due_ms: int | None, *, is_overdue: bool
) -> None:
    assert workload.overdue(open_, due_ms=due_ms, now_ms=NOW_MS) == is_overdue


@pytest.mark.parametrize(
    ("open_", "estimate", "due_ms", "risk"),
    [
        (SOME, EVENLY, NOW_MS + 1000, 0),
        (SOME, EVENLY, NOW_MS + 800, 0.2),
        (SOME, EVENLY, NOW_MS + 1, 0.999),
        (SOME, EVENLY, NOW_MS, 1),
        (SOME, None, NOW_MS - 1, 1),
        (SOME, None, NOW_MS + 1, None),
        (SOME, EVENLY, None, None),
        (Open(), None, NOW_MS - 1, 0),
    ],
)
def test_the_risk_is_how_likely_the_due_date_passes_first(
    open_: Open, estimate: Estimate | None, due_ms: int | None, risk: float | None
) -> None:
    found = workload.deadline_risk(open_, estimate, due_ms=due_ms, now_ms=NOW_MS)

    assert found == (None if risk is None else pytest.approx(risk))


def test_at_risk_is_what_is_likelier_late_than_one_in_five() -> None:
    assert [workload.at_risk(risk) for risk in (None, 0, 0.2, 0.21, 1)] == [False] * 3 + [True] * 2


@pytest.mark.parametrize(
    ("tasks", "handling_ms", "small", "large"),
    [
        (9, HOUR_MS // 60, True, False),
        (10, HOUR_MS // 60, False, False),
        (40, HOUR_MS, False, False),
        (41, HOUR_MS, False, True),
        (0, HOUR_MS, False, False),
        (10_000, None, False, False),
    ],
)
def test_too_small_takes_under_ten_minutes_and_too_large_over_forty_hours(
    tasks: int, handling_ms: int | None, *, small: bool, large: bool
) -> None:
    assert workload.too_small(tasks, handling_ms=handling_ms) == small
    assert workload.too_large(tasks, handling_ms=handling_ms) == large


def test_the_share_marked_urgent_is_of_what_is_open() -> None:
    assert [workload.urgent_share(*counts) for counts in ((0, 4), (3, 4), (0, 0))] == [
        0,
        0.75,
        None,
    ]
