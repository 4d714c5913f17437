"""Rules about queues in which nobody pulls, or managers only, for `ProjectMachine`."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule


class ManualRules:
    """Every way to get work, while nobody pulls, or managers only."""

    @rule(
        queue=st.integers(1, 3),
        person=st.integers(1, 5),
        count=st.integers(1, 6),
        pick=st.integers(0, 10_000),
        how=st.sampled_from(["manual", "hidden"]),
    )
    def by_hand_for_a_while(
        self: Any, *, queue: int, person: int, count: int, pick: int, how: str
    ) -> None:
        if queue not in self.state.queues:
            return
        self.by_hand(queue, **{how: 1})
        self.reserve(queue=queue, person=person, count=count, ensure=False, n=0)
        self.reserve(queue=queue, person=person, count=count, ensure=True, n=0)
        self.reserve_anywhere(person=person, count=count)
        self.load_batch(queue=queue, person=person, pick=0)
        self.begin_work(queue=queue, person=person)
        self.the_three_predicates_agree(queue=queue, person=person, pick=pick)
        self.pick_a_task(queue=queue, person=person, pick=pick, by_right=0)
        self.skip(pick=pick, policy=0)
        self.submit(pick=pick + 1, meaning=1)
        self.by_hand(queue, **{how: 0})

    def by_hand(self: Any, queue: int, **changes: int) -> None:
        """Switch it, and leave all other rules as they are."""
        of = self.state.queues[queue]
        rules = dataclasses.asdict(of.rules) | changes
        rules |= {name: sorted(rules[name]) for name in ("allowed", "groups")}
        rules |= {name: int(rules[name]) for name in ("restricted", "allow_pick")}
        rules |= {"shares": [list(share) for share in of.rules.shares]}
        changed = {"expected": of.set_seq, "rules": rules, "content": of.content}
        assert self.call("update_queue", queue=queue, **changed).word == "ok"
