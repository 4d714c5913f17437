"""What is kept of how a submission was sampled: small, and enough to explain each unit again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import msgpack

from reviewqueue.draws import Subject, draws, is_sampled
from reviewqueue.model import Due, Unit

_VERSION: Final = 1


class Rule(IntEnum):
    """Why a unit was or was not sampled."""

    GLOBAL = 1
    CLASS = 2
    ANNOTATOR = 3
    PRODUCT = 4
    """The rate of its class times that of its annotator."""
    DISCARD = 5
    ALWAYS = 6
    """It was fixed, or changed after it had been approved."""
    NEVER = 7
    """Nothing changed since it was looked at, or drawn for."""
    ADAPTIVE = 8
    NEW = 9
    """Among the first of its author or class."""
    SLICE = 10
    """Of an item that a slice rule names."""
    LOT = 11
    """It waits for its lot to be full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A rule, the rate that it gave, and what it was made of.

    Where a class and an annotator rate met, `inputs` are both, in this order. Of ADAPTIVE they
    are how many units were reviewed, how many of them rejected, and as of which seq.
    """

    rule: Rule
    rate: float
    inputs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a unit is, or is not, reviewed. `draw` is None where nothing was drawn."""

    applied: Applied
    sampled: bool
    draw: int | None = None


ALWAYS: Final = Explanation(applied=Applied(rule=Rule.ALWAYS, rate=1.0), sampled=True)
NEVER: Final = Explanation(applied=Applied(rule=Rule.NEVER, rate=0.0), sampled=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What applied to a submission: to some classes by name, to all others `common`.

    `always` and `never` are numbers of units that were not drawn for.
    """

    seed: str
    purpose: str
    common: Applied | None = None
    by_class: Mapping[str, Applied] = field(default_factory=lambda: MappingProxyType({}))
    always: frozenset[int] = frozenset()
    never: frozenset[int] = frozenset()

    @classmethod
    def of(
        cls, units: Sequence[Unit], applied: Mapping[str, Applied], *, seed: str, purpose: str
    ) -> Record:
        """The record of units, where `applied` is what held for each class."""
        common = _most_common(applied)
        return cls(
            seed=seed,
            purpose=purpose,
            common=common,
            by_class={name: one for name, one in applied.items() if one != common},
            always=frozenset(u.number for u in units if u.due is Due.ALWAYS),
            never=frozenset(u.number for u in units if u.due is Due.NEVER),
        )

    def explain(self, unit: Unit, subject: Subject) -> Explanation:
        """Why `unit` of the submission of `subject` was sampled or not; its `due` is not read."""
        if unit.number in self.always:
            return ALWAYS
        applied = self.by_class.get(unit.class_name, self.common)
        if unit.number in self.never or applied is None:
            return NEVER
        draw = draws(seed=self.seed, purpose=self.purpose, subject=subject)(unit.name)
        return Explanation(applied=applied, sampled=is_sampled(draw, applied.rate), draw=draw)

    def pack(self) -> bytes:
        """As msgpack. Numbers go as runs: gap, length, gap, length …"""
        values = (
            _VERSION,
            self.seed,
            self.purpose,
            None if self.common is None else _values(self.common),
            {name: _values(applied) for name, applied in self.by_class.items()},
            _runs(self.always),
            _runs(self.never),
        )
        packed: bytes = msgpack.packb(values)
        return packed

    @classmethod
    def unpack(cls, packed: bytes) -> Record:
        """What `pack` gave."""
        _, seed, purpose, common, by_class, always, never = msgpack.unpackb(packed)
        return cls(
            seed=seed,
            purpose=purpose,
            common=None if common is None else _applied(common),
            by_class={name: _applied(values) for name, values in by_class.items()},
            always=frozenset(_numbers(always)),
            never=frozenset(_numbers(never)),
        )


def _most_common(applied: Mapping[str, Applied]) -> Applied | None:
    """What spares the most names, so that a thousand classes at one rate take no room."""
    return next((one for one, _ in Counter(applied.values()).most_common(1)), None)


def _values(applied: Applied) -> tuple[int, float, tuple[float, ...]]:
    return int(applied.rule), applied.rate, applied.inputs


def _applied(values: tuple[int, float, Sequence[float]]) -> Applied:
    rule, rate, inputs = values
    return Applied(rule=Rule(rule), rate=rate, inputs=tuple(inputs))


def _runs(numbers: Iterable[int]) -> list[int]:
    """Gap and length of each run of consecutive numbers, in order."""
    ordered = sorted(numbers)
    breaks = [at for at, (a, b) in enumerate(pairwise(ordered), 1) if b != a + 1]
    bounds = [0, *breaks, len(ordered)] if ordered else []
    runs, end = [], 0
    for first, after in pairwise(bounds):
        runs += [ordered[first] - end, after - first]
        end = ordered[after - 1] + 1
    return runs


def _numbers(runs: Sequence[int]) -> Iterable[int]:
    end = 0
    for gap, length in zip(runs[::2], runs[1::2], strict=True):
        yield from range(end + gap, end + gap + length)
        end += gap + length
