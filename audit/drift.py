"""Where the live state and the log part: invariant 11, and the drift metric, which is 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from audit.report import Judge
from audit.review_state import STAGE
from audit.structures import Shape

LIVE_STATE = 11
COUNTERS = 12


def compare(expected: Shape, found: Shape, judge: Judge) -> int:
    """Every value of every structure, both ways. Returns the number of differences."""
    before = judge.violated[LIVE_STATE] + judge.violated[COUNTERS]
    for structure in fields(Shape):
        if structure.name in ("dead", "buried"):
            continue
        invariant = COUNTERS if structure.name == "counts" else LIVE_STATE
        wanted, got = getattr(expected, structure.name), getattr(found, structure.name)
        for key, should, is_ in _pairs(wanted, got):
            same = should == is_ or (
                structure.name == "heads" and _bounded(key, found) and _not_later(should, is_)
            )
            judge.expect(
                invariant,
                same,
                "{} {}: Redis has {}, the log says {}",
                structure.name,
                key,
                is_,
                should,
            )
    judge.expect(
        LIVE_STATE,
        found.dead == found.buried,
        "dead integers: {} in sets, {} counted",
        found.dead,
        found.buried,
    )
    return judge.violated[LIVE_STATE] + judge.violated[COUNTERS] - before


def differences(expected: Shape, found: Shape) -> list[str]:
    """The differences as sentences, for property tests."""
    judge = Judge()
    compare(expected, found, judge)
    return [violation.sentence for violation in judge.violations]


def _pairs(wanted: object, got: object) -> Iterator[tuple[object, object, object]]:
    """(key, expected, found) over all keys of either side."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        for key in wanted.keys() | got.keys():
            yield key, wanted.get(key), got.get(key)
    else:
        yield "", wanted, got


def _bounded(key: object, found: Shape) -> bool:
    """Whether a head may be a lower bound: of a lane with dead integers among its untouched.

    So may any of a queue that a dataset leaves.
    """
    if not isinstance(key, tuple):
        return False
    queue = key[0] % STAGE
    leaving = queue in found.queue and bool(found.queue[queue][-2])
    return leaving or (key[1] == "b" and (key[0], key[2]) in found.dead)


def _not_later(should: object, found: object) -> bool:
    """Whether what was found is a lower bound of what should be."""
    if not isinstance(found, float | int):
        return False
    return should is None or (isinstance(should, float | int) and found <= should)
