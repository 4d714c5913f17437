"""Rules about the project as a whole, for `kernel_machine.ProjectMachine`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from allocator.model import RequestKey

OUTSIDE = 2**51


class ProjectRules:
    """The project's settings change while people work; and it is deleted for a while."""

    call: Any
    state: Any
    run: Any
    kernel: Any
    project: Any
    epoch: Any
    state_clock: int
    rebuild: Any
    log: Any

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

    @rule(
        days=st.integers(1, 30), person=st.integers(1, 5), again=st.booleans(), n=st.integers(1, 9)
    )
    def delete_for_a_while(self, *, days: int, person: int, again: bool, n: int) -> None:
        """Nothing is done in a deleted project, and undeleted it is as it was."""
        late = self.call("undelete_project").word
        assert late == "not_deleted"
        assert self.call("delete_project", purge_after_ms=days * 86_400_000).word == "ok"
        assert self.call("delete_project", purge_after_ms=0).word == "project_deleted"
        for name, inputs in _in_vain(person).items():
            assert self.call(name, **inputs).word == "project_deleted", name
        if again:
            self.rebuild(7, days)
        assert self.call("member", person=person).word == "project_deleted"
        tick = self.run(self.kernel.tick(self.project, self.epoch, most_ms=200, idle_ms=200))
        assert (tick.clock, tick.purge_ms) == (self.state_clock, self.state.purge_ms)
        assert [tick.leases_due, tick.recalls, tick.looks, tick.delayed_due] == [False] * 4
        self._undelete(n)

    def _undelete(self, n: int) -> None:
        """By a session without a project; a repeat does not undelete what is deleted again."""
        key = RequestKey(session=OUTSIDE + 1, secret="", n=len(self.log) * 10 + n, hash="c" * 16)
        done = self.call("undelete_project", key)
        assert done.word == "ok"
        repeat = self.call("undelete_project", key)
        assert (repeat.word, repeat.seq, repeat.chain) == ("dup", done.seq, done.chain)
        other = RequestKey(session=key.session, secret="", n=key.n, hash="d" * 16)
        assert self.call("undelete_project", other).word == "request_id_reused"


def _in_vain(person: int) -> dict[str, dict[str, Any]]:
    """Calls that anybody may make, or that dibs makes by itself."""
    return {
        "reserve": {"queue": 1, "person": person, "count": 1, "target": 0},
        "renew": {"queue": 0, "person": person, "takeover": 0, "tasks": []},
        "open_session": {"secret": "f" * 16},
        "create_project": {"admin": 1, "fast": 0},
        "project": {},
        "depth": {"queue": 1},
        "expire": {"limit": 5},
        "take_back": {"limit": 5},
        "recall_queue": {"limit": 5},
        "end_sessions": {"limit": 5},
        "undelay": {},
    }
