"""Rules of the property test about lots: the machine is the follower that draws and judges."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit.review_state import PENDING, Lot


class LotRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    state_clock: int
    _group: Any

    @property
    def state(self) -> Any:
        raise NotImplementedError

    @rule(pick=st.integers(0, 10_000))
    def a_lot(self, pick: int) -> None:
        """What is full is drawn from; what is drawn from is judged, if it can be."""
        if not self.state.lots:
            reply = self.call("close_lot", lot=1, tasks=[])
            assert (reply.word, reply.rest) == ("not_found", "lot")
            return
        number = sorted(self.state.lots)[pick % len(self.state.lots)]
        lot, dice = self.state.lots[number], random.Random(pick)
        tasks = sorted(task for task, cycle in self.state.cycles.items() if cycle.lot == number)
        due = {one[0] for one in self.call("due_lots").rest}
        assert due == {n for n, one in self.state.lots.items() if one.till <= self.state_clock}
        if lot.closed:
            self._judge(number, lot, tasks, dice)
        else:
            self._close(number, lot, tasks, dice)

    def _close(
        self, number: int, lot: Lot, tasks: list[tuple[int, int]], dice: random.Random
    ) -> None:
        chosen = dice.sample(tasks, min(lot.drawn, len(tasks)))
        told = [[*task, self._unseen(task, dice, 1), []] for task in chosen]
        reply = self.call("close_lot", lot=number, tasks=[*told, [999, 1, [], []]])
        assert reply.word == ("ok" if lot.till <= self.state_clock else "idle")

    def _judge(
        self, number: int, lot: Lot, tasks: list[tuple[int, int]], dice: random.Random
    ) -> None:
        pending = any(
            self.state.cycles[one[:2]].units.get(one[2]) == PENDING
            for one in lot.sample
            if one[:2] in tasks
        )
        if pending and not lot.refused():
            assert self.call("close_lot", lot=number, tasks=[]).word == "idle"
            return
        most = 3 if lot.refused() else 0
        told = [[*task, self._unseen(task, dice, dice.randint(0, most)), []] for task in tasks]
        reply = self.call("judge_lot", lot=number, passed=int(not lot.refused()), tasks=told)
        assert reply.word == "ok"

    def _unseen(self, task: tuple[int, int], dice: random.Random, most: int) -> list[Any]:
        """Groups of units that nobody was to look at."""
        left = sorted(set(range(1, 9)) - self.state.cycles[task].units.keys())
        units = dice.sample(left, min(most, len(left)))
        return [self._group(dice, units)] if units else []
