"""Logs with items, entries, queues and bodies that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from audit.report import RULES
from store.events import encode
from tests.audit.broken import Break, Broken, assert_found
from tests.audit.log import LEASE_MS, Log, ready

logs = Broken()


@logs.breaks(RULES, "entries begin at 9, the last was 6")
def a_gap_in_the_numbers_of_entries():
    log = ready()
    log.entries(1, first=9, runs=[[1, 6, 1]])
    return log


def handed_over() -> Log:
    """A queue of one finished task, whose data are submitted."""
    log = ready(entries=1)
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.add("data_submitted", queue=1, submitted=1)
    return log


@logs.breaks(RULES, "queue_archived in queue 1, which is submitted")
def a_change_of_what_is_submitted():
    log = handed_over()
    log.add("queue_archived", queue=1, archived=1)
    return log


@logs.breaks(RULES, "submitted is 1 again")
def data_submitted_twice():
    log = handed_over()
    log.add("data_submitted", queue=1, submitted=1)
    return log


@logs.breaks(RULES, "queue 1 is submitted with tasks [2, 2]")
def data_submitted_too_early():
    log = ready(entries=2)
    log.add("data_submitted", queue=1, submitted=1)
    return log


@logs.breaks(RULES, "2 entries in runs of 1")
def runs_that_do_not_add_up():
    log = ready()
    log.entries(2, first=7, runs=[[1, 6, 1]])
    return log


@logs.breaks(RULES, "items begin at 9, the last was 6")
def a_gap_in_the_numbers_of_items():
    log = ready()
    log.items(1, base=9, first=7)
    return log


@logs.breaks(RULES, "rows 3.. are numbered already")
def a_row_with_two_numbers():
    log = ready()
    log.items(2, base=7, first=3)
    return log


@logs.breaks(RULES, "entries of items that do not exist")
def entries_of_nothing():
    log = ready()
    log.entries(1, first=7, runs=[[1, 7, 1]])
    return log


@logs.breaks(RULES, "class 2 has no skills")
def entries_of_an_unknown_class():
    log = ready()
    log.entries(1, first=7, lane=2, runs=[[2, 1, 1]])
    return log


@logs.breaks(RULES, "class 1 exists already")
def a_class_that_changes():
    log = ready()
    log.entries(1, first=7, runs=[[1, 1, 1]], classes=[[1, [3]]])
    return log


@logs.breaks(RULES, "65 classes")
def a_class_too_many():
    log = ready()
    log.entries(1, first=7, runs=[[1, 1, 1]], classes=[[n, [n]] for n in range(2, 66)])
    return log


def attached() -> Log:
    """Items 1..6 of dataset 1 are attached to queue 2; items 7..9 are dataset 2's."""
    log = ready()
    log.add("dataset_created", dataset=2)
    log.items(3, base=7, dataset=2, first=1, **{"import": 2})
    log.queue(2)
    log.add("dataset_attached", queue=2, dataset=1, priority=1, not_before=0, skip=0)
    return log


@logs.breaks(RULES, "6 items up to the cursor, 4 added and 1 not")
def items_that_are_forgotten():
    log = attached()
    log.entries(
        4,
        first=7,
        queue=2,
        dataset=1,
        cursor=6,
        rank=1,
        runs=[[1, 1, 4]],
        not_added=1,
        classes=[[1, []]],
    )
    return log


@logs.breaks(RULES, "cursor 2 after 4")
def a_cursor_that_goes_back():
    log = attached()
    log.entries(
        4, first=7, queue=2, dataset=1, cursor=4, rank=1, runs=[[1, 1, 4]], classes=[[1, []]]
    )
    log.entries(0, first=11, queue=2, dataset=1, cursor=2, rank=1, runs=[])
    return log


@logs.breaks(RULES, "are not the dataset's next items")
def an_item_that_is_added_twice():
    log = attached()
    log.entries(
        4, first=7, queue=2, dataset=1, cursor=4, rank=1, runs=[[1, 1, 4]], classes=[[1, []]]
    )
    log.entries(2, first=11, queue=2, dataset=1, cursor=6, rank=1, runs=[[1, 4, 2]])
    return log


@logs.breaks(RULES, "are not the dataset's next items")
def an_item_of_another_dataset():
    log = attached()
    log.entries(
        6, first=7, queue=2, dataset=1, cursor=9, rank=1, runs=[[1, 4, 6]], classes=[[1, []]]
    )
    return log


@logs.breaks(RULES, "rank 3 is not the dataset's")
def entries_of_another_priority():
    log = attached()
    log.entries(
        6, first=7, queue=2, dataset=1, cursor=6, rank=3, runs=[[1, 1, 6]], classes=[[1, []]]
    )
    return log


@logs.breaks(RULES, "dataset 2 is not attached")
def entries_of_a_dataset_not_attached():
    log = attached()
    log.entries(3, first=7, queue=2, dataset=2, cursor=9, runs=[[1, 7, 3]], classes=[[1, []]])
    return log


@logs.breaks(RULES, "dataset 1 is attached already")
def a_dataset_attached_twice():
    log = attached()
    log.add("dataset_attached", queue=2, dataset=1, priority=1, not_before=0, skip=0)
    return log


@logs.breaks(RULES, "deadline 10001, it should be 10000")
def a_deadline_that_is_not_the_queues():
    log = ready()
    log.grant(2, (1, 1), deadline=LEASE_MS + 1)
    return log


