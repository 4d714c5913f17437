"""The audit sees the bugs it is there for: each of them, planted, is found within three seeds.

The mistakes are patches of these tests; the product has no switch for them.
The same scenarios, on the code as it is, are without any trouble.
"""

from __future__ import annotations

import hypothesis
import pytest
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RULE_MARKER as RULE
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from store.embedded import EmbeddedRedis
from tests.faults import lua_bugs, operation_bugs, protocol_bugs, snapshot_bugs
from tests.faults.field import NewField
from tests.store.kernel_machine import ProjectMachine
from tests.store.review_machine import ReviewMachine
from tests.store.test_deletion import Deleting

SEEDS = (1, 2, 3)
PLAYED = (*protocol_bugs.BUGS, *snapshot_bugs.BUGS, *operation_bugs.BUGS)
KEPT = ("attach", "expire", "release", "reserve", "submit", "time_passes")
"""Rules of the machine that the order of a queue rests on."""
KEPT_WHERE_WORK_LEAVES = (
    *("add_chosen", "add_of_another_dataset", "attach", "clear_waiting", "detach", "expire"),
    *("finish_detaching", "follow", "release", "reserve", "start", "submit", "time_passes"),
)
"""Rules that what is taken out of queues rests on."""
KEPT_WHERE_QUEUES_GO = (
    *("attach", "delete_queue", "drop_holds", "finish_deleting", "reserve", "start", "submit"),
    *("release", "expire", "time_passes"),
)
"""Rules that the end of a queue rests on."""
KEPT_WHERE_CHUNKS_COME = (
    *("attach", "begin_operation", "do_a_chunk", "end_operation", "follow", "reserve"),
)
"""Rules that what an operation does rests on."""
KEPT_WHERE_WORK_IS_REVIEWED = (
    *("review_some", "reserve_reviews", "decide", "mark_fixed", "do_some", "submit", "start"),
    *("nobody_may_review_their_own_work", "release", "renew", "time_passes"),
)
"""Rules that what becomes of a unit rests on."""


async def trouble(
    new_field: NewField, bug: protocol_bugs.Bug, seed: int, *, planted: bool
) -> list[str]:
    """What is found wrong after the bug's scenario."""
    with pytest.MonkeyPatch.context() as patch:
        async with new_field(seed) as field:
            if planted:
                bug.plant(patch)
            await bug.play(field, patch)
            return await field.trouble()


@pytest.mark.parametrize("bug", PLAYED, ids=str)
async def test_a_mistake_in_the_protocol_is_found(
    bug: protocol_bugs.Bug, new_field: NewField
) -> None:
    for seed in SEEDS:
        if await trouble(new_field, bug, seed, planted=True):
            return
    pytest.fail(f"{bug} was not found")


@pytest.mark.parametrize("bug", PLAYED, ids=str)
async def test_the_protocol_as_it_is_stands_the_same_scenario(
    bug: protocol_bugs.Bug, new_field: NewField
) -> None:
    for seed in SEEDS:
        assert await trouble(new_field, bug, seed, planted=False) == []


class Crowd(ProjectMachine):
    """Three people who take and give back a lot: what the order of a queue rests on."""

    @initialize()
    def begin(self) -> None:
        super().begin(slots=3, max_held=100, sizes=(0, 0))
        for _ in range(10):
            ProjectMachine.follow(self, queue=1, sizes=[4], pick=3)  # all of one class

    @rule(person=st.integers(2, 4), count=st.integers(1, 6))
    def reserve(self, person: int, count: int) -> None:
        super().reserve(queue=1, person=person, count=count, ensure=False, n=0)


class Leaving(ProjectMachine):
    """Work is taken out of queues while people hold it."""

    @initialize()
    def begin(self) -> None:
        super().begin(slots=2, max_held=100, sizes=(0, 0))
        for _ in range(5):
            ProjectMachine.follow(self, queue=1, sizes=[4], pick=3)

    @rule(person=st.integers(2, 4), count=st.integers(1, 3))
    def reserve(self, person: int, count: int) -> None:
        super().reserve(queue=1, person=person, count=count, ensure=False, n=0)


def left_out(kept: tuple[str, ...]) -> dict[str, None]:
    """Every rule of the machine but these, to be switched off."""
    rules = [name for name in dir(ProjectMachine) if hasattr(getattr(ProjectMachine, name), RULE)]
    assert set(kept) <= set(rules)
    return dict.fromkeys(set(rules) - set(kept))


def histories(url: str, seed: int, machine_: type[ProjectMachine], kept: tuple[str, ...]) -> None:
    """Random histories against the model, as in tests/store; raises what does not fit."""
    with redis.Redis.from_url(url) as client:
        client.flushall()  # the machine numbers its projects from 1
    own = {name: None for name in left_out(kept) if name not in vars(machine_)}
    machine = hypothesis.seed(seed)(type("Machine", (machine_,), {"url": url, **own}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


def named(one: object) -> str:
    """Bugs by their names, machines by theirs."""
    return one.__name__ if isinstance(one, type) else str(one) * isinstance(one, lua_bugs.Bug)


PLANTED: list[tuple[lua_bugs.Bug, type[ProjectMachine], tuple[str, ...]]] = [
    *((bug, Crowd, KEPT) for bug in lua_bugs.BUGS),
    *((bug, Leaving, KEPT_WHERE_WORK_LEAVES) for bug in lua_bugs.LEAVING),
    *((bug, Deleting, KEPT_WHERE_QUEUES_GO) for bug in lua_bugs.DELETING),
    *((bug, Leaving, KEPT_WHERE_CHUNKS_COME) for bug in lua_bugs.CHUNKS),
    *((bug, ReviewMachine, KEPT_WHERE_WORK_IS_REVIEWED) for bug in lua_bugs.REVIEWING),
]


@pytest.mark.parametrize(("bug", "machine", "kept"), PLANTED, ids=named)
def test_a_mistake_in_a_function_is_found(
    bug: lua_bugs.Bug,
    machine: type[ProjectMachine],
    kept: tuple[str, ...],
    own_redis: EmbeddedRedis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = lua_bugs.planted(bug)
    monkeypatch.setattr("store.kernel.library", lambda: text)
    for seed in SEEDS:
        try:
            histories(own_redis.url, seed, machine, kept)
        except AssertionError:
            return
    pytest.fail(f"{bug} was not found")


SOUND = [(Crowd, KEPT), (Deleting, KEPT_WHERE_QUEUES_GO), (Leaving, KEPT_WHERE_CHUNKS_COME)]


@pytest.mark.parametrize(("machine", "kept"), SOUND, ids=named)
def test_the_functions_as_they_are_stand_the_same_histories(
    machine: type[ProjectMachine], kept: tuple[str, ...], own_redis: EmbeddedRedis
) -> None:
    histories(own_redis.url, SEEDS[0], machine, kept)
