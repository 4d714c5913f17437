"""Hand-written logs: each method appends one event and returns its seq."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from audit.chain import Row
from audit.model import Model
from audit.report import Violation
from store import events
from store.events import Event, Request, decode, encode

LEASE_MS = 10_000
Task = tuple[int, int]


class Log:
    """Events with right numbers, clocks and chains, unless a test says otherwise."""

    def __init__(self, external_id: str = "acme", project: int = 1) -> None:
        self.project, self.external_id = project, external_id
        self.events: list[Event] = []
        self.rows: list[Row] = []
        self.chain = events.genesis(external_id)
        self.epoch, self.clock, self.wall = 1, 0, 1_000_000
        self.secrets: dict[int, str] = {}
        self.lanes: dict[int, tuple[int, int]] = {}

    @property
    def seq(self) -> int:
        return len(self.events)

    def add(self, kind: str, request: Request | None = None, **body: Any) -> int:
        payload = encode(
            kind, body, clock_ms=self.clock, wall_ms=self.wall, actor=0, request=request
        )
        return self.raw(payload)

    def raw(self, payload: bytes) -> int:
        self.chain = events.chain_of(self.chain, payload)
        row = Row(
            seq=self.seq + 1, epoch=self.epoch, chain=bytes.fromhex(self.chain), payload=payload
        )
        self.rows.append(row)
        self.events.append(
            decode(payload, project=self.project, seq=row.seq, epoch=self.epoch, chain=self.chain)
        )
        return row.seq

    def tick(self, ms: int) -> None:
        self.clock += ms
        self.wall += ms

    # What is set up.

    def create(self, admin: int = 1, fast: int = 0) -> int:
        return self.add("project_created", admin=admin, fast=fast)

    def member(
        self,
        person: int,
        *,
        member: int = 1,
        active: int = 1,
        roles: int = 16,
        skills: Sequence[int] = (),
        held: int = 0,
    ) -> int:
        record = [person, member, active, roles, list(skills)]
        return self.add("members_changed", members=[record], open=-1 if member else held)

    def session(self, secret: str = "0123456789abcdef") -> int:
        return self.add("session_opened", secret=secret)

    def queue(
        self,
        queue: int = 1,
        *,
        slots: int = 1,
        max_held: int = 100,
        allowed: Sequence[int] = (),
        **changes: Any,
    ) -> int:
        rules = queue_rules(
            slots=slots, max_held=max_held, allowed=list(allowed), restricted=int(bool(allowed))
        )
        return self.add("queue_created", queue=queue, rules=rules | changes, content=0)

    def items(
        self, count: int, *, base: int = 1, dataset: int = 1, first: int = 1, **changes: Any
    ) -> int:
        body: dict[str, Any] = {
            "import": 1,
            "dataset": dataset,
            "first": first,
            "count": count,
            "base": base,
        }
        return self.add("items_added", **body | changes)

    def entries(
        self,
        count: int,
        *,
        first: int = 1,
        queue: int = 1,
        rank: int = 3,
        lane: int = 1,
        **changes: Any,
    ) -> int:
        """Explicit entries of one class, of items with the same numbers."""
        body: dict[str, Any] = {
            "queue": queue,
            "dataset": 0,
            "cursor": 0,
            "priority": rank,
            "first": first,
            "count": count,
            "runs": [[lane, first, count]],
            "classes": [],
            "not_added": 0,
        } | changes
        for entry in range(first, first + count):
            self.lanes[entry] = (lane, rank)
        return self.add("entries_added", **body)

    # What is done.

    def grant(self, person: int, *tasks: Task, queue: int = 1, **changes: Any) -> int:
        rows = [[entry, slot, *self.lanes.get(entry, (1, 3))] for entry, slot in tasks]
        request = changes.pop("request", None)
        body: dict[str, Any] = {
            "queue": queue,
            "person": person,
            "deadline": self.clock + LEASE_MS,
            "tasks": rows,
            "batch": 0,
            "wide": 0,
        }
        return self.add("granted", request, **body | changes)

    def start(self, person: int, task: Task, token: int, **changes: Any) -> int:
        return self._touch("started", person, task, token, **changes)

    def _touch(self, kind: str, person: int, task: Task, token: int, **changes: Any) -> int:
        request = changes.pop("request", None)
        body: dict[str, Any] = {
            "queue": 1,
            "person": person,
            "entry": task[0],
            "slot": task[1],
            "token": token,
            "deadline": self.clock + LEASE_MS,
        }
        return self.add(kind, request, **body | changes)

    def draft(self, person: int, task: Task, token: int, **changes: Any) -> int:
        return self._touch("drafted", person, task, token, **changes)

    def renew(self, person: int, *tasks: Task, takeover: int = 0, **changes: Any) -> int:
        due = self.clock + LEASE_MS
        rows = [[*task, due, self.seq + 1 if takeover else self._token(task)] for task in tasks]
        body: dict[str, Any] = {"person": person, "takeover": takeover, "tasks": rows}
        return self.add("renewed", **body | changes)

    def _token(self, task: Task) -> int:
        """The seq of the last event that granted the task, or took it over; 0 if none did."""
        return max(
            (
                event.seq
                for event in self.events
                if event.kind == "granted" or event.body.get("takeover")
                if task in [(t[0], t[1]) for t in event.body["tasks"]]
            ),
            default=0,
        )

    def submit(self, person: int, task: Task, token: int, late: int = 0, **changes: Any) -> int:
        request = changes.pop("request", None)
        body: dict[str, Any] = {
            "queue": 1,
            "person": person,
            "entry": task[0],
            "slot": task[1],
            "token": token,
            "late": late,
            "status": 1,
            "meaning": 1,
            "spent_ms": 5,
            "units": 0,
            "content": 0,
            "digest": "",
            "inline": b"",
            "deadline": 0,
            "refill": [],
            "state": 7 if changes.get("meaning") == 2 else 6,
            "review": {},
            "sampled": b"",
        }
        return self.add("submitted", request, **body | changes)

    def release(self, person: int, *tasks: Task, request: Request | None = None) -> int:
        return self.add(
            "released", request, person=person, tasks=[list(task) for task in tasks], content=0
        )

    def expire(self, *holds: tuple[int, int, int]) -> int:
        return self.add("expired", tasks=[[*hold, 0] for hold in holds], stay=[])

    def revoke(
        self, person: int, *tasks: Task, cursor: str = "", done: int = 1, to_pool: int = 0
    ) -> int:
        rows = [[*task, to_pool] for task in tasks]
        return self.add("revoked", person=person, tasks=rows, cursor=cursor, done=done)

    def give_back(
        self, person: int, task: Task, slots: Iterable[Sequence[int]], *, lane: int = 0
    ) -> int:
        """Reopen for the author; `slots` are (person, state) if the entry had left."""
        known, rank = self.lanes.get(task[0], (1, 3))
        told = [list(slot) for slot in slots]
        row = [*task, lane or known, rank, person, 2 if told else 0, told, []]
        body: dict[str, Any] = {"queue": 1, "to": 1, "person": 0, "deadline": 0}
        return self.add("reopened", **body, tasks=[row], kept=[], cancelled=[])

    def remove(self, *entries: int, queue: int = 1, cancelled: Iterable[int] = ()) -> int:
        rows = [[entry, *self.lanes.get(entry, (1, 3))] for entry in entries]
        body: dict[str, Any] = {"queue": queue, "entries": rows, "named": len(rows)}
        body |= {"delayed": [], "kept": [], "cancelled": list(cancelled)}
        return self.add("removed", **body)

    # What comes of it.

    def model(self) -> Model:
        model = Model(self.project)
        for event in self.events:
            model.apply(event)
        return model

    def violations(self) -> list[Violation]:
        return self.model().judge.violations


def queue_rules(**changes: Any) -> dict[str, Any]:
    """The rules of a queue that is open to all, as an event writes them."""
    return {
        "slots": 1,
        "lease_ms": LEASE_MS,
        "max_held": 100,
        "priority": 3,
        "allowed": [],
        "groups": [],
        "restricted": 0,
        "statuses": [1, 2],
        "batch_size": 0,
        "max_workload": 0,
        "skip_policy": 1,
        "max_skips": 3,
        "allow_pick": 0,
        "owner": 1,
        "due_ms": 0,
        "distributed": 0,
        "shares": [],
    } | changes


def ready(*, people: int = 3, entries: int = 6, slots: int = 1, **queue: Any) -> Log:
    """A project with annotators 2, 3, …, one queue and untouched entries 1, 2, …"""
    log = Log()
    log.create()
    for person in range(2, 2 + people):
        log.member(person)
    log.add("dataset_created", dataset=1)
    log.items(entries)
    log.queue(slots=slots, **queue)
    log.entries(entries, classes=[[1, []]])
    return log
