"""Rules of the property test about QA queues: the machine is the worker that follows."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit import expect
from audit.apply_qa import asked, workers
from audit.eligibility import eligible
from audit.state import FINISHED
from tests.audit.log import queue_rules

PICK = st.integers(0, 10_000)
PEOPLE = st.integers(1, 5)
QA = st.integers(4, 5)


class QaRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    note: Any
    finish: Any
    expected_reasons: Any
    state_clock: int
    tokens: list[tuple[int, int, int, int]]

    @property
    def state(self) -> Any:
        raise NotImplementedError

    @rule(queue=QA, source=st.integers(1, 5), slots=st.integers(1, 2), takes=st.integers(0, 2))
    def create_qa(self, queue: int, source: int, slots: int, takes: int) -> None:
        known = queue in self.state.queues or queue in self.state.deleted
        of = self.state.queues.get(source)
        wrong = of is None or of.rules.source > 0
        of_qa = {"source": source, "takes": [takes] if takes else [], "upto": 0}
        rules = queue_rules(slots=slots, lease_ms=10_000) | of_qa
        reply = self.call("create_queue", queue=queue, rules=rules, content=1)
        assert reply.word == ("already_exists" if known else "no_source" if wrong else "ok")

    @rule(queue=QA, picks=st.lists(PICK, min_size=1, max_size=4), late=st.sampled_from([0, 0, 9]))
    def bring(self, queue: int, picks: list[int], late: int) -> None:
        """Finished items come in; what is known of them may be too old."""
        of = self.state.queues.get(queue)
        entries = self.state.entries.values()
        done = [
            entry
            for entry in entries
            if of
            and entry.queue == of.rules.source
            and entry.slots
            and all(slot.state in FINISHED for slot in entry.slots)
        ]
        chosen = {done[pick % len(done)].entry for pick in picks} if done else set()
        tasks = [self._told(self.state.entries[number]) for number in sorted(chosen)]
        as_of = max(0, self.state.seq - late)
        right = self._word(of, sorted(chosen), as_of)
        reply = self.call("add_qa", queue=queue, as_of=as_of, tasks=tasks)
        assert reply.word == right, (reply, right)

    def _told(self, entry: Any) -> list[Any]:
        return [entry.entry, entry.item, entry.lane, entry.rank, sorted(workers(entry))]

    def _word(self, queue: Any, chosen: list[int], as_of: int) -> str:
        if queue is None or not queue.rules.source:
            return "not_found"
        if queue.control.submitted:
            return "data_submitted"
        if queue.control.archived:
            return "archived"
        if queue.rules.source not in self.state.queues:
            return "not_found"
        cleared = self.state.queues[queue.rules.source].cleared_seq
        changed = [max(cleared, self.state.left.get(number, 0)) for number in chosen]
        if max([self.state.added_seq(queue), *changed]) > as_of:
            return "stale_entry"
        fresh = [one for one in chosen if not asked(self.state, one, queue.queue)]
        return "ok" if fresh else "idle"

    @rule(queue=QA, person=PEOPLE, count=st.integers(1, 4), meaning=st.integers(0, 2))
    def check(self, queue: int, person: int, count: int, meaning: int) -> None:
        """Somebody takes the next few items, and approves them, or keeps them."""
        if queue not in self.state.queues:
            return
        answer = expect.expect_reserve(self.state, person, queue, count, clock=self.state_clock)
        reply = self.call("reserve", queue=queue, person=person, count=count, target=0)
        assert reply.word == answer.word
        if reply.word == "nothing":
            self.expected_reasons(answer, reply.rest)
        if reply.word != "ok":
            return
        self.note(reply, person)
        for _, entry, slot, token in [task for task in self.tokens if task[3] == reply.seq]:
            if meaning:
                self.finish(person, entry, slot, token, meaning)

    @rule(person=PEOPLE, pick=PICK)
    def nobody_checks_what_they_worked_on(self, person: int, pick: int) -> None:
        known = [e for e in self.state.entries.values() if e.check and not e.gone]
        if known:
            entry = known[pick % len(known)]
            told = {"queue": entry.queue, "person": person, "entry": entry.entry, "class": 1}
            cause = eligible(self.state, person, entry)
            assert self.call("eligible", **told).rest == cause
            assert cause or person not in entry.check.barred
