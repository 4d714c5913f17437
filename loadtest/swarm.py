"""Many clients of one project, each with a connection of its own."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any, Self

import grpc

from audit.history import Record
from dibs import ImportResult, setup_calls
from dibs.channel import OPTIONS
from dibs.importing import ItemLike
from dibs.retry import Patience
from dibs.v1.common_pb2 import Priority
from dibs.v1.project_pb2 import Member
from loadtest.annotators import Annotator, Manner
from loadtest.calls import About, Caller
from loadtest.history import History
from loadtest.twins import TwinClient

PATIENT = Patience(timeout_s=10.0, total_s=45.0, first_pause_s=0.05, longest_pause_s=1.0)
IMPATIENT = Patience(timeout_s=0.7, total_s=1.5, first_pause_s=0.05, longest_pause_s=0.2)
"""Gives up while the service recovers: what becomes of the call, nobody asks any more."""
MEMBERS_A_CALL = 100
SECOND_CHANNELS = 4


class Swarm:
    """Opens clients, lets annotators work, and sees to it that none ends unnoticed."""

    def __init__(self, target: str, project: str, history: History, seed: int) -> None:
        self.project = project
        self.history = history
        self.stop = asyncio.Event()
        self._target = target
        self._seed = seed
        self._clients: list[TwinClient] = []
        self._seconds = [
            grpc.aio.insecure_channel(target, options=(*OPTIONS, ("dibs.second", number)))
            for number in range(SECOND_CHANNELS)
        ]
        self.tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        closing = [client.close() for client in self._clients]
        closing += [channel.close() for channel in self._seconds]
        await asyncio.gather(*closing)

    def caller(self, person: str, *, twice: float = 0.0, patience: Patience = PATIENT) -> Caller:
        """A client for somebody; `twice` of its requests go out two times at once."""
        client = TwinClient(self._target, project=self.project, actor=person, patience=patience)
        rng = random.Random(f"{self._seed} twins {person}")
        client.second = self._seconds[len(self._clients) % SECOND_CHANNELS]
        client.draw = lambda: rng.random() < twice
        self._clients.append(client)
        return Caller(client=client, history=self.history)

    def annotator(
        self, person: str, manner: Manner, *, twice: float = 0.0, patience: Patience = PATIENT
    ) -> Annotator:
        """Somebody who works until `stop`, from the next turn of the loop on."""
        rng = random.Random(f"{self._seed} works {person}")
        caller = self.caller(person, twice=twice, patience=patience)
        made = Annotator(caller=caller, manner=manner, rng=rng, stop=self.stop)
        self.tasks.append(asyncio.create_task(made.run()))
        return made

    async def end(self) -> list[BaseException]:
        """Let everybody finish the call they are about; returns what ended one before the time."""
        self.stop.set()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        return [error for error in ended if error is not None]


async def create_project(admin: Caller, people: Sequence[Member | str]) -> None:
    """The project of the caller, and its members."""
    scope = admin.client.scope
    await admin.made(setup_calls.create_project(scope), About(method="CreateProject"))
    for first in range(0, len(people), MEMBERS_A_CALL):
        call = setup_calls.add_members(scope, people[first : first + MEMBERS_A_CALL])
        await admin.made(call, About(method="AddMembers"))


async def create_dataset(admin: Caller, dataset: str) -> None:
    """An empty dataset."""
    call = setup_calls.create_dataset(admin.client.scope, dataset)
    await admin.made(call, About(method="CreateDataset"))


async def create_queue(admin: Caller, queue: str, **settings: Any) -> None:
    """An empty queue."""
    call = setup_calls.create_queue(admin.client.scope, queue, **settings)
    await admin.made(call, About(method="CreateQueue", queue=queue))


async def attach(
    admin: Caller, queue: str, dataset: str, priority: Priority = Priority.PRIORITY_UNSPECIFIED
) -> None:
    """A dataset's items become tasks of a queue."""
    call = setup_calls.attach_dataset(admin.client.scope, queue, dataset, priority=priority)
    await admin.made(call, About(method="AttachDataset", queue=queue))


async def import_items(admin: Caller, dataset: str, items: Iterable[ItemLike]) -> ImportResult:
    """Items into a dataset; each chunk that is acknowledged is a line of the history."""
    started, before = time.monotonic_ns(), 0

    def chunk(result: ImportResult) -> None:
        nonlocal before
        changed, before = result.added > before, result.added
        admin.history.add(
            Record(
                client=admin.person,
                call=0,
                project=admin.client.scope.project,
                method="ImportItems",
                started_ns=started,
                ended_ns=time.monotonic_ns(),
                outcome="ok",
                seq=result.seq,
                result={"changed": changed},
            )
        )

    return await admin.client.import_items(dataset, items, on_chunk=chunk)
