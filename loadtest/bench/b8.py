"""B8: from a Redis that is emptied under load to the first call that is acknowledged again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

from allocator.model import RequestKey
from audit import drift, live, structures
from audit.apply_work import grant_all
from audit.model import Model
from audit.report import Judge
from audit.state import Project as State
from dibs import AsyncClient
from dibs.errors import DibsError
from loadtest.bench import ground
from loadtest.bench.ground import QUEUE, Ground, NotSound, Project
from loadtest.bench.results import Figure
from store.assembly import Store
from store.events import Event, decode

MEASURES: Final = (
    "seconds from FLUSHALL, with people reserving and submitting, to the first answer OK to a"
    " change that was asked for after it; 1,000,000 tasks (500,000 items for two people each), of"
    " which one person has submitted 190,000, one by one, so that each has a record and waits for"
    " somebody else, and 10,000 are leased; everything that was answered is in the log, and Redis"
    " has, key by key, what the log adds up to"
)
QUEUE_NUMBER: Final = 1
AT_ONCE: Final = 10
"""Tasks a Reserve asks for; each is submitted by a call of its own."""
MOST_HELD: Final = 1_000
LEASED_AT_ONCE: Final = 100
WORKERS: Final = 64
SECRET: Final = "0123456789abcdef"
HASH: Final = "f" * 16
PAGE: Final = 2_000
BACK_WITHIN_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is."""

    items: int
    submitted: int
    leased: int
    behind: int
    """Tasks worked on behind the snapshot: their events are about as many as make the next due."""
    callers: int
    repeats: int


FULL: Final = Size(
    items=500_000, submitted=190_000, leased=10_000, behind=22_500, callers=32, repeats=3
)
SHORT: Final = Size(items=2_000, submitted=600, leased=100, behind=200, callers=4, repeats=1)


async def run(*, short: bool) -> Sequence[Figure]:
    """With a snapshot, then without one, on the same state; then what there is now."""
    size = SHORT if short else FULL
    async with ground.opened(snapshot_events=100_000_000) as here, _store(here) as store:
        project = await here.project("bench-lost", slots=2, max_held=MOST_HELD)
        crew = Crew(project, store, here.service.redis_url)
        await crew.gather(size)
        await crew.work(size.submitted - size.behind)
        await crew.lease(size.leased)
        await store.snapshotter.make(crew.number)
        [made] = await store.snapshots.figures()
        await crew.work(size.behind)
        behind = await crew.events() - made.seq
        load = Load(here, crew, size.callers)
        with_one = [await load.lost() for _ in range(size.repeats)]
        await store.snapshots.forget(crew.number)
        without = [await load.lost() for _ in range(size.repeats)]
        events = await crew.events()
        await load.check()
        await here.settled()
        await crew.check()
    return (
        _figure("without a snapshot", 10.0, without, f"{events:,} events."),
        _figure(f"with one, {behind:,} events behind it", 5.0, with_one, ""),
        Figure(
            name="a snapshot from the first event, beside the live state",
            unit="s",
            found=made.seconds,
            absolute=f"{made.seq:,} events, {made.bytes / 1e6:.1f} MB.",
        ),
    )


def _figure(name: str, reach: float, found: Sequence[float], absolute: str) -> Figure:
    return Figure.of(found, name=name, unit="s", reach=reach, at_most=True, absolute=absolute)


@contextlib.asynccontextmanager
async def _store(here: Ground) -> AsyncIterator[Store]:
    """A store like a worker's, without its roles."""
    store = Store(here.service.redis_url, here.service.postgres_dsn)
    await store.start(roles=False)
    try:
        yield store
    finally:
        await store.close()


