"""Rules about how queues are steered, for `kernel_machine.ProjectMachine`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.audit.log import queue_rules

QUEUES = st.integers(1, 3)
PEOPLE = st.lists(st.integers(1, 6), unique=True, max_size=3)
GROUPS = st.lists(st.integers(1, 3), unique=True, max_size=2)


class ControlRules:
    """Settings change while people work; nobody but the model is asked what is right."""

    call: Any
    state: Any
    start: Any
    submit: Any
    release: Any

    @rule(
        queue=QUEUES,
        allowed=PEOPLE,
        groups=GROUPS,
        restricted=st.integers(0, 1),
        max_held=st.sampled_from([1, 2, 100]),
        manual=st.sampled_from([0, 0, 0, 1]),
        reassess=st.sampled_from([0, 0, 1]),
        hidden=st.sampled_from([0, 0, 0, 1]),
        owner=st.sampled_from([1, 3]),
        lease_ms=st.sampled_from([5_000, 10_000, 20_000]),
        more=st.booleans(),
        stale=st.integers(0, 6),
    )
    def update_queue(self, *, queue: int, stale: int, more: bool, **changes: Any) -> None:
        of = self.state.queues.get(queue)
        statuses = [*(of.rules.statuses if of else (1, 2)), *([1] if more else [])]
        fixed = {"slots": 1, "batch_size": 0, "max_workload": 0, "distributed": 0}
        if of is not None:
            fixed = {name: getattr(of.rules, name) for name in fixed}
        reply = self.call(
            "update_queue",
            queue=queue,
            expected=(of.set_seq if of else 0) - (not stale),
            rules=queue_rules(statuses=statuses, **fixed, **changes),
            content=7 if more else 0,
        )
        assert reply.word == self._update_word(of, changes["groups"], stale=not stale)

    def _update_word(self, of: Any, groups: list[int], *, stale: bool) -> str:
        if of is None:
            return "not_found"
        if stale:
            return "stale_etag"
        return "ok" if all(self.state.groups.get(group) for group in groups) else "no_group"

    @rule(queue=QUEUES, people=PEOPLE, groups=GROUPS, joins=st.booleans(), within=st.booleans())
    def change_contributors(
        self, *, queue: int, people: list[int], groups: list[int], joins: bool, within: bool
    ) -> None:
        """Anybody at all, or (within) only such as it is right to add or to remove."""
        of = self.state.queues.get(queue)
        if of is not None and within:
            if joins:
                people = [one for one in people if self.state.member(one).member]
                groups = [one for one in groups if self.state.groups.get(one)]
            else:
                people, groups = sorted(of.rules.allowed)[:2], sorted(of.rules.groups)[:1]
        mode = "add" if joins else "remove"
        named = {"people": people, "groups": groups}
        word = self._contributors_word(of, people, groups, joins=joins)
        assert self.call("change_contributors", queue=queue, mode=mode, **named).word == word

    def _contributors_word(
        self, of: Any, people: list[int], groups: list[int], *, joins: bool
    ) -> str:
        if of is None:
            return "not_found"
        if not of.rules.restricted:
            return "not_restricted"
        if not joins:
            named = set(people) <= of.rules.allowed and set(groups) <= of.rules.groups
            return "ok" if named else "not_named"
        if not all(self.state.member(one).member for one in people):
            return "no_member"
        return "ok" if all(self.state.groups.get(one) for one in groups) else "no_group"

    @rule(queue=QUEUES, mode=st.sampled_from([0, 0, 0, 1, 2]))
    def pause_queue(self, queue: int, mode: int) -> None:
        there = queue in self.state.queues
        reply = self.call("pause_queue", queue=queue, mode=mode)
        assert reply.word == ("ok" if there else "not_found")

    @rule(queue=QUEUES, person=st.integers(1, 5), pick=st.integers(0, 10_000))
    def archive_for_a_while(self, queue: int, person: int, pick: int) -> None:
        """Closed to all that would change it; what people hold goes on as ever."""
        there = queue in self.state.queues
        word = "ok" if there else "not_found"
        assert self.call("archive_queue", queue=queue, archived=1).word == word
        if not there:
            return
        given = {"queue": queue, "person": person}
        assert self.call("reserve", count=1, target=0, **given).word == "archived"
        assert self.call("load_batch", **given).word == "archived"
        assert self.call("pause_queue", queue=queue, mode=1).word == "archived"
        rules = queue_rules(slots=self.state.queues[queue].rules.slots)
        changed = {"queue": queue, "expected": 0, "rules": rules, "content": 0}
        assert self.call("update_queue", **changed).word == "archived"
        self.start(pick)
        self.submit(pick + 1, 1)
        self.release(pick + 2)
        assert self.call("archive_queue", queue=queue, archived=0).word == "ok"

    @rule(limit=st.integers(1, 4))
    def recall_queue(self, limit: int) -> None:
        recalled = bool(self.state.queue_recalls)
        assert self.call("recall_queue", limit=limit).word == ("ok" if recalled else "idle")
