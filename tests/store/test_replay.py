"""A call that replays many events does what they did one by one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.embedded import EmbeddedRedis
from tests.store.kernel_machine import ProjectMachine

STEPS = 20


def _pick(random: Random) -> int:
    return random.randrange(10_000)


def _person(random: Random) -> int:
    return random.randint(2, 4)


def _flag(random: Random) -> int:
    return random.randint(0, 1)


def _picks(random: Random) -> list[int]:
    return [_pick(random) for _ in range(random.randint(1, 3))]


def _one_of(*those: int) -> Callable[[Random], int]:
    return lambda random: random.choice(those)


# Rules of the machine that work on tasks: how often, and what they are called with.
WORK: dict[str, tuple[int, dict[str, Callable[[Random], Any]]]] = {
    "reserve": (
        8,
        {
            "queue": _one_of(1),
            "person": _person,
            "count": _one_of(1, 1, 2, 5),
            "ensure": _flag,
            "n": _one_of(0, 0, *range(1, 40)),
        },
    ),
    "submit": (8, {"pick": _pick, "meaning": _one_of(1, 1, 2)}),
    "skip": (4, {"pick": _pick, "policy": _one_of(0, 0, 1, 2, 3)}),
    "time_passes": (2, {"step": _one_of(3_000, 10_000)}),
    "expire": (3, {"limit": _one_of(1, 5)}),
    "start": (2, {"pick": _pick}),
    "release": (2, {"pick": _pick}),
    "save_draft": (1, {"pick": _pick, "times": _one_of(1)}),
    "renew": (
        *(1,),
        {"pick": _pick, "takeover": _flag, "everything": _flag, "queue": _one_of(0, 1)},
    ),
    "reserve_anywhere": (1, {"person": _person, "count": _one_of(1, 4)}),
    "load_batch": (1, {"queue": _one_of(1), "person": _person, "pick": _pick}),
    "clear_batch": (
        *(1,),
        {"queue": _one_of(1), "person": _person, "pick": _pick, "started": _flag},
    ),
    "pick_a_task": (
        *(1,),
        {"queue": _one_of(1), "person": _person, "pick": _pick, "by_right": _one_of(1)},
    ),
    "set_status": (
        *(1,),
        {"pick": _pick, "person": _person, "manager": _one_of(1), "meaning": _one_of(1, 2)},
    ),
    "remove_status": (
        *(1,),
        {"pick": _pick, "own": _flag, "manager": _one_of(1), "recalled": _one_of(0)},
    ),
    "reopen": (1, {"picks": _picks, "to": _one_of(1, 2, 3), "person": _person}),
    "clear_skips": (1, {"queue": _one_of(1), "picks": _picks}),
    "pause_queue": (1, {"queue": _one_of(1), "mode": _one_of(0, 0, 1, 2)}),
    "change_member": (
        *(1,),
        {
            "person": _person,
            "member": _one_of(1),
            "active": _one_of(0, 1, 1),
            "roles": _one_of(8, 16, 16),
            "skills": lambda random: random.choice([[], [1], [1, 2]]),
        },
    ),
    "by_hand_for_a_while": (
        *(1,),
        {
            "queue": _one_of(1),
            "person": _person,
            "count": _one_of(1, 4),
            "pick": _pick,
            "how": lambda random: random.choice(["manual", "hidden"]),
        },
    ),
    "take_back": (2, {"limit": _one_of(1, 3)}),
    "recall_queue": (1, {"limit": _one_of(1, 3)}),
    "deal": (2, {"queue": _one_of(1), "picks": _picks, "stale": _one_of(9)}),
    "assign": (
        *(3,),
        {
            "queue": _one_of(1),
            "picks": _picks,
            "person": _one_of(0, 2, 3, 4),
            "started": _one_of(0, 1, 2),
            "lenient": _one_of(0, 1, 1),
            "at": _one_of(0, 1, 2, 3),
        },
    ),
    "create_range": (
        *(1,),
        {
            "queue": _one_of(1),
            "person": _person,
            "first": _one_of(*range(1, 12)),
            "size": _one_of(1, 2, 5),
            "said": lambda random: (random.choice([0, 10**13]), random.choice([-1, 3]), 7),
        },
    ),
    "pass_a_range_on": (
        *(2,),
        {
            "queue": _one_of(1),
            "pick": _pick,
            "to": _one_of(0, 2, 3, 4),
            "undone": _one_of(0, 1, 2),
        },
    ),
    "say_of_a_range": (
        *(1,),
        {"queue": _one_of(1), "pick": _pick, "said": lambda _: (9, "", 7), "known": lambda _: ""},
    ),
    "split_range": (1, {"queue": _one_of(1), "pick": _pick, "at": _one_of(*range(1, 12))}),
    "merge_ranges": (1, {"queue": _one_of(1), "pick": _pick, "further": _one_of(1)}),
    "set_priority": (
        *(1,),
        {"picks": _picks, "rank": _one_of(0, 1, 2, 3), "queue": _one_of(1)},
    ),
}


def work(machine: ProjectMachine, random: Random) -> None:
    """Most of what happens in a project: events about leases, one after the other."""
    weights = [often for often, _ in WORK.values()]
    for name in random.choices(list(WORK), weights, k=STEPS):
        inputs = {key: drawn(random) for key, drawn in WORK[name][1].items()}
        getattr(machine, name)(**inputs)


@pytest.mark.timeout(400)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    slots=st.integers(1, 3),
    max_held=st.sampled_from([3, 100, 100]),
    sizes=st.sampled_from([(0, 0), (0, 0), (3, 5)]),
    distributed=st.sampled_from([0, 0, 1]),
    random=st.randoms(use_true_random=True),
    some=st.integers(2, 20),
)
def test_events_that_are_replayed_as_one_do_what_they_did_one_by_one(
    redis_server: EmbeddedRedis,
    slots: int,
    max_held: int,
    sizes: tuple[int, int],
    distributed: int,
    random: Random,
    some: int,
) -> None:
    """Key by key, and more than is modelled: how a slot came to be as it is, say."""
    ProjectMachine.url = redis_server.url
    machine = ProjectMachine()
    try:
        machine.begin(slots=slots, max_held=max_held, sizes=sizes, distributed=distributed)
        machine.follow(queue=1, sizes=[4] * 10, pick=1)
        for _ in range(6):
            work(machine, random)
            live = machine.live()
            for size in (1, some, 1_000):
                assert machine.replayed_in_calls_of(size) == live
    finally:
        machine.teardown()
