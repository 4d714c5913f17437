"""What the audit says of queues that are deleted."""

from __future__ import annotations

from typing import Any

import pytest

from audit.ends import live_leases
from audit.report import Judge
from audit.structures import expected
from tests.audit.log import Log, ready


def deleted(held: int = 2) -> Log:
    """Two of the tasks of the queue were held when it was deleted by force."""
    log = ready()
    log.grant(2, (1, 1), (2, 1))
    log.add("queue_deleted", queue=1, held=held, last=6)
    return log


def test_a_deleted_queue_leaves_only_its_leases_which_chunks_end():
    log = deleted()
    operation, state = log.seq, log.model().state
    assert (state.queues, state.entries, expected(state).touched) == ({}, {}, {})
    judge = Judge()
    live_leases(state, [(1, 1, operation - 1), (2, 1, operation - 1)], judge)
    assert judge.violations == []

    log.add("dropped", queue=1, tasks=[[1, 1, 2], [2, 1, 2]])
    log.add("operation_ended", operation=operation, state=2, error="")

    assert log.violations() == []
    assert log.model().state.deleted == {1: {}}


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("dropped", {"queue": 1, "tasks": [[1, 1, 3]]}, "task 1-1 dropped, of 3"),
        ("dropped", {"queue": 1, "tasks": [[3, 1, 2]]}, "task 3-1 dropped, of 2"),
        ("dropped", {"queue": 2, "tasks": [[1, 1, 2]]}, "queue 2 is there"),
        ("queue_deleted", {"queue": 1, "held": 0, "last": 6}, "queue 1 is unknown"),
        ("operation_ended", {"state": 2, "error": ""}, "2 leases of deleted queue"),
        ("operation_ended", {"state": 4, "error": ""}, "is cancelled"),
    ],
)
def test_what_may_not_become_of_a_deleted_queue(kind: str, body: dict[str, Any], words: str):
    log = deleted()
    log.add(kind, None, **body | ({"operation": log.seq} if kind == "operation_ended" else {}))

    assert words in str(log.violations()[0])


def test_a_deletion_counts_what_is_held():
    assert "2 are held, not 1" in str(deleted(held=1).violations()[0])
