"""What a call must answer, predicted for one state after the other."""

from __future__ import annotations

from typing import Any

import pytest

from audit.expect import (
    Answer,
    Reason,
    expect_release,
    expect_renew,
    expect_request,
    expect_reserve,
    expect_start,
    expect_submit,
    renewable,
)
from store.events import Request
from tests.audit.log import LEASE_MS, Log, ready

SECRET = "0123456789abcdef"


def nothing(*reasons: Reason) -> Answer:
    return Answer(word="nothing", reasons=reasons)


def because(reason: str, *causes: tuple[str, int], next_free: int | None = None) -> Reason:
    return Reason(reason=reason, causes=causes, next_free=next_free)


def test_reserve_gives_the_first_eligible():
    log = ready(slots=2)
    log.grant(2, (1, 1))
    state = log.model().state

    assert expect_reserve(state, 2, 1, 2).tasks == ((2, 1), (3, 1))
    assert expect_reserve(state, 3, 1, 2).tasks == ((1, 2), (2, 1))
    assert expect_reserve(state, 3, 9, 2).word == "not_found"


def test_ensure_gives_what_is_missing_to_the_target():
    log = ready()
    log.grant(2, (1, 1))
    state = log.model().state

    assert expect_reserve(state, 2, 1, 100, 3).tasks == ((2, 1), (3, 1))
    assert expect_reserve(state, 2, 1, 100, 1) == nothing()


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"member": 0}, "NOT_A_MEMBER"),
        ({"active": 0}, "NOT_A_MEMBER"),
        ({"roles": 8}, "ROLE"),
    ],
)
def test_who_may_not_take_anything_gets_nothing(change: dict[str, Any], cause: str):
    log = ready()
    log.member(2, **change)

    assert expect_reserve(log.model().state, 2, 1, 1) == nothing(
        because("NOT_ELIGIBLE", (cause, 0))
    )


def test_who_is_not_in_the_queue_gets_nothing_and_hears_all_reasons():
    log = ready(entries=1, allowed=[3])
    log.grant(3, (1, 1))

    assert expect_reserve(log.model().state, 2, 1, 1, clock=4) == nothing(
        because("NOT_ELIGIBLE", ("NOT_ALLOWED", 0)), because("ALL_LEASED", next_free=LEASE_MS - 4)
    )


def test_at_the_cap_with_and_without_more():
    log = ready(entries=1, max_held=1)
    log.grant(2, (1, 1))
    assert expect_reserve(log.model().state, 2, 1, 1) == nothing(
        because("AT_CAP"), because("ALL_LEASED", next_free=LEASE_MS)
    )

    more = ready(max_held=1)
    more.grant(2, (1, 1))
    assert expect_reserve(more.model().state, 2, 1, 1) == nothing(because("AT_CAP"))


def test_what_is_available_but_not_theirs():
    log = ready(entries=2, slots=2)
    log.items(1, base=3, first=3)
    log.entries(1, first=3, lane=2, classes=[[2, [5]]])
    log.grant(2, (1, 1), (2, 1))

    assert expect_reserve(log.model().state, 2, 1, 1) == nothing(
        because("NOT_ELIGIBLE", ("SKILL", 1), ("EXCLUDED", 2))
    )


def test_an_empty_queue():
    log = ready(entries=1)
    log.submit(2, (1, 1), log.grant(2, (1, 1)))

    assert expect_reserve(log.model().state, 2, 1, 1) == nothing(because("QUEUE_EMPTY"))


def leased() -> tuple[Log, int]:
    log = ready(slots=2)
    return log, log.grant(2, (1, 1))


