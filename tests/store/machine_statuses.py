"""Rules of the property test about priorities, and about what is finished or removed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit import expect, expect_finished
from audit.state import FINISHED
from store import events
from tests.store.machine_operations import taken_out

PICK = st.integers(0, 10_000)
MEANING = st.integers(1, 2)


class StatusRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    note: Any
    finish: Any
    known_as_passed: Any
    drawn_anew: Any
    tokens: list[tuple[int, int, int, int]]

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
        reply = self.call("remove_entries", queue=queue, **taken_out(tasks))
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
        word, task = expect_finished.expect_set_priority(self.state, queue, tasks)
        told = {"tasks": inputs, "delayed": [], "named": len(inputs)}
        reply = self.call("set_priority", queue=queue, rank=rank, lenient=0, **told)
        assert (reply.word, reply.rest if word != "ok" else "") == (word, task)

    # --- what is finished ---

    def known(self, entry: Any) -> list[list[int]]:
        """What Postgres's views say of an entry whose slots are all finished."""
        if not entry.gone or any(slot.state not in FINISHED for slot in entry.slots):
            return []
        return [[slot.person, slot.state] for slot in entry.slots]

    def named(self, entry: Any, slot: int) -> list[Any]:
        known = self.known(entry)
        skipped = sorted(entry.skipped) if known else []
        done = sorted(entry.done) if known else []
        return [entry.entry, slot, entry.lane, entry.came, entry.rank, known, skipped, done]

    def chosen(self, pick: int) -> tuple[Any, int] | None:
        """A task: mostly one that is finished."""
        entries = [entry for entry in self.state.entries.values() if not entry.review]
        done = [(e, i) for e in entries for i, s in enumerate(e.slots, 1) if s.state in FINISHED]
        if pick % 11 == 0 or not done:
            any_of = [(e, pick % (e.k + 1) + 1) for e in entries]
            return any_of[pick % len(any_of)] if any_of else None
        return done[pick % len(done)]

    def as_of(self, pick: int) -> int:
        """How old the views are: mostly not at all."""
        seq: int = self.state.seq
        return max(0, seq - pick % 9) if pick % 3 == 0 else seq

    @rule(
        queue=st.integers(1, 2), person=st.integers(1, 4), count=st.integers(1, 5), meaning=MEANING
    )
    def do_some(self, queue: int, person: int, count: int, meaning: int) -> None:
        """Somebody does the next few tasks."""
        reply = self.call("reserve", queue=queue, person=person, count=count, target=0)
        if reply.word != "ok":
            return
        self.note(reply, person)
        for _, entry, slot, token in [task for task in self.tokens if task[3] == reply.seq]:
            self.finish(person, entry, slot, token, meaning)

    @rule(pick=PICK, person=st.integers(1, 5), manager=st.integers(0, 1), meaning=MEANING)
    def set_status(self, *, pick: int, person: int, manager: int, meaning: int) -> None:
        chosen, as_of = self.chosen(pick), self.as_of(pick)
        if chosen is None:
            return
        entry, number = chosen
        known = self.known_as_passed(entry, number)
        told = expect_finished.expect_set_status(
            self.state, entry, number, person, manager, as_of, known
        )
        reply = self.call(
            "set_status",
            queue=entry.queue,
            task=self.named(entry, number),
            as_of=as_of,
            person=person,
            manager=manager,
            settings_seq=self.state.settings_seq,
            status=meaning,
            meaning=meaning,
            passed=known,
            review=self.drawn_anew(entry, number),
        )
        assert _told(reply) == told

    @rule(pick=PICK, own=st.booleans(), manager=st.integers(0, 1), recalled=st.integers(0, 1))
    def remove_status(self, *, pick: int, own: bool, manager: int, recalled: int) -> None:
        chosen, as_of = self.chosen(pick), self.as_of(pick)
        if chosen is None:
            return
        entry, number = chosen
        author = entry.slot(min(number, entry.k)).person
        person = author if own else pick % 5 + 1
        told = expect_finished.expect_remove_status(
            *(self.state, entry, number, person, manager, recalled, as_of),
            self.known_as_passed(entry, number),
        )
        reply = self.call(
            "remove_status",
            queue=entry.queue,
            task=self.named(entry, number),
            as_of=as_of,
            person=person,
            manager=manager,
            recalled=recalled,
            passed=self.known_as_passed(entry, number),
        )
        assert _told(reply) == told
        if told[0] == "ok":
            self.tokens.append((author, entry.entry, number, reply.seq))

    @rule(
        picks=st.lists(PICK, min_size=1, max_size=4), to=st.integers(1, 3), person=st.integers(1, 5)
    )
    def reopen(self, picks: list[int], to: int, person: int) -> None:
        found = [task for pick in picks if (task := self.chosen(pick))]
        tasks = [task for task in found if task[0].queue == found[0][0].queue]
        tasks = [task for n, task in enumerate(tasks) if task not in tasks[:n]]
        if not tasks:
            return
        as_of = self.as_of(picks[0])
        told = expect_finished.expect_reopen(self.state, tasks, to, person, as_of)
        reply = self.call(
            "reopen",
            queue=tasks[0][0].queue,
            to=to,
            person=person if to == 3 else 0,
            as_of=as_of,
            tasks=[[*self.named(entry, number), 0] for entry, number in tasks],
            lenient=0,
        )
        assert _told(reply) == told
        if told[0] == "ok" and to == 3:
            self.tokens += [(person, entry.entry, number, reply.seq) for entry, number in tasks]


def _told(reply: Any) -> tuple[str, str]:
    return reply.word, "" if reply.word == "ok" else reply.rest or ""
