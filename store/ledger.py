"""The ledger: the only way for services to change or to read live state.

A call is one Redis function. Its answer is told once the log contains its
event; a negative, or a read, once the log contains the state it was computed
from, and that state is no older than the log was when the call came in
(reliability.md R8, R9). Protocol refusals never leave here: the project is
recovered, and the call made again with the same request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from allocator.model import RequestKey
from dibs.errors import Internal, OutcomeUnknown, StoreUnavailable
from store.events import Event
from store.gate import Dropped, Forked, Gate
from store.heads import FreshHeads
from store.kernel import Kernel, Reply
from store.log import Log, Logged
from store.outcome import Outcome, decoded, told, typed
from store.recovery import Recovery, UnknownProject
from store.redis import ConnectionLost, Multiplexer
from store.redis_link import ReplyError
from store.redis_log import read_log
from store.translate import Doubt, doubt_of

PATIENCE_S: Final = 8.0
"""After this a call is answered UNAVAILABLE."""
RETRY_AFTER_S: Final = 1.0
PAUSE_S: Final = (0.005, 0.25)
WAITING: Final = 3_000
"""Calls that one process lets wait."""
WAITING_FOR_WORK: Final = 2_000
"""Of these, calls for new work: shed before those that finish some (reliability.md §1.7)."""
_FOR_WORK: Final = frozenset({"reserve", "reserve_anywhere", "load_batch"})
_FOR_POSTGRES: Final = frozenset({"queue", "operation", "operations"})
"""Reads by which is decided what Postgres is asked: in fast projects, too, it has what they say."""

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class _Call:
    """One call on its way, over all its attempts."""

    project: int
    name: str
    inputs: dict[str, Any]
    request: RequestKey | None = None
    actor: int = 0
    reads: bool = False
    confirm: bool = True
    fast: bool = False
    arrived: float
    floor: int = 0
    looked: bool = False
    """Whether `floor` is where the log ended at some moment since the call came in."""
    sent: bool = False
    """Whether an attempt may have left an event that nobody was told about."""
    broke: int = 0
    """How often the function itself failed."""
    pause: float = field(default=PAUSE_S[0])


class _Again(Exception):
    """Nothing was decided: make the call again."""


class Ledger:
    """Live state, changed and read under the promise."""

    def __init__(
        self,
        *,
        redis: Multiplexer,
        kernel: Kernel,
        log: Log,
        gate: Gate,
        recovery: Recovery,
        is_fast: Callable[[int], bool] = lambda project: False,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._redis = redis
        self._kernel = kernel
        self._log = log
        self._gate = gate
        self._recovery = recovery
        self._is_fast = is_fast
        self._patience_s = patience_s
        self._heads = FreshHeads(log.head)
        self._mistakes: dict[tuple[int, str, str], int] = {}
        self._waiting = 0

    async def change(
        self, project: int, name: str, request: RequestKey | None, actor: int, **inputs: Any
    ) -> Outcome:
        """Run a function; return once its answer may be told.

        The same request is executed once, however often it is made. Raises
        RequestIdReused, RequestTooOld, SessionUnknown, StoreUnavailable.
        """
        outcome = await self._patiently(
            self._call(project, name, inputs, request=request, actor=actor)
        )
        return typed(outcome, request)

    async def read(self, project: int, name: str, **inputs: Any) -> Outcome:
        """Run a function that only reads, by the same standard; `detail[0]` is its value."""
        return await self._patiently(self._call(project, name, inputs, reads=True))

    async def background(self, project: int, name: str, **inputs: Any) -> Outcome:
        """A change dibs makes by itself: nobody hears its negatives, so none is confirmed."""
        return await self._patiently(self._call(project, name, inputs, confirm=False))

    async def event_at(self, project: int, seq: int) -> Event:
        """An event that is in the log. Raises LookupError if there is none."""
        found = await self._log.events_at(project, (seq,))
        if seq not in found:
            raise LookupError(f"no event {seq} in project {project}")
        return decoded(project, found[seq])

    def _call(self, project: int, name: str, inputs: dict[str, Any], **options: Any) -> _Call:
        now = asyncio.get_running_loop().time()
        fast = self._is_fast(project)
        return _Call(project=project, name=name, inputs=inputs, fast=fast, arrived=now, **options)

    async def _patiently(self, call: _Call) -> Outcome:
        """Attempt until something is decided, for as long as a caller may wait."""
        if self._waiting >= (WAITING_FOR_WORK if call.name in _FOR_WORK else WAITING):
            raise StoreUnavailable(retry_after_s=RETRY_AFTER_S)
        self._waiting += 1
        try:
            async with asyncio.timeout_at(call.arrived + self._patience_s):
                while True:
                    try:
                        return await self._attempt(call)
                    except _Again:
                        await self._rest(call)
        except TimeoutError:
            if call.sent:
                raise OutcomeUnknown(retry_after_s=RETRY_AFTER_S) from None
            raise StoreUnavailable(retry_after_s=RETRY_AFTER_S) from None
        finally:
            self._waiting -= 1

    async def _rest(self, call: _Call) -> None:
        shortest, longest = PAUSE_S
        await asyncio.sleep(call.pause)
        call.pause = min(max(call.pause * 2, shortest), longest)

    async def _attempt(self, call: _Call) -> Outcome:
        try:
            epoch = await self._ready(call)
        except UnknownProject:
            return Outcome(word="project_deleted")
        generation = self._redis.generation
        reply = await self._run(call, epoch)
        if reply.word == "stale_settings":
            return Outcome(word=reply.word, detail=(reply.rest,))
        self._obey(call, epoch, reply)
        if generation != self._redis.generation and call.fast:
            raise _Again  # answered by a server that nobody has verified
        try:
            return await self._settle(call, epoch, reply)
        except StoreUnavailable:
            raise _Again from None
        except Forked:
            self._recovery.condemn(call.project, epoch, "fork")
            raise _Again from None
        except Dropped:
            self._recovery.suspect(call.project, epoch)
            raise _Again from None

    async def _ready(self, call: _Call) -> int:
        try:
            return await self._recovery.ensure(call.project)
        except StoreUnavailable:
            raise _Again from None

    async def _run(self, call: _Call, epoch: int) -> Reply:
        """The function's reply, or _Again after whatever the failure calls for."""
        floor = max(call.floor, self._gate.durable(call.project))
        sent_before, call.sent = call.sent, call.sent or not call.reads
        try:
            return await self._kernel.call(
                call.name,
                call.project,
                epoch,
                floor=floor,
                request=call.request,
                actor=call.actor,
                **call.inputs,
            )
        except ConnectionLost:
            if call.request is None and not call.reads and call.confirm:
                raise OutcomeUnknown(retry_after_s=RETRY_AFTER_S) from None
            raise _Again from None
        except StoreUnavailable:
            call.sent = sent_before
            raise _Again from None
        except ReplyError as error:
            self._doubt(call, epoch, error)
            raise _Again from error

    def _doubt(self, call: _Call, epoch: int, error: ReplyError) -> None:
        """An error reply: the server is not ready, or the function broke, perhaps half-way."""
        doubt = doubt_of(error)
        if doubt is Doubt.NOT_NOW:
            return
        log.error("function_failed", function=call.name, project=call.project, error=str(error))
        self._recovery.condemn(call.project, epoch, "script_error")
        call.broke += 1
        if call.broke > 1:
            raise Internal from error

    def _failed(self, call: _Call, epoch: int, error: str) -> None:
        """It broke while deciding: nothing was written, but the state may be damaged.

        One rebuild tells. What breaks on a rebuilt state too is our mistake, and no
        reason to rebuild again.
        """
        log.error("function_failed", function=call.name, project=call.project, error=error)
        what = (call.project, call.name, error)
        if call.broke:
            self._mistakes[what] = epoch
        if self._mistakes.get(what) == epoch:
            raise Internal
        call.broke += 1
        self._recovery.condemn(call.project, epoch, "function_failed")

    def _obey(self, call: _Call, epoch: int, reply: Reply) -> None:
        """Protocol refusals: nothing was decided, and the caller hears nothing of them."""
        if reply.word == "lagging":
            raise StoreUnavailable(retry_after_s=RETRY_AFTER_S)
        if reply.word in ("not_loaded", "stale_epoch", "frozen"):
            self._recovery.suspect(call.project, epoch)
            raise _Again
        if reply.word == "behind":
            self._recovery.condemn(call.project, epoch, "behind")
            raise _Again
        if reply.word == "failed":
            self._failed(call, epoch, str(reply.rest))
            raise _Again
        if reply.word in ("again", "more"):
            call.pause = 0.0
            if reply.word == "more":
                call.inputs = {**call.inputs, "cursor": reply.rest}
            raise _Again

    async def _settle(self, call: _Call, epoch: int, reply: Reply) -> Outcome:
        if reply.word == "ok" and not call.reads:
            return await self._settle_change(call, epoch, reply)
        if reply.word == "dup":
            return await self._settle_repeat(call, epoch, reply)
        if call.confirm:
            await self._confirm(call, epoch, reply)
        detail = () if reply.rest in (None, "") else (reply.rest,)
        return Outcome(word=reply.word, seq=reply.seq, clock=reply.clock, detail=detail)

    async def _settle_change(self, call: _Call, epoch: int, reply: Reply) -> Outcome:
        if not call.fast:
            await self._gate.wait(call.project, epoch, reply.seq, reply.chain)
        logged = Logged(reply.seq, epoch, reply.chain, reply.rest)
        return told(call.project, logged, reply.clock)

    async def _settle_repeat(self, call: _Call, epoch: int, reply: Reply) -> Outcome:
        """The answer to a request that was executed before is its event, read from the log."""
        if not call.fast:
            await self._gate.wait(call.project, epoch, reply.seq, reply.chain)
        found = (await self._log.events_at(call.project, (reply.seq,))).get(reply.seq)
        if found is None or found.chain != reply.chain:
            waiting = await read_log(self._redis, call.project, epoch, reply.seq - 1, 1)
            found = next((event for event in waiting if event.chain == reply.chain), None)
        if found is None:
            raise _Again
        return told(call.project, found, reply.clock, dup=True)

    async def _confirm(self, call: _Call, epoch: int, reply: Reply) -> None:
        """The state that answered is in the log, and not older than the call.

        One look at the head will do: where it was after the call came in is the floor
        of every attempt from then on, however far the log gets meanwhile.
        """
        if call.fast and call.name not in _FOR_POSTGRES:
            return
        if not call.looked:
            head = await self._heads.since(call.project, call.arrived)
            call.looked = True
            if head is not None:
                call.floor = head.seq
                self._gate.note(call.project, head)
        if reply.seq < call.floor:
            call.pause = 0.0
            raise _Again
        await self._gate.wait(call.project, epoch, reply.seq, reply.chain)
