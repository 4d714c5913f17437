"""What a bench stands on: servers and workers of its own, projects full of tasks, a generator."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg

from allocator.lifeline import die_with_parent
from allocator.settings import Settings
from audit import source
from dibs import AsyncClient
from dibs.v1.dataset_pb2 import Item
from dibs.v1.project_pb2 import Durability
from loadtest import service
from loadtest.bench import processes
from loadtest.bench.generator import Plan, Seat, Tally, drive

ADMIN = "bench"
QUEUE = "work"
DATASET = "things"
MEMBERS_AT_ONCE = 100
LOOK_S = 0.05
SETTLES_WITHIN_S = 300.0
_PROJECTS_BEHIND = (
    "SELECT count(*) FROM head h LEFT JOIN view_position v USING (project)"
    " WHERE h.seq > coalesce(v.seq, 0)"
)


class NotSound(Exception):
    """The audit found that what was measured is not what was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What a generator did, and what CPU it cost whom until all was quiet again."""

    tally: Tally
    cpu_s: Mapping[str, float]

    @property
    def others_us(self) -> float:
        """CPU per call of all processes but the generator."""
        others = sum(self.cpu_s.values()) - self.cpu_s["generator"]
        return others / self.tally.calls * 1e6

    @property
    def share(self) -> float:
        """The generator's share of the CPU time."""
        return self.cpu_s["generator"] / sum(self.cpu_s.values())

    def per_call(self) -> str:
        """µs of CPU per call, by process."""
        return ", ".join(
            f"{role} {seconds / self.tally.calls * 1e6:.0f}"
            for role, seconds in sorted(self.cpu_s.items(), key=lambda one: -one[1])
            if role != "generator"
        )


class Project:
    """A project with one queue; `seats` are those of the callers, their numbers kept."""

    def __init__(self, client: AsyncClient, name: str) -> None:
        self.client = client.bound(project=name)
        self.name = name
        self.people: list[str] = []
        self.seats: list[Seat] = []
        self.rate = 0.0
        """Tasks a second that it gave last time, for who wants to know how many to import."""
        self._items = 0

    async def create(self, *, fast: bool, max_held: int, slots: int = 1) -> None:
        """Make it, with a dataset and a queue on it."""
        durability = Durability.DURABILITY_FAST if fast else Durability.DURABILITY_DURABLE
        await self.client.create_project(durability=durability)
        await self.client.create_dataset(DATASET)
        await self.client.create_queue(QUEUE, max_held=max_held, slots=slots)
        await self.client.attach_dataset(QUEUE, DATASET)

    async def join(self, count: int) -> tuple[str, ...]:
        """That many new members."""
        first = len(self.people)
        new = [f"person-{number:05}" for number in range(first, first + count)]
        for start in range(0, count, MEMBERS_AT_ONCE):
            await self.client.add_members(new[start : start + MEMBERS_AT_ONCE])
        self.people += new
        return tuple(new)

    async def seat(self, count: int, people_each: int = 1) -> None:
        """Seats for that many callers, each with people of its own."""
        new = await self.join(count * people_each)
        for number in range(count):
            people = new[number * people_each : (number + 1) * people_each]
            session = (await self.client.open_session()).session_id
            self.seats.append(Seat(session=session, n=1, people=people))

    async def fill(self, available: int) -> None:
        """Import items until that many tasks wait."""
        waiting = await self._waiting()
        if waiting < available:
            first, self._items = self._items, self._items + available - waiting
            await self.client.import_items(DATASET, items(first, self._items))
        while waiting < available:
            await asyncio.sleep(LOOK_S)
            waiting = await self._waiting()

    async def _waiting(self) -> int:
        return (await self.client.get_queue_depth(QUEUE)).available


def items(first: int, end: int) -> Iterator[Item]:
    """Items as people import them: an id, a weight, a few attributes."""
    for number in range(first, end):
        item = Item(external_id=f"batch-07/scene-{number:08}.png", weight=1.5)
        item.attributes.update({"camera": "front-left", "city": "Graz", "frame": str(number)})
        yield item


class Ground:
    """Everything that runs."""

    def __init__(
        self, running: service.Service, client: AsyncClient, pool: ProcessPoolExecutor
    ) -> None:
        self.service = running
        self.client = client
        self._pool = pool
        self._workers = [slot.pid for slot in running.slots if slot.pid is not None]

    async def project(
        self, name: str, *, fast: bool = False, max_held: int = 10, slots: int = 1
    ) -> Project:
        """A new project."""
        project = Project(self.client, name)
        await project.create(fast=fast, max_held=max_held, slots=slots)
        return project

    async def phase(self, project: Project, *, callers: int | None = None, **plan: Any) -> Phase:
        """Let the project's seats, or the first of them, do what the plan says."""
        await self.settled()
        before = self._cpu()
        tally = await self.load(project, callers=callers, **plan)
        await self.settled()
        used = processes.between(before, self._cpu())
        return Phase(tally=tally, cpu_s=used | {"generator": tally.cpu_s})

    async def load(self, project: Project, *, callers: int | None = None, **plan: Any) -> Tally:
        """The same, whatever else goes on."""
        seats = project.seats[:callers]
        tally = await self._generated(
            Plan(
                target=self.service.target,
                project=project.name,
                queue=QUEUE,
                seats=tuple(seats),
                **plan,
            )
        )
        project.seats[:callers] = [
            replace(seat, n=n) for seat, n in zip(seats, tally.next_ns, strict=True)
        ]
        return tally

    async def _generated(self, plan: Plan) -> Tally:
        return await asyncio.get_running_loop().run_in_executor(self._pool, drive, plan)

    def _cpu(self) -> dict[str, float]:
        return processes.used(self._workers)

    async def settled(self) -> None:
        """Return when nothing is left to do in the background. Raises TimeoutError."""
        connection = await asyncpg.connect(self.service.postgres_dsn)
        try:
            async with asyncio.timeout(SETTLES_WITHIN_S):
                while await connection.fetchval(_PROJECTS_BEHIND):  # noqa: ASYNC110 - from outside
                    await asyncio.sleep(LOOK_S)
        finally:
            await connection.close()

    async def audited(self) -> str:
        """The last line of the audit over all that was done. Raises NotSound."""
        report = await source.audit(self.service.postgres_dsn, self.service.redis_url)
        line = str(report).splitlines()[-1]
        if not report.ok:
            raise NotSound(line)
        return line


@contextlib.asynccontextmanager
async def opened(**more: Any) -> AsyncIterator[Ground]:
    """Servers with fsync in a temporary directory and two workers; gone afterwards.

    `more` are further settings.
    """
    with tempfile.TemporaryDirectory(prefix="dibs-bench-") as directory:
        settings = Settings(
            redis_url=None,
            postgres_dsn=None,
            data_dir=Path(directory),
            host="127.0.0.1",
            port=0,
            workers=service.WORKERS,
            stop_grace_s=1.0,
            log_level="warning",
            metrics_dir=None,
            **more,
        )
        async with service.running(settings) as running, _client(running.target) as client:
            with _generator() as pool:
                yield Ground(running, client, pool)


def _client(target: str) -> AsyncClient:
    return AsyncClient(target, project="none", actor=ADMIN)


def _generator() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=die_with_parent,
        initargs=(os.getpid(),),
    )
