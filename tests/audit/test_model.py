"""What the rules allow: whole small histories without a violation, and the state they lead to."""

from __future__ import annotations

import random

import pytest

from audit.model import BrokenRuleError, Model
from audit.ordered import BLOCK, Ordered
from audit.state import ASSIGNED, COMPLETED, IN_PROGRESS, QUEUED, REMOVED, RETURNED, WORDS
from audit.structures import expected, recount
from store.events import Request
from tests.audit.log import LEASE_MS, Log, ready


def states(log: Log, entry: int) -> list[int]:
    return [slot.state for slot in log.model().state.entries[entry].all()]


def test_two_people_do_an_item_with_two_slots():
    log = ready(slots=2)
    two, three = log.grant(2, (1, 1)), log.grant(3, (1, 2))
    log.start(2, (1, 1), two)
    log.submit(2, (1, 1), two)
    log.submit(3, (1, 2), three, status=2, meaning=2)
    log.grant(2, (2, 1))

    assert log.violations() == []
    assert log.model().state.entries[1].gone
    assert states(log, 2) == [ASSIGNED, QUEUED]


def test_what_comes_back_is_first_again():
    log = ready()
    token = log.grant(2, (1, 1), (2, 1))
    log.release(2, (2, 1))
    log.grant(3, (2, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2), (2, 1, 3))
    log.grant(4, (1, 1), (2, 1), (3, 1))

    assert log.violations() == []
    assert log.model().state.entries[1].slot(1).token == token + 4


def test_a_late_submission_of_a_free_slot_counts():
    log = ready()
    token = log.grant(2, (1, 1))
    log.tick(LEASE_MS)
    log.expire((1, 1, 2))
    log.submit(2, (1, 1), token, late=1)
    log.grant(3, (2, 1))

    assert log.violations() == []
    assert states(log, 1) == [COMPLETED]


def test_a_takeover_gives_a_new_token():
    log = ready()
    log.grant(2, (1, 1))
    log.tick(5)
    taken = log.renew(2, (1, 1), takeover=1)
    log.start(2, (1, 1), taken)
    log.submit(2, (1, 1), taken)

    assert log.violations() == []


def test_a_started_task_is_finished_after_the_role_is_lost_and_the_assigned_one_goes_back():
    log = ready()
    token = log.grant(2, (1, 1), (2, 1))
    log.start(2, (1, 1), token)
    log.member(2, roles=8)
    log.revoke(2, (2, 1))
    log.submit(2, (1, 1), token)
    log.grant(3, (2, 1))

    assert log.violations() == []
    assert log.model().state.recalls == {}


def test_a_removed_member_loses_what_is_started_too():
    log = ready()
    token = log.grant(2, (1, 1), (2, 1))
    log.start(2, (1, 1), token)
    log.member(2, member=0, held=2)
    log.revoke(2, (1, 1), cursor="1:1", done=0, to_pool=1)
    log.revoke(2, (2, 1), to_pool=1)
    log.grant(3, (1, 1), (2, 1))

    assert log.violations() == []


def test_a_recall_starts_anew_with_every_loss():
    log = ready()
    log.member(2, roles=8)
    log.revoke(2, cursor="1:5", done=0)
    assert log.model().state.recalls == {2: "1:5"}

    log.member(2, active=0)
    assert log.model().state.recalls == {2: ""}


def test_a_correction_comes_first_above_the_cap_and_without_the_skill():
    log = ready(max_held=1)
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.grant(2, (2, 1))
    log.give_back(2, (1, 1), [[2, 6]])
    assert states(log, 1) == [RETURNED]

    again = log.grant(2, (1, 1))
    log.start(2, (1, 1), again)
    log.tick(LEASE_MS)
    log.expire((1, 1, 2), (2, 1, 2))
    assert states(log, 1) == [RETURNED]

    log.submit(2, (1, 1), again, late=1)
    assert log.violations() == []
    assert log.model().state.entries[1].slot(1).finished == 2


def test_a_revoked_correction_stays_with_its_author_unless_they_are_out():
    def returned_and_held() -> Log:
        log = ready()
        log.submit(2, (1, 1), log.grant(2, (1, 1)))
        log.give_back(2, (1, 1), [[2, 6]])
        log.grant(2, (1, 1))
        return log

    stays = returned_and_held()
    stays.member(2, roles=8)
    stays.revoke(2, (1, 1))
    assert (stays.violations(), states(stays, 1)) == ([], [RETURNED])

    goes = returned_and_held()
    goes.member(2, active=0)
    goes.revoke(2, (1, 1), to_pool=1)
    goes.grant(3, (1, 1))
    assert goes.violations() == []


def test_a_correction_that_went_to_the_pool_is_finished_by_somebody_else():
    log = ready()
    token = log.grant(2, (1, 1))
    log.submit(2, (1, 1), token)
    log.give_back(2, (1, 1), [(2, 6)])
    log.grant(2, (1, 1))
    log.member(2, active=0)
    log.revoke(2, (1, 1), to_pool=1)
    token = log.grant(3, (1, 1))
    log.submit(3, (1, 1), token)
    assert log.violations() == []