class Crew:
    """Brings a project to where it is emptied, past the API, with the events that it would make."""

    def __init__(self, project: Project, store: Store, redis_url: str) -> None:
        self.project = project
        self.number = 0
        self._store = store
        self._redis_url = redis_url
        self._people: list[int] = []
        self._keys: list[RequestKey] = []
        self._settings_seq = 0

    async def gather(self, size: Size) -> None:
        """Items, people with their numbers, sessions."""
        await self.project.fill(size.items)
        names = await self.project.join(1 + size.leased // MOST_HELD + 1 + size.callers)
        rows = await self._store.postgres.fetch(
            "SELECT p.project, m.person, m.external_id FROM project p JOIN person m USING (project)"
            " WHERE p.external_id = $1",
            self.project.name,
        )
        self.number = rows[0]["project"]
        numbers = {row["external_id"]: row["person"] for row in rows}
        self._people = [numbers[name] for name in names]
        for _ in range(WORKERS):
            opened = await self._change("open_session", None, secret=SECRET)
            self._keys.append(RequestKey(session=opened.seq, secret=SECRET, n=0, hash=HASH))
        queue = await self._store.ledger.read(self.number, "queue", queue=QUEUE_NUMBER)
        self._settings_seq = queue.detail[0]["settings_seq"]

    async def work(self, tasks: int) -> None:
        """The first of them reserves and submits that many, WORKERS calls at a time."""
        left = iter(range(0, tasks, AT_ONCE))

        async def worker(at: int) -> None:
            for _ in left:
                given = await self._reserve(at, self._people[0], AT_ONCE)
                for task in given.event.body["tasks"]:
                    await self._submit(at, task[0], task[1], given.seq)

        await asyncio.gather(*map(worker, range(WORKERS)))

    async def lease(self, tasks: int) -> None:
        """Others reserve that many, and keep them."""
        for n in range(0, tasks, LEASED_AT_ONCE):
            await self._reserve(0, self._people[1 + n // MOST_HELD], LEASED_AT_ONCE)

    async def events(self) -> int:
        """How many there are in the log."""
        head = await self._store.log.head(self.number)
        assert head is not None
        return head.seq

    async def submitted(self, seqs: Sequence[int]) -> dict[int, str]:
        """What the log says was submitted by these events."""
        found = await self._store.log.events_at(self.number, seqs)
        decoded = (decode(e.payload, project=self.number, seq=e.seq) for e in found.values())
        return {
            event.seq: f"{event.body['entry']}-{event.body['slot']}"
            for event in decoded
            if event.kind == "submitted"
        }

    async def check(self) -> None:
        """Redis has what the log adds up to.

        Grants are taken as they are told, not judged: for one person who has had
        190,000 items, the model looks at all of them each time. Raises NotSound.
        """
        model = Model(self.number, besides={"granted": _taken_as_told})
        while rows := await self._store.log.read(self.number, model.state.seq, PAGE):
            for row in rows:
                model.apply(decode(row.payload, project=self.number, seq=row.seq, chain=row.chain))
        async with Redis.from_url(self._redis_url) as redis:
            header, shape, unknown = await live.read(redis, self.number)
        if header is None or header.seq != model.state.seq:
            raise NotSound(f"Redis is at {header}, the log at {model.state.seq}")
        different = drift.differences(structures.expected(model.state), shape)
        if different or unknown:
            raise NotSound(f"live state: {different[:3]}, unknown keys: {unknown[:3]}")

    async def _reserve(self, at: int, person: int, count: int) -> Any:
        inputs = {"queue": QUEUE_NUMBER, "person": person, "count": count, "target": 0}
        return await self._change("reserve", at, **inputs)

    async def _submit(self, at: int, entry: int, slot: int, token: int) -> None:
        await self._change(
            *("submit", at),
            person=self._people[0],
            entry=entry,
            slot=slot,
            token=token,
            settings_seq=self._settings_seq,
            status=1,
            meaning=1,
            spent_ms=5_000,
            units=0,
            content=0,
            digest="",
            inline="",
            review="",
            sampled="",
        )

    async def _change(self, name: str, at: int | None, **inputs: Any) -> Any:
        request = None
        if at is not None:
            last = self._keys[at]
            request = RequestKey(session=last.session, secret=SECRET, n=last.n + 1, hash=HASH)
            self._keys[at] = request
        outcome = await self._store.ledger.change(self.number, name, request, 1, **inputs)
        if outcome.word != "ok":
            raise NotSound(f"{name}: {outcome}")
        return outcome


class Load:
    """People who reserve and submit through the API while Redis is emptied."""

    def __init__(self, here: Ground, crew: Crew, callers: int) -> None:
        self._here = here
        self._crew = crew
        self._people = crew.project.people[-callers:]
        self._answered: dict[int, str] = {}
        self._begun: list[float] = []
        """When each call was made that was acknowledged."""
        self._changed = asyncio.Event()

    async def lost(self) -> float:
        """Empty Redis under load; seconds until a call that was made since is acknowledged."""
        people = [asyncio.create_task(self._person(name)) for name in self._people]
        try:
            await self._until(lambda: len(self._begun) >= 10 * len(people))
            async with Redis.from_url(self._here.service.redis_url) as redis:
                emptied = time.perf_counter()
                await redis.flushall()
            since = time.perf_counter()  # a call before that may have been served before that
            await self._until(lambda: any(begun > since for begun in self._begun))
            took = time.perf_counter() - emptied
        finally:
            for person in people:
                person.cancel()
            ends = await asyncio.gather(*people, return_exceptions=True)
            self._begun.clear()
        broken = [end for end in ends if not isinstance(end, asyncio.CancelledError)]
        if broken:
            raise NotSound(f"a caller broke: {broken[0]!r}")
        return took

    async def check(self) -> None:
        """Everything that was acknowledged is in the log. Raises NotSound."""
        logged = await self._crew.submitted(list(self._answered))
        if logged != self._answered:
            raise NotSound(f"{len(self._answered)} were answered, of which {len(logged)} are there")

    async def _person(self, name: str) -> None:
        async with AsyncClient(
            self._here.service.target, project=self._crew.project.name, actor=name
        ) as client:
            while True:
                with contextlib.suppress(DibsError):  # away for longer than the client waits
                    await self._task(client)

    async def _task(self, client: AsyncClient) -> None:
        begun = time.perf_counter()
        given = await client.reserve(QUEUE)
        self._acknowledged(begun)
        for task in given.tasks:
            begun = time.perf_counter()
            answer = await client.submit(task.task_id, task.lease.lease_token)
            self._answered[answer.seq] = task.task_id
            self._acknowledged(begun)

    def _acknowledged(self, begun: float) -> None:
        self._begun.append(begun)
        self._changed.set()

    async def _until(self, holds: Any) -> None:
        async with asyncio.timeout(BACK_WITHIN_S):
            while not holds():
                self._changed.clear()
                await self._changed.wait()


def _taken_as_told(state: State, event: Event, judge: Judge) -> None:
    grant_all(state, event, judge, event.body["tasks"])
