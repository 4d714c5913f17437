"""Rules of the property test about items that wait for their time."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from store import keys

AHEAD_MS = 10 * 86_400_000


class DelayRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    run: Any
    redis: Any
    project: Any

    @property
    def state(self) -> Any:
        raise NotImplementedError

    def wall(self) -> int:
        return int(self.run(self.redis.hget(keys.header(self.project), "wall")))

    @rule(step=st.sampled_from([1, 400, 2_000]))
    def the_wall_clock_goes_on(self, step: int) -> None:
        """It is ahead of the real one, so that only tests move it."""
        ahead = max(self.wall(), time.time_ns() // 1_000_000 + AHEAD_MS) + step
        self.run(self.redis.hset(keys.header(self.project), "wall", ahead))

    @rule(
        queue=st.integers(1, 3),
        rank=st.integers(0, 3),
        items=st.lists(st.integers(1, 40), min_size=1, max_size=3),
        until=st.sampled_from([-5, 500, 1_000]),
    )
    def delay(self, queue: int, rank: int, items: list[int], until: int) -> None:
        self.the_wall_clock_goes_on(1)
        of = self.state.queues.get(queue)
        fresh = sorted(set(items) - of.items - self.state.removed_items) if of else []
        if not fresh:
            return
        reply = self.call(
            "delay_entries",
            queue=queue,
            dataset=0,
            expected=0,
            added_seq=self.state.added_seq(of),
            priority=rank,
            cursor=0,
            runs=[[1, item, 1] for item in fresh],
            classes=[[]],
            not_before=self.wall() + until,
        )
        assert reply.word == ("ok" if until > 0 else "not_delayed")

    @rule(queue=st.integers(1, 3), size=st.integers(1, 5))
    def delay_what_follows(self, queue: int, size: int) -> None:
        self.the_wall_clock_goes_on(1)
        of = self.state.queues.get(queue)
        if of is None or 1 not in of.attached or of.attached[1].cursor >= 40:
            return
        attached = of.attached[1]
        last = min(attached.cursor + size, 40)
        items = [
            item
            for item in range(attached.cursor + 1, last + 1)
            if item not in of.items | self.state.removed_items
        ]
        reply = self.call(
            "delay_entries",
            queue=queue,
            dataset=1,
            expected=attached.cursor,
            added_seq=self.state.added_seq(of),
            priority=attached.priority,
            cursor=last,
            runs=[[item % 3 + 1, item, 1] for item in items],
            classes=[[], [1], [3, 2]],
            not_before=self.wall() + 700,
        )
        assert reply.word == "ok"

    @rule(
        picks=st.lists(st.integers(0, 10_000), min_size=1, max_size=4),
        rank=st.integers(-1, 3),
        wrong=st.integers(0, 6),
    )
    def change_what_waits(self, picks: list[int], rank: int, wrong: int) -> None:
        """Items of one queue come with another rank, or (-1) not at all; all of them, or none."""
        queues = sorted({waits.queue for waits in self.state.delayed.values()})
        if not queues:
            return
        queue = queues[picks[0] % len(queues)]
        known = [
            (seq, item)
            for seq, waits in self.state.delayed.items()
            if waits.queue == queue
            for item in waits.items
        ]
        portions: dict[int, list[int]] = {}
        for seq, item in sorted({known[pick % len(known)] for pick in picks}):
            portions.setdefault(seq, []).append(item)
        if not wrong:
            portions.setdefault(known[0][0], []).append(41)
        waiting = {"delayed": [[seq, items] for seq, items in portions.items()], "named": 9}
        if rank < 0:
            reply = self.call("remove_entries", queue=queue, entries=[], **waiting)
        else:
            inputs = {"rank": rank, "tasks": [], "lenient": 1, **waiting}
            reply = self.call("set_priority", queue=queue, **inputs)
        assert reply.word == ("ok" if wrong else "stale_items")

    @rule(step=st.sampled_from([0, 1_000, 1_000]))
    def undelay(self, step: int) -> None:
        self.the_wall_clock_goes_on(step)
        due = any(waits.due <= self.wall() for waits in self.state.delayed.values())
        assert self.call("undelay").word == ("ok" if due else "idle")
