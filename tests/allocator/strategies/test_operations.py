"""A plan is cut into chunks of one queue each, in order, and nothing is in two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies import operations
from allocator.strategies.operations import CHUNK, Plan, Run, chunk_key, pieces
from store import events

RUNS = st.lists(
    st.builds(
        Run,
        queue=st.integers(1, 3),
        first=st.integers(1, 10_000),
        size=st.integers(1, 350),
        class_=st.integers(1, 3),
        rank=st.integers(0, 3),
        slot=st.integers(0, 2),
    ),
    max_size=8,
)


@given(runs=RUNS)
def test_the_chunks_of_a_plan_are_its_entries_in_order(runs: list[Run]) -> None:
    plan = Plan(runs)
    parts = [plan.part(chunk) for chunk in range(1, plan.chunks + 1)]

    wanted = [
        (run.queue, run.first + i, run.class_, run.rank, run.slot)
        for run in runs
        for i in range(run.size)
    ]
    assert [(part.queue, *entry) for part in parts if part for entry in part.entries] == wanted
    assert all(part and 0 < len(part.entries) <= CHUNK for part in parts)
    assert plan.total == len(wanted)
    assert plan.part(plan.chunks + 1) is None


@given(gaps=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60)), max_size=8))
def test_the_pieces_of_a_dataset_are_its_items_in_order_so_many_each(
    gaps: list[tuple[int, int]],
) -> None:
    runs, number = [], 1
    for gap, count in gaps:
        runs.append((number + gap, count))
        number += gap + count
    items = [first + i for first, count in runs for i in range(count)]

    found = [
        [item for item in items if piece.after < item <= piece.last] for piece in pieces(runs, 20)
    ]

    assert [item for piece in found for item in piece] == items
    assert [len(piece) for piece in found[:-1]] == [20] * (len(found) - 1)
    assert all(0 < len(piece) <= 20 for piece in found)


def test_the_driver_asks_as_the_log_understands() -> None:
    assert operations.OPERATIONS == events.OPERATIONS
    assert chunk_key(7, 3).session == events.OPERATIONS + 7
