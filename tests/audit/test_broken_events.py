"""Logs with sessions, clocks and members that cannot be."""

from __future__ import annotations

from audit.report import RULES
from store.events import Request
from tests.audit.broken import Break, Broken, assert_found
from tests.audit.log import Log

logs = Broken()


@logs.breaks(2, "request (2, 1) a second time")
def a_request_that_happened_twice():
    log = Log()
    log.create()
    log.session()
    log.member(2)
    log.add("dataset_created", Request(2, 1, "aa"), dataset=1)
    log.add("dataset_created", Request(2, 1, "aa"), dataset=2)
    return log


@logs.breaks(2, "older than the window, the newest is 17")
def a_request_below_the_window():
    log = Log()
    log.create()
    log.session()
    log.add("dataset_created", Request(2, 17, "aa"), dataset=1)
    log.add("dataset_created", Request(2, 1, "aa"), dataset=2)
    return log


@logs.breaks(2, "session 9 is not open")
def a_request_of_no_session():
    log = Log()
    log.create()
    log.add("dataset_created", Request(9, 1, "aa"), dataset=1)
    return log


@logs.breaks(RULES, "session 2 ended 86459995 ms early")
def a_session_that_ends_too_early():
    log = Log()
    log.create()
    log.session()
    log.tick(5)
    log.add("sessions_ended", sessions=[2])
    return log


@logs.breaks(RULES, "session 7 ended, but is not open")
def a_session_that_was_not_there():
    log = Log()
    log.create()
    log.add("sessions_ended", sessions=[7])
    return log


@logs.breaks(RULES, "a session was opened under a request id")
def a_session_opened_by_request():
    log = Log()
    log.create()
    log.session()
    log.add("session_opened", Request(2, 1, "aa"), secret="0" * 16)
    return log


@logs.breaks(RULES, "is not 16 characters")
def a_session_with_a_short_secret():
    log = Log()
    log.create()
    log.session("short")
    return log


@logs.breaks(RULES, "clock 4 after 5")
def a_lease_clock_that_goes_back():
    log = Log()
    log.create()
    log.clock = 5
    log.session()
    log.clock = 4
    log.session()
    return log


@logs.breaks(RULES, "wall 999999 after 1000000")
def a_wall_clock_that_goes_back():
    log = Log()
    log.create()
    log.wall -= 1
    log.session()
    return log


@logs.breaks(RULES, "before the project is created")
def an_event_before_the_first():
    log = Log()
    log.session()
    return log


@logs.breaks(RULES, "the project exists already")
def a_project_created_twice():
    log = Log()
    log.create()
    log.create()
    return log


@logs.each()
def test_what_the_rules_forbid_is_found(invariant: int, sentence: str, make: Break):
    assert_found(invariant, sentence, make)
