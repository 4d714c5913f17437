"""The gate: no answer leaves before the Postgres log contains what it says.

A waiter is a triple (epoch, seq, chain). "Seq is durable" proves nothing:
after a fork another event has that number (reliability.md, R1). Committers
tell what they committed; whoever hears nothing for a moment asks the log.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from dibs.errors import StoreUnavailable
from store.log import Head, Log, Proofs

RECHECK_S: Final = 0.1
"""Silence after which waiters look into the log themselves."""
RECHECK_AWAY_S: Final = 0.5
STALLED_S: Final = 2.0
"""An answer that waits longer may be waiting for a committer that does not work."""
WINDOW: Final = 2_048
"""Committed chains that are remembered per project."""

log = structlog.get_logger()


class Forked(Exception):
    """The log has another event in this place: Redis went a way of its own."""


class Dropped(Exception):
    """The event's epoch ended before it was committed: it never happened."""


@dataclass(slots=True)
class _Waiter:
    epoch: int
    seq: int
    chain: str
    since: float
    done: asyncio.Future[None]


@dataclass(slots=True)
class _Project:
    """What this process knows of one project's log."""

    durable: int = 0
    recent: dict[int, str] = field(default_factory=dict)
    order: deque[int] = field(default_factory=deque)
    waiters: dict[int, list[_Waiter]] = field(default_factory=dict)
    checker: asyncio.Task[None] | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Gate:
    """Lets answers out once they are true; one per process."""

    def __init__(
        self,
        log: Log,
        *,
        recheck_s: float = RECHECK_S,
        waited: Callable[[float], None] = lambda seconds: None,
        stalled: Callable[[int], None] = lambda project: None,
    ) -> None:
        self._log = log
        self._recheck_s = recheck_s
        self._waited = waited
        self._stalled = stalled
        self._projects: dict[int, _Project] = {}

    def durable(self, project: int) -> int:
        """The newest seq known to be in the log: no older state may answer (R8)."""
        known = self._projects.get(project)
        return known.durable if known else 0

    def note(self, project: int, head: Head) -> None:
        """The log was seen to end at `head`."""
        known = self._project(project)
        known.durable = max(known.durable, head.seq)

    def reset(self, project: int, head: Head) -> None:
        """The log ends at `head`, proven by a barrier: that is the floor, whatever it was."""
        self._project(project).durable = head.seq
        self.look_again(project)

    async def close(self) -> None:
        """Stop looking; who waits is told that the outcome is unknown."""
        for known in self._projects.values():
            if known.checker is not None:
                known.checker.cancel()
            for waiter in _all(known):
                if not waiter.done.done():
                    waiter.done.set_exception(StoreUnavailable(retry_after_s=1.0))

    def committed(self, project: int, first_seq: int, chains: Sequence[str]) -> None:
        """The log has these events, from `first_seq` on."""
        known = self._project(project)
        for seq, chain in enumerate(chains, first_seq):
            if seq not in known.recent:
                known.order.append(seq)
            known.recent[seq] = chain
            for waiter in known.waiters.get(seq, ()):
                if waiter.chain == chain:
                    self._release(waiter)
                else:
                    known.wake.set()  # a fork, or the first chain of an epoch: the log knows
        known.durable = max(known.durable, first_seq + len(chains) - 1)
        while len(known.order) > WINDOW:
            known.recent.pop(known.order.popleft(), None)

    def look_again(self, project: int) -> None:
        """Something happened to the project (a new epoch): ask the log at once."""
        known = self._projects.get(project)
        if known is not None:
            known.wake.set()

    def look_everywhere(self) -> None:
        """Messages may have been lost: ask the log about everything that waits."""
        for known in self._projects.values():
            if known.waiters:
                known.wake.set()

    async def wait(self, project: int, epoch: int, seq: int, chain: str) -> None:
        """Return once the log contains exactly this.

        Raises Forked or Dropped when it never will. Waits for as long as the
        caller lets it: deadlines are the caller's.
        """
        known = self._project(project)
        if known.recent.get(seq) == chain:
            return
        loop = asyncio.get_running_loop()
        waiter = _Waiter(epoch, seq, chain, loop.time(), loop.create_future())
        known.waiters.setdefault(seq, []).append(waiter)
        if seq <= known.durable:
            known.wake.set()  # decided already, only not by a message that we still have
        if known.checker is None:
            known.checker = loop.create_task(self._check(project, known))
        try:
            await waiter.done
        finally:
            _forget(known, waiter)

    def _project(self, project: int) -> _Project:
        return self._projects.setdefault(project, _Project())

    async def _check(self, project: int, known: _Project) -> None:
        """While anybody waits: look into the log whenever news is overdue."""
        pause = self._recheck_s
        while known.waiters:
            try:
                async with asyncio.timeout(pause):
                    await known.wake.wait()
            except TimeoutError:
                if not self._overdue(known):
                    continue
            known.wake.clear()
            try:
                await self._look(project, known)
                pause = self._recheck_s
            except StoreUnavailable:
                pause = RECHECK_AWAY_S
            except Exception:
                log.exception("gate_check_failed", project=project)
                pause = RECHECK_AWAY_S
        known.checker = None

    def _overdue(self, known: _Project) -> bool:
        limit = asyncio.get_running_loop().time() - self._recheck_s
        return any(waiter.since <= limit for waiter in _all(known))

    async def _look(self, project: int, known: _Project) -> None:
        """Decide every waiter that the log can decide, by one read and one barrier."""
        waiters = _all(known)
        if not waiters:
            return
        proofs = await self._log.proofs(project, {waiter.seq for waiter in waiters})
        if proofs is None:  # the project was purged, log and all
            for waiter in waiters:
                _fail(waiter, Dropped(f"event {waiter.seq} has no log any more"))
            return
        true = [waiter for waiter in waiters if waiter.chain in proofs.chains.get(waiter.seq, ())]
        if true:
            # A read may show what a failover would still lose; a commit after it may not (R14).
            await self._log.barrier(project)
        self.note(project, proofs.head)
        for waiter in waiters:
            self._decide(waiter, proofs)
        limit = asyncio.get_running_loop().time() - STALLED_S
        if any(not w.done.done() and w.since <= limit for w in waiters):
            self._stalled(project)

    def _decide(self, waiter: _Waiter, proofs: Proofs) -> None:
        head = proofs.head
        if waiter.chain in proofs.chains.get(waiter.seq, ()):
            self._release(waiter)
        elif waiter.seq <= head.seq:
            _fail(waiter, Forked(f"event {waiter.seq} of epoch {waiter.epoch} is another one"))
        elif waiter.epoch < head.epoch:
            _fail(waiter, Dropped(f"epoch {waiter.epoch} ended before event {waiter.seq}"))

    def _release(self, waiter: _Waiter) -> None:
        if not waiter.done.done():
            self._waited(asyncio.get_running_loop().time() - waiter.since)
            waiter.done.set_result(None)


def _all(known: _Project) -> list[_Waiter]:
    return [waiter for waiters in known.waiters.values() for waiter in waiters]


def _fail(waiter: _Waiter, error: Exception) -> None:
    if not waiter.done.done():
        waiter.done.set_exception(error)


def _forget(known: _Project, waiter: _Waiter) -> None:
    waiters = known.waiters.get(waiter.seq)
    if waiters is None:
        return
    if waiter in waiters:
        waiters.remove(waiter)
    if not waiters:
        del known.waiters[waiter.seq]
