"""Rules about drafts, for the machine of `kernel_machine.py`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from audit import expect

PICK = st.integers(0, 10_000)


class DraftRules:
    """SaveDraft, as a renewal that is an event only now and then."""

    @rule(pick=PICK, times=st.integers(1, 2))
    def save_draft(self: Any, pick: int, times: int) -> None:
        person, entry, slot, token = self.lease(pick)
        for _ in range(times):
            word = expect.expect_draft(
                self.state, person, entry, slot, token, clock=self.state_clock
            )
            reply = self.call("save_draft", person=person, entry=entry, slot=slot, token=token)
            assert reply.word == word
            if word == "kept":
                held = self.state.entries[entry].slot(slot)
                queue = self.state.queues[self.state.entries[entry].queue]
                assert int(reply.rest) == queue.deadline(held)
