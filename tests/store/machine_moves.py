"""Rules of the property test about moves of many tasks: planned, begun, done in chunks, undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from allocator.strategies.operations import chunk_key
from audit.apply_moves import REASSIGNED, REDISTRIBUTED, UNDONE
from audit.expect_moves import expect_begin, expect_plan
from audit.state import RUNNING, Plan

QUEUES = st.integers(1, 3)
PEOPLE = st.lists(st.integers(1, 6), min_size=1, max_size=2, unique=True)
PICK = st.integers(0, 10_000)


class MoveRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    tokens: Any
    state_clock: int

    @property
    def state(self) -> Any:
        raise NotImplementedError

    def asked(self, queue: int, sources: list[int], takers: list[int], ago: int) -> Plan:
        """The ranges of the sources go to one of the takers, or to nobody."""
        of = self.state.queues.get(queue)
        ranges = [
            (number, one.first, one.last + (ago == 1), one.person, [0, *takers][number % 2])
            for number, one in (of.ranges.items() if of else ())
            if one.person in sources and one.person not in takers
        ]
        return Plan(
            queue=queue,
            sources=tuple(sources),
            targets=tuple(takers),
            ranges=tuple(ranges[:3]),
            as_of=max(0, self.state.seq - ago),
            content=7,
            total=3,
            clock=0,
        )

    @rule(queue=QUEUES, sources=PEOPLE, takers=PEOPLE, ago=st.sampled_from([0, 0, 0, 1, 5, 40]))
    def plan_moves(self, *, queue: int, sources: list[int], takers: list[int], ago: int) -> None:
        plan = self.asked(queue, sources, takers, ago)
        told = expect_plan(self.state, plan)
        reply = self.call(
            "plan_moves",
            queue=queue,
            sources=sources,
            targets=takers,
            ranges=plan.ranges,
            as_of=plan.as_of,
            content=7,
            total=3,
        )
        assert _told(reply) == told

    @rule(
        queue=QUEUES,
        sources=PEOPLE,
        takers=PEOPLE,
        ago=st.sampled_from([0, 0, 0, 1, 5]),
        why=st.integers(3, 5),
        pick=PICK,
    )
    def begin_moves(
        self,
        *,
        queue: int,
        sources: list[int],
        takers: list[int],
        ago: int,
        why: int,
        pick: int,
    ) -> None:
        """By hand, by one of the plans, or back again what an operation has moved."""
        plan = undo = 0
        if why == REDISTRIBUTED:
            known = sorted(self.state.plans) or [99]
            plan = known[pick % len(known)]
            queue = self.state.plans[plan].queue if plan in self.state.plans else queue
        if why == UNDONE:
            undone = sorted(self.state.operations) or [99]
            undo = undone[pick % len(undone)]
            operation = self.state.operations.get(undo)
            queue = operation.queues[0] if operation and operation.moves else queue
        asked = self.asked(queue, sources, takers, ago)
        told = expect_begin(
            self.state,
            asked,
            why=why,
            plan=plan,
            undo=undo,
            clock=max(self.state_clock, self.state.clock),
        )
        reply = self.call(
            "begin_moves",
            queue=queue,
            why=why,
            plan=plan,
            undo=undo,
            sources=sources,
            targets=takers,
            ranges=asked.ranges,
            as_of=asked.as_of,
            content=7,
            total=3,
            reason=pick % 3,
        )
        assert _told(reply) == told

    @rule(queue=QUEUES, pick=PICK, to=st.integers(0, 6), undone=st.integers(0, 2))
    def pass_a_range_on(self, *, queue: int, pick: int, to: int, undone: int) -> None:
        """One range is another's or (0) no more; perhaps it comes back, perhaps it goes again."""
        of = self.state.queues.get(queue)
        if of is None or not of.ranges:
            return
        number, one = sorted(of.ranges.items())[pick % len(of.ranges)]
        taker = to or 2
        if one.person == to or taker not in self.state.members:
            return
        self.ended(number)
        sources = [one.person, *(taker for _ in range(pick % 2) if taker != one.person)]
        plan = replace(
            self.asked(queue, sources, [taker], 0),
            ranges=((number, one.first, one.last, one.person, to),),
        )
        begun = self.moved(plan, REASSIGNED, 0)
        for _ in range(undone):
            if begun:
                self.ended(begun)
                begun = self.moved(plan, UNDONE, begun)
        if begun:
            self.ended(begun)

    def ended(self, operation: int) -> None:
        """What it was to do is done, if it was not before."""
        known = self.state.operations.get(operation)
        if known and known.state == RUNNING:
            ended = self.call("end_operation", operation=operation, state=2, error="")
            assert ended.word == "ok"

    def moved(self, asked: Plan, why: int, undo: int) -> int:
        """The operation that has begun; 0: something stood against it."""
        clock = max(self.state_clock, self.state.clock)
        told = expect_begin(self.state, asked, why=why, plan=0, undo=undo, clock=clock)
        reply = self.call(
            "begin_moves",
            queue=asked.queue,
            why=why,
            plan=0,
            undo=undo,
            sources=asked.sources,
            targets=asked.targets,
            ranges=asked.ranges,
            as_of=asked.as_of,
            content=7,
            total=3,
            reason=1,
        )
        assert _told(reply) == told
        return int(reply.seq) if reply.word == "ok" else 0

    @rule(person=st.integers(2, 4), pick=PICK, end=st.booleans())
    def move_a_chunk(self, *, person: int, pick: int, end: bool) -> None:
        """What one of the sources holds goes to somebody, as far as it may; perhaps that is all."""
        running = [
            (number, one)
            for number, one in self.state.operations.items()
            if one.moves and one.state == RUNNING and one.queues[0] in self.state.queues
        ]
        if not running:
            return
        number, one = running[pick % len(running)]
        queue = self.state.queues[one.queues[0]]
        tasks = []
        for source in one.moves.sources:
            for entry, slot in list(queue.held.get(source, {}).items())[:3]:
                found = self.state.entries[entry]
                token = found.slot(slot).token
                tasks.append([entry, slot, found.lane, found.came, person, source, token, pick % 4])
        if queue.rules.batch_size == 0 or tasks:
            reply = self.call(
                "assign",
                chunk_key(number, one.chunk + 1),
                queue=queue.queue,
                why=one.moves.why,
                content=0,
                operation=number,
                window_ms=5_000,
                tasks=tasks,
                lenient=1,
                actor=one.actor,
            )
            assert reply.word == "ok"
            self.tokens += [(person, task[0], task[1], reply.seq) for task in tasks]
        if end:
            ended = self.call("end_operation", operation=number, state=2, error="")
            assert ended.word == "ok"


def _told(reply: Any) -> tuple[str, str]:
    return reply.word, "" if reply.word == "ok" else reply.rest or ""