def test_the_holder_may_do_everything():
    log, token = leased()
    state = log.model().state

    for expect in (expect_start, expect_submit, expect_release):
        assert expect(state, 2, 1, 1, token) == "ok"
        assert expect(state, 2, 1, 1, token - 1) == "lease_lost"
        assert expect(state, 3, 1, 1, token) == "lease_lost"
        assert expect(state, 2, 1, 2, token) == "lease_lost"
        assert expect(state, 2, 1, 3, token) == "not_found"
        assert expect(state, 2, 2, 1, token) == "not_found"
        assert expect(state, 2, 99, 1, token) == "not_found"
        assert expect(state, 77, 1, 1, token) == "not_found"


def test_losing_the_role_binds_what_is_not_started():
    log, token = leased()
    log.member(2, roles=8)
    state = log.model().state
    assert expect_start(state, 2, 1, 1, token) == "not_eligible"
    assert expect_submit(state, 2, 1, 1, token) == "not_eligible"
    assert expect_release(state, 2, 1, 1, token) == "ok"

    started, token = leased()
    started.start(2, (1, 1), token)
    started.member(2, roles=8)
    assert expect_submit(started.model().state, 2, 1, 1, token) == "ok"


def test_a_fence_kills_the_token():
    log, token = leased()
    log.member(2, active=0)
    log.member(2)
    state = log.model().state

    assert expect_submit(state, 2, 1, 1, token) == "lease_lost"
    assert expect_renew(state, 2) == "nothing_held"
    assert expect_renew(state, 2, takeover=1, tasks=[(1, 1, 0)]) == "lease_lost"


def test_after_expiry_only_submit_is_left_until_somebody_else_has_it():
    log, token = leased()
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    state = log.model().state
    assert expect_submit(state, 2, 1, 1, token) == "ok"
    assert expect_start(state, 2, 1, 1, token) == "lease_lost"
    assert expect_renew(state, 2, tasks=[(1, 1, token)]) == "lease_lost"

    log.grant(3, (1, 1))
    assert expect_submit(log.model().state, 2, 1, 1, token) == "lease_lost"


def test_a_finished_task_is_not_found_whether_or_not_its_entry_is_here():
    log, token = leased()
    log.submit(2, (1, 1), token)
    assert expect_submit(log.model().state, 2, 1, 1, token) == "not_found"

    log.submit(3, (1, 2), log.grant(3, (1, 2)))
    assert expect_submit(log.model().state, 2, 1, 1, token) == "not_found"


def test_renew_takes_all_or_what_is_named():
    log = ready()
    first = log.grant(2, (1, 1))
    log.tick(5)
    second = log.grant(2, (2, 1))
    log.renew(2, (1, 1))
    state = log.model().state

    assert renewable(state, 2) == [(1, 1), (2, 1)]
    assert expect_renew(state, 2) == "ok"
    assert expect_renew(state, 2, queue=9) == "not_found"
    assert expect_renew(state, 3) == "nothing_held"
    assert expect_renew(state, 77) == "not_found"
    assert expect_renew(state, 2, tasks=[(1, 1, first), (2, 1, second)]) == "ok"
    assert expect_renew(state, 2, tasks=[(1, 1, first), (2, 1, first)]) == "lease_lost"
    assert expect_renew(state, 2, takeover=1, tasks=[(2, 1, 0)]) == "ok"
    assert expect_renew(state, 3, takeover=1, tasks=[(2, 1, 0)]) == "lease_lost"


def test_a_session_answers_its_last_sixteen():
    log = Log()
    log.create()
    session = log.session()
    for n in (1, 2, 18):
        log.add("dataset_created", Request(session, n, f"{n:016x}"), dataset=n)
    state = log.model().state

    def expected(n: int, hash_: str = "aa") -> str:
        return expect_request(state, session, SECRET, n, hash_)

    assert expected(18, f"{18:016x}") == "dup"
    assert expected(18) == "request_id_reused"
    assert expected(19) == expected(3) == "new"
    assert expected(2) == "request_too_old"
    assert expected(1, f"{1:016x}") == "dup"
    assert expect_request(state, session, "f" * 16, 19, "aa") == "session_unknown"
    assert expect_request(state, 77, SECRET, 19, "aa") == "session_unknown"
