"""What a deleted queue has left in Redis: out of reach, dropped in time, and so not compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from audit.review_state import EXPERT, REVIEW, STAGE
from audit.structures import Shape

GONE: Final = -1
"""The generation of a queue that was deleted, which is all there is of it."""


def is_deleted(fields: Mapping[str, bytes]) -> bool:
    """Whether the hash of a queue says that there is none any more."""
    return int(fields.get("generation", 0)) == GONE


def leave_out(shape: Shape) -> None:
    """Takes what is left of deleted queues out of a shape that was read."""
    if not shape.deleted:
        return
    gone = {queue + kind * STAGE for queue in shape.deleted for kind in (0, REVIEW, EXPERT)}
    ended = {key[1:] for key in shape.queue_leases if key[0] in gone}
    shape.leases = {key: end for key, end in shape.leases.items() if key not in ended}
    for by_queue in (shape.queue_leases, shape.queue_batch_leases, shape.batch_leases):
        _drop(by_queue, gone, 0)
    for by_person in (shape.held, shape.own, shape.returned):
        _drop(by_person, gone, 1)
    for queue in gone:
        shape.entry_runs.pop(queue, None)
    shape.holding = {p: left for p, queues in shape.holding.items() if (left := queues - gone)}
    for person, (*record, fences) in shape.person.items():
        assert isinstance(fences, tuple)
        shape.person[person] = (*record, tuple(one for one in fences if one[0] not in gone))


def _drop(found: dict[Any, Any], gone: set[int], place: int) -> None:
    """The keys whose number at `place` is that of a deleted queue."""
    for key in [key for key in found if key[place] in gone]:
        del found[key]
