"""Rules about data that are submitted and withdrawn, for `kernel_machine.ProjectMachine`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.audit.log import queue_rules

FINISHED = {6, 7}
ENDED = FINISHED | {9}


class StageRules:
    """Nothing of a queue changes while its data are submitted; else nobody notices."""

    call: Any
    state: Any

    @rule(queue=st.integers(1, 3), pending=st.sampled_from([0, 0, 0, 2]), clears=st.booleans())
    def submit_data_for_a_while(self, *, queue: int, pending: int, clears: bool) -> None:
        if clears:
            self.call("clear_waiting", queue=queue)
        word = self._submit_word(queue, pending)
        assert self.call("submit_data", queue=queue, pending=pending).word == word
        if word == "ok":
            self._is_shut(queue)
        withdrawn = {"ok": "ok", "unfinished": "not_submitted"}
        wanted = withdrawn.get(word, word)
        assert self.call("withdraw_data", queue=queue).word == wanted

    def _submit_word(self, queue: int, pending: int) -> str:
        if queue not in self.state.queues:
            return "not_found"
        states = {
            slot.state
            for entry in self.state.entries.values()
            if entry.queue == queue
            for slot in entry.all()
        }
        waits = any(one.queue == queue for one in self.state.delayed.values())
        done = states & FINISHED and states <= ENDED and not waits and not pending
        return "ok" if done else "unfinished"

    def _is_shut(self, queue: int) -> None:
        rules = queue_rules(slots=self.state.queues[queue].rules.slots)
        changes: dict[str, dict[str, Any]] = {
            "submit_data": {"pending": 0},
            "reserve": {"person": 1, "count": 1, "target": 0},
            "load_batch": {"person": 1},
            "clear_batch": {"person": 1, "include_started": 1},
            "pause_queue": {"mode": 1},
            "archive_queue": {"archived": 1},
            "update_queue": {"expected": 0, "rules": rules, "content": 0},
            "clear_waiting": {},
            "delete_queue": {"force": 1},
        }
        for name, inputs in changes.items():
            assert self.call(name, queue=queue, **inputs).word == "data_submitted", name
