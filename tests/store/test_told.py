"""What is told of an event is what it does, as long histories of work show."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from store import events
from store.embedded import EmbeddedRedis
from tests.store.kernel_machine import ProjectMachine

STEPS = 300
SOMETIMES = frozenset(
    {
        *("granted", "started", "renewed", "drafted", "submitted", "skipped", "released"),
        *("expired", "status_set", "status_removed", "reopened", "removed", "prioritised"),
        *("skips_cleared", "recalled", "assigned"),
    }
)
"""Kinds of which some must be among the events of all histories."""


def _steps(machine: ProjectMachine, fate: random.Random) -> list[Callable[[], object]]:
    """What people and managers do with tasks; each predicts its answer, and is judged."""

    def pick() -> int:
        return fate.randrange(10_000)

    def person() -> int:
        return fate.randint(1, 4)

    def picks() -> list[int]:
        return [pick() for _ in range(fate.randint(1, 3))]

    def flag() -> int:
        return fate.randint(0, 1)

    return [
        lambda: machine.do_some(1, person(), fate.randint(1, 3), fate.randint(1, 2)),
        lambda: machine.reserve(queue=1, person=person(), count=2, ensure=False, n=pick()),
        lambda: machine.start(pick()),
        lambda: machine.submit(pick(), fate.randint(1, 2)),
        lambda: machine.release(pick()),
        lambda: machine.renew(pick=pick(), takeover=flag(), everything=bool(flag()), queue=0),
        lambda: machine.save_draft(pick(), 1),
        lambda: machine.skip(pick(), 0),
        lambda: machine.skip_one_after_the_other([person() for _ in range(4)], save=bool(flag())),
        lambda: machine.look(2),
        lambda: machine.clear_skips(1, picks()),
        lambda: machine.time_passes(10_000),
        lambda: machine.expire(3),
        lambda: machine.set_status(pick=pick(), person=person(), manager=flag(), meaning=1),
        lambda: machine.remove_status(pick=pick(), own=True, manager=1, recalled=flag()),
        lambda: machine.reopen(picks(), fate.randint(1, 3), person()),
        lambda: machine.remove_entries(picks()[:1], 1),
        lambda: machine.set_priority(picks(), fate.randint(0, 3), 1),
        lambda: machine.pause_queue(1, fate.choice([0, 0, 2])),
        lambda: machine.recall_queue(2),
        lambda: machine.assign(
            queue=1, picks=picks(), person=person(), started=2, lenient=1, at=fate.randint(0, 3)
        ),
    ]


@pytest.mark.timeout(120)
def test_whatever_an_event_changes_it_names_and_whatever_it_tells_is_so(
    redis_server: EmbeddedRedis,
) -> None:
    ProjectMachine.url = redis_server.url
    seen: set[str] = set()
    for seed in range(4):
        fate, machine = random.Random(seed), ProjectMachine()
        try:
            machine.begin(slots=seed % 3 + 1, max_held=100, sizes=(0, 0))
            machine.add_chosen(queue=1, rank=fate.randint(0, 3), items=list(range(1, 31)))
            steps = _steps(machine, fate)
            for _ in range(STEPS):
                fate.choice(steps)()  # the machine checks what is told of every event
            seen |= {events.decode(payload).kind for _, _, payload in machine.log}
        finally:
            machine.teardown()
    assert seen >= SOMETIMES, SOMETIMES - seen
