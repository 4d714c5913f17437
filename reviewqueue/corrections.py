"""Corrections: what a resubmission asks of reviewers, unit by unit (SEMANTICS §5).

A unit keeps its number for the life of its task; a new one gets the next. Of
those that are known:

    marked fixed                     reviewed always, by the same reviewer if they can
    waiting for its review           reviewed always: it was drawn already
    approved, but not as it was      reviewed always
    not sampled, but not as it was   as a new one: drawn for
    deleted, and there again         reviewed always if it was ever reviewed, else drawn for
    rejected by an expert            left as it is, whatever came of it
    anything else                    left as it is

What is known and is not there any more is gone, unless an expert rejected it.
A missing label that was reported is no unit that anybody submits: it stays
with its task. A submission without units is one, WHOLE_TASK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from allocator.strategies.wrong import WrongInputError
from reviewqueue.model import MISSING, MOST_UNITS, WHOLE_TASK, Due, Unit, UnitState

LONGEST_DIGEST: Final = 32
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a unit. `reviewer` is who looked at it last, 0: nobody."""

    number: int
    external_id: str = ""
    class_name: str = ""
    digest: bytes = b""
    state: UnitState = UnitState.NOT_SAMPLED
    rejects: int = 0
    reviewer: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A unit as the author submits it. The unit of a submission without units has no name."""

    external_id: str = ""
    class_name: str = ""
    digest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubmission:
    """What there is to review of a submission.

    `units` are those given, in their order, then the missing labels that are known. `gone` are
    the numbers of units that are DELETED by it. `rejects` counts earlier rejections, by number,
    of those that have any.
    """

    units: tuple[Unit, ...]
    gone: tuple[int, ...] = ()
    rejects: Mapping[int, int]


_WHOLE = (Given(),)
_REVIEWED_AGAIN = frozenset({UnitState.RESOLVED, UnitState.RETURNED, UnitState.PENDING})


def resubmit(known: Sequence[Known], given: Sequence[Given]) -> Resubmission:
    """What the units given ask of reviewers, after what is known (nothing: the first submission).

    Whether issues are open still is for others to refuse: here what is RETURNED counts as fixed.

    Raises WrongInputError.
    """
    check_units(given)
    by_name = {one.external_id: one for one in known if one.number < MISSING}
    fresh = _numbers_after(by_name.values())
    units = [_unit(by_name.get(one.external_id), one, fresh) for one in (given or _WHOLE)]
    missing = [_missing(one) for one in known if one.number >= MISSING]
    there = {unit.number for unit in units}
    return Resubmission(
        units=(*units, *missing),
        gone=tuple(sorted(one.number for one in by_name.values() if _is_gone(one, there))),
        rejects={one.number: one.rejects for one in known if one.rejects},
    )


def check_units(given: Sequence[Given]) -> None:
    """Refuse too many, one without a name, one twice, a long digest. Raises WrongInputError."""
    if len(given) > MOST_UNITS:
        raise WrongInputError("units", f"must be {MOST_UNITS:,} at most")
    first: dict[str, int] = {}
    for place, one in enumerate(given):
        if not one.external_id:
            raise WrongInputError(f"units[{place}].unit_id", "must not be empty")
        if len(one.digest) > LONGEST_DIGEST:
            raise WrongInputError(
                f"units[{place}].digest", f"must be {LONGEST_DIGEST} bytes at most"
            )
        before = first.setdefault(one.external_id, place)
        if before != place:
            raise WrongInputError(f"units[{place}].unit_id", f"must not be that of units[{before}]")


def _numbers_after(known: Iterable[Known]) -> Iterable[int]:
    return count(1 + max((one.number for one in known), default=0))


def _unit(before: Known | None, given: Given, fresh: Iterable[int]) -> Unit:
    if before is not None:
        return _again(before, given)
    number = next(iter(fresh)) if given.external_id else WHOLE_TASK
    return Unit(number=number, external_id=given.external_id, class_name=given.class_name)


def _again(before: Known, given: Given) -> Unit:
    changed = (given.class_name, given.digest) != (before.class_name, before.digest)
    due = _due(before, changed=changed)
    return Unit(
        number=before.number,
        external_id=before.external_id,
        class_name=given.class_name,
        due=due,
        reviewer=before.reviewer if due is Due.ALWAYS else 0,
    )


def _missing(before: Known) -> Unit:
    if before.state in _REVIEWED_AGAIN:
        return Unit(number=before.number, due=Due.ALWAYS, reviewer=before.reviewer)
    return Unit(number=before.number, due=Due.NEVER)


def _due(before: Known, *, changed: bool) -> Due:
    state = before.state
    if state is UnitState.DELETED:
        return Due.ALWAYS if before.reviewer else Due.DRAWN
    if state in _REVIEWED_AGAIN or (changed and state is UnitState.APPROVED):
        return Due.ALWAYS
    return Due.DRAWN if changed and state is UnitState.NOT_SAMPLED else Due.NEVER


_KEPT = frozenset({UnitState.DELETED, UnitState.REJECTED})


def _is_gone(one: Known, there: set[int]) -> bool:
    return one.number not in there and one.state not in _KEPT