def test_a_person_s_recall_leaves_what_the_queue_is_recalling_to_that():
    log = ready()
    log.grant(2, (1, 1), (2, 1))
    log.member(2, skills=[1])
    log.member(2)
    log.revoke(2, cursor="1:1", done=0)
    log.add("queue_paused", queue=1, mode=2, open=2)
    log.revoke(2)
    assert log.violations() == []


def test_a_removed_entry_keeps_what_is_finished():
    log = ready(slots=3)
    two, _ = log.grant(2, (1, 1)), log.grant(3, (1, 2))
    log.submit(2, (1, 1), two)
    log.remove(1, 2)
    log.grant(3, (3, 1))

    assert log.violations() == []
    assert states(log, 1) == [COMPLETED, REMOVED, REMOVED]
    assert recount(log.model().state)[1, "removed"] == 5


def test_items_follow_their_dataset_into_the_queue():
    log = ready(entries=3)
    log.add("dataset_created", dataset=2)
    log.items(2, base=4, dataset=2, **{"import": 2})
    log.items(2, base=6, first=4)
    log.queue(2)
    log.add("dataset_attached", queue=2, dataset=1, priority=0, not_before=0, skip=0)
    log.entries(
        3, first=4, queue=2, dataset=1, cursor=3, rank=0, runs=[[1, 1, 3]], classes=[[1, []]]
    )
    log.entries(
        1,
        first=7,
        queue=2,
        dataset=1,
        cursor=7,
        rank=0,
        lane=2,
        runs=[[2, 6, 1]],
        classes=[[2, [9]]],
        not_added=1,
    )
    log.grant(2, (4, 1), (5, 1), (6, 1), queue=2)

    assert log.violations() == []
    assert log.model().state.queues[2].not_added == 1


def test_a_session_ends_a_day_after_its_last_change():
    log = Log()
    log.create()
    session = log.session()
    log.tick(5)
    log.add("dataset_created", Request(session, 3, "aa"), dataset=1)
    log.tick(86_400_000 + 60_000)
    log.add("sessions_ended", sessions=[session])

    assert log.violations() == []
    assert log.model().state.sessions == {}


def test_must_raises_what_apply_returns():
    log = ready()
    log.grant(2, (2, 1))
    model = Model()
    for event in log.events[:-1]:
        model.must(event)

    with pytest.raises(BrokenRuleError, match="the first eligible are"):
        model.must(log.events[-1])


def test_counters_kept_by_event_are_those_counted_one_by_one():
    log = ready(slots=2)
    token = log.grant(2, (1, 1), (2, 1))
    log.start(2, (1, 1), token)
    log.submit(2, (1, 1), token)
    log.remove(3)
    state = log.model().state

    kept = {(1, WORDS[word]): n for word, n in state.queues[1].counts.items() if n}
    assert kept == recount(state)


def test_the_shape_of_a_small_state():
    log = ready(entries=3, slots=2)
    token = log.grant(2, (1, 1), (2, 1))
    log.start(2, (1, 1), token)
    score, started = 3 * 2**46, (IN_PROGRESS, 2, token, 0, 0, log.clock)
    shape = expected(log.model().state)

    assert shape.backlog == {(1, 1, 3): [3]}
    assert shape.available == {(1, 1): {1: score + 1, 2: score + 2}}
    assert shape.excluded == {(1, 1, 2): {1: score + 1, 2: score + 2}}
    assert shape.heads == {(1, "b", 1): score + 3, (1, "g", 1): score + 1}
    assert shape.held == {(2, 1): {1: score + 1, 2: score + 2}}
    assert shape.touched[1] == (
        *(1, 1, 3, (started, (QUEUED, 0, 0, 0, 0, 0))),
        *(frozenset(), frozenset(), False, frozenset(), ()),
    )
    assert shape.leases == {(1, 1): LEASE_MS, (2, 1): LEASE_MS}


def test_ordered_is_a_sorted_set():
    chance = random.Random(7)
    ordered, plain = Ordered([5, 3, 5]), {5, 3}
    for _ in range(10 * BLOCK):
        value = chance.randrange(4 * BLOCK)
        if chance.random() < 0.7:
            ordered.add(value)
            plain.add(value)
        else:
            ordered.discard(value)
            plain.discard(value)

    assert list(ordered) == sorted(plain)
    assert len(ordered) == len(plain)
    assert ordered.first() == min(plain)
    assert all(value in ordered for value in plain)
    assert 4 * BLOCK not in ordered


def test_an_empty_ordered_has_no_first():
    assert Ordered().first() is None


def test_a_long_walk_stays_quick():
    """One person has a slot of all 1,500 entries at the head, each still open to others."""
    log = ready(people=2, entries=2_000, slots=3)
    model = Model()
    for event in log.events:
        model.apply(event)
    for at in range(1, 1_501):
        log.grant(2, (at, 1), deadline=LEASE_MS)
        log.submit(2, (at, 1), log.seq)
    for event in log.events[-3_000:]:
        model.apply(event)

    assert model.judge.violations == []
