"""A store on real servers, small enough to take apart in a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from allocator.model import RequestKey
from store.assembly import Hooks, Store
from store.events import Event, genesis
from store.log import Log
from store.outcome import Outcome
from tests.audit.log import queue_rules

SECRET = "00112233445566ff"


async def eventually(condition: Callable[[], Any], patience_s: float = 10.0) -> Any:
    """Return once `condition()` holds; yields to the loop in between."""
    async with asyncio.timeout(patience_s):
        while True:
            held = condition()
            if asyncio.iscoroutine(held):
                held = await held
            if held:
                return held
            await asyncio.sleep(0.002)


class Stack:
    """One process's store, its project 1 with a queue, and a way into both servers."""

    def __init__(self, redis_url: str, dsn: str, **options: Any) -> None:
        self.redis_url = redis_url
        self.dsn = dsn
        self.rebuilds: list[str] = []
        hooks = Hooks(rebuilt=self.rebuilds.append)
        self.store = Store(redis_url, dsn, hooks=hooks, **options)
        self.admin: asyncpg.Connection = None  # type: ignore[assignment]
        self.project = 0
        self.session = 0
        self.n = 0

    async def start(self, *, roles: bool = True) -> None:
        self.admin = await asyncpg.connect(self.dsn)
        await self.store.start(roles=roles)

    async def close(self) -> None:
        await self.store.close()
        await self.admin.close()

    async def make_project(self, *, people: int = 3, items: int = 20, slots: int = 1) -> None:
        """A project with `people` annotators (2 ..), one dataset, one queue 1 with `items`."""
        self.project = await self.admin.fetchval(
            "INSERT INTO project (external_id, display_name) VALUES ('p', 'P') RETURNING project"
        )
        await self.admin.execute(
            "INSERT INTO head (project, epoch, seq, chain) VALUES ($1, 1, 0, $2)",
            self.project,
            bytes.fromhex(genesis("p")),
        )
        await self.change("create_project", admin=1, fast=0)
        opened = await self.change("open_session", secret=SECRET)
        self.session = opened.seq
        members = [[person, 1, 1, 16, []] for person in range(2, people + 2)]
        await self.change(
            "change_members", mode="add", members=members, expected=[-1] * len(members)
        )
        await self.change("create_dataset", dataset=1)
        await self._make_queue(slots)
        if items:
            await self.add_chosen(1, items)

    async def add_chosen(self, dataset: int, items: int) -> None:
        """That many items come into a dataset, and as entries into queue 1."""
        items_added: dict[str, Any] = {"dataset": dataset, "import": 1, "first": 1, "count": items}
        added = await self.change("add_items", **items_added)
        settings = (await self.store.ledger.read(self.project, "queue", queue=1)).detail[0]
        base = added.event.body["base"]  # type: ignore[union-attr]
        await self.change(
            "add_entries",
            queue=1,
            dataset=0,
            expected=0,
            added_seq=settings["added_seq"],
            cursor=0,
            priority=3,
            runs=[[1, base, items]],
            classes=[[]],
        )

    async def _make_queue(self, slots: int) -> None:
        await self.change(
            "create_queue",
            queue=1,
            rules=queue_rules(slots=slots),
            content=0,
        )

    def key(self) -> RequestKey:
        self.n += 1
        return RequestKey(session=self.session, secret=SECRET, n=self.n, hash="0" * 16)

    async def change(self, name: str, request: RequestKey | None = None, **inputs: Any) -> Outcome:
        return await self.store.ledger.change(self.project, name, request, 1, **inputs)

    async def reserve(
        self, person: int, count: int = 1, request: RequestKey | None = None
    ) -> Outcome:
        return await self.change(
            "reserve", request or self.key(), queue=1, person=person, count=count, target=0
        )

    async def events(self) -> list[Event]:
        """All that the log contains."""
        from store.events import decode

        logged = await Log(self.store.postgres).read(self.project, 0, 100_000)
        return [decode(e.payload, project=self.project, seq=e.seq, chain=e.chain) for e in logged]


@asynccontextmanager
async def opened(stack: Stack, *, roles: bool = True) -> AsyncIterator[Stack]:
    await stack.start(roles=roles)
    try:
        yield stack
    finally:
        await stack.close()


def tasks_of(outcome: Outcome) -> list[tuple[int, int]]:
    assert outcome.event is not None
    return [(task[0], task[1]) for task in outcome.event.body["tasks"]]
