"""What B6, B7 and B15 stand on: the functions alone, on a Valkey that nobody else uses."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from allocator.model import QueueSettings, RequestKey
from allocator.services.queue_settings import rules_of
from audit import drift, live, structures
from audit.model import Model
from loadtest.bench.ground import NotSound
from store import events
from store.embedded import EmbeddedRedis
from store.kernel import Kernel, Reply
from store.redis import Multiplexer

EPOCH: Final = 1
QUEUE: Final = 1
DATASET: Final = 1
RANK_NONE: Final = 3
ANNOTATOR: Final = 16
BOTH_ROLES: Final = 32
"""Who annotates and reviews."""
MEMBERS_AT_ONCE: Final = 100
ADDED_AT_ONCE: Final = 5_000
UNLIMITED: Final = 10**9
MAX_HELD: Final = 1_000
"""The largest that a queue may say."""
SECRET: Final = "0123456789abcdef"
HASH: Final = "f" * 16


class Server:
    """A Valkey with the functions, and what its own statistics say."""

    def __init__(self, kernel: Kernel, redis: Redis) -> None:
        self.kernel = kernel
        self.redis = redis
        self._projects = 0

    async def project(
        self,
        *,
        slots: int,
        people: int,
        max_held: int = MAX_HELD,
        lanes: int = 1,
        roles: int = ANNOTATOR,
        logged: bool = True,
    ) -> Project:
        """A project of its own, with a queue of that many lanes and people who may do all.

        One that is not `logged` is too large to be audited.
        """
        self._projects += 1
        project = Project(self.kernel, self._projects, lanes, logged=logged)
        await project.create(slots, people, max_held, roles)
        return project

    async def used_memory(self) -> int:
        """Bytes the server has handed out."""
        return int((await self.redis.info("memory"))["used_memory"])


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[Server]:
    """A Valkey of its own."""
    with tempfile.TemporaryDirectory(prefix="dibs-bench-") as directory:
        async with EmbeddedRedis(Path(directory)) as running:
            multiplexer = Multiplexer(running.url)
            await multiplexer.start()
            redis = Redis.from_url(running.url, protocol=2)
            try:
                yield Server(Kernel(multiplexer), redis)
            finally:
                await redis.aclose()
                await multiplexer.close()


class Project:
    """One project; every change that happened to it is in `log`."""

    def __init__(self, kernel: Kernel, number: int, lanes: int = 1, *, logged: bool = True) -> None:
        self._kernel = kernel
        self._logged = logged
        self._classes = [[], *([skill] for skill in range(1, lanes))]
        self.number = number
        self.people: list[int] = []
        self.log: list[tuple[int, str, bytes]] = []
        self.entries = 0
        self._added_seq = 0
        self._requests: dict[int, RequestKey] = {}

    async def create(self, slots: int, people: int, max_held: int, roles: int = ANNOTATOR) -> None:
        """Settings that stand in nobody's way."""
        chain = events.genesis(self._external_id)
        await self._kernel.open(self.number, EPOCH, seq=0, chain=chain, lag_limit=UNLIMITED)
        await self.change("create_project", admin=1, fast=0)
        self.people = list(range(2, 2 + people))
        skills = [skill for required in self._classes for skill in required]
        members = [[person, 1, 1, roles, skills] for person in self.people]
        for at in range(0, people, MEMBERS_AT_ONCE):
            some = members[at : at + MEMBERS_AT_ONCE]
            await self.change("change_members", mode="add", members=some, expected=[-1] * len(some))
        for person in self.people:
            session = (await self.change("open_session", secret=SECRET)).seq
            key = RequestKey(session=session, secret=SECRET, n=0, hash=HASH)
            self._requests[person] = key
        await self.change("create_dataset", dataset=DATASET)
        await self.change(
            *("create_queue",),
            queue=QUEUE,
            rules=rules_of(
                QueueSettings(queue=QUEUE, slots=slots, lease_ms=UNLIMITED, max_held=max_held)
            ),
            content=0,
        )
        await self.change(
            "attach_dataset",
            queue=QUEUE,
            dataset=DATASET,
            priority=RANK_NONE,
            classes=[[]],
            not_before=0,
            skip=0,
        )

    async def change(self, name: str, request: RequestKey | None = None, **inputs: Any) -> Reply:
        """Run a change, which must succeed."""
        reply = await self._kernel.call(
            name, self.number, EPOCH, request=request, actor=1, **inputs
        )
        if reply.word != "ok":
            raise NotSound(f"{name}: {reply}")
        if self._logged:
            self.log.append((reply.seq, reply.chain, reply.rest))
        return reply

    async def fill(self, count: int, rank: int = RANK_NONE) -> None:
        """That many more entries, of all lanes in turn."""
        if count:
            fields: dict[str, Any] = {
                "dataset": DATASET,
                "import": 1,
                "first": self.entries + 1,
                "count": count,
            }
            await self.change("add_items", **fields)
        last = self.entries + count
        while self.entries < last:
            some = min(ADDED_AT_ONCE, last - self.entries)
            reply = await self.change(
                *("add_entries",),
                queue=QUEUE,
                dataset=DATASET,
                expected=self.entries,
                added_seq=self._added_seq,
                priority=rank,
                cursor=self.entries + some,
                runs=self._runs(self.entries + 1, some),
                classes=self._classes,
            )
            self.entries += some
            self._added_seq = reply.seq

    def _runs(self, first: int, count: int) -> list[list[int]]:
        """Equal shares of `count` items from `first` on, one for each lane."""
        share = -(-count // len(self._classes))
        return [
            [at // share + 1, first + at, min(share, count - at)] for at in range(0, count, share)
        ]

    async def rank(self, entries: Sequence[int], rank: int) -> None:
        """Give untouched entries of the first lane another priority, all or none."""
        tasks = [[entry, 1, 1, RANK_NONE] for entry in entries]
        about: dict[str, Any] = {"tasks": tasks, "delayed": [], "named": len(tasks)}
        await self.change("set_priority", queue=QUEUE, rank=rank, lenient=0, **about)

    async def reserve(self, person: int, count: int = 1) -> list[int]:
        """Reserve with a request id, as a client does: the entries that were granted."""
        _, entries = await self.grant(person, count)
        return entries

    async def grant(self, person: int, count: int = 1, queue: int = QUEUE) -> tuple[int, list[int]]:
        """The same in any queue, and under which token they are held."""
        event = await self.asked("reserve", person, queue=queue, count=count, target=0)
        return event.seq, [task[0] for task in event.body["tasks"]]

    async def asked(self, name: str, person: int, **inputs: Any) -> events.Event:
        """A change with a request id, as a person's client makes it: its event."""
        last = self._requests[person]
        request = RequestKey(session=last.session, secret=SECRET, n=last.n + 1, hash=HASH)
        self._requests[person] = request
        reply = await self.change(name, request, person=person, **inputs)
        return self._event(reply.seq, reply.chain, reply.rest)

    async def audit(self, redis: Redis) -> None:
        """Every event by the rules of the model, and the live state as they add up.

        Raises NotSound.
        """
        model = Model(self.number)
        for logged in sorted(self.log):
            model.must(self._event(*logged))
        _, shape, unknown = await live.read(redis, self.number)
        different = drift.differences(structures.expected(model.state), shape)
        if different or unknown:
            raise NotSound(f"live state: {different[:3]}, unknown keys: {unknown[:3]}")

    def _event(self, seq: int, chain: str, payload: bytes) -> events.Event:
        return events.decode(payload, project=self.number, seq=seq, epoch=EPOCH, chain=chain)

    @property
    def _external_id(self) -> str:
        return f"p{self.number}"
