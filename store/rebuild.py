"""One rebuild: a snapshot and the log's events behind it, under a new epoch's keys, then opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from store.build import Build, Built
from store.kernel import Kernel
from store.log import Head, Log
from store.redis import Multiplexer
from store.redis_link import ReplyError
from store.snapshots import Damaged, Snapshot, Snapshots
from store.translate import Doubt, doubt_of

LOST: Final = frozenset({"not_verified", "fork", "behind", "gap"})
"""Causes by which Redis lost something. All others say that a state was wrong: then no snapshot is
believed either, and the whole log tells."""

log = structlog.get_logger()


class Rebuild:
    """Builds `begun.epoch` of a project, which Postgres knows already (R13)."""

    def __init__(
        self,
        *,
        redis: Multiplexer,
        kernel: Kernel,
        log: Log,
        snapshots: Snapshots,
        project: int,
        begun: Head,
        cause: str,
        ended: Callable[[str, float], None] = lambda source, seconds: None,
    ) -> None:
        self._kernel = kernel
        self._snapshots = snapshots
        self._project = project
        self._begun = begun
        self._cause = cause
        self._ended = ended
        self._build = Build(
            redis=redis,
            kernel=kernel,
            log=log,
            snapshots=snapshots,
            project=project,
            epoch=begun.epoch,
            end=begun.seq,
        )

    async def run(self) -> bool:
        """Build and open. False if a later epoch was opened, or Redis lost what was built."""
        project, begun = self._project, self._begun
        started = asyncio.get_running_loop().time()
        await self._kernel.load()
        base = await self._base()
        after = base.seq if base else 0
        about = {"project": project, "epoch": begun.epoch, "cause": self._cause, "after": after}
        log.info("rebuild", events=begun.seq, **about)
        built = await self._built(base)
        if built is None or not await self._open(built):
            return False
        took = asyncio.get_running_loop().time() - started
        log.info("rebuilt", seconds=round(took, 3), **about)
        self._ended("snapshot" if base else "log", took)
        return True

    async def _base(self) -> Snapshot | None:
        if self._cause in LOST:
            return await self._snapshots.newest(self._project, self._begun.seq)
        await self._snapshots.forget(self._project)
        return None

    async def _built(self, base: Snapshot | None) -> Built | None:
        try:
            return await self._build.run(base)
        except Damaged as error:
            log.warning("snapshot_damaged", project=self._project, error=str(error))
            await self._snapshots.refuse(error.snapshot, "damaged")
            return None
        except ReplyError as error:
            if base is not None and doubt_of(error) is not Doubt.NOT_NOW:
                await self._snapshots.refuse(base, "refused")
            raise

    async def _open(self, built: Built) -> bool:
        begun = self._begun
        opened = await self._kernel.open(
            self._project,
            begun.epoch,
            seq=begun.seq,
            chain=begun.chain,
            clock=built.clock,
            wall=built.wall,
        )
        return opened and self._build.undisturbed
