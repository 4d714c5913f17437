"""Who is there besides the annotators: who feeds the queues, and who manages people."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dibs import setup_calls
from dibs.errors import AlreadyExists, Denied, NotFound, StoreUnavailable, WrongState
from dibs.v1.common_pb2 import Priority
from dibs.v1.dataset_pb2 import Item
from dibs.v1.project_pb2 import Member, Role
from loadtest.calls import About, Caller
from loadtest.swarm import import_items

SKILLS = ("left", "right")
NEEDED = ((), (), (), ("left",), ("right",), SKILLS)
"""What items require, in turn."""
IN_BATCHES = "batches"
"""The queue that gives its tasks in batches."""
DEALT = "dealt"
"""The queue whose tasks are dealt out: nobody pulls there."""
CHECKED = "checked"
"""The queue whose work is reviewed."""
DELAYED_S = 6.0
"""The longest that an item waits for its time."""
EXTRA = "extra"
"""The dataset whose items come into a queue one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A queue and what feeds it."""

    queue: str
    slots: int
    dataset: str


SUPPLIES = (
    Supply(queue="one", slots=1, dataset="ones"),
    Supply(queue="two", slots=2, dataset="twos"),
    Supply(queue="three", slots=3, dataset="threes"),
    Supply(queue=IN_BATCHES, slots=2, dataset="fours"),
    Supply(queue=DEALT, slots=2, dataset="fives"),
    Supply(queue=CHECKED, slots=2, dataset="sixes"),
)


def items(prefix: str, first: int, count: int) -> list[Item]:
    """Items with ids from `first` on; some require skills."""
    return [
        Item(external_id=f"{prefix}-{number}", required_skills=NEEDED[number % len(NEEDED)])
        for number in range(first, first + count)
    ]


@dataclass(slots=True, kw_only=True)
class Feeder:
    """Keeps every queue supplied: with too little the load ends, with too much the drain lasts."""

    admin: Caller
    stop: asyncio.Event
    rng: random.Random
    least: int = 300
    chunk: int = 200
    every_s: float = 0.25
    _next: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Look at the depth of the queues, and import what is missing, until `stop`."""
        for supply in itertools.cycle(SUPPLIES):
            if self.stop.is_set():
                return
            with contextlib.suppress(StoreUnavailable, WrongState):
                depth = await self.admin.depth(supply.queue)
                waiting = depth.available + depth.items_pending * supply.slots
                if supply.queue == DEALT:
                    waiting += depth.held
                if waiting < self.least:
                    await self.feed(supply)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s / len(SUPPLIES)):
                    await self.stop.wait()

    async def feed(self, supply: Supply) -> None:
        """A chunk for the attached dataset, and sometimes chosen items before all others."""
        await self._import(supply.dataset, self._more(supply.dataset, self.chunk))
        if self.rng.random() < 0.8:
            chosen = self._more(EXTRA, 5)
            await self._import(EXTRA, chosen)
            call = setup_calls.add_items(
                self.admin.client.scope,
                supply.queue,
                EXTRA,
                [item.external_id for item in chosen],
                priority=self.rng.choice([Priority.PRIORITY_HIGH, Priority.PRIORITY_LOW]),
                not_before=self._time(),
            )
            await self.admin.made(call, About(method="AddItems", queue=supply.queue))

    def _time(self) -> datetime | None:
        """Some wait a while, so that others find them DELAYED."""
        ahead = timedelta(seconds=self.rng.uniform(1.0, DELAYED_S))
        return datetime.now(UTC) + ahead if self.rng.random() < 0.5 else None

    async def _import(self, dataset: str, some: list[Item]) -> None:
        await import_items(self.admin, dataset, some)
        self.admin.history.witness.imported.update((dataset, item.external_id) for item in some)

    def newest(self, dataset: str, count: int) -> list[str]:
        """Ids of the items that the dataset got last."""
        last = self._next.get(dataset, 1) - 1
        first = max(1, last - count + 1)
        return [item.external_id for item in items(dataset, first, last - first + 1)]

    def _more(self, dataset: str, count: int) -> list[Item]:
        first = self._next.get(dataset, 1)
        self._next[dataset] = first + count
        return items(dataset, first, count)


@dataclass(slots=True, kw_only=True)
class Personnel:
    """Removes people and takes them back, changes their roles and skills, all the time."""

    admin: Caller
    people: Sequence[str]
    stop: asyncio.Event
    rng: random.Random
    every_s: float = 0.15

    async def run(self) -> None:
        """One change of somebody after the other, until `stop`."""
        changes = (self._remove, self._take_roles, self._set_aside, self._reskill)
        while not self.stop.is_set():
            person = self.rng.choice(self.people)
            with contextlib.suppress(StoreUnavailable, AlreadyExists, NotFound):
                await self.rng.choice(changes)(person)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self.stop.wait()

    async def _remove(self, person: str) -> None:
        scope = self.admin.client.scope
        gone = setup_calls.remove_members(scope, [person])
        await self.admin.made(gone, About(method="RemoveMembers"))
        back = Member(person_id=person, roles=[Role.ROLE_ANNOTATOR], skills=SKILLS)
        call = setup_calls.add_members(scope, [back])
        await self.admin.made(call, About(method="AddMembers"))

    async def _take_roles(self, person: str) -> None:
        await self._update(person, roles=[Role.ROLE_REVIEWER])
        await self._update(person, roles=[Role.ROLE_ANNOTATOR_AND_REVIEWER])

    async def _set_aside(self, person: str) -> None:
        await self._update(person, active=False)
        await self._update(person, active=True)

    async def _reskill(self, person: str) -> None:
        skills = self.rng.sample(SKILLS, self.rng.randint(0, len(SKILLS)))
        await self._update(person, skills=skills)

    async def _update(self, person: str, **changes: Any) -> None:
        call = setup_calls.update_member(self.admin.client.scope, person, **changes)
        answer = await self.admin.made(call, About(method="UpdateMember"))
        if self.rng.random() < 0.3:
            await self._read_back(person, answer.seq, changes)

    async def _read_back(self, person: str, seq: int, changes: dict[str, Any]) -> None:
        """A list with min_seq shows one's own change."""
        listed = await self.admin.client.list_members(page_size=1000, min_seq=seq)
        found = next((one for one in listed.members if one.person_id == person), None)
        wanted = {name: _plain(value) for name, value in changes.items()}
        shown = {name: _plain(getattr(found, name)) for name in changes} if found else None
        self.admin.history.witness.member(person, wanted, shown, seq)


@dataclass(slots=True, kw_only=True)
class Clearing:
    """Takes batches back from people, started tasks too at times, and has them load new ones."""

    admin: Caller
    people: Sequence[Caller]
    stop: asyncio.Event
    rng: random.Random
    every_s: float = 0.2

    async def run(self) -> None:
        """One person after the other, until `stop`."""
        while not self.stop.is_set():
            one = self.rng.choice(self.people)
            with contextlib.suppress(StoreUnavailable, NotFound, WrongState, Denied):
                if self.rng.random() < 0.5:
                    await one.load_batch(IN_BATCHES)
                started = self.rng.random() < 0.3
                await self.admin.clear_batch(IN_BATCHES, one.person, include_started=started)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self.stop.wait()


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) else sorted(value)
