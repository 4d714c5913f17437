"""Rules of the property test about chunks that keep what they may not change."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit import expect_finished
from store import events
from tests.store.machine_operations import NOTHING, chunk_key

PICKS = st.lists(st.integers(0, 10_000), min_size=1, max_size=6)
SET_PRIORITY, REOPEN = 5, 6


class BulkRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    named: Any
    tokens: list[tuple[int, int, int, int]]

    @property
    def state(self) -> Any:
        raise NotImplementedError

    def _chunk(self, verb: int, name: str, queue: int, **inputs: Any) -> Any:
        """The only chunk of an operation: its answer, and the body of its event."""
        begun = self.call(
            "begin_operation", verb=verb, queues=[queue], dataset=0, content=7, total=9, **NOTHING
        )
        key = chunk_key(begun.seq, 1)
        reply = self.call(name, key, actor=0, queue=queue, lenient=1, **inputs)
        assert reply.word == "ok"
        assert self.call("end_operation", operation=begun.seq, state=2, error="").word == "ok"
        return reply, events.decode(reply.rest).body

    def _of_queue(self, picks: list[int], queue: int) -> list[tuple[Any, int]]:
        """Tasks in whatever state, now and then with a slot too many."""
        known = [e for e in self.state.entries.values() if e.queue == queue]
        tasks = {
            (known[p % len(known)].entry, p % known[0].k + 1 + (p % 17 == 0))
            for p in picks
            if known
        }
        return [(self.state.entries[entry], slot) for entry, slot in sorted(tasks)]

    @rule(picks=PICKS, rank=st.integers(0, 3), queue=st.integers(1, 3))
    def prioritise_in_bulk(self, picks: list[int], rank: int, queue: int) -> None:
        tasks = self._of_queue(picks, queue)
        if not tasks:
            return
        right = [
            (entry, slot, expect_finished.expect_set_priority(self.state, queue, [(n, slot)])[0])
            for entry, slot in tasks
            for n in [entry.entry]
        ]
        others = {entry.entry: None for entry, _, word in right if word == "ok"}
        moves = [entry for entry in others if self.state.entries[entry].rank != rank]
        stay = [[entry.entry, slot, word] for entry, slot, word in right if word != "ok"]
        told = [[entry.entry, slot, entry.lane, entry.came] for entry, slot in tasks]
        inputs = {"tasks": told, "delayed": [], "named": len(told)}
        _, body = self._chunk(SET_PRIORITY, "set_priority", queue, rank=rank, **inputs)
        assert [entry[0] for entry in body["entries"] or ()] == moves
        assert (list(body["kept"] or ()), body["named"]) == (stay, len(tasks))

    @rule(picks=PICKS, to=st.integers(1, 3), person=st.integers(1, 5), queue=st.integers(1, 2))
    def reopen_in_bulk(self, picks: list[int], to: int, person: int, queue: int) -> None:
        """Each as if it were reopened alone, after those before it."""
        tasks = self._of_queue(picks, queue)
        if not tasks:
            return
        seq, right, had = self.state.seq + 1, [], set()
        for entry, slot in tasks:
            word = expect_finished.expect_reopen(self.state, [(entry, slot)], to, person, seq)[0]
            if word == "ok" and to == 3 and entry.entry in had:
                word = "not_eligible"
            had |= {entry.entry} if word == "ok" else set()
            right.append("wrong_state" if word == "stale_entry" else word)
        told = [[*self.named(entry, slot), int(entry.gone)] for entry, slot in tasks]
        reply, body = self._chunk(
            *(REOPEN, "reopen", queue), to=to, person=person * (to == 3), as_of=seq, tasks=told
        )
        found = {(task[0], task[1]): "ok" for task in body["tasks"] or ()}
        found |= {(entry, slot): word for entry, slot, word in body["kept"] or ()}
        assert [found[entry.entry, slot] for entry, slot in tasks] == right
        if to == 3:
            given = [pair for pair, word in found.items() if word == "ok"]
            self.tokens += [(person, *pair, reply.seq) for pair in given]
