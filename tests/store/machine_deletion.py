"""Rules of the property test about queues that are deleted: one event, chunks, housekeeping."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from audit.state import DELETE_QUEUE, RUNNING
from tests.store.machine_operations import PICK, chunk_key


class DeletionRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    run: Any
    redis: Any
    project: int
    epoch: int

    @property
    def state(self) -> Any:
        raise NotImplementedError

    @rule(queue=st.integers(2, 4), force=st.sampled_from([True, True, False]))
    def delete_queue(self, queue: int, *, force: bool) -> None:
        """Not the first one: nearly all other rules work there."""
        of = self.state.queues.get(queue)
        held = sum(map(len, of.held.values())) if of else 0
        reply = self.call("delete_queue", queue=queue, force=force)
        if of is None:
            assert (reply.word, reply.rest) == ("not_found", "queue")
        elif held and not force:
            assert (reply.word, reply.rest) == ("held", str(held))
        else:
            assert reply.word == "ok"

    @rule(queue=st.integers(1, 4), limit=st.integers(1, 3))
    def drop_holds(self, queue: int, limit: int) -> None:
        """In a queue that is there nothing is dropped."""
        left = len(self.state.deleted.get(queue, ()))
        reply = self.call("drop_holds", queue=queue, limit=limit)
        assert reply.word == ("ok" if left else "idle")
        assert len(self.state.deleted.get(queue, ())) == max(0, left - limit)

    @rule(pick=PICK, limit=st.integers(1, 3))
    def finish_deleting(self, pick: int, limit: int) -> None:
        """Chunk by chunk its leases end; then all that is left of it goes, but for its number."""
        known = [(n, o) for n, o in self.state.operations.items() if o.verb == DELETE_QUEUE]
        if not known:
            return
        number, operation = known[pick % len(known)]
        [queue] = operation.queues
        if operation.state == RUNNING:
            while self.state.deleted[queue]:
                request, actor = chunk_key(number, operation.chunk + 1), operation.actor
                reply = self.call("drop_holds", request, actor=actor, queue=queue, limit=limit)
                assert reply.word == "ok"
            assert self.call("end_operation", operation=number, state=2, error="").word == "ok"
        if operation.state == 2:
            assert self.call("tidy", limit=2).word == "idle"
            assert self.run(self._keys_of(queue)) == {f"queue:{queue}"}

    async def _keys_of(self, queue: int) -> set[str]:
        """The keys of a queue, by names as in 10_keys.lua."""
        prefix, found = f"dibs:{{{self.project}}}:{self.epoch}:", set[str]()
        async for key in self.redis.scan_iter(match=f"{prefix}*", count=1000):
            word, *numbers = key.decode().removeprefix(prefix).split(":")
            place = 1 if word in ("held", "own") else 0
            of_queues = word not in ("person", "session", "operation", "holding", "log")
            if of_queues and len(numbers) > place and numbers[place].split("/")[0] == str(queue):
                found.add(f"{word}:{':'.join(numbers)}")
        return found
