"""A project under random hands: the functions on a real server against the reference model.

Every rule makes one call, predicts its answer from the model, and then lets the model judge the
event that came out of it. After each step the whole live state must be what the model says, and a
replay of the log must give it again.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import Any, ClassVar

import redis.asyncio
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from allocator.eligibility import eligible as eligible_in_python
from allocator.model import RequestKey
from audit import drift, expect, live, structures
from audit.eligibility import eligible as eligible_in_audit
from audit.model import Model
from store import events, keys
from store.kernel import Kernel, Reply
from tests.audit.log import queue_rules
from tests.store import told
from tests.store.machine_assigned import AssignedRules
from tests.store.machine_batches import BatchRules
from tests.store.machine_bulk import BulkRules
from tests.store.machine_control import ControlRules
from tests.store.machine_delays import DelayRules
from tests.store.machine_deletion import DeletionRules
from tests.store.machine_drafts import DraftRules
from tests.store.machine_groups import GROUPS, GroupRules
from tests.store.machine_lots import LotRules
from tests.store.machine_manual import ManualRules
from tests.store.machine_moves import MoveRules
from tests.store.machine_operations import OperationRules
from tests.store.machine_picks import PickRules
from tests.store.machine_projects import ProjectRules
from tests.store.machine_qa import QaRules
from tests.store.machine_reviews import ReviewRules
from tests.store.machine_skips import SkipRules
from tests.store.machine_snapshots import SnapshotRules
from tests.store.machine_stages import StageRules
from tests.store.machine_statuses import StatusRules
from tests.store.predicates import person_and_queue

PEOPLE = st.integers(1, 5)
SKILLS = st.lists(st.integers(1, 3), unique=True, max_size=2)
ROLES = st.sampled_from([1, 8, 16, 16, 32, 0])
RANKS = st.integers(0, 3)
QUEUES = st.integers(1, 3)
PICK = st.integers(0, 10_000)
SECRET = "0123456789abcdef"
# Other tests on the same server count their projects from 1.
_numbers = itertools.count(1_000_000)


class Connection:
    """One command, one reply, in the way the kernel calls."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client

    async def call(self, *args: Any) -> Any:
        return await self._client.execute_command(*args)


