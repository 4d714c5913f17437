"""How a queue's work is distributed, on the wire."""

from __future__ import annotations

from allocator.model import EQUAL, Dealing, QueueSettings
from dibs.v1 import queue_pb2 as pb


def dealing(queue: pb.Queue) -> Dealing:
    """Whether, and by what, shares are measured."""
    if not queue.HasField("distribution"):
        return Dealing.NONE
    return Dealing.BY_WEIGHT if queue.distribution.weighted else Dealing.BY_NUMBER


def shares(queue: pb.Queue) -> tuple[tuple[str, float], ...]:
    """Person and load in percent, EQUAL where it is not set."""
    return tuple(
        (share.person_id, share.load if share.HasField("load") else EQUAL)
        for share in queue.distribution.shares
    )


def out(settings: QueueSettings, shares: tuple[tuple[str, float], ...]) -> pb.Distribution | None:
    """Nothing where people pull."""
    if not settings.distributed:
        return None
    return pb.Distribution(
        weighted=settings.distributed is Dealing.BY_WEIGHT,
        shares=[
            pb.Share(person_id=person, load=None if load == EQUAL else load)
            for person, load in shares
        ],
    )
