"""What is finished, and what becomes of it: against the reference model, at length."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from loadtest.bench.bare import EPOCH, QUEUE, RANK_NONE, Project
from store.embedded import EmbeddedRedis
from store.kernel import Kernel
from store.redis import Multiplexer
from tests.store.kernel_machine import ProjectMachine
from tests.store.machine_operations import taken_out

_numbers = itertools.count(3_000_000)
THEME = {
    *("begin", "follow", "do_some", "set_status", "remove_status", "reopen", "set_priority"),
    *("prioritise_in_bulk", "reopen_in_bulk"),
    *("remove_entries", "release", "submit", "expire", "time_passes", "take_back", "rebuild"),
    *(
        "change_member",
        "clear_waiting",
        "tidy",
        "add_chosen",
        "update_project",
        "the_live_state_is_what_the_events_add_up_to",
    ),
}


class Finished(ProjectMachine):
    """A queue in which half of the work is done."""

    @initialize(slots=st.integers(1, 2), sizes=st.sampled_from([(0, 0), (0, 0), (3, 5)]))
    def begin(self, slots: int, sizes: tuple[int, int]) -> None:
        super().begin(slots=slots, max_held=100, sizes=sizes)
        for _ in range(4):
            ProjectMachine.follow(self, queue=1, sizes=[1, 2], pick=1)
        for person in (3, 4, 2):
            ProjectMachine.do_some(self, queue=1, person=person, count=3, meaning=1)


@pytest.mark.timeout(400)
def test_what_is_finished_changes_as_the_reference_model_says(redis_server: EmbeddedRedis) -> None:
    machine = type("Machine", (Finished,), {"url": redis_server.url, **without(THEME)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def without(theme: set[str]) -> dict[str, Any]:
    """The machine's rules that are not of a theme, as methods that are no rules."""
    rules = [
        name
        for name in dir(ProjectMachine)
        if hasattr(getattr(ProjectMachine, name), "hypothesis_stateful_rule")
    ]
    return {name: _no_rule(name) for name in set(rules) - theme}


def _no_rule(name: str) -> Any:
    """The machine's method of this name, to be called by other rules only."""
    method = getattr(ProjectMachine, name)

    def plain(self: Any, *args: Any, **inputs: Any) -> Any:
        return method(self, *args, **inputs)

    return plain


async def test_only_the_newest_ten_thousand_that_left_are_remembered(empty_redis: str) -> None:
    multiplexer = Multiplexer(empty_redis)
    await multiplexer.start()
    kernel = Kernel(multiplexer)
    project = Project(kernel, next(_numbers))
    await project.create(1, 2, max_held=1000)
    await project.fill(10_200)
    before = len(project.log)
    for start in range(1, 10_101, 100):
        entries = [[entry, 1, RANK_NONE] for entry in range(start, start + 100)]
        await project.change("remove_entries", queue=QUEUE, **taken_out(entries))

    gone = [10_101, 1, 1, RANK_NONE, RANK_NONE, [[2, 6]], []]
    words = []
    for as_of in (before + 1, before + 2):
        inputs: dict[str, Any] = {"to": 2, "person": 0, "as_of": as_of, "tasks": [gone]}
        inputs["lenient"] = 0
        reply = await kernel.call("reopen", project.number, EPOCH, queue=QUEUE, **inputs)
        words.append(reply.word)
    assert words == ["stale_entry", "ok"]
    left = f"dibs:{{{project.number}}}:{EPOCH}:left"
    assert await multiplexer.call("ZCARD", left) == 10_000
    await multiplexer.close()
