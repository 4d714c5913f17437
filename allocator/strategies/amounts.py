"""Numbers of tasks and weights, compared exactly: as whole numbers of one size."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

Amount = int | float | Fraction


def scale_of(*amounts: Iterable[Amount]) -> int:
    """What makes whole numbers of all of these."""
    denominators = {Fraction(amount).denominator for some in amounts for amount in some}
    return math.lcm(*denominators)


def whole(scale: int, amount: Amount) -> int:
    """The amount in units of 1/scale."""
    return int(amount * scale) if isinstance(amount, int) else int(Fraction(amount) * scale)
