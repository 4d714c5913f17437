"""The log as Redis has it: what was decided, committed or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from store import keys
from store.events import chain_of
from store.log import Head, Logged


class Caller(Protocol):
    """A connection: one command, one reply."""

    async def call(self, *args: Any) -> Any:
        """Send the command and return its reply."""


async def read_log(
    redis: Caller, project: int, epoch: int, after: int, count: int = 1000
) -> list[Logged]:
    """Up to `count` events after seq `after`, as far as Redis still keeps them."""
    stream = keys.log(project, epoch)
    return parsed(await redis.call("XRANGE", stream, f"{epoch}-{after + 1}", "+", "COUNT", count))


def parsed(entries: Iterable[Any]) -> list[Logged]:
    """Entries of a stream: [id, [b'c', chain, b'p', payload]]."""
    return [_logged(entry_id, fields) for entry_id, fields in entries]


def continues(head: Head, run: Iterable[Logged]) -> bool:
    """Whether `run` follows `head` without a gap, chain by chain."""
    seq, chain = head.seq, head.chain
    for event in run:
        seq += 1
        chain = chain_of(chain, event.payload)
        if event.seq != seq or event.chain != chain:
            return False
    return True


def _logged(entry_id: bytes, fields: list[bytes]) -> Logged:
    epoch, _, seq = entry_id.partition(b"-")
    values = dict(zip(fields[::2], fields[1::2], strict=True))
    return Logged(int(seq), int(epoch), values[b"c"].decode(), values[b"p"])
