"""Invariants 11, 12 and 14: Redis, the views and the live leases against a replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from audit.checker import Checker
from tests.audit.cases import Case, found, work


def shape_with(name: str, changes: dict[Any, Any]) -> Callable[[Case], dict[str, Any]]:
    def spoil(case: Case) -> dict[str, Any]:
        shape = case.shape()
        getattr(shape, name).update(changes)
        return {"shape": shape}

    return spoil


SPOILT: list[tuple[int, Callable[[Case], dict[str, Any]]]] = [
    (11, shape_with("totals", {"entries": 99})),
    (11, shape_with("person", {2: ()})),
    (11, shape_with("queue", {1: ()})),
    (11, shape_with("heads", {(1, "b", 1): 1.0})),
    (11, shape_with("backlog", {(1, 1, 3): [4, 3, 5, 6]})),
    (11, shape_with("available", {(1, 1): {}})),
    (11, shape_with("excluded", {(1, 1, 5): {1: 1.0}})),
    (11, shape_with("touched", {1: (1, 1, 3, ())})),
    (11, shape_with("held", {(2, 1): {1: 1.0}})),
    (11, shape_with("holding", {2: {1}})),
    (11, shape_with("own", {(2, 1): {1: 1.0}})),
    (11, shape_with("leases", {(2, 1): 1.0})),
    (11, shape_with("queue_leases", {(1, 2, 1): 1.0})),
    (11, shape_with("sessions", {99: 1.0})),
    (11, shape_with("session", {99: ()})),
    (11, shape_with("recalls", {2: ""})),
    (11, shape_with("attached", {(1, 1): (3, 0, 0)})),
    (11, shape_with("dead", {(1, 1): 2})),
    (12, shape_with("counts", {(1, "queued"): 1})),
    (11, lambda case: {"unknown": ["dibs:{1}:2:thing"]}),
    (11, lambda case: {"shape": replace(case.shape(), queues={2})}),
    (12, lambda case: {"views": {**case.views(), (1, "queued"): 1}}),
    (14, lambda case: {"live": []}),
    (14, lambda case: {"live": [*case.live(), (5, 1, 3)]}),
    (14, lambda case: {"live": [(entry, slot, 1) for entry, slot, _ in case.live()]}),
]


@pytest.mark.parametrize(("invariant", "spoil"), SPOILT)
def test_11_12_14_what_differs_from_a_replay(
    invariant: int, spoil: Callable[[Case], dict[str, Any]]
):
    case = work()
    assert found(case.report(**spoil(case)), invariant)


def test_12_a_counter_that_an_event_forgot():
    case = work()
    checker = Checker(1, case.log.external_id, steps=case.steps)
    for row in case.log.rows:
        checker.follow(row)
    checker.model.state.queues[1].counts[2] += 1
    checker.finish()
    assert found(checker.result(), 12)


def test_11_a_head_may_be_early_while_dead_integers_lead_its_lane():
    case = work()
    shape = case.shape()
    shape.heads[1, "b", 1] -= 1
    shape.dead = {(1, 1): 1}
    shape.buried = {(1, 1): 1}
    assert case.report(shape=shape).violations == []
