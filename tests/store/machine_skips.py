"""Rules about skipped tasks, for the machine of `kernel_machine.py`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from audit import expect, skips
from audit.eligibility import eligible
from store import events

PICK = st.integers(0, 10_000)


class SkipRules:
    """Skip by every policy, who is left for what was skipped, and the way back."""

    @rule(pick=PICK, policy=st.sampled_from([0, 0, 0, 1, 2, 3]))
    def skip(self: Any, pick: int, policy: int) -> None:
        person, entry, slot, token = self.lease(pick)
        word = expect.expect_skip(self.state, person, entry, slot, token, policy)
        lease = {"person": person, "entry": entry, "slot": slot, "token": token}
        reply = self.call("skip", **lease, policy=policy, content=0)
        assert reply.word == word
        if word != "ok":
            return
        event = events.decode(reply.rest, seq=reply.seq)
        self.tokens += [(person, task[0], task[1], reply.seq) for task in event.body["tasks"]]

    @rule(
        people=st.lists(st.integers(1, 4), min_size=1, max_size=5),
        save=st.booleans(),
    )
    def skip_one_after_the_other(self: Any, people: list[int], *, save: bool) -> None:
        """Somebody takes a task and will not do it, then the next person, and so on."""
        if 1 not in self.state.queues:
            return
        if not any(self.state.queues[1].lanes.values()):
            self.follow(1, [4, 4], 0)
        for person in people:
            reply = self.call("reserve", queue=1, person=person, count=1, target=0)
            if reply.word != "ok":
                continue
            self.note(reply, person)
            person, entry, slot, token = self.tokens[-1]
            lease = {"person": person, "entry": entry, "slot": slot, "token": token}
            if save:
                word = expect.expect_draft(
                    self.state, person, entry, slot, token, clock=self.state_clock
                )
                assert self.call("save_draft", **lease).word == word
            word = expect.expect_skip(self.state, person, entry, slot, token, 0)
            skipped = self.call("skip", **lease, policy=0, content=0)
            assert skipped.word == word
            if word == "ok":
                event = events.decode(skipped.rest, seq=skipped.seq)
                self.tokens += [(person, t[0], t[1], skipped.seq) for t in event.body["tasks"]]

    @rule(limit=st.integers(1, 4))
    def look(self: Any, limit: int) -> None:
        """One by one, until all that was to be looked at has been."""
        while self.call("look", limit=limit).word == "ok":
            continue
        assert skips.to_look_at(self.state) == []

    @rule(queue=st.integers(1, 3), picks=st.lists(PICK, min_size=1, max_size=3))
    def clear_skips(self: Any, queue: int, picks: list[int]) -> None:
        known = list(self.state.entries.values())
        skipped = [entry for entry in known if entry.skipped] or known
        if not known:
            return
        chosen = sorted({skipped[pick % len(skipped)].entry for pick in picks})
        reply = self.call("clear_skips", queue=queue, entries=chosen)
        assert reply.word == ("ok" if queue in self.state.queues else "not_found")

    @rule(queue=st.integers(1, 3), person=st.integers(1, 6))
    def explain(self: Any, queue: int, person: int) -> None:
        """What Reserve would answer, by the model."""
        answer = expect.expect_reserve(self.state, person, queue, 1, clock=self.state_clock)
        reply = self.call("explain", queue=queue, person=person)
        assert reply.word == ("not_found" if answer.word == "not_found" else "ok")
        if answer.word == "ok":
            assert tuple(reply.rest["task"]) == answer.tasks[0]
        elif answer.word == "nothing":
            assert reply.rest["task"] == 0
            self.expected_reasons(answer, reply.rest["reasons"])

    @rule(person=st.integers(1, 6), pick=PICK)
    def explain_a_task(self: Any, person: int, pick: int) -> None:
        known = list(self.state.entries.values())
        if not known:
            return
        entry = known[pick % len(known)]
        slot = pick % (entry.k + 1) + 1
        reply = self.call(
            "explain_task",
            queue=entry.queue,
            person=person,
            entry=entry.entry,
            slot=slot,
            **{"class": entry.lane},
            priority=entry.came,
        )
        if slot > entry.k and not entry.gone:
            assert reply.word == "not_found"
        elif not entry.gone:
            held = entry.slot(slot)
            mine = held.person == person and (held.held or held.state == 8)
            found = reply.rest
            assert found["state"] == entry.shown(held)
            assert found["mine"] == mine
            assert found["holder"] == (held.person if held.held else 0)
            assert found["cause"] == eligible(self.state, person, entry, slot if mine else 0)
        elif reply.word == "ok":
            assert reply.rest["state"] == 0
