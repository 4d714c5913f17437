"""The words of reviews: pure values. Their numbers are those of the log and of Redis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

WHOLE_TASK: Final = 0
"""The number of the one unit of a submission without units."""
MISSING: Final = 2**20
"""From here on are numbers of missing labels that reviewers reported."""
MOST_UNITS: Final = 10_000
"""No submission has more units."""


class UnitState(IntEnum):
    """Where a review unit is in its life."""

    NOT_SAMPLED = 1
    PENDING = 2
    APPROVED = 3
    RETURNED = 4
    RESOLVED = 5
    """The author says that it is fixed."""
    REJECTED = 6
    """For good, by an expert."""
    DELETED = 7


class IssueState(IntEnum):
    """Where an objection to a unit is in its life."""

    OPEN = 1
    FOR_REVIEW = 2
    RESOLVED = 3


class Decision(IntEnum):
    """What a reviewer may do with a unit."""

    APPROVE = 1
    REJECT = 2
    DELETE = 3


class Due(IntEnum):
    """Whether a unit of a submission is to be reviewed."""

    DRAWN = 1
    """If the draw says so."""
    ALWAYS = 2
    NEVER = 3
    """It stays what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of a submission. `reviewer` is who should look at it again, 0: whoever may."""

    number: int
    external_id: str = ""
    class_name: str = ""
    due: Due = Due.DRAWN
    reviewer: int = 0

    @property
    def name(self) -> str:
        """As what it is drawn for."""
        return name_of(self.number, self.external_id)


def name_of(number: int, external_id: str) -> str:
    """As what a unit is drawn for: one that has no external id, by its number."""
    return external_id or str(number)
