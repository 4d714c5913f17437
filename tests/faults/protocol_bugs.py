"""Mistakes in the commit protocol, each with a scenario in which it does its harm.

`plant` puts the mistake into the running code; `play` is what happens then,
on a field. On sound code the same scenario must end without any trouble.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dibs.errors import StoreUnavailable
from store import recovery, redis_log, stream
from store.events import epoch_chain
from store.gate import Gate
from store.ledger import Ledger
from store.log import Head, Log, Logged
from store.recovery import Recovery
from tests.faults.field import Field, settled
from tests.store.servers import copy_of, head_locked, redis_client, rewind, waiting_appends
from tests.store.stack import eventually

MOMENT_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A mistake and the scenario that shows it."""

    name: str
    plant: Callable[[pytest.MonkeyPatch], None]
    play: Callable[[Field, pytest.MonkeyPatch], Awaitable[None]]

    def __str__(self) -> str:
        return self.name


# --- acknowledge after Redis ---


def acknowledge_after_redis(patch: pytest.MonkeyPatch) -> None:
    async def wait(self: Gate, project: int, epoch: int, seq: int, chain: str) -> None:
        """Nobody waits for the log."""

    patch.setattr(Gate, "wait", wait)


async def redis_is_flushed_before_the_commit(field: Field, _: pytest.MonkeyPatch) -> None:
    """A change is decided, then both stores lose it: the commit's backend is killed too."""
    stack = field.stack
    async with head_locked(stack.dsn, stack.project):
        call = asyncio.create_task(field.reserve(2))
        backends = await eventually(lambda: waiting_appends(stack.admin))
        await asyncio.wait([call], timeout=MOMENT_S)
        async with redis_client(stack.redis_url) as client:
            await client.flushall()
        for pid in backends:
            await stack.admin.execute("SELECT pg_terminate_backend($1)", pid)
    await field.reserve(3)
    await call


# --- no chain check ---


def numbers_alone_are_compared(patch: pytest.MonkeyPatch) -> None:
    async def wait(self: Gate, project: int, epoch: int, seq: int, chain: str) -> None:
        while self.durable(project) < seq:
            head = await self._log.head(project)
            assert head is not None
            self.note(project, head)
            await asyncio.sleep(0.01)

    def continues(head: Head, run: list[Logged]) -> bool:
        return [event.seq for event in run] == [head.seq + n + 1 for n in range(len(run))]

    async def verified(self: Recovery, project: int, head: Head) -> bool:
        header = await self._kernel.header(project)
        return header is not None and header.epoch == head.epoch and header.seq >= head.seq

    patch.setattr(Gate, "wait", wait)
    patch.setattr(Recovery, "verified", verified)
    for module in (redis_log, recovery, stream):
        patch.setattr(module, "continues", continues)


async def redis_goes_back_and_another_way(field: Field, _: pytest.MonkeyPatch) -> None:
    """Rewound in place; a process that has not heard of the newest event takes its number again."""
    async with field.another_process() as other, redis_client(field.redis.url) as client:
        await field.reserve(4, through=other)
        await settled(field)
        await other.store.subscriber.close()
        earlier = await copy_of(client)
        await field.reserve(2)
        await rewind(client, earlier)
        await field.reserve(3, through=other)


# --- no verification on reconnect ---


def whatever_redis_holds_is_believed(patch: pytest.MonkeyPatch) -> None:
    def epoch(self: Recovery, project: int) -> int | None:
        known = self._open.get(project)
        return known.epoch if known else None

    async def verified(self: Recovery, project: int, head: Head) -> bool:
        return await self._kernel.header(project) is not None

    patch.setattr(Recovery, "epoch", epoch)
    patch.setattr(Recovery, "verified", verified)


async def redis_restarts_from_an_older_snapshot(field: Field, _: pytest.MonkeyPatch) -> None:
    """The gate and the floor keep every answer true; but who never verifies never rebuilds."""
    await field.reserve(2)
    await settled(field)
    async with redis_client(field.redis.url) as client:
        await client.save()
    older = (field.redis.data / "dump.rdb").rename(field.redis.directory / "older.rdb")
    held = await field.reserve(3)
    await field.redis.kill()
    await _start_from(field, older)
    await field.submit(3, held)
    await field.reserve(2)


async def _start_from(field: Field, snapshot: Path) -> None:
    dump = snapshot.rename(field.redis.data / "dump.rdb")
    await field.redis.start()
    dump.unlink()


# --- no freshness floor ---


def older_states_may_answer(patch: pytest.MonkeyPatch) -> None:
    async def confirm(self: Ledger, call: Any, epoch: int, reply: Any) -> None:
        await self._gate.wait(call.project, epoch, reply.seq, reply.chain)

    patch.setattr(Gate, "durable", lambda self, project: 0)
    patch.setattr(Ledger, "_confirm", confirm)


async def a_holder_submits_to_a_redis_that_was_rewound(field: Field, _: pytest.MonkeyPatch) -> None:
    """It does not know their lease any more; but the log does, and so may nobody say "lost"."""
    held = await field.reserve(4)
    await field.release(4, held)
    await settled(field)
    async with redis_client(field.redis.url) as client:
        earlier = await copy_of(client)
        held = await field.reserve(4)
        await rewind(client, earlier)
        await field.submit(4, held)


# --- Redis opened before the epoch is committed ---


def redis_is_opened_first(patch: pytest.MonkeyPatch) -> None:
    async def rebuild(self: Recovery, project: int, head: Head) -> int | None:
        begun = Head(head.epoch + 1, head.seq, epoch_chain(head.chain, head.epoch + 1))
        built = self._rebuild_of(project, begun, "planted")
        if not await built.run():
            return None
        if await self._log.bump_epoch(project, head, "planted") is None:
            return None
        self._gate.reset(project, begun)
        for callback in self._on_opened:
            callback(project, begun.epoch)
        return begun.epoch

    patch.setattr(Recovery, "_rebuild", rebuild)


async def postgres_is_away_when_an_epoch_begins(field: Field, patch: pytest.MonkeyPatch) -> None:
    """The commit of the first epoch after a flush fails; the next try must find its way."""
    commit = Log.bump_epoch
    failed: list[Head] = []

    async def bump_epoch(self: Log, project: int, head: Head, cause: str) -> Head | None:
        if not failed:
            failed.append(head)
            raise StoreUnavailable(retry_after_s=0.1)
        return await commit(self, project, head, cause)

    patch.setattr(Log, "bump_epoch", bump_epoch)
    async with redis_client(field.redis.url) as client:
        await client.flushall()
    await field.reserve(2)
    assert failed


BUGS = (
    Bug(
        name="acknowledge after Redis",
        plant=acknowledge_after_redis,
        play=redis_is_flushed_before_the_commit,
    ),
    Bug(
        name="no chain check",
        plant=numbers_alone_are_compared,
        play=redis_goes_back_and_another_way,
    ),
    Bug(
        name="no verification on reconnect",
        plant=whatever_redis_holds_is_believed,
        play=redis_restarts_from_an_older_snapshot,
    ),
    Bug(
        name="no freshness floor",
        plant=older_states_may_answer,
        play=a_holder_submits_to_a_redis_that_was_rewound,
    ),
    Bug(
        name="Redis opened before the epoch is committed",
        plant=redis_is_opened_first,
        play=postgres_is_away_when_an_epoch_begins,
    ),
)
