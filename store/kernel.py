"""Calls of the Redis Functions: names to arguments, replies to words.

One method a purpose, no retries and no waiting: what a refusal means is the ledger's business
(`ledger.py`), what makes a reply tellable is the gate's (`gate.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgpack

from allocator.model import RequestKey
from store import keys
from store.library import library

PROTOCOL_REFUSALS: Final = frozenset(
    {
        "not_loaded",
        "stale_epoch",
        "frozen",
        "behind",
        "lagging",
        "stale_settings",
        "again",
        "more",
        "failed",
    }
)
"""Words that say nothing about the project's state: repeat the call, or tell nobody."""

LAG_LIMIT_EVENTS: Final = 50_000
"""Events that may wait for Postgres before changes are refused (reliability.md §1.7)."""

READS: Final = frozenset(
    {
        *(
            "dealt",
            "depth",
            "due_lots",
            "eligible",
            "holdings",
            "member",
            "operation",
            "operations",
        ),
        *("member_of_deleted", "recall_left"),
        *("project", "queue", "queue_numbers", "unfinished", "explain", "explain_task"),
        "without_reviewer",
    }
)

_UNPACKED: Final = frozenset({"nothing", "lease_lost", "refused"})


class Caller(Protocol):
    """A connection: one command, one reply."""

    async def call(self, *args: Any) -> Any:
        """Send the command. Raises ReplyError for an error reply, StoreUnavailable for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a function answered.

    `seq`, `chain` and `clock` name the state (or the event) that the answer rests on; they are 0,
    "" and 0 for protocol refusals. `rest` is what follows: an event's payload, a read's value, the
    detail of a refusal.
    """

    word: str
    seq: int = 0
    chain: str = ""
    clock: int = 0
    rest: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a project's live state."""

    epoch: int
    state: str
    seq: int
    chain: str
    durable: int
    clock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What the lease clock shows after a tick, and what has become due."""

    clock: int
    leases_due: bool
    recalls: bool
    quiet_sessions: bool
    looks: bool
    delayed_due: bool
    quiet_ms: int
    """Since the last event."""
    purge_ms: int
    """0; of a deleted project, the wall time from which on it is to be purged."""
    leases_run: bool
    """Whether anybody holds anything that the clock ends."""
    delayed_soon: bool
    """Whether something's time comes before a project that rests is ticked again."""
    reviews_due: bool
    """Whether reviews have waited for their reviewers as long as they are to."""


def _argument(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (list, tuple, dict)):
        return msgpack.packb(value)
    return value


def _text(value: Any) -> Any:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def unpacked(value: bytes) -> Any:
    """A value that Lua packed."""
    return msgpack.unpackb(value, raw=False, unicode_errors="surrogateescape", strict_map_key=False)


def _reply(name: str, raw: Sequence[Any]) -> Reply:
    word = _text(raw[0])
    if word in PROTOCOL_REFUSALS:
        return Reply(word=word, rest=_text(raw[1]) if len(raw) > 1 else None)
    rest = raw[4] if len(raw) > 4 else None
    if rest is not None and (word in _UNPACKED or (word == "ok" and name in READS)):
        rest = unpacked(rest)
    elif word != "ok":
        rest = _text(rest)
    return Reply(word=word, seq=int(raw[1]), chain=_text(raw[2]), clock=int(raw[3]), rest=rest)


