"""Estimates: the rate, the window, and that the interval holds the truth as often as it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heapreplace
from math import log, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.estimates import (
    LEAST,
    RESAMPLES,
    WINDOW_MS,
    WINDOW_TASKS,
    Finished,
    Remaining,
    estimate,
)

MINUTE_MS = 60_000
NOW_MS = 10**12
RUNS = 300

Handling = Callable[[Random], float]


def steady(tasks: int, *, every_ms: int = MINUTE_MS, until_ms: int = NOW_MS) -> list[Finished]:
    """So many tasks, the last one finished at the end."""
    return [Finished(until_ms - back * every_ms) for back in reversed(range(tasks))]


def test_the_rest_takes_its_weight_over_the_rate() -> None:
    found = estimate(steady(60), Remaining(30, 45.0), now_ms=NOW_MS)

    assert found is not None
    assert found.takes_ms == 45 * MINUTE_MS
    assert (found.low_ms, found.high_ms) == (45 * MINUTE_MS, 45 * MINUTE_MS)
    assert [found.risk(minutes * MINUTE_MS) for minutes in (44, 45)] == [1, 0]


def test_below_twenty_finished_there_is_no_figure() -> None:
    assert estimate(steady(LEAST - 1), Remaining(5, 5), now_ms=NOW_MS) is None
    assert estimate(steady(LEAST), Remaining(5, 5), now_ms=NOW_MS) is not None


@pytest.mark.parametrize("finished", [[], [Finished(NOW_MS)] * 30])
def test_without_any_time_between_there_is_no_figure(finished: list[Finished]) -> None:
    assert estimate(finished, Remaining(5, 5), now_ms=NOW_MS) is None


def test_if_nothing_is_left_there_is_no_figure() -> None:
    assert estimate(steady(60), Remaining(0, 0), now_ms=NOW_MS) is None


def test_what_lies_before_the_window_does_not_count() -> None:
    slow = steady(500, every_ms=10 * MINUTE_MS, until_ms=NOW_MS - 2 * WINDOW_MS)
    hour = steady(3600, every_ms=1000)

    found = estimate(slow + hour, Remaining(10, 10), now_ms=NOW_MS)

    assert found is not None
    assert found.takes_ms == 10 * 1000


def test_the_window_is_fifty_tasks_if_an_hour_has_fewer() -> None:
    quick = steady(500, every_ms=1000, until_ms=NOW_MS - 2 * WINDOW_TASKS * WINDOW_MS)
    slow = steady(WINDOW_TASKS, every_ms=2 * WINDOW_MS)

    found = estimate(quick + slow, Remaining(10, 10), now_ms=NOW_MS)

    assert found is not None
    assert found.takes_ms == 20 * WINDOW_MS


def test_the_rate_falls_while_nobody_finishes_anything() -> None:
    then = estimate(steady(60), Remaining(30, 30), now_ms=NOW_MS)
    later = estimate(steady(60), Remaining(30, 30), now_ms=NOW_MS + WINDOW_MS)

    assert then is not None
    assert later is not None
    assert later.takes_ms > 2 * then.takes_ms


@st.composite
def histories(draw: st.DrawFn) -> list[Finished]:
    at_ms, made = NOW_MS, []
    for ago_ms in draw(st.lists(st.integers(0, 10 * MINUTE_MS), max_size=80)):
        weight = draw(st.sampled_from([0.1, 1, 5]))
        made.append(Finished(at_ms, weight, draw(st.integers(1, 3))))
        at_ms -= ago_ms
    return made[::-1]


@given(finished=histories(), tasks=st.integers(0, 10_000), late_ms=st.integers(0, WINDOW_MS))
def test_the_same_is_estimated_alike_and_in_order(
    finished: list[Finished], tasks: int, late_ms: int
) -> None:
    remaining, now_ms = Remaining(tasks, tasks / 2), NOW_MS + late_ms

    found = estimate(finished, remaining, now_ms=now_ms)

    assert found == estimate(finished, remaining, now_ms=now_ms)
    if found is not None:
        assert len(found.draws_ms) == RESAMPLES
        assert 0 <= found.draws_ms[0] <= found.low_ms <= found.high_ms
        risks = [found.risk(ms) for ms in (-1, found.low_ms, found.high_ms, found.draws_ms[-1])]
        assert risks[0] == 1
        assert risks == sorted(risks, reverse=True)
        assert risks[-1] == 0


def uneven(random: Random) -> float:
    """Minutes that vary as much as they are long: log-normal."""
    sigma = sqrt(log(2))
    return random.lognormvariate(-sigma * sigma / 2, sigma)


def memoryless(random: Random) -> float:
    return random.expovariate(1)


def finishing(random: Random, people: int, handling: Handling, tasks: int) -> list[int]:
    """When a team finishes so many tasks; some are quicker than others, all began long ago."""
    usual = [random.lognormvariate(0, 0.3) for _ in range(people)]
    line = [(handling(random) * usual[who] * random.random(), who) for who in range(people)]
    heapify(line)
    times: list[int] = []
    while len(times) < 3 * people + tasks:
        at, who = line[0]
        times.append(round(at * MINUTE_MS))
        heapreplace(line, (at + handling(random) * usual[who], who))
    return times[3 * people :]


def minutely(times: Sequence[int]) -> list[Finished]:
    """The same by the minute, as a busy queue tells it; the last one as it was."""
    marks: list[Finished] = []
    for at_ms in times:
        minute = min(-(-at_ms // MINUTE_MS) * MINUTE_MS, times[-1])
        if marks and marks[-1].at_ms == minute:
            last = marks.pop()
            marks.append(Finished(minute, last.weight + 1, last.tasks + 1))
        else:
            marks.append(Finished(minute))
    return marks


@pytest.mark.parametrize("handling", [uneven, memoryless])
@pytest.mark.parametrize("left", [10, 100, 1000])
@pytest.mark.parametrize(("people", "done"), [(1, 60), (4, 20), (10, 50), (40, 300)])
def test_the_interval_holds_the_truth_in_seventy_to_ninety_percent_of_simulated_runs(
    handling: Handling, left: int, people: int, done: int
) -> None:
    random = Random(done + left)
    held = 0
    for _ in range(RUNS):
        times = finishing(random, people, handling, done + 1 + left)
        now_ms, end_ms = times[done], times[-1]
        finished = (
            minutely(times[: done + 1]) if done > 100 else list(map(Finished, times[: done + 1]))
        )
        found = estimate(finished, Remaining(left, left), now_ms=now_ms)
        assert found is not None
        held += found.low_ms <= end_ms - now_ms <= found.high_ms

    assert 0.7 <= held / RUNS <= 0.9
