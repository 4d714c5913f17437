"""Rules of the property test about queues with batches: loaded, refilled, cleared."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from audit import expect
from audit.expect_anywhere import expect_anywhere
from store import events
from tests.audit.log import queue_rules

QUEUES = st.integers(1, 3)
PEOPLE = st.integers(1, 5)
PICK = st.integers(0, 10_000)
BATCHES = st.sampled_from([(3, 5), (3, 6), (4, 6)])


class BatchRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    note: Any
    attach: Any
    reserve: Any
    finish: Any
    state_clock: int
    expected_reasons: Any

    @property
    def state(self) -> Any:
        raise NotImplementedError

    @rule(
        queue=st.integers(2, 3),
        slots=st.integers(1, 2),
        sizes=BATCHES,
        rank=st.integers(2, 3),
        due=st.sampled_from([0, 1_700_000_000_000]),
    )
    def create_queue_with_batches(
        self, *, queue: int, slots: int, sizes: tuple[int, int], rank: int, due: int
    ) -> None:
        known = queue in self.state.queues or queue in self.state.deleted
        rules = queue_rules(
            slots=slots,
            lease_ms=10_000,
            batch_size=sizes[0],
            max_workload=sizes[1],
            max_held=1,
            priority=rank,
            due_ms=due,
        )
        reply = self.call("create_queue", queue=queue, rules=rules, content=0)
        assert reply.word == ("already_exists" if known else "ok")
        self.attach(queue, 2)

    def holders(self) -> list[tuple[int, int]]:
        """(queue, person) of all who hold something where there are batches."""
        queues = [of for of in self.state.queues.values() if of.rules.batch_size]
        return [(of.queue, person) for of in queues for person in sorted(of.held)]

    def place(self, queue: int, person: int, pick: int) -> tuple[int, int]:
        """Mostly a place where somebody holds something, else what was drawn."""
        holders = self.holders()
        return holders[pick % len(holders)] if holders and pick % 4 else (queue, person)

    @rule(queue=QUEUES, person=PEOPLE, pick=PICK)
    def load_batch(self, queue: int, person: int, pick: int) -> None:
        queue, person = self.place(queue, person, pick)
        answer = expect.expect_load(self.state, person, queue, clock=self.state_clock)
        reply = self.call("load_batch", queue=queue, person=person)
        assert reply.word == answer.word
        if reply.word == "nothing":
            self.expected_reasons(answer, reply.rest)
        elif reply.word == "ok":
            self.note(reply, person)

    @rule(queue=QUEUES, person=PEOPLE, pick=PICK, started=st.booleans())
    def clear_batch(self, *, queue: int, person: int, pick: int, started: bool) -> None:
        queue, person = self.place(queue, person, pick)
        answer = expect.expect_clear(self.state, person, queue, include_started=started)
        reply = self.call("clear_batch", queue=queue, person=person, include_started=started)
        assert reply.word == answer.word

    @rule(person=PEOPLE, count=st.integers(1, 4))
    def reserve_anywhere(self, person: int, count: int) -> None:
        queue, answer = expect_anywhere(self.state, person, count, clock=self.state_clock)
        reply = self.call("reserve_anywhere", person=person, count=count, cursor="")
        assert reply.word == answer.word
        if reply.word == "nothing":
            # Leases of a deleted queue count as such until they have ended in the background.
            ending = any(self.state.deleted.values())
            if not ending and not any(of.fences for of in self.state.queues.values()):
                self.expected_reasons(answer, reply.rest)
            return
        self.note(reply, person)
        event = events.decode(reply.rest)
        assert event.body["queue"] == queue
        assert tuple((task[0], task[1]) for task in event.body["tasks"]) == answer.tasks

    @precondition(lambda self: self.holders())
    @rule(other=PEOPLE, pick=PICK, back=st.booleans())
    def what_is_cleared_goes_to_somebody_else(self, *, other: int, pick: int, back: bool) -> None:
        """Cleared, then asked for by another, and perhaps by the first one again."""
        queue, person = self.place(0, 0, pick - pick % 4 + 1)
        self.clear_batch(queue=queue, person=person, pick=0, started=True)
        for one in (other, person) if back else (other,):
            self.reserve(queue=queue, person=one, count=1, ensure=False, n=0)

    @precondition(lambda self: self.holders())
    @rule(pick=PICK)
    def work_through_a_batch(self, pick: int) -> None:
        """Whoever holds something finishes up to four of it."""
        queue, person = self.place(0, 0, pick - pick % 4 + 1)
        for entry, number in list(self.state.queues[queue].held.get(person, {}).items())[:4]:
            token = self.state.entries[entry].slot(number).token
            self.finish(person, entry, number, token, 1)
