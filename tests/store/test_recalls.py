"""What is taken back step by step, while other things happen in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from loadtest.bench.bare import RANK_NONE
from store.embedded import EmbeddedRedis
from tests.store.kernel_machine import ProjectMachine


@pytest.fixture
def machine(redis_server: EmbeddedRedis) -> Iterator[ProjectMachine]:
    """A project, people 2 to 4, and a queue with six tasks that all may do."""
    ProjectMachine.url = redis_server.url
    machine = ProjectMachine()
    machine.begin(slots=1, max_held=100, sizes=(0, 0))
    machine.follow(queue=1, sizes=[6], pick=3)
    yield machine
    machine.teardown()


def held(machine: ProjectMachine, person: int) -> list[int]:
    """The entries that they hold."""
    entries = machine.state.entries.values()
    return sorted(e.entry for e in entries for slot in e.slots if slot.person == person)


def is_out(machine: ProjectMachine, person: int) -> None:
    """They are no member from here on."""
    record = [person, 0, 1, 16, []]
    machine.call("change_members", mode="change", members=[record], expected=[-1])


def test_a_priority_that_changes_during_a_recall_keeps_no_task_from_it(
    machine: ProjectMachine,
) -> None:
    machine.call("reserve", queue=1, person=2, count=4, target=0)
    last = [[held(machine, 2)[-1], 1, RANK_NONE, 3]]
    is_out(machine, 2)
    machine.take_back(limit=2)
    told: dict[str, Any] = {"tasks": last, "delayed": [], "named": 1, "lenient": 0}
    assert machine.call("set_priority", queue=1, rank=0, **told).word == "ok"
    while machine.state.recalls:
        machine.take_back(limit=2)
    assert held(machine, 2) == []


def test_who_is_out_while_their_queue_is_recalled_keeps_nothing(machine: ProjectMachine) -> None:
    machine.call("reserve", queue=1, person=3, count=2, target=0)
    machine.call("pause_queue", queue=1, mode=2)
    machine.recall_queue(limit=1)
    machine.call("pause_queue", queue=1, mode=0)
    machine.call("reserve", queue=1, person=2, count=2, target=0)
    is_out(machine, 2)
    while machine.state.queue_recalls:
        machine.recall_queue(limit=5)
    while machine.state.recalls:
        machine.take_back(limit=5)
    assert held(machine, 2) == held(machine, 3) == []
