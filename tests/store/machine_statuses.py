"""Rules of the property test about what becomes of entries: removed, and what stands where."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit import expect

PICK = st.integers(0, 10_000)


class StatusRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any

    @property
    def state(self) -> Any:
        raise NotImplementedError

    @rule(picks=st.lists(PICK, min_size=1, max_size=3), queue=st.integers(1, 2))
    def remove_entries(self, picks: list[int], queue: int) -> None:
        """Entries of whatever state, some of another queue, some twice."""
        of_all = self.state.entries.values()
        known = [e for e in of_all if e.queue == queue or (e.slots and not e.gone)]
        if queue not in self.state.queues or not known:
            return
        chosen = [known[pick % len(known)] for pick in picks]
        tasks = [[entry.entry, entry.lane, entry.came] for entry in chosen]
        word = expect.expect_remove(self.state, queue, [entry.entry for entry in chosen])
        assert self.call("remove_entries", queue=queue, entries=tasks).word == word
