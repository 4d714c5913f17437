"""The retry policy as a state machine: no clock, no chance, no network."""

from dibs.errors import LeaseLost, OutcomeUnknown, SessionUnknown, StoreUnavailable
from dibs.retry import Attempts, Fail, Patience, Reopen, Wait

PATIENCE = Patience(timeout_s=10, total_s=30, first_pause_s=0.1, longest_pause_s=3)


def attempts(*, change: bool = True, draw: float = 1.0) -> Attempts:
    return Attempts(PATIENCE, now=100.0, change=change, draw=lambda: draw)


def test_pauses_double_up_to_the_longest():
    tries = attempts()
    steps = [tries.after(OutcomeUnknown(0), 100.0) for _ in range(8)]
    assert steps == [Wait(s) for s in (0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 3.0, 3.0)]


def test_the_server_says_how_long_to_wait_at_least():
    assert attempts(draw=0.0).after(StoreUnavailable(2.5), 100.0) == Wait(2.5)
    assert attempts(draw=1.0).after(StoreUnavailable(2.5), 100.0) == Wait(2.6)


def test_no_pause_reaches_beyond_the_end_of_patience():
    assert isinstance(attempts().after(StoreUnavailable(31), 100.0), Fail)
    assert isinstance(attempts().after(StoreUnavailable(5), 126.0), Fail)
    assert isinstance(attempts().after(StoreUnavailable(5), 124.0), Wait)


def test_an_attempt_takes_no_longer_than_what_is_left():
    tries = attempts()
    assert tries.timeout_s(100.0) == 10
    assert tries.timeout_s(127.0) == 3
    assert tries.timeout_s(131.0) > 0


def test_what_is_refused_is_not_tried_again():
    error = LeaseLost("1-1", "released")
    assert attempts().after(error, 100.0) == Fail(error)


def test_a_change_that_may_have_run_ends_unknown_whatever_came_last():
    tries = attempts()
    tries.after(OutcomeUnknown(0), 100.0)
    step = tries.after(StoreUnavailable(1), 129.5)
    assert isinstance(step, Fail)
    assert type(step.error) is OutcomeUnknown


def test_a_read_ends_unavailable():
    step = attempts(change=False).after(OutcomeUnknown(0), 130.0)
    assert isinstance(step, Fail)
    assert type(step.error) is StoreUnavailable


def test_a_session_unknown_at_first_is_reopened_but_not_for_ever():
    tries = attempts()
    steps = [tries.after(SessionUnknown(), 100.0) for _ in range(4)]
    assert steps[:3] == [Reopen()] * 3
    assert isinstance(steps[3], Fail)


def test_a_session_unknown_after_an_attempt_leaves_the_outcome_unknown():
    tries = attempts()
    assert isinstance(tries.after(StoreUnavailable(0), 100.0), Wait)
    step = tries.after(SessionUnknown(), 101.0)
    assert isinstance(step, Fail)
    assert type(step.error) is OutcomeUnknown
