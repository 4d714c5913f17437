"""A project whose work is reviewed, under random hands, by the rules that matter here.

Among all rules of `ProjectMachine` a review would seldom come to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RULE_MARKER, initialize, rule

from tests.audit.review_log import review_rules
from tests.store.kernel_machine import ProjectMachine

KEPT = frozenset(
    {
        *("review_some", "reserve_reviews", "decide", "mark_fixed", "fall_back", "object"),
        *("comment", "check", "a_lot", "delete_units"),
        *("add_reviews", "nobody_may_review_their_own_work", "change_review", "do_some"),
        *("set_status", "remove_status", "reopen", "submit", "start", "release", "renew"),
        *("expire", "time_passes", "take_back", "remove_entries", "skip", "look", "explain"),
        *("holdings_are_what_the_person_holds", "rebuild", "save_draft", "pause_queue"),
        *("detach", "finish_detaching", "do_a_chunk", "delete_queue", "drop_holds", "tidy"),
        *("finish_deleting", "clear_waiting", "reserve_anywhere", "set_priority"),
        *("assign", "pick_a_task", "recall_queue"),
    }
)


class ReviewMachine(ProjectMachine):
    """People 1 to 4 annotate and review, 5 only reviews; queue 1 is reviewed from the beginning."""

    @initialize(
        slots=st.sampled_from([1, 1, 2]),
        threshold=st.integers(0, 2),
        early=st.sampled_from([0, 0, 0, 1]),
        fallback_ms=st.sampled_from([0, 3_000, 20_000]),
        max_held=st.sampled_from([2, 100]),
        backlog=st.sampled_from([0, 0, 0, 3]),
        lot_size=st.sampled_from([0, 0, 4]),
    )
    def begin(self, slots: int, max_held: int, **rules: int) -> None:
        """Some work is under review already."""
        super().begin(slots=slots, max_held=max_held, sizes=(0, 0))
        both = [[person, 1, 1, 32, [1, 2, 3]] for person in (2, 3, 4)]
        self.call("change_members", mode="change", members=both, expected=[-1] * 3)
        self.call("change_members", mode="add", members=[[5, 1, 1, 8, []]], expected=[-1])
        self.follow(1, [4, 4, 4, 4], 1)
        settings: dict[str, Any] = {
            "rules": review_rules(lot_ms=20_000, drawn=2, accepted=0, **rules),
            "content": 1,
            "people": [5],
        }
        self.call("change_review", queue=1, expected=0, **settings)
        for person in (2, 3, 4):
            self.do_some(queue=1, person=person, count=2, meaning=1)

    @rule(
        person=st.integers(2, 5),
        active=st.sampled_from([1, 1, 0]),
        roles=st.sampled_from([32, 32, 32, 16, 8]),
    )
    def somebody_changes(self, person: int, active: int, roles: int) -> None:
        """Mostly back to who may do everything."""
        record = [person, 1, active, roles, [1, 2, 3]]
        self.call("change_members", mode="change", members=[record], expected=[-1])

    @rule(author=st.integers(1, 4), pick=st.integers(0, 10_000))
    def a_round(self, author: int, pick: int) -> None:
        """Somebody corrects what came back, and does a task more; somebody else reviews."""
        self.do_some(queue=1, person=author, count=2, meaning=1)
        self.review_some(queue=1, kind=1 + pick % 2, person=author % 5 + 1, pick=pick)


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, but for that it is a rule."""

    def call(self: ReviewMachine, *args: Any, **inputs: Any) -> Any:
        return method(self, *args, **inputs)

    return call


for _name in dir(ProjectMachine):
    _method = getattr(ProjectMachine, _name)
    if hasattr(_method, RULE_MARKER) and _name not in KEPT:
        setattr(ReviewMachine, _name, _plain(_method))
