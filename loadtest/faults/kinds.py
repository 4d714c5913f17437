"""The kinds of faults: each strikes once and puts the ground back into order.

None of them waits for the service to recover: that is what the driver
measures. Those that need something to have happened in between (an older
snapshot is only older if there is something newer) wait for that many
acknowledged changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from loadtest.faults.ground import Ground
from store.server_process import until

Strike = Callable[[Ground, random.Random], Awaitable[None]]

NEWER: Final = 40
"""Changes acknowledged between a copy and its return."""
WITHIN_S: Final = 20.0
COPY = """
local copy = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  copy[#copy + 1] = key
  copy[#copy + 1] = redis.call('DUMP', key)
end
return copy"""
DELETE = """
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end"""


class TooSlow(Exception):
    """The load was too thin for a fault that has to be under load."""


async def worker_killed(ground: Ground, rng: random.Random) -> None:
    """A worker is killed; the supervisor starts another one."""

    async def somebody_serves() -> bool:
        return bool(ground.service.serving())

    if not await until(somebody_serves, within_s=WITHIN_S):
        raise TooSlow(f"no worker serves for {WITHIN_S:.0f} s")
    os.kill(rng.choice(ground.service.serving()), signal.SIGKILL)


async def nursery_killed(ground: Ground, _: random.Random) -> None:
    """What forks the workers is killed, and all of them end with it."""
    pid = ground.service.nursery.pid
    assert pid is not None
    _signal(pid, signal.SIGKILL)


async def redis_killed(ground: Ground, rng: random.Random) -> None:
    """Redis is killed and comes back empty."""
    await ground.redis.kill()
    await asyncio.sleep(rng.uniform(0, 0.5))
    await ground.redis.start()


async def postgres_killed(ground: Ground, rng: random.Random) -> None:
    """The postmaster and all backends are killed."""
    await ground.postgres.kill()
    await asyncio.sleep(rng.uniform(0, 0.5))
    await ground.postgres.start()


async def backend_killed(ground: Ground, _: random.Random) -> None:
    """One backend is killed; Postgres then ends all others and recovers."""
    os.kill(await ground.backend(), signal.SIGKILL)
    await ground.postgres_answers()


async def redis_flushed(ground: Ground, _: random.Random) -> None:
    """Redis is emptied under everybody's open connections."""
    async with ground.redis_client() as client:
        await client.flushall()


async def redis_paused(ground: Ground, rng: random.Random) -> None:
    """Redis is stopped and goes on as if nothing had been."""
    os.kill(ground.redis.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(rng.uniform(0.3, 2.5))
    finally:
        os.kill(ground.redis.pid, signal.SIGCONT)


async def redis_restarted_from_the_past(ground: Ground, _: random.Random) -> None:
    """Redis is killed and comes back with an older snapshot."""
    async with ground.redis_client() as client:
        await client.save()
    dump = ground.redis.data / "dump.rdb"
    older = dump.rename(ground.redis.directory / "older.rdb")
    await _something_newer(ground)
    await ground.redis.kill()
    older.rename(dump)
    await ground.redis.start()
    Path(dump).unlink()


async def redis_rewound(ground: Ground, rng: random.Random) -> None:
    """The projects' keys go back to an earlier copy, in one step, connections kept open.

    Mostly one of a moment before, in the same epoch; now and then one of long ago.
    """
    async with ground.redis_client() as client:
        copy: list[bytes] = await client.eval(COPY, 0, "dibs:{*")
        await _something_newer(ground)
        ground.copies.append(copy)
        await _restored(client, rng.choice(ground.copies) if rng.random() < 0.3 else copy)


async def _restored(client: Any, copy: list[bytes]) -> None:
    async with client.pipeline(transaction=True) as step:
        step.eval(DELETE, 0, "dibs:{*")
        for key, dump in zip(copy[::2], copy[1::2], strict=True):
            step.restore(key, 0, dump)
        await step.execute()


async def _something_newer(ground: Ground) -> None:
    if not await ground.history.after(NEWER, within_s=WITHIN_S):
        raise TooSlow(f"fewer than {NEWER} changes in {WITHIN_S:.0f} s")


async def worker_paused(ground: Ground, rng: random.Random) -> None:
    """A worker is stopped, roles and all, and goes on with what it knew then."""
    serving = ground.service.serving()
    if not serving:
        raise TooSlow("no worker serves")
    pid = rng.choice(serving)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(rng.uniform(0.3, 4.0))
    finally:
        os.kill(pid, signal.SIGCONT)


async def postgres_paused(ground: Ground, rng: random.Random) -> None:
    """Postgres is stopped, all of it, and goes on."""
    pids = ground.postgres.processes()
    for pid in pids:
        _signal(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(rng.uniform(0.3, 2.5))
    finally:
        for pid in pids:
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    """A process that ended on its own needs no signal."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


KINDS: Final[dict[str, Strike]] = {
    "worker killed": worker_killed,
    "redis killed": redis_killed,
    "postgres killed": postgres_killed,
    "backend killed": backend_killed,
    "redis flushed": redis_flushed,
    "redis paused": redis_paused,
    "redis restarted from an older snapshot": redis_restarted_from_the_past,
    "redis rewound in place": redis_rewound,
}

EXTRAS: Final[dict[str, Strike]] = {
    "nursery killed": nursery_killed,
    "worker paused": worker_paused,
    "postgres paused": postgres_paused,
}
"""Strike now and then, once every kind has struck as often as it must."""

ALL: Final = KINDS | EXTRAS
