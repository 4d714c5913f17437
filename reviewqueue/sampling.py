"""Sampling: which units of a submission are reviewed, and why (SEMANTICS §6).

There is a rate for all, there may be one per class and per annotator, and the
precedence says what holds where both apply. A plan may give rates in their
place: `How` is whatever tells the rate of a class. What was sampled is kept
with the submission as a `Record`, which explains every unit again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from reviewqueue.draws import REVIEW, Subject, check_rate, draws, threshold
from reviewqueue.model import Due, Unit
from reviewqueue.record import Applied, Record, Rule

How = Callable[[str], Applied]
"""What applies to units of a class."""


class Precedence(IntEnum):
    """Which rate holds where there is one for the class and one for the annotator."""

    MAX = 1
    CLASS = 2
    ANNOTATOR = 3
    PRODUCT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The rates of a queue, each 0 to 1; `discard` None: as the global one.

    Raises WrongInputError.
    """

    overall: float = 1.0
    by_class: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    by_annotator: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    discard: float | None = None
    precedence: Precedence = Precedence.MAX

    def __post_init__(self) -> None:
        check_rate("sampling_rate", self.overall)
        for place, rate in enumerate(self.by_class.values()):
            check_rate(f"class_rates[{place}].rate", rate)
        for place, rate in enumerate(self.by_annotator.values()):
            check_rate(f"annotator_rates[{place}].rate", rate)
        if self.discard is not None:
            check_rate("discard_review_rate", self.discard)

    def of_work(self, author: int) -> How:
        """What applies to units by this annotator."""
        return lambda class_name: self._applied(class_name, author)

    def of_discard(self, _class_name: str = "") -> Applied:
        """What applies to a discard, which is one unit."""
        if self.discard is None:
            return Applied(rule=Rule.GLOBAL, rate=self.overall)
        return Applied(rule=Rule.DISCARD, rate=self.discard)

    def _applied(self, class_name: str, author: int) -> Applied:
        of_class, of_author = self.by_class.get(class_name), self.by_annotator.get(author)
        if of_class is not None and of_author is not None:
            return _both(self.precedence, of_class, of_author)
        if of_class is not None:
            return Applied(rule=Rule.CLASS, rate=of_class)
        if of_author is not None:
            return Applied(rule=Rule.ANNOTATOR, rate=of_author)
        return Applied(rule=Rule.GLOBAL, rate=self.overall)


def _both(precedence: Precedence, of_class: float, of_author: float) -> Applied:
    inputs = (of_class, of_author)
    if precedence is Precedence.PRODUCT:
        return Applied(rule=Rule.PRODUCT, rate=of_class * of_author, inputs=inputs)
    by_class = precedence is Precedence.CLASS or (
        precedence is Precedence.MAX and of_class >= of_author
    )
    if by_class:
        return Applied(rule=Rule.CLASS, rate=of_class, inputs=inputs)
    return Applied(rule=Rule.ANNOTATOR, rate=of_author, inputs=inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The numbers of the units to review, in order, and what explains them."""

    numbers: tuple[int, ...]
    record: Record


def sample(
    units: Sequence[Unit], *, how: How, seed: int | str, subject: Subject, purpose: str = REVIEW
) -> Sample:
    """Which units are reviewed: those that must be, and of those that are drawn for, the drawn."""
    draw = draws(seed=seed, purpose=purpose, subject=subject)
    classes = {unit.class_name for unit in units if unit.due is Due.DRAWN}
    applied = {name: how(name) for name in sorted(classes)}
    below = {name: threshold(one.rate) for name, one in applied.items()}
    drawn = [
        unit.number
        for unit in units
        if unit.due is Due.DRAWN and draw(unit.name) < below[unit.class_name]
    ]
    record = Record.of(units, applied, seed=str(seed), purpose=purpose)
    return Sample(numbers=tuple(sorted({*drawn, *record.always})), record=record)
