"""The functions against the reference model, on every server we support."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from store.embedded import EmbeddedRedis
from store.kernel import Reply
from store.library import declared, library, sources
from tests.conftest import ON_ONE_KIND
from tests.store.kernel_machine import ProjectMachine
from tests.store.review_machine import ReviewMachine

FUNCTIONS = sorted(library().functions)


def body_of(name: str) -> str:
    """The code of one function: from its registration to the next header."""
    for text in sources()[1].values():
        if name in declared(text):
            blocks = re.split(rf"^(?=-- (?:{'|'.join(declared(text))}): )", text, flags=re.M)
            return next(block for block in blocks if block.startswith(f"-- {name}: "))
    raise AssertionError(name)


def code_of(block: str) -> str:
    return "\n".join(line for line in block.splitlines() if not line.startswith("--"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_header_names_exactly_the_inputs_that_the_body_uses(name: str) -> None:
    used = set(re.findall(r"\barg\.(\w+)", code_of(body_of(name))))
    if re.search(r"\bleased\(call, arg\)", code_of(body_of(name))):
        used |= {"person", "entry", "slot", "token"}
    assert used == set(library().functions[name].inputs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_header_names_every_outcome_that_the_body_can_have(name: str) -> None:
    code = code_of(body_of(name))
    words = set(re.findall(r"negative\(call, '(\w+)'", code))
    words |= set(re.findall(r"return \{ '(\w+)'", code))
    if "leased(call, arg)" in code or "held_slot(" in code:
        words |= {"not_found", "lease_lost"}
    if re.search(r"\b(commit|value)\(call", code):
        words.add("ok")
    assert words == library().functions[name].outcomes


def test_the_library_is_named_after_its_text() -> None:
    assert re.fullmatch(r"dibs_[0-9a-f]{8}", library().name)
    assert library().text.startswith(f"#!lua name={library().name}\n")


def test_who_has_skipped_a_task_may_not_have_it_says_each_predicate(
    redis_server: EmbeddedRedis,
) -> None:
    ProjectMachine.url = redis_server.url
    machine = ProjectMachine()
    try:
        machine.begin(slots=3, max_held=1, sizes=(0, 0))
        machine.add_chosen(queue=1, rank=0, items=[1])
        machine.skip_one_after_the_other(people=[1], save=False)
        assert [entry.skipped for entry in machine.state.entries.values()] == [{1}]
        machine.the_three_predicates_agree(queue=1, person=1, pick=0)
    finally:
        machine.teardown()


def test_a_queue_has_a_thousand_ranges_and_no_more_until_some_are_merged(
    redis_server: EmbeddedRedis,
) -> None:
    ProjectMachine.url = redis_server.url
    machine = ProjectMachine()
    try:
        machine.begin(slots=1, max_held=1, sizes=(0, 0))
        items: dict[str, Any] = {"dataset": 1, "import": 2, "first": 1, "count": 1_002}
        machine.call("add_items", **items)
        runs = [[1, 41, 1_002]]
        said: dict[str, Any] = {
            "added_seq": machine.state.added_seq(machine.state.queues[1]),
            "priority": 0,
        }
        more: dict[str, Any] = {
            "dataset": 0,
            "expected": 0,
            "cursor": 0,
            "runs": runs,
            "classes": [[]],
        }
        assert machine.call("add_entries", queue=1, **said, **more).word == "ok"

        def create(first: int, last: int) -> Reply:
            rest: dict[str, Any] = {"person": 2, "content": 7, "total": 1, "reason": 5}
            rest |= {"due_ms": 0, "priority": -1, "note": 0}
            return machine.call("create_range", queue=1, first=first, last=last, **rest)

        numbers = [create(place, place).seq for place in range(1, 1_000)]
        long = create(1_000, 1_001)
        assert long.word == "ok"
        assert create(1_002, 1_002).word == "many_ranges"
        of: dict[str, Any] = {"queue": 1, "reason": 5}
        assert machine.call("split_range", range=long.seq, at=1_001, **of).word == "many_ranges"
        merged = machine.call("merge_ranges", range=numbers[0], other=numbers[1], **of)
        assert (merged.word, create(1_002, 1_002).word) == ("ok", "ok")
    finally:
        machine.teardown()


@pytest.mark.timeout(400)
def test_any_history_of_a_project_is_what_the_reference_model_says(
    redis_server: EmbeddedRedis,
) -> None:
    ProjectMachine.url = redis_server.url
    run_state_machine_as_test(
        ProjectMachine,
        settings=settings(
            max_examples=40,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@ON_ONE_KIND
def test_any_history_of_reviews_is_what_the_reference_model_says(
    redis_server: EmbeddedRedis,
) -> None:
    ReviewMachine.url = redis_server.url
    run_state_machine_as_test(
        ReviewMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