@logs.breaks(RULES, "status 2 with meaning 1")
def a_status_that_the_queue_has_not():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token, status=2)
    return log


@logs.breaks(RULES, "there is no task 1-2 in queue 1")
def a_grant_of_a_slot_that_is_not_there():
    log = ready()
    log.grant(2, (1, 2))
    return log


@logs.breaks(RULES, "class, rank of 1")
def a_grant_under_another_class():
    log = ready()
    log.grant(2, (1, 1), tasks=[[1, 1, 2, 3]])
    return log


@logs.breaks(RULES, "queue 5 is unknown")
def a_grant_in_no_queue():
    log = ready()
    log.grant(2, (1, 1), queue=5)
    return log


@logs.breaks(RULES, "entry 1 is not in the queue")
def a_removal_of_what_is_finished():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.remove(1)
    return log


@logs.breaks(5, "the first eligible are [(2, 1)]")
def a_grant_of_a_removed_entry():
    log = ready()
    log.remove(1)
    log.grant(2, (1, 1))
    return log


@logs.breaks(RULES, "person 9 is removed, but is no member")
def a_removal_of_nobody():
    log = ready()
    log.member(9, member=0)
    return log


@logs.breaks(RULES, "role bits 64")
def a_role_that_does_not_exist():
    log = ready()
    log.member(2, roles=64)
    return log


@logs.breaks(RULES, "slots is 51")
def a_queue_beyond_its_limits():
    log = ready()
    log.queue(slots=51)
    return log


@logs.breaks(RULES, "queue 1 exists already")
def a_queue_made_twice():
    log = ready()
    log.queue()
    return log


@logs.breaks(RULES, "granted: cannot be applied")
def a_body_of_another_shape():
    log = ready()
    body = {"queue": 1, "person": 2, "deadline": LEASE_MS, "tasks": [7], "batch": 0, "wide": 0}
    log.raw(encode("granted", body, clock_ms=0, wall_ms=log.wall))
    return log


@pytest.mark.parametrize(
    ("sentence", "settings"),
    [
        ("max_held is 0", {"max_held": 0}),
        ("max_held is 1001", {"max_held": 1001}),
        ("lease_ms is 0", {"lease_ms": 0}),
        ("priority is 4", {"priority": 4}),
        ("statuses is (1, 3)", {"statuses": [1, 3]}),
        ("skip_policy is 4", {"skip_policy": 4}),
        ("max_skips is 21", {"max_skips": 21}),
    ],
)
def test_a_setting_beyond_its_limits_is_found(sentence: str, settings: dict[str, Any]):
    log = ready()
    log.queue(2, **settings)
    assert sentence in log.violations()[0].sentence


NOTHING_REMOVED = {"queue": 1, "delayed": [], "kept": [], "named": 0, "cancelled": []}


@pytest.mark.parametrize(
    ("sentence", "kind", "body"),
    [
        (
            *("0 tasks in one grant", "granted"),
            {"queue": 1, "person": 2, "deadline": LEASE_MS, "batch": 0, "wide": 0},
        ),
        ("0 renewed", "renewed", {"person": 2, "takeover": 0}),
        ("nothing expired", "expired", {"stay": []}),
        ("101 tasks taken back at once", "revoked", {"person": 2, "cursor": "", "done": 0}),
        ("0 entries removed at once", "removed", NOTHING_REMOVED),
        ("0 members in one event", "members_changed", {"open": 0}),
    ],
)
def test_an_event_of_no_or_too_many_tasks_is_found(sentence: str, kind: str, body: dict[str, Any]):
    listed = {"removed": "entries", "members_changed": "members"}.get(kind, "tasks")
    log = ready()
    fields = body | {listed: [[1, 1]] * 101 if "101" in sentence else []}
    log.add(kind, **fields)
    assert sentence in log.violations()[0].sentence


@logs.breaks(RULES, "dataset 9 is unknown")
def an_unknown_dataset_attached():
    log = ready()
    log.add("dataset_attached", queue=1, dataset=9, priority=3, not_before=0, skip=0)
    return log


@logs.breaks(RULES, "queue 9 is unknown")
def entries_in_no_queue():
    log = ready()
    log.entries(1, first=7, queue=9, runs=[[1, 1, 1]])
    return log


@logs.breaks(RULES, "entries of rank 4")
def entries_of_no_priority():
    log = ready()
    log.entries(1, first=7, rank=4, runs=[[1, 1, 1]])
    return log


@logs.breaks(RULES, "dataset 1 exists already")
def a_dataset_made_twice():
    log = ready()
    log.add("dataset_created", dataset=1)
    return log


@logs.breaks(RULES, "an import chunk of 0 items")
def a_chunk_of_nothing():
    log = ready()
    log.items(0, base=7, first=7)
    return log


@logs.breaks(RULES, "class, rank of 1")
def a_return_under_another_class():
    log = ready()
    log.submit(2, (1, 1), log.grant(2, (1, 1)))
    log.give_back(2, (1, 1), [[2, 6]], lane=2)
    return log


@logs.each()
def test_what_the_rules_forbid_is_found(invariant: int, sentence: str, make: Break):
    assert_found(invariant, sentence, make)


def test_the_logs_that_are_broken_here_were_right_before():
    assert ready(slots=3).violations() == []
    assert attached().violations() == []
