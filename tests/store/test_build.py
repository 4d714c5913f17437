"""What one call replays: no more than Redis may be busy with it."""

from __future__ import annotations

import pytest

from store.build import BATCH_BYTES, cut
from store.events import KINDS, encode
from store.log import Logged


def logged(seq: int, kind: str, size: int = 0) -> Logged:
    body = dict.fromkeys(KINDS[kind], 0) | ({"entries": [[0, 0, 0, 0]] * size} if size else {})
    payload = encode(kind, body, clock_ms=0, wall_ms=0, actor=1)
    return Logged(seq, 1, "", payload)


def lengths(events: list[Logged], most: int) -> list[int]:
    batches = cut(events, most)
    assert [event for batch in batches for event in batch] == events
    return [len(batch) for batch in batches]


def test_a_call_replays_at_most_so_many_events() -> None:
    assert lengths([logged(n, "started") for n in range(7)], 3) == [3, 3, 1]


def test_a_call_replays_at_most_so_many_bytes_but_for_one_event_that_has_more() -> None:
    sizes = (BATCH_BYTES, BATCH_BYTES // 12, BATCH_BYTES // 12, BATCH_BYTES // 12)
    events = [logged(n, "prioritised", size) for n, size in enumerate(sizes)]
    assert lengths(events, 100) == [1, 2, 1]


@pytest.mark.parametrize("kind", ["entries_added", "undelayed"])
def test_an_event_that_brings_entries_has_a_call_of_its_own(kind: str) -> None:
    """They are up to thousands, whatever it has in bytes."""
    events = [logged(1, "started"), logged(2, kind), logged(3, kind), logged(4, "started")]
    assert lengths(events, 100) == [1, 1, 1, 1]
