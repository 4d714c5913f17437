"""The search past what a person may not take, and past dead integers, against brute force."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtest.bench.bare import EPOCH, QUEUE, RANK_NONE, Project
from store.kernel import Kernel, Reply
from store.redis import Multiplexer
from tests.store.machine_operations import taken_out

MANY = 150
BEHIND = 110
_numbers = itertools.count(2_000_000)

patterns = st.one_of(
    st.sets(st.integers(1, MANY), max_size=12),
    st.sets(st.integers(1, MANY), min_size=MANY // 2),
    st.integers(1, 20).map(lambda step: set(range(step, MANY + 1, step))),
)
several = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
async def kernel(empty_redis: str) -> AsyncIterator[Kernel]:
    multiplexer = Multiplexer(empty_redis)
    await multiplexer.start()
    yield Kernel(multiplexer)
    await multiplexer.close()


async def project_of(kernel: Kernel, *, slots: int) -> Project:
    """MANY tasks, and BEHIND that stay untouched at first."""
    project = Project(kernel, next(_numbers))
    await project.create(slots, 2, max_held=1000)
    await project.fill(MANY + BEHIND)
    return project


async def remove(project: Project, entries: Sequence[int]) -> None:
    for start in range(0, len(entries), 100):
        some = [[entry, 1, RANK_NONE] for entry in entries[start : start + 100]]
        await project.change("remove_entries", queue=QUEUE, **taken_out(some))


async def rebuild(kernel: Kernel, project: Project) -> Reply:
    """A replay into the next epoch, where nothing was cleared away: its depth."""
    await kernel.replay(project.number, EPOCH + 1, 0, project.log)
    seq, chain, _ = project.log[-1]
    assert await kernel.open(project.number, EPOCH + 1, seq=seq, chain=chain)
    return await kernel.call("depth", project.number, EPOCH + 1, queue=QUEUE)


@given(free=patterns, count=st.integers(1, 100))
@several
async def test_what_is_free_among_what_one_holds_is_found_in_order(
    kernel: Kernel, free: set[int], count: int
) -> None:
    project = await project_of(kernel, slots=2)
    person = project.people[0]
    held = await project.reserve(person, 100) + await project.reserve(person, MANY - 100)
    tokens = {entry: project.log[-2 if entry <= 100 else -1][0] for entry in held}
    for entry in free:
        await project.change(
            "release", person=person, entry=entry, slot=1, token=tokens[entry], content=0
        )

    mine = [*sorted(free), *range(MANY + 1, MANY + BEHIND + 1)]
    assert await project.reserve(person, count) == mine[:count]
    assert await project.reserve(project.people[1], 100) == held[:100]


@given(dead=patterns, count=st.integers(1, 100))
@several
async def test_what_was_removed_untouched_is_passed_over(
    kernel: Kernel, dead: set[int], count: int
) -> None:
    project = await project_of(kernel, slots=1)
    await remove(project, sorted(dead))

    alive = [entry for entry in range(1, MANY + BEHIND + 1) if entry not in dead]
    assert await project.reserve(project.people[0], count) == alive[:count]
    assert await project.reserve(project.people[1], 100) == alive[count : count + 100]


async def test_more_dead_ones_than_one_call_may_pass_are_cleared_away(kernel: Kernel) -> None:
    project = await project_of(kernel, slots=1)
    await project.fill(3_000)
    assert await project.reserve(2) == [1]
    await remove(project, range(3, 2_501))
    assert await project.reserve(2) == [2]
    for word in ("again", "again"):
        reply = await kernel.call(
            "reserve", project.number, EPOCH, queue=QUEUE, person=2, count=1, target=0
        )
        assert reply.word == word
    assert await project.reserve(2, 2) == [2_501, 2_502]

    rebuilt = await rebuild(kernel, project)
    assert rebuilt.rest["queued"] == MANY + BEHIND + 3_000 - 2_502
    assert rebuilt.rest["oldest"] == 2_503


async def test_what_dies_at_the_front_of_a_backlog_is_dropped_at_once(kernel: Kernel) -> None:
    project = await project_of(kernel, slots=1)
    await project.fill(3_000)
    await remove(project, range(101, 1_001))
    await remove(project, range(1, 101))

    backlog = f"dibs:{{{project.number}}}:{EPOCH}:backlog:{QUEUE}:1:{RANK_NONE}"
    assert await kernel._connection.call("LLEN", backlog) == MANY + BEHIND + 3_000 - 1_000
    assert await project.reserve(2) == [1_001]
