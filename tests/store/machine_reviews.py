"""Rules of the property test about reviews: the machine is the worker that samples and looks up."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit import expect, expect_reviews
from audit.eligibility import eligible
from audit.moves import DONE
from audit.review_state import EXPERT, REJECTED, RETURNED_UNIT, REVIEW, REVIEWS, Cycle, stage_of
from audit.reviews import authors_of
from store import events
from tests.audit.review_log import review_rules

PICK = st.integers(0, 10_000)
KINDS = st.sampled_from([REVIEW, REVIEW, EXPERT])
QUEUES = st.integers(1, 2)
PEOPLE = st.integers(1, 5)


class ReviewRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    note: Any
    lease: Any
    named: Any
    as_of: Any
    expected_reasons: Any
    state_clock: int
    tokens: list[tuple[int, int, int, int]]

    @property
    def state(self) -> Any:
        raise NotImplementedError

    # --- what a worker knows of a submission ---

    def to_review(self, entry: int, slot: int) -> Any:
        """What a submission says of its review, mostly rightly."""
        found = self.state.entries.get(entry)
        if found is None or found.review or not 1 <= slot <= found.k:
            return ""
        if not expect_reviews.reviewed(self.state, found, slot):
            return ""
        dice = random.Random(f"{self.state.seq} {entry} {slot}")
        return self._given(dice, found, slot)

    def _given(self, dice: random.Random, found: Any, slot: int) -> dict[str, Any]:
        cycle = self.state.cycles.get((found.entry, slot))
        due, rejects = expect_reviews.again(self.state, found, slot)
        gone = sorted(unit for unit in due if dice.random() < 0.2)
        for_ever = cycle.in_state(REJECTED) if cycle else set()
        some = set(dice.sample(range(8), dice.randrange(4))) - for_ever
        units = sorted((due | some) - set(gone))
        if found.queue not in self.state.reviewing:
            units = []
        dice.shuffle(units)
        at = dice.randint(0, len(units))
        return {
            "round": (cycle.round if cycle else 0) + 1,
            "known": int(cycle is not None and dice.random() < 0.9),
            "resolve": int(dice.random() < 0.6),
            "gone": gone,
            "authors": sorted(authors_of(found, slot)),
            "missing": cycle.missing if cycle else 0,
            "groups": [self._group(dice, some) for some in (units[:at], units[at:]) if some],
            "rejects": [[unit, times] for unit, times in rejects.items()],
            "waits": self._waits(dice, found.queue),
        }

    def _waits(self, dice: random.Random, queue: int) -> int:
        """How many units wait for their lot."""
        known = self.state.reviewing.get(queue)
        return dice.randrange(4) if known and known.rules.on and known.rules.lot_size else 0

    def _group(self, dice: random.Random, units: list[int]) -> dict[str, Any]:
        people = dice.sample(range(1, 6), dice.choice([0, 0, 1, 2, 3]))
        return {"candidates": people, "units": units, "by": int(bool(people))}

    def reviewed_word(self, entry: int, slot: int, given: Any) -> str:
        found = self.state.entries[entry]
        return expect_reviews.expect_submission(self.state, found, slot, given or None)[0]

    def known_as_passed(self, entry: Any, slot: int) -> int:
        """What Postgres says of the review of what was submitted last."""
        cycle = self.state.cycles.get((entry.entry, slot), Cycle())
        return int(cycle.passed and not cycle.noted)

    def drawn_anew(self, entry: Any, slot: int) -> Any:
        """What is reviewed of what was discarded, and is done now: all of it, or nothing."""
        if not 1 <= slot <= entry.k or self.state.seq % 3 == 0:
            return ""
        dice = random.Random(f"{self.state.seq} {entry.entry}")
        return self._known(entry, slot) | {"groups": [self._group(dice, [0])]}

    # --- the rules ---

    @rule(
        queue=st.integers(1, 3),
        rules=st.fixed_dictionaries(
            {
                "on": st.sampled_from([1, 1, 1, 0]),
                "fallback_ms": st.sampled_from([0, 3_000, 20_000]),
                "max_held": st.sampled_from([1, 100]),
                "early": st.sampled_from([0, 0, 1]),
                "threshold": st.integers(0, 2),
                "backlog": st.sampled_from([0, 0, 1, 4]),
                "lot_size": st.sampled_from([0, 0, 3, 8]),
                "lot_ms": st.sampled_from([5_000, 30_000]),
                "drawn": st.integers(1, 3),
                "accepted": st.integers(0, 1),
            }
        ),
        people=st.lists(PEOPLE, max_size=2, unique=True),
        stale=st.sampled_from([0, 0, 0, 1]),
    )
    def change_review(
        self, queue: int, rules: dict[str, int], people: list[int], stale: int
    ) -> None:
        known = self.state.reviewing.get(queue)
        expected = (known.set_seq if known else 0) + stale
        told = expect_reviews.expect_change(self.state, queue, expected, people)
        reply = self.call(
            "change_review",
            queue=queue,
            expected=expected,
            rules=review_rules(**rules),
            content=1,
            people=people,
        )
        assert _told(reply, told) == told

    @rule(queue=QUEUES, kind=KINDS, person=PEOPLE, count=st.integers(1, 4))
    def reserve_reviews(self, queue: int, kind: int, person: int, count: int) -> None:
        stage = stage_of(queue, kind)
        answer = expect.expect_reserve(self.state, person, stage, count, clock=self.state_clock)
        reply = self.call("reserve", queue=stage, person=person, count=count, target=0)
        assert reply.word == answer.word
        if reply.word == "nothing":
            self.expected_reasons(answer, reply.rest)
        elif reply.word == "ok":
            self.note(reply, person)
            assert tuple((p[1], p[2]) for p in self.tokens[-len(answer.tasks) :]) == answer.tasks

    @rule(queue=QUEUES, kind=KINDS, person=PEOPLE, pick=PICK)
    def review_some(self, queue: int, kind: int, person: int, pick: int) -> None:
        """Somebody reviews the next few tasks."""
        stage = stage_of(queue, kind)
        reply = self.call("reserve", queue=stage, person=person, count=3, target=0)
        if reply.word != "ok":
            return
        self.note(reply, person)
        for _, entry, slot, token in [task for task in self.tokens if task[3] == reply.seq]:
            self.judge(person, entry, slot, token, pick)

    @rule(pick=PICK, at=PICK)
    def decide(self, pick: int, at: int) -> None:
        held = [task for task in self.tokens if task[1] > REVIEWS]
        person, entry, slot, token = held[at % len(held)] if held else self.lease(pick)
        if pick % 13 == 1:
            person, entry, slot, token = self.lease(pick)
        self.judge(person, entry, slot, token, pick)

    def judge(self, person: int, entry: int, slot: int, token: int, pick: int) -> None:
        """Some decisions, or all, mostly on units that are pending."""
        dice = random.Random(pick)
        found = self.state.entries.get(entry)
        units = sorted(found.review.units) if found and found.review else [1]
        some = [unit for unit in units if dice.random() < 0.7]
        if dice.random() < 0.1:
            some.append(dice.choice([1, 9, *units]))
        decisions = [(unit, dice.choice([1, 1, 2, 2, 3])) for unit in some]
        drawn = [unit for unit in some if dice.random() < 0.1]
        people = dice.sample(range(1, 6), dice.choice([0, 0, 2, 3]))
        told = expect_reviews.expect_decide(self.state, person, (entry, slot), token, decisions)
        reply = self.call(
            "decide",
            person=person,
            entry=entry,
            slot=slot,
            token=token,
            decisions=decisions,
            missing=int(dice.random() < 0.1),
            content=0,
            experts={"units": drawn, "candidates": people} if drawn or people else "",
        )
        assert _told(reply, told) == told

    @rule(pick=PICK, own=st.sampled_from([True, True, True, False]), wrong=st.integers(0, 5))
    def mark_fixed(self, *, pick: int, own: bool, wrong: int) -> None:
        tasks = [task for task, cycle in self.state.cycles.items() if cycle.in_state(RETURNED_UNIT)]
        tasks = tasks or list(self.state.cycles)
        if not tasks:
            return
        entry, number = tasks[pick % len(tasks)]
        units = sorted(self.state.cycles[entry, number].in_state(RETURNED_UNIT))[: pick % 3 + 1]
        units += [1] if wrong == 0 else []
        person = self.state.entries[entry].slot(number).person if own else pick % 5 + 1
        told = expect_reviews.expect_fixed(self.state, person, (entry, number), units)
        of = {"person": person, "entry": entry, "slot": number}
        reply = self.call("mark_fixed", **of, units=units, content=0)
        assert _told(reply, told) == told

    @rule(pick=PICK, person=st.integers(1, 6))
    def comment(self, pick: int, person: int) -> None:
        chosen = self.submitted(pick)
        if chosen is None:
            return
        entry, number = chosen
        told = expect_reviews.expect_comment(self.state, person, entry, number)
        authors = sorted(authors_of(entry, number))
        reply = self.call(
            "add_comment",
            queue=entry.queue,
            person=person,
            entry=entry.entry,
            slot=number,
            unit=0,
            issue=0,
            author=authors[0] if authors else 0,
            content=1,
        )
        assert _told(reply, told) == told

    def submitted(self, pick: int) -> tuple[Any, int] | None:
        """A task, mostly one that was submitted."""
        known = [e for e in self.state.entries.values() if not e.review]
        every = [(e, i) for e in known for i in range(1, e.k + 1)]
        done = [(e, i) for e, i in every if e.slot(i).state in DONE]
        some = every if pick % 11 == 0 else done or every
        return some[pick % len(some)] if some else None

    @rule(pick=PICK, person=PEOPLE, units=st.lists(st.integers(0, 5), max_size=2, unique=True))
    def object(self, pick: int, person: int, units: list[int]) -> None:
        chosen, as_of = self.submitted(pick), self.as_of(pick)
        if chosen is None:
            return
        given = self._known(*chosen)
        authors = frozenset(given["authors"])
        told = expect_reviews.expect_objection(self.state, person, chosen, authors, as_of)
        reply = self.call(
            "object",
            queue=chosen[0].queue,
            person=person,
            task=self.named(*chosen),
            as_of=as_of,
            units=units,
            missing=pick % 2,
            content=0,
            source=0,
            held="",
            given=given,
        )
        assert _told(reply, told) == told

    @rule(pick=PICK)
    def check(self, pick: int) -> None:
        chosen, as_of = self.submitted(pick), self.as_of(pick)
        if chosen is None:
            return
        told = expect_reviews.expect_check(self.state, chosen, as_of)
        of = {"queue": chosen[0].queue, "person": 1, "task": self.named(*chosen)}
        reply = self.call("check", **of, as_of=as_of, content=1)
        assert _told(reply, told) == told

    @rule(pick=PICK)
    def delete_units(self, pick: int) -> None:
        chosen, as_of = self.submitted(pick), self.as_of(pick)
        if chosen is None:
            return
        told = expect_reviews.expect_deletion(self.state, chosen, as_of)
        of = {"queue": chosen[0].queue, "person": 1, "task": self.named(*chosen)}
        reply = self.call("delete_units", **of, as_of=as_of, units=[pick % 5], content=1)
        assert _told(reply, told) == told

    @rule(pick=PICK)
    def add_reviews(self, pick: int) -> None:
        chosen, as_of = self.submitted(pick), self.as_of(pick)
        if chosen is None:
            return
        dice = random.Random(pick)
        for_ever = self.state.cycles.get((chosen[0].entry, chosen[1]), Cycle()).in_state(REJECTED)
        units = sorted(set(dice.sample(range(6), dice.randint(1, 3))) - for_ever) or [6]
        given = self._known(*chosen)
        given["groups"] = [self._group(dice, units)]
        word, kept = expect_reviews.expect_added(self.state, chosen, given["round"], as_of)
        task = [*self.named(*chosen), given]
        told = {
            "queue": chosen[0].queue,
            "why": 1,
            "as_of": as_of,
            "tasks": [task],
            "named": 1,
            "content": 0,
        }
        reply = self.call("add_reviews", **told)
        assert reply.word == word
        if word == "ok":
            body = events.decode(reply.rest).body
            assert [one[2] for one in body["kept"] or ()] == ([kept] if kept else [])

    def _known(self, entry: Any, slot: int) -> dict[str, Any]:
        """What Postgres knows of what was submitted last."""
        cycle = self.state.cycles.get((entry.entry, slot), Cycle())
        return {
            "round": max(1, cycle.round),
            "authors": sorted(authors_of(entry, slot)),
            "meaning": 1,
            "status": 1,
            "missing": cycle.missing,
            "rejects": [[unit, times] for unit, times in cycle.rejects.items()],
        }

    @rule(limit=st.integers(1, 4))
    def fall_back(self, limit: int) -> None:
        due = expect_reviews.falls_back(self.state, self.state_clock)
        assert self.call("fall_back", limit=limit).word == ("ok" if due else "idle")

    @rule(person=PEOPLE, pick=PICK)
    def nobody_may_review_their_own_work(self, person: int, pick: int) -> None:
        known = [e for e in self.state.entries.values() if e.review and not e.gone]
        if known:
            entry = known[pick % len(known)]
            told = {"queue": entry.queue, "person": person, "entry": entry.entry, "class": 1}
            assert self.call("eligible", **told).rest == eligible(self.state, person, entry)


def _told(reply: Any, told: tuple[str, str]) -> tuple[str, str]:
    """What was answered, as far as it was predicted."""
    return reply.word, reply.rest if told[1] else ""
