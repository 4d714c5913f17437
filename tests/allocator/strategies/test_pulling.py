"""Pulling: the bounds, the worked figures, and the laws of refill and load."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.pulling import OutOfBoundsError, Pulling, workloads

WORK = st.integers(0, 300)


@st.composite
def queues(draw: st.DrawFn) -> Pulling:
    size = draw(st.integers(3, 100))
    return Pulling(batch_size=size, max_batch_workload=draw(st.sampled_from(workloads(size))))


def test_without_a_word_a_batch_is_five_and_the_most_work_ten() -> None:
    assert (Pulling().batch_size, Pulling().max_batch_workload) == (5, 10)


@pytest.mark.parametrize("size", [2, 0, -1, 101])
def test_a_batch_size_out_of_bounds_is_told_its_range(size: int) -> None:
    with pytest.raises(OutOfBoundsError, match=r"^must be 3 to 100$") as caught:
        Pulling(batch_size=size, max_batch_workload=10)
    assert caught.value.name == "batch_size"


@pytest.mark.parametrize(
    ("size", "most", "fits"), [(5, 6, "7 to 10"), (3, 7, "5 to 6"), (100, 201, "102 to 200")]
)
def test_a_workload_out_of_bounds_is_told_the_range_of_its_batch_size(
    size: int, most: int, fits: str
) -> None:
    with pytest.raises(
        OutOfBoundsError, match=rf"^must be {fits} with a batch_size of {size}$"
    ) as caught:
        Pulling(batch_size=size, max_batch_workload=most)
    assert caught.value.name == "max_batch_workload"


def test_every_batch_size_has_a_workload_that_fits() -> None:
    assert all(len(workloads(size)) == size - 1 for size in range(3, 101))


def test_five_of_ten_hands_out_five_at_the_start_and_not_ten() -> None:
    queue = Pulling(batch_size=5, max_batch_workload=10)

    assert [queue.open(work) for work in (0, 5, 4)] == [5, 0, 5]
    assert [queue.refill(left) for left in (5, 6)] == [5, 0]


def test_five_of_seven_waits_until_two_are_left() -> None:
    queue = Pulling(batch_size=5, max_batch_workload=7)

    assert [queue.refill(left) for left in (5, 4, 3, 2, 1, 0)] == [0, 0, 0, 5, 5, 5]
    assert [queue.load(left) for left in (0, 2, 3, 6, 7, 9)] == [5, 5, 4, 1, 0, 0]


@given(queues(), WORK)
def test_a_refill_is_a_whole_batch_or_nothing_and_never_passes_the_most(
    queue: Pulling, work: int
) -> None:
    given_ = queue.refill(work)

    assert given_ in (0, queue.batch_size)
    assert not given_ or work + given_ <= queue.max_batch_workload


@given(queues(), st.integers(1, 10))
def test_opening_again_and_again_brings_one_batch(queue: Pulling, times: int) -> None:
    work = 0
    for _ in range(times):
        work += queue.open(work)

    assert work == queue.batch_size


@given(queues(), WORK)
def test_opening_brings_what_is_due_to_all_who_have_less_than_a_batch(
    queue: Pulling, work: int
) -> None:
    assert queue.open(work) == (queue.refill(work) if work < queue.batch_size else 0)


@given(queues(), WORK)
def test_a_load_fills_to_the_most_by_one_batch_at_most(queue: Pulling, work: int) -> None:
    given_ = queue.load(work)

    assert 0 <= given_ <= queue.batch_size
    assert not given_ or work + given_ <= queue.max_batch_workload
    assert given_ == queue.batch_size or work + given_ >= queue.max_batch_workload


@given(queues(), WORK)
def test_a_load_gives_at_least_what_a_refill_would(queue: Pulling, work: int) -> None:
    assert queue.load(work) >= queue.refill(work)


@given(queues(), WORK)
def test_less_work_never_brings_fewer_new_tasks(queue: Pulling, work: int) -> None:
    assert queue.refill(work) >= queue.refill(work + 1)
    assert queue.load(work) >= queue.load(work + 1)


@given(queues(), st.lists(st.sampled_from(["open", "complete", "load", "return"]), max_size=40))
def test_who_works_never_runs_dry_nor_passes_the_most_without_returns(
    queue: Pulling, steps: list[str]
) -> None:
    work, returned = queue.open(0), 0
    for step in steps:
        if step == "return":
            work, returned = work + 1, returned + 1
        elif step == "load":
            work += queue.load(work)
        else:
            work -= step == "complete"
            work += queue.refill(work) if step == "complete" else queue.open(work)
        assert work >= 1
        assert work <= queue.max_batch_workload + returned
