"""Draws: a hash decides what is looked at, so who asks again gets the same answer.

A draw is xxh3_64 (seed 0) over seed, purpose, queue, item, slot, unit and
round: each as UTF-8 text (external ids; numbers in decimal) after its length
as 4 bytes big-endian. At a rate r it is sampled if r ≥ 1 or draw < ⌊r · 2^64⌋,
all in whole numbers. So a retry samples the same, and a higher rate samples
all that a lower one does. What has no external id, a missing label or the unit
of a submission without units, goes by its number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xxhash import xxh3_64_intdigest

from allocator.strategies.wrong import WrongInputError

REVIEW: Final = "review"
QA: Final = "qa"
LOT: Final = "lot"

_ALL: Final = 2**64


def expert(stage: int) -> str:
    """The purpose of draws of an expert stage."""
    return f"expert:{stage}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Of what the units are: a slot of an item of a queue, by external ids, in one round."""

    queue: str
    item: str
    slot: int
    round: int


def draws(*, seed: int | str, purpose: str, subject: Subject) -> Callable[[str], int]:
    """The draw of a unit, by its name (`Unit.name`): 0 to 2^64 − 1."""
    before = (str(seed), purpose, subject.queue, subject.item, str(subject.slot))
    head, tail = b"".join(map(_field, before)), _field(str(subject.round))
    return lambda unit: xxh3_64_intdigest(head + _field(unit) + tail)


def _field(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(4, "big") + encoded


def threshold(rate: float) -> int:
    """What a draw must be below to be sampled at this rate."""
    numerator, denominator = rate.as_integer_ratio()
    return _ALL if rate >= 1 else numerator * _ALL // denominator


def is_sampled(draw: int, rate: float) -> bool:
    """Whether a draw is sampled at this rate."""
    return draw < threshold(rate)


def check_rate(name: str, rate: float) -> None:
    """Refuse what is no rate. Raises WrongInputError."""
    if not 0 <= rate <= 1:
        raise WrongInputError(name, "must be 0 to 1")
