"""Rules about chosen tasks, for the machine of `kernel_machine.py`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from audit import expect


class PickRules:
    """StartTask: one task out of the middle."""

    @rule(queue=st.integers(1, 3), person=st.integers(1, 6))
    def begin_work(self: Any, queue: int, person: int) -> None:
        """What Reserve would give first, started; with batches, what it would give."""
        answer = expect.expect_reserve(self.state, person, queue, 1, 0, clock=self.state_clock)
        reply = self.call("begin_work", queue=queue, person=person)
        assert reply.word == answer.word
        if reply.word == "nothing":
            self.expected_reasons(answer, reply.rest)
        elif reply.word == "ok":
            self.note(reply, person)
            many = len(answer.tasks) if self.state.queues[queue].rules.batch_size else 1
            assert tuple((p[1], p[2]) for p in self.tokens[-many:]) == answer.tasks[:many]

    @rule(
        queue=st.integers(1, 3),
        person=st.integers(1, 6),
        pick=st.integers(0, 10_000),
        by_right=st.integers(0, 1),
    )
    def pick_a_task(self: Any, queue: int, person: int, pick: int, by_right: int) -> None:
        """Of whatever state, now and then of another queue."""
        known = [
            entry
            for entry in self.state.entries.values()
            if entry.queue == queue or (entry.slots and pick % 7 == 0)
        ]
        if not known:
            return
        open_ = [entry for entry in known if not entry.gone] or known
        chosen = (known if pick % 11 == 0 else open_)[pick % len(open_)]
        slot = pick % chosen.k + 1 + (pick % 13 == 0)
        word = expect.expect_pick(
            self.state, person, queue, chosen.entry, slot, by_right=bool(by_right)
        )
        reply = self.call(
            "pick",
            queue=queue,
            person=person,
            entry=chosen.entry,
            slot=slot,
            **{"class": chosen.lane},
            priority=chosen.came,
            by_right=by_right,
        )
        assert reply.word == word
        if word == "ok":
            self.note(reply, person)
