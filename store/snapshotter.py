"""The snapshotter keeps rebuilds short: it makes snapshots of what the log comes to.

Not of the live state, which may be damaged and which nobody may stop: the newest snapshot and the
events behind it are put together once more under scratch keys, beside it, at a gentle pace, and
read from there. So what is kept is by construction what a replay of the log gives.

An elected role, and safe to run twice: the scratch key names the one build whose keys may be read,
and it is looked at after the last of them.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog

from dibs.errors import StoreUnavailable
from store import keys
from store.build import Build, Built, Pace
from store.image import NotStill, found_keys, pieces, several
from store.kernel import Kernel
from store.library import library
from store.log import Log
from store.redis import Multiplexer
from store.redis_link import ReplyError, parsed_info
from store.snapshots import Damaged, Every, Figures, Snapshot, Snapshots, folded
from store.timing import LoopTimer, Timer

LOOK_S: Final = 5.0
"""Between two looks at what is due."""
PACE: Final = Pace(ahead=1, share=0.25, events=50)
"""The live state comes first."""
PART_BYTES: Final = 2 * 1024 * 1024
"""Of an image, before compression: what is one row."""
MOST_MEMORY: Final = 0.8
"""Of what Redis may use: above that no scratch state is begun, and none goes on."""
ATTEMPTS: Final = 3
_SCRATCH: Final = re.compile(rb"dibs:\{\d+\}:scratch(?=:|$)")

log = structlog.get_logger()


class NoRoom(Exception):
    """Redis has no memory for a second state beside the live one."""


class Snapshotter:
    """Makes snapshots when they are due."""

    def __init__(
        self,
        *,
        redis: Multiplexer,
        events: Log,
        snapshots: Snapshots,
        every: Every | None = None,
        pace: Pace = PACE,
        told: Callable[[list[Figures]], None] = lambda figures: None,
        failed: Callable[[str], None] = lambda why: None,
        timer: Timer | None = None,
    ) -> None:
        self._redis = redis
        self._kernel = Kernel(redis, scratch=True)
        self._log = events
        self._snapshots = snapshots
        self._every = every or Every()
        self._pace = pace
        self._told = told
        self._failed = failed
        self._timer = timer or LoopTimer()

    async def run(self) -> None:
        """Look, and make what is due, until cancelled."""
        cleared = False
        while True:
            try:
                if not cleared:
                    await self.clear()
                cleared = True
                await self.round()
            except (StoreUnavailable, ReplyError) as error:
                log.info("snapshots_wait", error=str(error))
            await self._timer.sleep(LOOK_S)

    async def round(self) -> None:
        """Make every snapshot that is due."""
        for project in await self._snapshots.due(self._every):
            try:
                await self.make(project)
            except (NoRoom, ReplyError) as error:
                log.warning("snapshot_not_made", project=project, error=str(error))
                self._failed("no_room" if isinstance(error, NoRoom) else "redis")
        self._told(await self._snapshots.figures())

    async def make(self, project: int) -> int | None:
        """Make one of the project as it is now; up to which event, or None if it came to nothing.

        Raises StoreUnavailable, ReplyError, NoRoom.
        """
        await self._room()
        await self._kernel.load()
        head = await self._log.barrier(project)
        if head is None or head.seq == 0:
            return None
        for _ in range(ATTEMPTS):
            if await self._made(project, head.seq):
                return head.seq
        self._failed("disturbed")
        return None

    async def clear(self) -> None:
        """Remove what builds have left that did not come to their end; of one that goes on, too."""
        async for found in found_keys(self._redis, "dibs:{*}:scratch*"):
            matches = [match for key in found if (match := _SCRATCH.match(key))]
            await self._unlink(
                sorted({match[0] for match in matches})
            )  # first: so that it can tell
            await self._unlink([match.string for match in matches])

    async def _made(self, project: int, end: int) -> bool:
        """One attempt, with scratch keys of its own; nothing of them stays."""
        started = asyncio.get_running_loop().time()
        number = random.randrange(1, 2**48)
        await self._redis.call("SET", keys.scratch(project), number)
        await self._unlink_others(project, number)
        base = await self._snapshots.newest(project, end)
        try:
            built = await self._built(project, number, end, base)
            if built is None:
                return False
            parts, digests = await self._read(project, number, end)
        except NotStill as error:
            log.info("snapshot_disturbed", project=project, error=str(error))
            return False
        finally:
            await self._tidy(project, number)
        made = await self._snapshot(project, end, built, digests)
        took = asyncio.get_running_loop().time() - started
        if not await self._snapshots.write(made, parts, base=base, seconds=took):
            return False
        size = sum(map(len, parts))
        log.info("snapshot", project=project, at=end, bytes=size, seconds=round(took, 3))
        return True

    async def _built(
        self, project: int, number: int, end: int, base: Snapshot | None
    ) -> Built | None:
        build = Build(
            redis=self._redis,
            kernel=self._kernel,
            log=self._log,
            snapshots=self._snapshots,
            project=project,
            epoch=number,
            end=end,
            pace=self._pace,
            look=self._room,
        )
        try:
            return await build.run(base)
        except Damaged as error:
            await self._snapshots.refuse(error.snapshot, "damaged")
            return None

    async def _room(self) -> None:
        told = parsed_info(await self._redis.call("INFO", "memory"))
        used, most = int(told["used_memory"]), int(told.get("maxmemory", 0))
        if most and used > MOST_MEMORY * most:
            raise NoRoom(f"Redis uses {used:,} bytes of {most:,}")

    async def _read(self, project: int, number: int, end: int) -> tuple[list[bytes], list[bytes]]:
        """The image of a scratch state, compressed, and its digests. Raises NotStill."""
        prefix = keys.scratch_prefix(project, number)
        kept: list[tuple[bytes, bytes]] = []
        some: list[bytes] = []
        async for piece in pieces(self._redis, prefix):
            some.append(piece)
            if sum(map(len, some)) >= PART_BYTES:
                kept.append(await asyncio.to_thread(folded, several(some)))
                some = []
        if some:
            kept.append(await asyncio.to_thread(folded, several(some)))
        # Whoever clears these keys away says so first; and a Redis that was emptied says nothing.
        still = await self._redis.call("GET", keys.scratch(project))
        replayed = await self._redis.call("HGET", f"{prefix}totals", "replayed")
        if (still, replayed) != (b"%d" % number, b"%d" % end):
            raise NotStill(f"scratch is {still!r} at {replayed!r}, not {number} at {end}")
        return [part for part, _ in kept], [digest for _, digest in kept]

    async def _snapshot(
        self, project: int, end: int, built: Built, digests: list[bytes]
    ) -> Snapshot:
        chain = await self._log.chain_at(project, end)
        if chain is None:
            raise StoreUnavailable  # of a log that has lost its end
        return Snapshot(
            number=0,
            project=project,
            seq=end,
            chain=bytes.fromhex(chain),
            clock=built.clock,
            wall=built.wall,
            library=library().name,
            digests=digests,
            checksum=b"",
        )

    async def _unlink_others(self, project: int, number: int) -> None:
        """What other builds of the project left or, if one goes on, still have."""
        ours = keys.scratch_prefix(project, number).encode()
        async for found in found_keys(self._redis, f"{keys.scratch(project)}:*"):
            await self._unlink([key for key in found if not key.startswith(ours)])

    async def _unlink(self, found: Sequence[bytes | str]) -> None:
        if found:
            await self._redis.call("UNLINK", *found)

    async def _tidy(self, project: int, number: int) -> None:
        """Leave nothing behind; what cannot be removed now is when the role begins anew."""
        with suppress(StoreUnavailable, ReplyError):
            if await self._redis.call("GET", keys.scratch(project)) == b"%d" % number:
                await self._unlink([keys.scratch(project)])
            async for found in found_keys(self._redis, f"{keys.scratch_prefix(project, number)}*"):
                await self._unlink(found)