class ProjectMachine(
    AssignedRules,
    BatchRules,
    BulkRules,
    MoveRules,
    OperationRules,
    StatusRules,
    DelayRules,
    DeletionRules,
    GroupRules,
    DraftRules,
    PickRules,
    ControlRules,
    ManualRules,
    StageRules,
    SkipRules,
    ProjectRules,
    ReviewRules,
    LotRules,
    QaRules,
    SnapshotRules,
    RuleBasedStateMachine,
):
    """Random histories of one project."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis = redis.asyncio.Redis.from_url(self.url, protocol=2)
        self.kernel = Kernel(Connection(self.redis))
        self.project, self.epoch = next(_numbers), 1
        self.model = Model(self.project)
        self.log: list[tuple[int, str, bytes]] = []
        self.answered: dict[int, int] = {}
        self.tokens: list[tuple[int, int, int, int]] = []

    # --- making calls ---

    def run(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    @property
    def state(self) -> Any:
        return self.model.state

    def call(self, name: str, request: RequestKey | None = None, **inputs: Any) -> Reply:
        """Make the call; what it changed goes through the model's judgement."""
        reply: Reply = self.run(
            self.kernel.call(
                name, self.project, self.epoch, request=request, floor=len(self.log), **inputs
            )
        )
        if reply.word == "again":
            return self.call(name, request, **inputs)
        assert reply.word != "failed", reply.rest
        if reply.word == "ok" and isinstance(reply.rest, bytes):
            event = events.decode(
                reply.rest,
                project=self.project,
                seq=reply.seq,
                epoch=self.epoch,
                chain=reply.chain,
            )
            before = told.shown(self.state)
            self.model.must(event)
            told.check(event, before, told.shown(self.state))
            self.log.append((reply.seq, reply.chain, reply.rest))
        return reply

    def lease(self, pick: int) -> tuple[int, int, int, int]:
        """(person, entry, slot, token): one that was granted some time, or nearly."""
        if not self.tokens:
            return 2, 1, 1, 1
        person, entry, slot, token = self.tokens[-1 - pick % len(self.tokens)]
        nearly = pick % 13
        return (
            person % 5 + 1 if nearly == 1 else person,
            entry,
            slot + 1 if nearly == 2 else slot,
            token + 1 if nearly == 3 else token,
        )

    def note(self, reply: Reply, person: int) -> None:
        event = events.decode(
            reply.rest, project=self.project, seq=reply.seq, epoch=self.epoch, chain=reply.chain
        )
        tasks = event.body["refill"] if event.kind == "submitted" else event.body["tasks"]
        for task in tasks:
            self.tokens.append((person, task[0], task[1], reply.seq))

    # --- setting up ---

    @initialize(
        slots=st.integers(1, 3),
        max_held=st.sampled_from([1, 3, 100]),
        sizes=st.sampled_from([(0, 0), (0, 0), (3, 5)]),
        distributed=st.sampled_from([0, 0, 1]),
    )
    def begin(
        self, slots: int, max_held: int, sizes: tuple[int, int], distributed: int = 0
    ) -> None:
        chain = events.genesis(f"p{self.project}")
        assert self.run(self.kernel.open(self.project, 1, seq=0, chain=chain))
        assert self.call("create_project", admin=1, fast=0).word == "ok"
        self.session = self.call("open_session", secret=SECRET).seq
        people = [[2, 1, 1, 16, []], [3, 1, 1, 16, [1]], [4, 1, 1, 32, [1, 2]]]
        self.call("change_members", mode="add", members=people, expected=[-1, -1, -1])
        self.call("create_dataset", dataset=1)
        items: dict[str, Any] = {"dataset": 1, "import": 1, "first": 1, "count": 40}
        self.call("add_items", **items)
        self._create_queue(1, slots, max_held, [], [], sizes, 0 if sizes[0] else distributed)
        self.attach(1, 3)
        if sizes[0]:
            self.follow(1, [4, 4, 4, 4], 0)

    def _create_queue(
        self,
        queue: int,
        slots: int,
        max_held: int,
        allowed: list[int],
        groups: list[int],
        sizes: tuple[int, int] = (0, 0),
        distributed: int = 0,
    ) -> Reply:
        return self.call(
            "create_queue",
            queue=queue,
            rules=queue_rules(
                slots=slots,
                lease_ms=10_000,
                max_held=max_held,
                skip_policy=(1, 1, 2, 3)[(queue + slots + max_held) % 4],
                max_skips=slots % 3 + 1,
                allowed=allowed,
                groups=groups,
                restricted=int(bool(allowed or groups)),
                batch_size=sizes[0],
                max_workload=sizes[1],
                distributed=distributed,
            ),
            content=0,
        )

    @rule(
        queue=st.integers(2, 3),
        slots=st.integers(1, 3),
        allowed=st.lists(PEOPLE, max_size=2, unique=True),
        groups=st.lists(GROUPS, max_size=2, unique=True),
    )
    def create_queue(self, queue: int, slots: int, allowed: list[int], groups: list[int]) -> None:
        known = queue in self.state.queues or queue in self.state.deleted
        missing = not all(self.state.groups.get(group) for group in groups)
        reply = self._create_queue(queue, slots, 100, sorted(allowed), groups)
        assert reply.word == ("already_exists" if known else "no_group" if missing else "ok")

    @rule(queue=QUEUES, rank=RANKS)
    def attach(self, queue: int, rank: int) -> None:
        of = self.state.queues.get(queue)
        wanted = "not_found" if of is None else "already_exists" if 1 in of.attached else "ok"
        classes = [[], [1], [2, 3]]
        reply = self.call(
            "attach_dataset",
            queue=queue,
            dataset=1,
            priority=rank,
            classes=classes,
            not_before=0,
            skip=rank % 2,
        )
        assert reply.word == wanted

    @rule(queue=QUEUES, sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4), pick=PICK)
    def follow(self, queue: int, sizes: list[int], pick: int) -> None:
        """The next items of the dataset become entries, in runs of alike ones."""
        of = self.state.queues.get(queue)
        if of is None or 1 not in of.attached:
            return
        at, stale = of.attached[1].cursor, pick % 7 == 0
        runs, item = [], at + 1
        for n, size in enumerate(sizes):
            for _ in range(min(size, 40 - item + 1)):
                if item not in of.items | self.state.removed_items:
                    runs.append([(pick + n) % 3 + 1, item, 1])
                item += 1
        if item == at + 1:
            return
        reply = self.call(
            "add_entries",
            queue=queue,
            dataset=1,
            expected=at + 1 if stale else at,
            added_seq=self.state.added_seq(of),
            priority=of.attached[1].priority,
            cursor=item - 1,
            runs=runs,
            classes=[[], [1], [3, 2]],
        )
        assert reply.word == ("stale_cursor" if stale else "ok")

    @rule(queue=QUEUES, rank=RANKS, items=st.lists(st.integers(1, 40), min_size=1, max_size=3))
    def add_chosen(self, queue: int, rank: int, items: list[int]) -> None:
        of = self.state.queues.get(queue)
        if of is None:
            return
        runs = [[1, item, 1] for item in sorted(set(items) - of.items - self.state.removed_items)]
        if runs:
            reply = self.call(
                "add_entries",
                queue=queue,
                dataset=0,
                expected=0,
                added_seq=self.state.added_seq(of),
                priority=rank,
                cursor=0,
                runs=runs,
                classes=[[]],
            )
            assert reply.word == "ok"

    # --- people ---

    @rule(
        person=PEOPLE,
        member=st.sampled_from([1, 1, 1, 0]),
        active=st.sampled_from([1, 1, 0]),
        roles=ROLES,
        skills=SKILLS,
    )
    def change_member(
        self, person: int, member: int, active: int, roles: int, skills: list[int]
    ) -> None:
        known = person in self.state.members and self.state.members[person].member
        record = (
            [person, 1, active, roles, skills]
            if not known
            else [person, member, active, roles, skills]
        )
        mode = "change" if known else "add"
        other = "add" if known else "change"
        refused = self.call("change_members", mode=other, members=[record], expected=[-1])
        assert refused.word == ("already_exists" if known else "not_found")
        word = expect.expect_members(self.state, mode, [record])
        assert word in ("ok", "last_admin")
        assert self.call("change_members", mode=mode, members=[record], expected=[-1]).word == word

    @rule(limit=st.integers(1, 5))
    def take_back(self, limit: int) -> None:
        recalled = bool(self.state.recalls)
        assert self.call("take_back", limit=limit).word == ("ok" if recalled else "idle")

    # --- leases ---

    def expected_reasons(self, answer: expect.Answer, reasons: Any) -> None:
        found = [
            (
                r["reason"],
                tuple((c["cause"], c["tasks"]) for c in r.get("causes", ())),
                None if r["reason"] == "NOT_BEFORE" else r.get("next_free"),
            )
            for r in reasons
        ]
        wanted = [(r.reason, r.causes, r.next_free) for r in answer.reasons]
        if any(queue.fences for queue in self.state.queues.values()):
            # While a dataset leaves a queue, how many tasks are withheld is not exact.
            assert [f[0] for f in found][:1] == [w[0] for w in wanted][:1]
            return
        assert found == wanted

    @rule(
        queue=QUEUES,
        person=PEOPLE,
        count=st.integers(1, 6),
        ensure=st.booleans(),
        n=st.integers(0, 40),
    )
    def reserve(self, *, queue: int, person: int, count: int, ensure: bool, n: int) -> None:
        inputs: dict[str, Any] = {"queue": queue, "person": person, "count": 6 if ensure else count}
        inputs["target"] = count if ensure else 0
        request = None
        if n:
            request = RequestKey(session=self.session, secret=SECRET, n=n, hash="a" * 16)
            word = expect.expect_request(self.state, self.session, SECRET, n, "a" * 16)
            if word != "new":
                reply = self.call("reserve", request, **inputs)
                assert reply.word == word
                if word == "dup":
                    assert self.answered[n] == reply.seq
                return
        answer = expect.expect_reserve(
            self.state, person, queue, inputs["count"], inputs["target"], clock=self.state_clock
        )
        reply = self.call("reserve", request, **inputs)
        assert reply.word == answer.word
        if reply.word == "nothing":
            self.expected_reasons(answer, reply.rest)
        elif reply.word == "ok":
            if n:
                self.answered[n] = reply.seq
            self.note(reply, person)
            assert tuple((p[1], p[2]) for p in self.tokens[-len(answer.tasks) :]) == answer.tasks

    @rule(n=st.integers(1, 40))
    def reuse_a_request_id(self, n: int) -> None:
        request = RequestKey(session=self.session, secret=SECRET, n=n, hash="b" * 16)
        word = expect.expect_request(self.state, self.session, SECRET, n, "b" * 16)
        if word != "new":
            assert self.call("take_back", request, limit=1).word == word

    @rule(pick=PICK)
    def start(self, pick: int) -> None:
        person, entry, slot, token = self.lease(pick)
        word = expect.expect_start(self.state, person, entry, slot, token)
        reply = self.call("start", person=person, entry=entry, slot=slot, token=token)
        assert reply.word == word

    @rule(pick=PICK, meaning=st.integers(1, 2))
    def submit(self, pick: int, meaning: int) -> None:
        self.finish(*self.lease(pick), meaning)

    def finish(self, person: int, entry: int, slot: int, token: int, meaning: int) -> None:
        word = expect.expect_submit(self.state, person, entry, slot, token)
        review = self.to_review(entry, slot)
        if word == "ok":
            word = self.reviewed_word(entry, slot, review)
        reply = self.call(
            "submit",
            person=person,
            entry=entry,
            slot=slot,
            token=token,
            settings_seq=self.state.settings_seq,
            status=meaning,
            meaning=meaning,
            spent_ms=5,
            units=0,
            content=0,
            digest="",
            inline="",
            review=review,
            sampled="",
        )
        assert reply.word == word
        if word == "ok":
            self.note(reply, person)

    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        person, entry, slot, token = self.lease(pick)
        token = 0 if pick % 5 == 0 else token
        word = expect.expect_release(self.state, person, entry, slot, token)
        reply = self.call("release", person=person, entry=entry, slot=slot, token=token, content=0)
        assert reply.word == word

    @rule(pick=PICK, takeover=st.integers(0, 1), everything=st.booleans(), queue=st.integers(0, 2))
    def renew(self, *, pick: int, takeover: int, everything: bool, queue: int) -> None:
        person, entry, slot, token = self.lease(pick)
        tasks = [] if everything else [[entry, slot, token]]
        word = expect.expect_renew(
            self.state, person, queue, takeover, tuple((t[0], t[1], t[2]) for t in tasks)
        )
        reply = self.call("renew", person=person, queue=queue, takeover=takeover, tasks=tasks)
        assert reply.word == word
        if word == "ok" and takeover:
            self.note(reply, person)

    # --- time ---

    state_clock = 0

    @rule(step=st.sampled_from([1, 3_000, 9_999, 10_000, 30_001, 90_000_000]))
    def time_passes(self, step: int) -> None:
        """The lease clock, moved by hand."""
        self.state_clock += step
        self.run(self.redis.hset(keys.header(self.project), "clock", self.state_clock))

    @rule(limit=st.integers(1, 5))
    def expire(self, limit: int) -> None:
        due = any(
            self.state.queues[e.queue].deadline(slot) <= self.state_clock
            for e in self.state.entries.values()
            for slot in e.slots
            if slot.held
        )
        assert self.call("expire", limit=limit).word == ("ok" if due else "idle")

    @rule()
    def end_sessions(self) -> None:
        quiet = any(
            s.used_ms <= self.state_clock - 86_400_000 for s in self.state.sessions.values()
        )
        assert self.call("end_sessions", limit=100).word == ("ok" if quiet else "idle")
        if quiet:
            self.answered.clear()
            self.session = self.call("open_session", secret=SECRET).seq

    # --- what holds at every moment ---

    @rule(queue=QUEUES, person=PEOPLE, pick=PICK)
    def the_three_predicates_agree(self, queue: int, person: int, pick: int) -> None:
        here = [e for e in self.state.entries.values() if e.queue == queue and not e.gone]
        if not here:
            return
        entry = here[pick % len(here)]
        in_lua = self.call(
            "eligible", queue=queue, person=person, entry=entry.entry, **{"class": entry.lane}
        ).rest
        assert in_lua == eligible_in_audit(self.state, person, entry)
        cause = eligible_in_python(*person_and_queue(self.state, person, entry))
        assert in_lua == ("" if cause is None else cause.name)

    @rule(person=PEOPLE)
    def holdings_are_what_the_person_holds(self, person: int) -> None:
        reply = self.call(
            "holdings", person=person, queue=0, after_queue=0, after_score=-1, limit=1000
        )
        held = [
            (e.queue, e.entry, i, s.token)
            for e in sorted(self.state.entries.values(), key=lambda e: (e.queue, e.score))
            for i, s in enumerate(e.slots, 1)
            if s.held and s.person == person
        ]
        assert [(h[0], h[1], h[2], h[6]) for h in reply.rest] == held

    @invariant()
    def the_live_state_is_what_the_events_add_up_to(self) -> None:
        if self.log:
            self._compare()

    def _compare(self) -> None:
        _, shape, unknown = self.run(live.read(self.redis, self.project))
        assert unknown == [], unknown
        found = drift.differences(structures.expected(self.state), shape)
        assert found == [], found

    def teardown(self) -> None:
        self.run(self._clean())
        self.loop.close()

    async def _clean(self) -> None:
        names = [
            key
            async for key in self.redis.scan_iter(match=f"dibs:{{{self.project}}}:*", count=1000)
        ]
        if names:
            await self.redis.unlink(*names)
        await self.redis.aclose()
