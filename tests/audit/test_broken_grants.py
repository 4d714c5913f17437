"""Logs in which work is given that may not be, or in another order."""

from __future__ import annotations

from tests.audit.broken import Break, Broken, assert_found
from tests.audit.log import LEASE_MS, ready

logs = Broken()


@logs.breaks(5, "was given [(2, 1)], the first eligible are [(1, 1)]")
def a_grant_skips_the_first():
    log = ready()
    log.grant(2, (2, 1))
    return log


@logs.breaks(5, "was given [(2, 1), (1, 1)]")
def a_grant_in_the_wrong_order():
    log = ready()
    log.grant(2, (2, 1), (1, 1))
    return log


@logs.breaks(5, "was given [(1, 2)], the first eligible are [(1, 1)]")
def not_the_lowest_free_slot():
    log = ready(slots=2)
    log.grant(2, (1, 2))
    return log


@logs.breaks(5, "the first eligible are [(7, 1)]")
def a_higher_priority_is_passed_over():
    log = ready()
    log.items(1, base=7, first=7)
    log.entries(1, first=7, rank=0)
    log.grant(2, (1, 1))
    return log


@logs.breaks(5, "the first eligible are [(1, 1)]")
def what_came_back_lost_its_first_place():
    log = ready()
    log.grant(2, (1, 1))
    log.release(2, (1, 1))
    log.grant(3, (2, 1))
    return log


@logs.breaks(5, "the first eligible are [(1, 1), (3, 1)]")
def a_returned_task_comes_later():
    log = ready()
    token = log.grant(2, (1, 1), (2, 1))
    log.submit(2, (1, 1), token)
    log.give_back(2, (1, 1), [[2, 6]])
    log.grant(2, (3, 1), (1, 1))
    return log


@logs.breaks(6, "given to person 3 while in state 3 of person 2")
def a_task_with_two_leases():
    log = ready()
    log.grant(2, (1, 1))
    log.grant(3, (1, 1))
    return log


@logs.breaks(6, "given to person 2, who is EXCLUDED")
def two_slots_of_one_item_for_one_person():
    log = ready(slots=2)
    log.grant(2, (1, 1))
    log.grant(2, (1, 2))
    return log


@logs.breaks(6, "given to person 2, who is EXCLUDED")
def two_slots_of_one_item_in_one_grant():
    log = ready(slots=2)
    log.grant(2, (1, 1), (1, 2))
    return log


@logs.breaks(6, "granted to person 2, who is NOT_A_MEMBER")
def a_grant_to_a_removed_member():
    log = ready()
    log.member(2, member=0)
    log.grant(2, (1, 1))
    return log


@logs.breaks(6, "granted to person 2, who is NOT_A_MEMBER")
def a_grant_to_an_inactive_member():
    log = ready()
    log.member(2, active=0)
    log.grant(2, (1, 1))
    return log


@logs.breaks(6, "granted to person 2, who is ROLE")
def a_grant_to_a_reviewer():
    log = ready()
    log.member(2, roles=8)
    log.grant(2, (1, 1))
    return log


@logs.breaks(6, "granted to person 2, who is NOT_ALLOWED")
def a_grant_to_somebody_not_in_the_queue():
    log = ready(allowed=[3])
    log.grant(2, (1, 1))
    return log


@logs.breaks(6, "given to person 2, who is SKILL")
def a_grant_without_the_skill():
    log = ready(entries=1)
    log.items(1, base=2, first=2)
    log.entries(1, first=2, lane=2, classes=[[2, [5]]])
    log.grant(3, (1, 1))
    log.grant(2, (2, 1))
    return log


@logs.breaks(6, "holds 1 of at most 2 and was given 2")
def a_grant_over_the_cap():
    log = ready(max_held=2)
    log.grant(2, (1, 1))
    log.grant(2, (2, 1), (3, 1))
    return log


@logs.breaks(6, "person 2 is SKILL")
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


@logs.breaks(6, "person 2 is ROLE")
def a_submission_of_what_was_not_started_without_the_role():
    log = ready()
    token = log.grant(2, (1, 1))
    log.member(2, roles=8)
    log.submit(2, (1, 1), token)
    return log


@logs.breaks(6, "late by person 2, who is ROLE")
def a_late_submission_without_the_role():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.member(2, roles=8)
    log.submit(2, (1, 1), token, late=1)
    return log


@logs.each()
def test_what_the_rules_forbid_is_found(invariant: int, sentence: str, make: Break):
    assert_found(invariant, sentence, make)