class Kernel:
    """The functions of this release, on one connection.

    With `scratch` they see another state of each project, beside the live one: an epoch is then the
    number of that state, and it can be replayed and restored, never opened.
    """

    def __init__(self, connection: Caller, *, scratch: bool = False) -> None:
        self._connection = connection
        self._library = library()
        self._loading = asyncio.Lock()
        self._header = keys.scratch_header if scratch else keys.header
        self.prefix = keys.scratch_prefix if scratch else keys.prefix
        """What the keys of (project, epoch) begin with."""

    async def call(
        self,
        name: str,
        project: int,
        epoch: int,
        *,
        floor: int = 0,
        request: RequestKey | None = None,
        actor: int = 0,
        **inputs: Any,
    ) -> Reply:
        """Run a change or a read by its name, its inputs by the names in its header.

        `floor`: the newest seq the caller knows to be durable; older state refuses, `behind`.
        """
        raw = await self._run(name, project, epoch, floor, request, actor, inputs)
        return _reply(name, raw)

    async def header(self, project: int) -> Header | None:
        """The live header, or None: then nothing is known, which is not the same as empty."""
        fields = ("epoch", "state", "seq", "chain", "durable", "clock")
        raw = await self._connection.call("HMGET", keys.header(project), *fields)
        if raw[0] is None:
            return None
        epoch, state, seq, chain, durable, clock = (_text(value) for value in raw)
        return Header(
            epoch=int(epoch),
            state=state,
            seq=int(seq),
            chain=chain,
            durable=int(durable),
            clock=int(clock),
        )

    async def open(
        self,
        project: int,
        epoch: int,
        *,
        seq: int,
        chain: str,
        clock: int = 0,
        wall: int = 0,
        lag_limit: int = LAG_LIMIT_EVENTS,
    ) -> bool:
        """Serve a rebuilt epoch.

        False when the header has this epoch or a later one, or when the keys do not hold the
        events up to `seq`: verify again, and rebuild from the start if need be.
        """
        inputs = {
            "opened_epoch": epoch,
            "seq": seq,
            "chain": chain,
            "clock": clock,
            "wall": wall,
            "lag_limit": lag_limit,
        }
        raw = await self._run("open", project, epoch, 0, None, 0, inputs)
        return bool(_text(raw[0]) == "ok")

    async def replay(
        self, project: int, epoch: int, after: int, events: Sequence[tuple[int, str, bytes]]
    ) -> tuple[int, int] | None:
        """Put the effects of the logged events (seq, chain, payload) behind `after` into an epoch.

        Returns clock and wall of the last one; None when the epoch is open already, or when its
        keys do not hold the events up to `after`: verify again, and rebuild from the start.
        """
        packed = msgpack.packb(events, use_bin_type=False)
        inputs = {"after": after, "events": packed}
        raw = await self._run("replay", project, epoch, 0, None, 0, inputs)
        return (int(raw[1]), int(raw[2])) if _text(raw[0]) == "ok" else None

    async def restore(
        self, project: int, epoch: int, after: int, piece: bytes, *, seq: int = 0
    ) -> bool:
        """Put the piece of an image that follows `after` others into an epoch.

        `seq`, with the last piece: the last event that the image contains. False when the epoch is
        open already, or when its keys do not hold exactly the pieces before.
        """
        inputs = {"after": after, "seq": seq, "piece": piece}
        raw = await self._run("restore", project, epoch, 0, None, 0, inputs)
        return bool(_text(raw[0]) == "ok")

    async def durable(self, project: int, epoch: int, *, seq: int, keep: int) -> bool:
        """Note that Postgres has everything up to `seq`; the log may drop what is before `keep`."""
        raw = await self._run(
            "durable", project, epoch, 0, None, 0, {"seq": seq, "keep": max(keep, 0)}
        )
        return bool(_text(raw[0]) == "ok")

    async def tick(self, project: int, epoch: int, *, most_ms: int, idle_ms: int) -> Tick | None:
        """Move the lease clock by the time since the last tick, at most `most_ms`.

        Where no lease runs, at most `idle_ms`.

        None when the header is of another epoch.
        """
        steps = {"most_ms": most_ms, "idle_ms": idle_ms}
        raw = await self._run("tick", project, epoch, 0, None, 0, steps)
        if _text(raw[0]) != "ok":
            return None
        return Tick(
            clock=int(raw[1]),
            leases_due=bool(raw[2]),
            recalls=bool(raw[3]),
            quiet_sessions=bool(raw[4]),
            looks=bool(raw[5]),
            delayed_due=bool(raw[6]),
            quiet_ms=int(raw[7]),
            purge_ms=int(raw[8]),
            leases_run=bool(raw[9]),
            delayed_soon=bool(raw[10]),
            reviews_due=bool(raw[11]),
        )

    async def _run(
        self,
        name: str,
        project: int,
        epoch: int,
        floor: int,
        request: RequestKey | None,
        actor: int,
        inputs: dict[str, Any],
    ) -> Any:
        frame: tuple[Any, ...] = (0, "", 0, "")
        if request is not None:
            frame = (request.session, request.secret, request.n, request.hash)
        names = self._library.functions[name].inputs
        if inputs.keys() != set(names):
            raise TypeError(f"{name} takes {names}, not {tuple(inputs)}")
        return await self._fcall(
            f"{self._library.name}_{name}",
            self._header(project),
            f"{self.prefix(project, epoch)}log",
            epoch,
            floor,
            *frame,
            actor,
            *(_argument(inputs[n]) for n in names),
        )

    async def _fcall(self, function: str, header: str, log: str, *args: Any) -> Any:
        """Call, and load the library first where the server does not have it: then nothing ran."""
        try:
            return await self._connection.call("FCALL", function, 2, header, log, *args)
        except Exception as error:
            if "Function not found" not in str(error):
                raise
        await self.load()
        return await self._connection.call("FCALL", function, 2, header, log, *args)

    async def load(self) -> None:
        """Load the library of this release, unless the server has it: Redis needs 8 ms for that."""
        async with self._loading:  # of a hundred calls that miss it, one loads it
            if not await self._connection.call(
                "FUNCTION", "LIST", "LIBRARYNAME", self._library.name
            ):
                await self._connection.call("FUNCTION", "LOAD", "REPLACE", self._library.text)
