"""Which request_ids are in flight together."""

from hypothesis import given
from hypothesis import strategies as st

from dibs.sessions import IN_FLIGHT, KEPT, SessionPool


def test_an_empty_pool_has_no_ticket_and_wants_a_session_for_who_waits():
    pool = SessionPool()
    assert pool.take() is None
    assert not pool.should_open()
    pool.waiting = 1
    assert pool.should_open()


def test_one_opening_serves_eight_who_wait():
    pool = SessionPool()
    pool.waiting, pool.opening = 8, 1
    assert not pool.should_open()
    pool.waiting = 9
    assert pool.should_open()


def test_numbers_rise_from_one_without_repeating():
    pool = SessionPool()
    pool.add(b"s" * 16)
    numbers = []
    for _ in range(20):
        ticket = pool.take()
        assert ticket is not None
        numbers.append(ticket.n)
        pool.give_back(ticket)
    assert numbers == list(range(1, 21))


def test_a_slow_call_holds_the_session_back_before_its_answer_is_forgotten():
    pool = SessionPool()
    pool.add(b"s" * 16)
    slow = pool.take()
    assert slow is not None
    newest = slow.n
    while (ticket := pool.take()) is not None:
        newest = ticket.n
        pool.give_back(ticket)
    assert slow.n > newest - KEPT
    pool.give_back(slow)
    assert pool.take() is not None


def test_a_dropped_session_gives_nothing_more():
    pool = SessionPool()
    pool.add(b"s" * 16)
    first, second = pool.take(), pool.take()
    assert first is not None
    assert second is not None
    pool.drop(first.session)
    pool.give_back(second)
    pool.give_back(first)
    assert pool.take() is None


@given(st.lists(st.one_of(st.just("take"), st.integers(0, 40)), max_size=300))
def test_never_more_than_eight_and_never_sixteen_behind(steps):
    pool = SessionPool()
    pool.add(b"a" * 16)
    pool.add(b"b" * 16)
    flying = []
    newest: dict[bytes, int] = {}
    for step in steps:
        if step == "take":
            if (ticket := pool.take()) is not None:
                assert ticket.n == newest.get(ticket.session.session_id, 0) + 1
                newest[ticket.session.session_id] = ticket.n
                flying.append(ticket)
        elif flying:
            pool.give_back(flying.pop(step % len(flying)))
        for session_id, n in newest.items():
            numbers = [t.n for t in flying if t.session.session_id == session_id]
            assert len(numbers) <= IN_FLIGHT
            assert all(number > n - KEPT for number in numbers)
