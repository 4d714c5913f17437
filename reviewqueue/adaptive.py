"""ADAPTIVE: who is rejected more is reviewed more (SEMANTICS §6).

Over the last 200 first-time reviewed units of an author and class, `upper` is
the upper end of the Wilson 95 % interval of the rejection rate. The rate is
upper / target · base, at least `least` and at most 1. It is 1 for the first
units of a new author or class, and for items that a slice rule names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from allocator.strategies.wrong import WrongInputError
from reviewqueue.draws import check_rate
from reviewqueue.record import Applied, Rule
from reviewqueue.sampling import How

WINDOW: Final = 200
"""So many of the latest first-time reviewed units count."""
NEW_UNITS: Final = 50

_Z: Final = 1.959963984540054
"""Half of 95 % of a normal distribution lies between 0 and this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Items with this value of this attribute are always reviewed."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was found so far, as of an event.

    `reviewed` and `rejected` are of the window of (author, class); `of_author` and `of_class`
    count all units that the author, and that anybody of the class, submitted.
    """

    reviewed: int = 0
    rejected: int = 0
    of_author: int = 0
    of_class: int = 0
    as_of: int = 0


NOTHING_YET: Final = Figures()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptive:
    """The plan. `target` is the rejection rate at which `base` is the rate.

    Raises WrongInputError.
    """

    target: float
    base: float
    least: float = 0.0
    new_units: int = NEW_UNITS
    slices: tuple[Slice, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.target <= 1:
            raise WrongInputError("target", "must be above 0, and 1 at most")
        check_rate("base", self.base)
        check_rate("min", self.least)
        if self.new_units < 0:
            raise WrongInputError("new_units", "must be 0 or more")

    def applied(self, figures: Figures, attributes: Mapping[str, str]) -> Applied:
        """What applies to units of a class of an item, by the figures of their author and class.

        While fewer than `new_units` came before a submission, all of it counts as new.
        """
        if any(attributes.get(one.attribute) == one.value for one in self.slices):
            return Applied(rule=Rule.SLICE, rate=1.0)
        if min(figures.of_author, figures.of_class) < self.new_units:
            return Applied(rule=Rule.NEW, rate=1.0)
        upper = wilson_upper(figures.rejected, figures.reviewed)
        return Applied(
            rule=Rule.ADAPTIVE,
            rate=min(1.0, max(self.least, upper / self.target * self.base)),
            inputs=(figures.reviewed, figures.rejected, figures.as_of),
        )

    def of_work(self, figures: Mapping[str, Figures], attributes: Mapping[str, str]) -> How:
        """What applies to units of an item, by the figures of their author for each class."""
        return lambda name: self.applied(figures.get(name, NOTHING_YET), attributes)


def wilson_upper(rejected: int, reviewed: int) -> float:
    """The upper end of the Wilson 95 % interval of a rate; 1 while nothing was reviewed."""
    if not reviewed:
        return 1.0
    rate, square = rejected / reviewed, _Z * _Z
    middle = rate + square / (2 * reviewed)
    reach = _Z * math.sqrt(rate * (1 - rate) / reviewed + square / (4 * reviewed * reviewed))
    # Where all were rejected it is 1, which sums of floats miss.
    return min(1.0, max(rate, (middle + reach) / (1 + square / reviewed)))
