"""Rules of the property test about operations: bulk verbs in chunks, each once, in order."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from allocator.model import RequestKey
from audit import recalls
from audit.state import CANCELLED, DAY_MS, DELETE_QUEUE, FAILED, RECALLS, RUNNING, UNDIVIDED
from store import keys
from store.events import OPERATIONS, decode

PICK = st.integers(0, 10_000)
REMOVE, REMOVE_DATASET_ITEMS = 1, 8
NOTHING: dict[str, Any] = {"items": [], "delayed": [], "known": 0}
"""An operation that takes no items out of anything at once."""


def taken_out(entries: list[list[int]]) -> dict[str, Any]:
    """Inputs of remove_entries about entries only."""
    return {"entries": entries, "delayed": [], "named": len(entries)}


def chunk_key(operation: int, chunk: int) -> RequestKey:
    """As whom the driver of an operation asks."""
    return RequestKey(session=OPERATIONS + operation, secret="", n=chunk, hash="")


class OperationRules(RuleBasedStateMachine):
    """A part of the machine; `ProjectMachine` has what it calls."""

    call: Any
    run: Any
    redis: Any
    project: int

    @property
    def state(self) -> Any:
        raise NotImplementedError

    @rule(queue=st.integers(1, 3), dataset=st.integers(0, 2))
    def begin_operation(self, queue: int, dataset: int) -> None:
        known = queue in self.state.queues and dataset in (0, *self.state.datasets)
        reply = self.call(
            "begin_operation",
            verb=REMOVE,
            queues=[queue],
            dataset=dataset,
            content=7,
            total=9,
            **NOTHING,
        )
        assert reply.word == ("ok" if known else "not_found")

    @rule(picks=st.lists(PICK, min_size=1, max_size=3), stale=st.integers(0, 4))
    def take_items_out(self, picks: list[int], stale: int) -> None:
        """Out of their dataset, or only of what waits for its time: at once, then out of queues."""
        left = set(range(1, 41)) - self.state.removed_items
        items = sorted({pick % 40 + 1 for pick in picks} & left) if len(left) > 34 else []
        wanted = set(items) or {pick % 40 + 1 for pick in picks}
        delayed = [
            [seq, sorted(wanted & waits.items.keys())]
            for seq, waits in self.state.delayed.items()
            if wanted & waits.items.keys()
        ]
        if not items and not delayed:
            return
        known, verb = self.state.known - (not stale), REMOVE_DATASET_ITEMS if items else REMOVE
        told = {"items": items, "delayed": delayed, "known": known}
        reply = self.call(
            "begin_operation",
            verb=verb,
            queues=[],
            dataset=int(bool(items)),
            content=7,
            total=1,
            **told,
        )
        assert reply.word == ("ok" if stale else "stale_items")
        if reply.word == "ok" and items:
            again = self.call(
                "begin_operation", verb=REMOVE, queues=[], dataset=0, content=7, total=1, **told
            )
            assert again.word == "stale_items"
            self._leave(reply.seq, wanted)

    def _leave(self, operation: int, items: set[int]) -> None:
        """Chunk by chunk, whatever is open of the items leaves the queues."""
        for queue in sorted(self.state.queues):
            open_ = [
                entry
                for entry in self.state.entries.values()
                if entry.queue == queue and entry.item in items and not entry.gone
            ]
            if open_:
                chunk = self.state.operations[operation].chunk + 1
                tasks = [[one.entry, one.lane, one.came] for one in open_]
                inputs: dict[str, Any] = {"queue": queue, "actor": 0, **taken_out(tasks)}
                reply = self.call("remove_entries", chunk_key(operation, chunk), **inputs)
                assert reply.word == "ok"
        assert self.call("end_operation", operation=operation, state=2, error="").word == "ok"

    def _operation(self, pick: int) -> tuple[int, Any]:
        known = sorted(self.state.operations.items())
        return known[pick % len(known)] if known else (999_999, None)

    @rule(pick=PICK, chunk=st.integers(-1, 2), picks=st.lists(PICK, min_size=1, max_size=3))
    def do_a_chunk(self, pick: int, chunk: int, picks: list[int]) -> None:
        """The next one is done, the last one again is the same answer, any other is refused."""
        number, operation = self._operation(pick)
        if operation is None or not operation.queues:
            return
        queue = operation.queues[0]
        known = [e for e in self.state.entries.values() if e.queue == queue]
        if not known:
            return
        chosen = {known[p % len(known)].entry: known[p % len(known)] for p in picks}
        tasks = [[entry.entry, entry.lane, entry.came] for entry in chosen.values()]
        n = operation.chunk + chunk
        words = {1: "ok", 0: "dup" if operation.last else "request_too_old"}
        word = words.get(chunk, "request_too_old") if operation.state == RUNNING else None
        if n < 1:
            return
        last = operation.last
        reply = self.call(
            "remove_entries",
            chunk_key(number, n),
            actor=operation.actor,
            queue=queue,
            **taken_out(tasks),
        )
        assert reply.word == (word or "session_unknown")
        if word == "dup":
            assert (reply.seq, reply.chain) == last

    @rule(queue=st.integers(1, 3), rank=st.integers(0, 3), picks=st.lists(PICK, min_size=1))
    def add_of_another_dataset(self, queue: int, rank: int, picks: list[int]) -> None:
        """Items of dataset 2, which no fence of dataset 1 covers."""
        of = self.state.queues.get(queue)
        if of is None:
            return
        if 2 in self.state.deleted_datasets:
            assert self.call("create_dataset", dataset=2).word == "already_exists"
        elif 2 not in self.state.datasets:
            self.call("create_dataset", dataset=2)
            self.call("add_items", **{"dataset": 2, "import": 2, "first": 1, "count": 15})
        first = next(first for first, dataset in self.state.item_runs if dataset == 2)
        last = first + 14
        chosen = {first + pick % (last - first + 1) for pick in picks} - of.items
        if chosen:
            reply = self.call(
                "add_entries",
                queue=queue,
                dataset=0,
                expected=0,
                added_seq=self.state.added_seq(of),
                priority=rank,
                cursor=0,
                runs=[[1, item, 1] for item in sorted(chosen)],
                classes=[[]],
            )
            assert reply.word == ("ok" if 2 in self.state.datasets else "not_found")

    @rule(queue=st.integers(1, 3))
    def attach_another_dataset(self, queue: int) -> None:
        of = self.state.queues.get(queue)
        if of is None or 2 not in self.state.datasets or 2 in of.attached:
            return
        reply = self.call(
            "attach_dataset", queue=queue, dataset=2, priority=1, classes=[[]], not_before=0, skip=0
        )
        assert reply.word == "ok"

    @rule(content=st.integers(0, 9), dataset=st.integers(1, 3))
    def name_dataset(self, content: int, dataset: int) -> None:
        reply = self.call("name_dataset", dataset=dataset, content=content)
        assert reply.word == ("ok" if dataset in self.state.datasets else "not_found")

    @rule(force=st.booleans(), some=st.integers(0, 3))
    def delete_dataset(self, *, force: bool, some: int) -> None:
        """Refused while it is attached, unless it is detached everywhere by the same event."""
        queues = [q.queue for q in self.state.queues.values() if 2 in q.attached]
        told = queues[:some]
        reply = self.call("delete_dataset", dataset=2, queues=told, total=1, force=force)
        if 2 not in self.state.datasets and reply.word != "ok":
            assert reply.word == "not_found"
        elif queues and not force:
            assert (reply.word, reply.rest) == ("in_use", str(len(queues)))
        else:
            assert reply.word == ("ok" if told == queues else "stale_queues")

    @rule(pick=PICK)
    def detach(self, pick: int) -> None:
        """Mostly what is attached."""
        known = [(q.queue, n) for q in self.state.queues.values() for n in sorted(q.attached)]
        queue, dataset = known[pick % len(known)] if known and pick % 6 else (pick % 3 + 1, 9)
        reply = self.call("detach_dataset", queue=queue, dataset=dataset, total=1)
        assert reply.word == ("ok" if (queue, dataset) in known else "not_found")

    def _covered(self, operation: Any) -> list[Any]:
        """What is still open of what the operation's fence covers."""
        return [
            entry
            for entry in self.state.entries.values()
            if entry.queue in operation.queues
            and not entry.gone
            and entry.entry <= operation.last_entry
            and self.state.dataset_of(entry.item) == operation.dataset
        ]

    @rule(pick=PICK, size=st.integers(2, 9))
    def finish_detaching(self, pick: int, size: int) -> None:
        """Chunk by chunk, all that the fence covers leaves; then the fence goes."""
        number, operation = self._operation(pick)
        if operation is None or operation.state != RUNNING:
            return
        if operation.verb not in UNDIVIDED - {DELETE_QUEUE}:
            return
        while covered := self._covered(operation):
            some = [entry for entry in covered if entry.queue == covered[0].queue][:size]
            reply = self.call(
                "remove_entries",
                chunk_key(number, operation.chunk + 1),
                actor=operation.actor,
                queue=some[0].queue,
                **taken_out([[one.entry, one.lane, one.came] for one in some]),
            )
            assert reply.word == "ok"
        assert self.call("end_operation", operation=number, state=2, error="").word == "ok"
        pair = (operation.dataset, operation.last_entry)
        left = [self.state.queues[n] for n in operation.queues if n in self.state.queues]
        assert all(pair not in queue.fences for queue in left)

    @rule(pick=PICK, state=st.integers(2, 4))
    def end_operation(self, pick: int, state: int) -> None:
        number, operation = self._operation(pick)
        runs = operation is not None and operation.state == RUNNING
        if runs and operation.verb in UNDIVIDED:
            if state == CANCELLED:
                runs = False
            elif self._covered(operation) or any(map(self.state.deleted.get, operation.queues)):
                state = FAILED
        if runs and operation.verb in RECALLS:
            runs = self._recalled(number, operation) and state != CANCELLED
        word = "ok" if runs else "not_found" if operation is None else "wrong_state"
        assert self.call("end_operation", operation=number, state=state, error="").word == word

    def _recalled(self, number: int, operation: Any) -> bool:
        """Whether all that it watches is taken back; what is not is told as the model says."""
        left = recalls.left(self.state, operation)
        reply = self.call("recall_left", operation=number)
        assert reply.word == ("idle" if left is None else "ok")
        assert left is None or reply.rest["left"] == left
        return left is None

    @rule(picks=st.lists(PICK, min_size=1, max_size=2))
    def retry_operations(self, picks: list[int]) -> None:
        chosen = dict(self._operation(pick) for pick in picks)
        word = "ok"
        for operation in chosen.values():
            if operation is None or operation.state != FAILED:
                word = "not_found" if operation is None else "wrong_state"
                break
        assert self.call("retry_operations", operations=list(chosen)).word == word

    @rule(limit=st.integers(1, 3), days=st.integers(0, 1))
    def clean_history(self, limit: int, days: int) -> None:
        """What ended more than a day ago goes, the oldest first."""
        if days:
            header = keys.header(self.project)
            wall = int(self.run(self.redis.hget(header, "wall")))
            self.run(self.redis.hset(header, "wall", wall + 2 * DAY_MS))
        ended = {n: o.ended_ms for n, o in self.state.operations.items() if o.state != RUNNING}
        reply = self.call("clean_history", limit=limit)
        body = decode(reply.rest).body
        old = [number for number, ms in ended.items() if ms <= body["before"]]
        assert len(body["operations"]) == min(limit, len(old))

    @rule(queue=st.integers(1, 3))
    def clear_waiting(self, queue: int) -> None:
        known = queue in self.state.queues
        reply = self.call("clear_waiting", queue=queue)
        assert reply.word == ("ok" if known else "not_found")

    @rule(limit=st.integers(1, 5))
    def tidy(self, limit: int) -> None:
        """Dropping what was cleared changes nothing that anybody can see."""
        assert self.call("tidy", limit=limit).word == "idle"
        found = self.call("operations", limit=1).rest
        assert found["tidying"] == 0

    @rule()
    def running_operations_are_listed(self) -> None:
        found = self.call("operations", limit=100).rest["running"]
        listed = [one["operation"] for one in found or ()]
        running = [n for n, o in sorted(self.state.operations.items()) if o.state == RUNNING]
        assert listed == running
