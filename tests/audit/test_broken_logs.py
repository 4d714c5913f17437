"""Each rule of the model, with a log that breaks it: a check that cannot fail shows nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audit.report import RULES
from store.events import Request, encode
from tests.audit.log import LEASE_MS, Log, ready

Break = Callable[[], Log]
BROKEN: list[tuple[str, int, str, Break]] = []


def breaks(invariant: int, sentence: str) -> Callable[[Break], Break]:
    """The log violates this invariant, and the auditor says so with these words."""

    def register(make: Break) -> Break:
        BROKEN.append((make.__name__, invariant, sentence, make))
        return make

    return register


@breaks(5, "was given [(2, 1)], the first eligible are [(1, 1)]")
def a_grant_skips_the_first():
    log = ready()
    log.grant(2, (2, 1))
    return log


@breaks(5, "was given [(2, 1), (1, 1)]")
def a_grant_in_the_wrong_order():
    log = ready()
    log.grant(2, (2, 1), (1, 1))
    return log


@breaks(5, "was given [(1, 2)], the first eligible are [(1, 1)]")
def not_the_lowest_free_slot():
    log = ready(slots=2)
    log.grant(2, (1, 2))
    return log


@breaks(5, "the first eligible are [(7, 1)]")
def a_higher_priority_is_passed_over():
    log = ready()
    log.items(1, base=7, first=7)
    log.entries(1, first=7, rank=0)
    log.grant(2, (1, 1))
    return log


@breaks(5, "the first eligible are [(1, 1)]")
def what_came_back_lost_its_first_place():
    log = ready()
    log.grant(2, (1, 1))
    log.release(2, (1, 1))
    log.grant(3, (2, 1))
    return log


@breaks(5, "the first eligible are [(1, 1), (3, 1)]")
def a_returned_task_comes_later():
    log = ready()
    token = log.grant(2, (1, 1), (2, 1))
    log.submit(2, (1, 1), token)
    log.give_back(2, (1, 1), [[1, 2, 6]])
    log.grant(2, (3, 1), (1, 1))
    return log


@breaks(6, "given to person 3 while in state 3 of person 2")
def a_task_with_two_leases():
    log = ready()
    log.grant(2, (1, 1))
    log.grant(3, (1, 1))
    return log


@breaks(6, "given to person 2, who is EXCLUDED")
def two_slots_of_one_item_for_one_person():
    log = ready(slots=2)
    log.grant(2, (1, 1))
    log.grant(2, (1, 2))
    return log


@breaks(6, "given to person 2, who is EXCLUDED")
def two_slots_of_one_item_in_one_grant():
    log = ready(slots=2)
    log.grant(2, (1, 1), (1, 2))
    return log


@breaks(6, "granted to person 2, who is NOT_A_MEMBER")
def a_grant_to_a_removed_member():
    log = ready()
    log.member(2, member=0)
    log.grant(2, (1, 1))
    return log


@breaks(6, "granted to person 2, who is NOT_A_MEMBER")
def a_grant_to_an_inactive_member():
    log = ready()
    log.member(2, active=0)
    log.grant(2, (1, 1))
    return log


@breaks(6, "granted to person 2, who is ROLE")
def a_grant_to_a_reviewer():
    log = ready()
    log.member(2, roles=8)
    log.grant(2, (1, 1))
    return log


@breaks(6, "granted to person 2, who is NOT_ALLOWED")
def a_grant_to_somebody_not_in_the_queue():
    log = ready(allowed=[3])
    log.grant(2, (1, 1))
    return log


@breaks(6, "given to person 2, who is SKILL")
def a_grant_without_the_skill():
    log = ready(entries=1)
    log.items(1, base=2, first=2)
    log.entries(1, first=2, lane=2, classes=[[2, [5]]])
    log.grant(3, (1, 1))
    log.grant(2, (2, 1))
    return log


@breaks(6, "holds 1 of at most 2 and was given 2")
def a_grant_over_the_cap():
    log = ready(max_held=2)
    log.grant(2, (1, 1))
    log.grant(2, (2, 1), (3, 1))
    return log


@breaks(6, "person 2 is SKILL")
def a_start_without_the_skill():
    log = ready(entries=1)
    log.member(2, skills=[5])
    log.items(1, base=2, first=2)
    log.entries(1, first=2, lane=2, classes=[[2, [5]]])
    log.grant(3, (1, 1))
    token = log.grant(2, (2, 1))
    log.member(2)
    log.start(2, (2, 1), token)
    return log


@breaks(6, "person 2 is ROLE")
def a_submission_of_what_was_not_started_without_the_role():
    log = ready()
    token = log.grant(2, (1, 1))
    log.member(2, roles=8)
    log.submit(2, (1, 1), token)
    return log


@breaks(6, "late by person 2, who is ROLE")
def a_late_submission_without_the_role():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.member(2, roles=8)
    log.submit(2, (1, 1), token, late=1)
    return log


@breaks(7, "person 2 acts with token 8")
def a_start_with_a_stale_token():
    log = ready()
    token = log.grant(2, (1, 1))
    log.release(2, (1, 1))
    log.grant(2, (1, 1))
    log.start(2, (1, 1), token - 1)
    return log


@breaks(7, "acts with token")
def a_submission_by_somebody_else():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(3, (1, 1), token)
    return log


@breaks(7, "acts with token")
def a_submission_after_a_newer_lease():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.grant(3, (1, 1))
    log.submit(2, (1, 1), token)
    return log


@breaks(7, "acts with token")
def a_submission_after_a_takeover():
    log = ready()
    token = log.grant(2, (1, 1))
    log.renew(2, (1, 1), takeover=1)
    log.submit(2, (1, 1), token)
    return log


@breaks(7, "token 9, fence 10")
def a_submission_below_the_fence():
    log = ready()
    token = log.grant(2, (1, 1))
    log.member(2, active=0)
    log.member(2)
    log.submit(2, (1, 1), token)
    return log


@breaks(7, "fence 10")
def a_renewal_below_the_fence():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, active=0)
    log.renew(2, (1, 1))
    return log


@breaks(7, "fence 10")
def a_takeover_below_the_fence():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, active=0)
    log.renew(2, (1, 1), takeover=1)
    return log


@breaks(7, "person 3 acts")
def a_release_of_somebody_elses_task():
    log = ready()
    log.grant(2, (1, 1))
    log.release(3, (1, 1))
    return log


@breaks(7, "late by person 2")
def a_late_submission_after_a_release():
    log = ready()
    token = log.grant(2, (1, 1))
    log.release(2, (1, 1))
    log.submit(2, (1, 1), token, late=1)
    return log


@breaks(7, "late by person 2")
def a_late_submission_of_what_was_given_again():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.grant(3, (1, 1))
    log.release(3, (1, 1))
    log.submit(2, (1, 1), token, late=1)
    return log


@breaks(7, "late by person 2")
def a_late_submission_below_the_fence():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.member(2, active=0)
    log.member(2)
    log.submit(2, (1, 1), token, late=1)
    return log


@breaks(7, "expired at 9999")
def a_lease_that_expires_too_early():
    log = ready()
    log.grant(2, (1, 1))
    log.tick(LEASE_MS - 1)
    log.expire((1, 1, 2))
    return log


@breaks(7, "expired at")
def an_expiry_of_a_renewed_lease():
    log = ready()
    log.grant(2, (1, 1))
    log.tick(LEASE_MS - 1)
    log.renew(2, (1, 1))
    log.tick(1)
    log.expire((1, 1, 2))
    return log


@breaks(7, "expired at")
def an_expiry_of_nobodys_task():
    log = ready()
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    return log


@breaks(7, "taken from person 2 without cause")
def a_recall_of_what_they_may_keep():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, roles=32)
    log.revoke(2, (1, 1))
    return log


@breaks(7, "taken from person 2 without cause")
def a_recall_of_what_is_started():
    log = ready()
    token = log.grant(2, (1, 1))
    log.start(2, (1, 1), token)
    log.member(2, roles=8)
    log.revoke(2, (1, 1))
    return log


@breaks(RULES, "the recall of person 2 ended, 1 tasks stay")
def a_recall_that_ends_too_early():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, roles=8)
    log.revoke(2)
    return log


@breaks(RULES, "person 2 is not recalled")
def a_recall_of_somebody_who_lost_nothing():
    log = ready()
    log.revoke(2)
    return log


@breaks(8, "finished a second time")
def a_second_submission():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.submit(2, (1, 1), token)
    return log


@breaks(8, "returned to person 3")
def a_return_to_somebody_else():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.give_back(3, (1, 1), [[1, 3, 6]])
    return log


@breaks(8, "returned to person 2; state 3")
def a_return_of_what_is_not_finished():
    log = ready()
    log.grant(2, (1, 1))
    log.give_back(2, (1, 1), [])
    return log


@breaks(RULES, "authors [[1, 2, 6]]")
def a_return_that_forgets_an_author():
    log = ready(slots=2)
    two, three = log.grant(2, (1, 1)), log.grant(3, (1, 2))
    log.submit(2, (1, 1), two)
    log.submit(3, (1, 2), three)
    log.give_back(2, (1, 1), [[1, 2, 6]])
    return log


@breaks(2, "request (2, 1) a second time")
def a_request_that_happened_twice():
    log = Log()
    log.create()
    log.session()
    log.member(2)
    log.add("dataset_created", Request(2, 1, "aa"), dataset=1)
    log.add("dataset_created", Request(2, 1, "aa"), dataset=2)
    return log


@breaks(2, "older than the window, the newest is 17")
def a_request_below_the_window():
    log = Log()
    log.create()
    log.session()
    log.add("dataset_created", Request(2, 17, "aa"), dataset=1)
    log.add("dataset_created", Request(2, 1, "aa"), dataset=2)
    return log


@breaks(2, "session 9 is not open")
def a_request_of_no_session():
    log = Log()
    log.create()
    log.add("dataset_created", Request(9, 1, "aa"), dataset=1)
    return log


@breaks(RULES, "ended after 5 ms")
def a_session_that_ends_too_early():
    log = Log()
    log.create()
    log.session()
    log.tick(5)
    log.add("sessions_ended", sessions=[2])
    return log


@breaks(RULES, "session 7 ended, but is not open")
def a_session_that_was_not_there():
    log = Log()
    log.create()
    log.add("sessions_ended", sessions=[7])
    return log


@breaks(RULES, "a session was opened under a request id")
def a_session_opened_by_request():
    log = Log()
    log.create()
    log.session()
    log.add("session_opened", Request(2, 1, "aa"), secret="0" * 16)
    return log


@breaks(RULES, "is not 16 characters")
def a_session_with_a_short_secret():
    log = Log()
    log.create()
    log.session("short")
    return log


@breaks(RULES, "clock 4 after 5")
def a_lease_clock_that_goes_back():
    log = Log()
    log.create()
    log.clock = 5
    log.session()
    log.clock = 4
    log.session()
    return log


@breaks(RULES, "wall 999999 after 1000000")
def a_wall_clock_that_goes_back():
    log = Log()
    log.create()
    log.wall -= 1
    log.session()
    return log


@breaks(RULES, "before the project is created")
def an_event_before_the_first():
    log = Log()
    log.session()
    return log


@breaks(RULES, "the project exists already")
def a_project_created_twice():
    log = Log()
    log.create()
    log.create()
    return log


@breaks(RULES, "entries begin at 9, the last was 6")
def a_gap_in_the_numbers_of_entries():
    log = ready()
    log.entries(1, first=9, runs=[[1, 6, 1]])
    return log


@breaks(RULES, "2 entries in runs of 1")
def runs_that_do_not_add_up():
    log = ready()
    log.entries(2, first=7, runs=[[1, 6, 1]])
    return log


@breaks(RULES, "items begin at 9, the last was 6")
def a_gap_in_the_numbers_of_items():
    log = ready()
    log.items(1, base=9, first=7)
    return log


@breaks(RULES, "rows 3.. are numbered already")
def a_row_with_two_numbers():
    log = ready()
    log.items(2, base=7, first=3)
    return log


@breaks(RULES, "entries of items that do not exist")
def entries_of_nothing():
    log = ready()
    log.entries(1, first=7, runs=[[1, 7, 1]])
    return log


@breaks(RULES, "class 2 has no skills")
def entries_of_an_unknown_class():
    log = ready()
    log.entries(1, first=7, lane=2, runs=[[2, 1, 1]])
    return log


@breaks(RULES, "class 1 exists already")
def a_class_that_changes():
    log = ready()
    log.entries(1, first=7, runs=[[1, 1, 1]], classes=[[1, [3]]])
    return log


@breaks(RULES, "65 classes")
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
    log.add("dataset_attached", queue=2, dataset=1, priority=1)
    return log


@breaks(RULES, "6 items up to the cursor, 4 added and 1 not")
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


@breaks(RULES, "cursor 2 after 4")
def a_cursor_that_goes_back():
    log = attached()
    log.entries(
        4, first=7, queue=2, dataset=1, cursor=4, rank=1, runs=[[1, 1, 4]], classes=[[1, []]]
    )
    log.entries(0, first=11, queue=2, dataset=1, cursor=2, rank=1, runs=[])
    return log


@breaks(RULES, "are not the dataset's next items")
def an_item_that_is_added_twice():
    log = attached()
    log.entries(
        4, first=7, queue=2, dataset=1, cursor=4, rank=1, runs=[[1, 1, 4]], classes=[[1, []]]
    )
    log.entries(2, first=11, queue=2, dataset=1, cursor=6, rank=1, runs=[[1, 4, 2]])
    return log


@breaks(RULES, "are not the dataset's next items")
def an_item_of_another_dataset():
    log = attached()
    log.entries(
        6, first=7, queue=2, dataset=1, cursor=9, rank=1, runs=[[1, 4, 6]], classes=[[1, []]]
    )
    return log


@breaks(RULES, "rank 3 is not the dataset's")
def entries_of_another_priority():
    log = attached()
    log.entries(
        6, first=7, queue=2, dataset=1, cursor=6, rank=3, runs=[[1, 1, 6]], classes=[[1, []]]
    )
    return log


@breaks(RULES, "dataset 2 is not attached")
def entries_of_a_dataset_not_attached():
    log = attached()
    log.entries(3, first=7, queue=2, dataset=2, cursor=9, runs=[[1, 7, 3]], classes=[[1, []]])
    return log


@breaks(RULES, "dataset 1 is attached already")
def a_dataset_attached_twice():
    log = attached()
    log.add("dataset_attached", queue=2, dataset=1, priority=1)
    return log


@breaks(RULES, "deadline 10001, it should be 10000")
def a_deadline_that_is_not_the_queues():
    log = ready()
    log.grant(2, (1, 1), deadline=LEASE_MS + 1)
    return log


@breaks(RULES, "status 2 with meaning 1")
def a_status_that_the_queue_has_not():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token, status=2)
    return log


@breaks(RULES, "there is no task 1-2 in queue 1")
def a_grant_of_a_slot_that_is_not_there():
    log = ready()
    log.grant(2, (1, 2))
    return log


@breaks(RULES, "class, rank of 1")
def a_grant_under_another_class():
    log = ready()
    log.grant(2, (1, 1), tasks=[[1, 1, 2, 3]])
    return log


@breaks(RULES, "queue 5 is unknown")
def a_grant_in_no_queue():
    log = ready()
    log.grant(2, (1, 1), queue=5)
    return log


@breaks(RULES, "entry 1 is not in the queue")
def a_removal_of_what_is_finished():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.remove(1)
    return log


@breaks(5, "the first eligible are [(2, 1)]")
def a_grant_of_a_removed_entry():
    log = ready()
    log.remove(1)
    log.grant(2, (1, 1))
    return log


@breaks(RULES, "person 9 is removed, but is no member")
def a_removal_of_nobody():
    log = ready()
    log.member(9, member=0)
    return log


@breaks(RULES, "role bits 64")
def a_role_that_does_not_exist():
    log = ready()
    log.member(2, roles=64)
    return log


@breaks(RULES, "queue 1 has 51 slots")
def a_queue_beyond_its_limits():
    log = ready()
    log.queue(slots=51)
    return log


@breaks(RULES, "queue 1 exists already")
def a_queue_made_twice():
    log = ready()
    log.queue()
    return log


@breaks(RULES, "granted: cannot be applied")
def a_body_of_another_shape():
    log = ready()
    body = {"queue": 1, "person": 2, "deadline": LEASE_MS, "tasks": [7]}
    log.raw(encode("granted", body, clock_ms=0, wall_ms=log.wall))
    return log


@pytest.mark.parametrize(
    ("invariant", "sentence", "make"),
    [case[1:] for case in BROKEN],
    ids=[case[0] for case in BROKEN],
)
def test_what_the_rules_forbid_is_found(invariant: int, sentence: str, make: Break):
    violations = make().violations()

    assert [v for v in violations if v.invariant == invariant and sentence in v.sentence], (
        violations
    )


def test_the_logs_that_are_broken_here_were_right_before():
    assert ready(slots=3).violations() == []
    assert attached().violations() == []
