"""What processes tell each other by pub/sub. All of it is also in Postgres; these are hints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgpack

COMMITTED: Final = "dibs:committed"
"""Channel: events of a project that are in the log from now on."""
OPENED: Final = "dibs:opened"
"""Channel: a project is served under this epoch from now on."""
PROJECTED: Final = "dibs:projected"
"""Channel: the views of a project contain everything up to a seq."""

_CHAIN_BYTES = 20


class Committed(NamedTuple):
    """Events first_seq … with these chains (hex) are in the log."""

    project: int
    first_seq: int
    chains: Sequence[str]

    def pack(self) -> bytes:
        chains = b"".join(bytes.fromhex(chain) for chain in self.chains)
        return _packed(self.project, self.first_seq, chains)

    @classmethod
    def unpack(cls, message: bytes) -> Committed:
        project, first_seq, chains = msgpack.unpackb(message)
        steps = range(0, len(chains), _CHAIN_BYTES)
        return cls(project, first_seq, [chains[i : i + _CHAIN_BYTES].hex() for i in steps])


class Opened(NamedTuple):
    """`project` is served under `epoch`."""

    project: int
    epoch: int

    def pack(self) -> bytes:
        return _packed(*self)

    @classmethod
    def unpack(cls, message: bytes) -> Opened:
        return cls(*msgpack.unpackb(message))


class Projected(NamedTuple):
    """The views of `project` contain event `seq`."""

    project: int
    seq: int

    def pack(self) -> bytes:
        return _packed(*self)

    @classmethod
    def unpack(cls, message: bytes) -> Projected:
        return cls(*msgpack.unpackb(message))


def _packed(*values: object) -> bytes:
    packed = msgpack.packb(values)
    assert isinstance(packed, bytes)
    return packed
