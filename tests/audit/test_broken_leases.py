"""Logs in which a lease is used, ended or finished by a token that may not."""

from __future__ import annotations

from audit.report import RULES
from tests.audit.broken import Break, Broken, assert_found
from tests.audit.log import LEASE_MS, ready

logs = Broken()


@logs.breaks(7, "person 2 acts with token 8")
def a_start_with_a_stale_token():
    log = ready()
    token = log.grant(2, (1, 1))
    log.release(2, (1, 1))
    log.grant(2, (1, 1))
    log.start(2, (1, 1), token - 1)
    return log


@logs.breaks(7, "acts with token")
def a_submission_by_somebody_else():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(3, (1, 1), token)
    return log


@logs.breaks(7, "acts with token")
def a_submission_after_a_newer_lease():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.grant(3, (1, 1))
    log.submit(2, (1, 1), token)
    return log


@logs.breaks(7, "acts with token")
def a_submission_after_a_takeover():
    log = ready()
    token = log.grant(2, (1, 1))
    log.renew(2, (1, 1), takeover=1)
    log.submit(2, (1, 1), token)
    return log


@logs.breaks(7, "token 9, fence 10")
def a_submission_below_the_fence():
    log = ready()
    token = log.grant(2, (1, 1))
    log.member(2, active=0)
    log.member(2)
    log.submit(2, (1, 1), token)
    return log


@logs.breaks(7, "fence 10")
def a_renewal_below_the_fence():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, active=0)
    log.renew(2, (1, 1))
    return log


@logs.breaks(7, "fence 10")
def a_takeover_below_the_fence():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, active=0)
    log.renew(2, (1, 1), takeover=1)
    return log


@logs.breaks(7, "person 3 acts")
def a_release_of_somebody_elses_task():
    log = ready()
    log.grant(2, (1, 1))
    log.release(3, (1, 1))
    return log


@logs.breaks(7, "late by person 2")
def a_late_submission_after_a_release():
    log = ready()
    token = log.grant(2, (1, 1))
    log.release(2, (1, 1))
    log.submit(2, (1, 1), token, late=1)
    return log


@logs.breaks(7, "late by person 2")
def a_late_submission_of_what_was_given_again():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.grant(3, (1, 1))
    log.release(3, (1, 1))
    log.submit(2, (1, 1), token, late=1)
    return log


@logs.breaks(7, "late by person 2")
def a_late_submission_below_the_fence():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.member(2, active=0)
    log.member(2)
    log.submit(2, (1, 1), token, late=1)
    return log


@logs.breaks(7, "expired at 9999")
def a_lease_that_expires_too_early():
    log = ready()
    log.grant(2, (1, 1))
    log.tick(LEASE_MS - 1)
    log.expire((1, 1, 2))
    return log


@logs.breaks(7, "token 3 of 1-1, not 9")
def a_renewal_that_names_another_token():
    log = ready()
    log.grant(2, (1, 1))
    log.renew(2, (1, 1), tasks=[[1, 1, LEASE_MS, 3]])
    return log


@logs.breaks(7, "expired at")
def an_expiry_of_a_renewed_lease():
    log = ready()
    log.grant(2, (1, 1))
    log.tick(LEASE_MS - 1)
    log.renew(2, (1, 1))
    log.tick(1)
    log.expire((1, 1, 2))
    return log


@logs.breaks(7, "expired at")
def an_expiry_of_nobodys_task():
    log = ready()
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    return log


@logs.breaks(7, "taken from person 2 without cause")
def a_recall_of_what_they_may_keep():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, roles=32)
    log.revoke(2, (1, 1))
    return log


@logs.breaks(7, "taken from person 2 without cause")
def a_recall_of_what_is_started():
    log = ready()
    token = log.grant(2, (1, 1))
    log.start(2, (1, 1), token)
    log.member(2, roles=8)
    log.revoke(2, (1, 1))
    return log


@logs.breaks(RULES, "the recall of person 2 ended, 1 tasks stay")
def a_recall_that_ends_too_early():
    log = ready()
    log.grant(2, (1, 1))
    log.member(2, roles=8)
    log.revoke(2)
    return log


@logs.breaks(RULES, "person 2 is not recalled")
def a_recall_of_somebody_who_lost_nothing():
    log = ready()
    log.revoke(2)
    return log


@logs.breaks(8, "finished a second time")
def a_second_submission():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.submit(2, (1, 1), token)
    return log


@logs.breaks(8, "of person 3 is in state 6 of person 2")
def a_return_to_somebody_else():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.give_back(3, (1, 1), [[3, 6]])
    return log


@logs.breaks(8, "of person 2 is in state 3 of person 2")
def a_return_of_what_is_not_finished():
    log = ready()
    log.grant(2, (1, 1))
    log.give_back(2, (1, 1), [])
    return log


@logs.breaks(RULES, "slots of 1: [[2, 6]], not [[2, 6], [3, 6]]")
def a_return_that_forgets_an_author():
    log = ready(slots=2)
    two, three = log.grant(2, (1, 1)), log.grant(3, (1, 2))
    log.submit(2, (1, 1), two)
    log.submit(3, (1, 2), three)
    log.give_back(2, (1, 1), [[2, 6]])
    return log


@logs.each()
def test_what_the_rules_forbid_is_found(invariant: int, sentence: str, make: Break):
    assert_found(invariant, sentence, make)
