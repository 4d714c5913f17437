"""Rules about the project as a whole, for `kernel_machine.ProjectMachine`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule


class ProjectRules:
    """The project's settings change while people work."""

    call: Any
    state: Any

    @rule(
        locks=st.sampled_from([0, 0, 1]),
        content=st.integers(0, 9),
        stale=st.sampled_from([0, 0, 1]),
    )
    def update_project(self, locks: int, content: int, stale: int) -> None:
        expected = self.state.set_seq - stale
        reply = self.call("update_project", expected=expected, content=content, status_locks=locks)
        assert reply.word == ("stale_etag" if stale else "ok")
        found = self.call("project").rest
        now = {"content": self.state.content, "status_locks": int(self.state.status_locks)}
        assert found == now | {"set_seq": self.state.set_seq}
