"""Rules of the property test about priorities, and about what is finished or removed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit import expect
from store import events

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
        leaving, kept = expect.expect_remove(self.state, queue, [e.entry for e in chosen])
        reply = self.call("remove_entries", queue=queue, entries=tasks)
        assert reply.word == "ok"
        body = events.decode(reply.rest).body
        assert ([task[0] for task in body["entries"]], list(body["kept"])) == (leaving, kept)

    @rule(
        picks=st.lists(PICK, min_size=1, max_size=5),
        rank=st.integers(0, 3),
        queue=st.integers(1, 2),
    )
    def set_priority(self, picks: list[int], rank: int, queue: int) -> None:
        known = [e for e in self.state.entries.values() if e.queue == queue]
        open_ = [e for e in known if not e.gone]
        chosen = [(known if pick % 11 == 0 else open_ or known) for pick in picks] if known else []
        tasks = sorted(
            {
                (some[pick % len(some)].entry, pick % some[0].k + 1 + (pick % 17 == 0))
                for some, pick in zip(chosen, picks, strict=False)
            }
        )
        inputs = [
            [entry, slot, self.state.entries[entry].lane, self.state.entries[entry].came]
            for entry, slot in tasks
        ]
        word, task = expect.expect_set_priority(self.state, queue, tasks)
        reply = self.call("set_priority", queue=queue, rank=rank, tasks=inputs)
        assert (reply.word, reply.rest if word != "ok" else "") == (word, task)
