"""Items that wait for their time: the functions against the reference model, at length."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from store.embedded import EmbeddedRedis
from tests.store.kernel_machine import ProjectMachine
from tests.store.test_statuses import without

THEME = {
    *("begin", "follow", "add_chosen", "delay", "delay_what_follows", "undelay", "reserve"),
    "change_what_waits",
    *("the_wall_clock_goes_on", "clear_waiting", "detach", "finish_detaching", "attach"),
    *(
        "create_queue",
        "rebuild",
        "tidy",
        "take_items_out",
        "the_live_state_is_what_the_events_add_up_to",
    ),
}


@pytest.mark.timeout(400)
def test_what_waits_for_its_time_comes_as_the_reference_model_says(
    redis_server: EmbeddedRedis,
) -> None:
    machine = type("Delays", (ProjectMachine,), {"url": redis_server.url, **without(THEME)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
