"""Queues that are deleted while people work in them: against the reference model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from store.embedded import EmbeddedRedis
from tests.store.kernel_machine import ProjectMachine
from tests.store.test_statuses import without

THEME = {
    *("delete_queue", "drop_holds", "finish_deleting", "clear_waiting", "tidy", "detach"),
    *("finish_detaching", "reserve", "renew", "submit", "skip", "expire", "time_passes"),
    *(
        "change_member",
        "change_contributors",
        "take_back",
        "look",
        "delay",
        "create_queue",
        "rebuild",
    ),
    *("holdings_are_what_the_person_holds", "the_live_state_is_what_the_events_add_up_to"),
}


class Deleting(ProjectMachine):
    """Three queues, the second with batches, in each of which something is held."""

    @initialize(slots=st.integers(1, 2), first=st.integers(0, 3), cleared=st.booleans())
    def begin(self, slots: int, first: int, *, cleared: bool) -> None:
        super().begin(slots=slots, max_held=100, sizes=(0, 0))
        self._create_queue(2, 1, 100, [], [], (3, 5))
        self._create_queue(3, slots, 100, [2, 3, 4], [])
        for queue in (1, 2, 3):
            self._fill(queue)
        if cleared:
            self.call("clear_waiting", queue=2)
        if first:
            assert self.call("delete_queue", queue=first, force=True).word == "ok"

    def _fill(self, queue: int) -> None:
        if queue > 1:
            self.attach(queue, 2)
        ProjectMachine.follow(self, queue=queue, sizes=[4, 4], pick=1)
        for person in (3, 4, 2):
            self.call("reserve", person=person, queue=queue, count=2, target=0)


@pytest.mark.timeout(400)
def test_a_deleted_queue_is_gone_as_the_reference_model_says(redis_server: EmbeddedRedis) -> None:
    inputs: dict[str, Any] = {"url": redis_server.url, **without(THEME)}
    run_state_machine_as_test(
        type("Machine", (Deleting,), inputs),
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
