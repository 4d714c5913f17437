"""Rules of the property test about tasks that people did not pull: dealt out, assigned, moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from allocator.strategies import ranges
from audit.eligibility import entitled
from audit.expect_assigned import expect_assign, expect_assigned
from audit.state import QUEUED, RETURNED, Terms
from tests.audit.log import queue_rules

QUEUES = st.integers(1, 3)
PEOPLE = st.integers(0, 5)
PICK = st.integers(0, 10_000)
PLACE = st.integers(1, 12)
WINDOW_MS = 5_000
SAID = ([0, 10**13], [-1, 0, 3], [0, 7])
"""What may be said of an assignment: when it is due, how urgent it is, a note."""
UNSAID = Terms(due_ms=0, priority=-1, content=0, changed=0)


class AssignedRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    tokens: Any
    attach: Any
    state_clock: int

    @property
    def state(self) -> Any:
        raise NotImplementedError

    @rule(queue=st.integers(2, 3), slots=st.integers(1, 3), distributed=st.integers(1, 2))
    def create_distributed_queue(self, *, queue: int, slots: int, distributed: int) -> None:
        known = queue in self.state.queues or queue in self.state.deleted
        rules = queue_rules(
            slots=slots, distributed=distributed, shares=[[2, 50], [3, 25], [4, 25]]
        )
        reply = self.call("create_queue", queue=queue, rules=rules, content=0)
        assert reply.word == ("already_exists" if known else "ok")
        self.attach(queue, 3)

    @rule(
        queue=QUEUES,
        person=st.integers(1, 9),
        said=st.tuples(*(st.sampled_from(["", *some]) for some in SAID)),
        known=st.sampled_from(["", "is", "was"]),
    )
    def say_of_an_assignment(
        self, *, queue: int, person: int, said: tuple[Any, Any, Any], known: str
    ) -> None:
        """What is not said stays as it was; who knows it as it was is told no."""
        of = self.state.queues.get(queue)
        before = of.terms.get(person, UNSAID) if of else UNSAID
        expected = before.changed + (known == "was") if known else ""
        names = ("due_ms", "priority", "content")
        reply = self.call(
            "change_assignment",
            queue=queue,
            person=person,
            range=0,
            expected=expected,
            reason=5,
            **dict(zip(names, said, strict=True)),
        )
        if of is None or person not in self.state.members:
            assert (reply.word, reply.rest) == ("not_found", "person" if of else "queue")
        elif known == "was":
            assert reply.word == "stale_etag"
        else:
            after = [old if new == "" else new for new, old in zip(said, before, strict=False)]
            assert list(of.terms[person]) == [*after, reply.seq]

    @rule(
        queue=QUEUES,
        pick=PICK,
        said=st.tuples(*(st.sampled_from(["", *some]) for some in SAID)),
        known=st.sampled_from(["", "is", "was"]),
    )
    def say_of_a_range(
        self, *, queue: int, pick: int, said: tuple[Any, Any, Any], known: str
    ) -> None:
        """As of a share; its places and its person are what they were."""
        if queue not in self.state.queues:
            return
        number = _some(self.ranges_of(queue), pick)
        before = self.state.queues[queue].ranges.get(number)
        expected = before.changed + (known == "was") if before and known else ""
        rest = {"person": 0, "range": number, "expected": expected, "reason": 5}
        told = dict(zip(("due_ms", "priority", "content"), said, strict=True))
        reply = self.call("change_assignment", queue=queue, **rest, **told)
        if before is None:
            assert (reply.word, reply.rest) == ("not_found", "range")
        elif known == "was":
            assert reply.word == "stale_etag"
        else:
            after = {name: new for name, new in told.items() if new != ""}
            wanted = before._replace(**after, changed=reply.seq)
            assert self.state.queues[queue].ranges[number] == wanted

    def ranges_of(self, queue: int) -> ranges.Ranges:
        """Those of a queue, in order."""
        found = self.state.queues[queue].ranges.items()
        return tuple(
            sorted(ranges.Range(one.first, one.last, one.person, number) for number, one in found)
        )

    @rule(
        queue=QUEUES,
        person=st.integers(1, 9),
        first=PLACE,
        size=st.integers(1, 5),
        said=st.tuples(*(st.sampled_from(some) for some in SAID)),
    )
    def create_range(
        self, *, queue: int, person: int, first: int, size: int, said: tuple[int, int, int]
    ) -> None:
        """Places that are nobody's are somebody's from now on."""
        of = self.state.queues.get(queue)
        places = sum(entry.queue == queue for entry in self.state.entries.values())
        if first + size - 1 > places:
            return
        before = self.ranges_of(queue) if of else ()
        new = ranges.Range(first, first + size - 1, person, self.state.seq + 1)
        inputs = {"first": new.first, "last": new.last, "content": 7, "total": size, "reason": 5}
        inputs |= dict(zip(("due_ms", "priority", "note"), said, strict=True))
        reply = self.call("create_range", queue=queue, person=person, **inputs)
        if of is None or person not in self.state.members:
            assert (reply.word, reply.rest) == ("not_found", "person" if of else "queue")
        else:
            self.as_told(queue, before, lambda of: ranges.create(of, new, places=places), reply)

    @rule(queue=QUEUES, pick=PICK, at=PLACE)
    def split_range(self, *, queue: int, pick: int, at: int) -> None:
        """The places from one on are a range of their own."""
        if queue not in self.state.queues:
            return
        before, new = self.ranges_of(queue), self.state.seq + 1
        number = _some(before, pick)
        reply = self.call("split_range", queue=queue, range=number, at=at, reason=5)
        self.as_told(queue, before, lambda of: ranges.split(of, number, at=at, new=new), reply)

    @rule(queue=QUEUES, pick=PICK, further=st.integers(-1, 2))
    def merge_ranges(self, *, queue: int, pick: int, further: int) -> None:
        """Two of one person that adjoin are one."""
        if queue not in self.state.queues:
            return
        before = self.ranges_of(queue)
        number, other = _some(before, pick), _some(before, pick + further)
        reply = self.call("merge_ranges", queue=queue, range=number, other=other, reason=5)
        self.as_told(queue, before, lambda of: ranges.merge(of, number, other), reply)

    def as_told(
        self,
        queue: int,
        before: ranges.Ranges,
        after: Callable[[ranges.Ranges], ranges.Ranges],
        reply: Any,
    ) -> None:
        """The ranges are what the strategy makes of them, or what it says against it is told."""
        wrong = ""
        wanted = before
        try:
            wanted = after(before)
        except ranges.WrongRangeError as error:
            wrong = error.name
        told = (reply.word, reply.rest)
        if wrong:
            unknown = wrong == "number" and told == ("not_found", "range")
            assert unknown or told == ("wrong_range", wrong)
        else:
            assert reply.word == "ok"
        assert self.ranges_of(queue) == wanted

    @rule(queue=QUEUES, picks=st.lists(PICK, min_size=1, max_size=6), stale=st.integers(0, 9))
    def deal(self, *, queue: int, picks: list[int], stale: int) -> None:
        """The next few entries are dealt to some of those who may do them, or stay in the pool."""
        of = self.state.queues.get(queue)
        if of is None:
            return
        after = [e for e in self.state.entries.values() if e.queue == queue and e.entry > of.upto]
        chosen = sorted(after, key=lambda e: e.entry)[: len(picks)]
        people = [2, 3, 4]
        found = self.call(
            "dealt",
            queue=queue,
            people=people,
            entries=[[e.entry, e.lane, e.came] for e in chosen],
        ).rest
        assert (found["upto"], found["among"]) == (of.upto, of.among)
        tasks = []
        for entry, pick, (lane, free, not_they) in zip(
            chosen, picks, found["entries"], strict=False
        ):
            there = not (entry.gone or entry.escalated or self.state.covered(entry))
            slots = [i for i, s in enumerate(entry.all(), 1) if there and s.state == QUEUED]
            assert list(free or ()) == slots
            may = [p for p in people if not entitled(self.state, p, entry) and p not in entry.done]
            told = [
                person
                for person, lanes in zip(people, found["skills"], strict=True)
                if lane in list(lanes or ()) and person not in list(not_they or ())
            ]
            assert not slots or told == may
            for slot, person in zip(slots, may[pick % 2 :], strict=False):
                tasks.append([entry.entry, slot, entry.lane, entry.came, person, pick % 3 + 1])
        if not chosen:
            return
        reply = self.call(
            "deal",
            queue=queue,
            expected=of.upto + (stale == 0),
            set_seq=of.set_seq - (stale == 1),
            upto=chosen[-1].entry,
            among=str(picks[0] % 2),
            tasks=tasks,
        )
        if not of.rules.distributed:
            assert reply.word == "not_found"
        else:
            assert reply.word == ("stale_cursor" if stale < 2 else "ok")
            if reply.word == "ok":
                self.tokens += [(task[4], task[0], task[1], reply.seq) for task in tasks]

    @rule(
        queue=QUEUES,
        picks=st.lists(PICK, min_size=1, max_size=4),
        person=PEOPLE,
        started=st.integers(0, 2),
        lenient=st.integers(0, 1),
        at=st.integers(0, 3),
    )
    def assign(
        self, *, queue: int, picks: list[int], person: int, started: int, lenient: int, at: int
    ) -> None:
        """Some tasks go to one person, or to the pool: mostly as they are planned to."""
        here = [e for e in self.state.entries.values() if e.queue == queue]
        if not here:
            return
        chosen = {}
        for pick in picks:
            entry = here[pick % len(here)]
            chosen[entry.entry, pick % (entry.k + (pick % 17 == 0)) + 1] = (entry, pick)
        tasks, told = [], []
        for (_, number), (entry, pick) in chosen.items():
            slot = entry.slot(min(number, entry.k))
            has = slot.person if slot.held or slot.state == RETURNED else 0
            before = (has, has, has, -1, pick % 5)[(pick + at) % 5]
            token = (0, slot.token, slot.token, 1)[(pick + at) % 4]
            tasks.append(
                [entry.entry, number, entry.lane, entry.came, person, before, token, started]
            )
            its_own = expect_assign(
                self.state,
                entry,
                number,
                person=person,
                before=before,
                token=token,
                started=started,
                window_ms=WINDOW_MS,
                clock=max(self.state_clock, self.state.clock),
            )
            told.append((entry.entry, person, its_own))
        reply = self.call(
            "assign",
            queue=queue,
            why=3,
            content=0,
            operation=0,
            window_ms=WINDOW_MS,
            tasks=tasks,
            lenient=lenient,
        )
        word, detail = expect_assigned(self.state, queue, [person], told)
        if lenient and word != "many_people":
            assert reply.word == "ok"
        elif word in ("ok", "many_people"):
            assert reply.word == word
        else:
            assert reply.word == "refused"
            assert tuple(reply.rest[2:]) == (word, detail)
        if reply.word == "ok" and person:
            self.tokens += [(person, task[0], task[1], reply.seq) for task in tasks]


def _some(of: ranges.Ranges, pick: int) -> int:
    """The number of one of the ranges; 99: there is none."""
    return of[pick % len(of)].number if of else 99
