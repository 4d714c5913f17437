"""Rules about groups, for `kernel_machine.ProjectMachine`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from audit.apply_groups import others
from audit.state import MAX_GROUPS

GROUPS = st.integers(1, 3)
SOME_PEOPLE = st.lists(st.integers(1, 7), unique=True, min_size=1, max_size=3)


class GroupRules:
    """Groups come and go, and people in them; nobody but the model is asked what is right."""

    call: Any
    state: Any

    @rule(group=GROUPS)
    def create_group(self, group: int) -> None:
        known = group in self.state.groups
        word = self.call("create_group", group=group, content=0).word
        assert word == ("already_exists" if known else "ok")

    @rule(group=GROUPS)
    def name_group(self, group: int) -> None:
        there = self.state.groups.get(group)
        word = self.call("name_group", group=group, content=7).word
        assert word == ("ok" if there else "not_found")

    @rule(group=GROUPS, joins=st.booleans(), some=SOME_PEOPLE)
    def change_group(self, *, group: int, joins: bool, some: list[int]) -> None:
        word = self._change_of_group(group, joins=joins, some=some)
        reply = self.call(
            "change_group", group=group, mode="add" if joins else "remove", people=some
        )
        assert reply.word == word

    def _change_of_group(self, group: int, *, joins: bool, some: list[int]) -> str:
        if not self.state.groups.get(group):
            return "not_found"
        for number in some if joins else ():
            person = self.state.member(number)
            if group in person.groups:
                continue
            if not person.member:
                return "no_member"
            if len(others(self.state, person)) >= MAX_GROUPS:
                return "too_many_groups"
        return "ok"

    @rule(group=GROUPS)
    def delete_group(self, group: int) -> None:
        there = self.state.groups.get(group)
        in_use = any(group in queue.rules.groups for queue in self.state.queues.values())
        word = self.call("delete_group", group=group).word
        assert word == ("not_found" if not there else "in_use" if in_use else "ok")
