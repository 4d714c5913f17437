"""Corrections: numbers stay, what must be seen again is, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from allocator.strategies.wrong import WrongInputError
from reviewqueue.corrections import Given, Known, Resubmission, resubmit
from reviewqueue.model import MISSING, MOST_UNITS, WHOLE_TASK, Due, UnitState

S = UnitState
STATES = st.sampled_from(UnitState)


def known_unit(number: int, facts: tuple[UnitState, int, int, str]) -> Known:
    state, rejects, reviewer, class_name = facts
    return Known(
        number=number,
        external_id="" if number >= MISSING else f"u{number}",
        class_name=class_name,
        digest=b"old",
        state=state,
        rejects=rejects,
        reviewer=reviewer,
    )


FACTS = st.tuples(STATES, st.integers(0, 2), st.integers(0, 2), st.sampled_from(["", "car"]))
NUMBERS = st.integers(1, 8) | st.integers(MISSING + 1, MISSING + 2)
KNOWN = st.dictionaries(NUMBERS, FACTS, max_size=8).map(
    lambda units: [known_unit(*one) for one in sorted(units.items())]
)
GIVEN = st.dictionaries(st.sampled_from([f"u{n}" for n in range(1, 12)]), st.booleans()).map(
    lambda units: [
        Given(external_id=name, class_name="car", digest=b"new" if new else b"old")
        for name, new in units.items()
    ]
)


@generated(known=KNOWN, given=GIVEN)
def test_a_unit_keeps_its_number_and_a_new_one_gets_the_next(
    known: list[Known], given: list[Given]
) -> None:
    again = resubmit(known, given)

    before = {one.external_id: one.number for one in known if one.number < MISSING}
    fresh = max(before.values(), default=0)
    for unit, one in zip(again.units, given, strict=False):
        assert unit.external_id == one.external_id
        if one.external_id not in before:
            fresh += 1
        assert unit.number == before.get(one.external_id, fresh)


@generated(known=KNOWN, given=GIVEN)
def test_every_known_unit_is_there_or_gone_or_was_final(
    known: list[Known], given: list[Given]
) -> None:
    again = resubmit(known, given)

    there = {unit.number for unit in again.units}
    assert len(there) == len(again.units)
    assert there.isdisjoint(again.gone)
    away = [one for one in known if one.number not in there]
    kept = {one.number for one in away if one.state in {S.DELETED, S.REJECTED}}
    assert set(again.gone) == {one.number for one in away} - kept
    assert {one.number for one in known if one.number >= MISSING} <= there
    assert again.rejects == {one.number: one.rejects for one in known if one.rejects}


def outcome(state: UnitState, *, changed: bool, reviewer: int = 9) -> tuple[Due, int]:
    """What is to be done with one unit, and by whom if by anybody."""
    before = Known(number=1, external_id="u", digest=b"1", state=state, reviewer=reviewer)
    digest = b"2" if changed else b"1"
    [unit] = resubmit([before], [Given(external_id="u", digest=digest)]).units
    return unit.due, unit.reviewer


@pytest.mark.parametrize("changed", [False, True])
def test_what_is_done_with_each_state(*, changed: bool) -> None:
    again, left = (Due.ALWAYS, 9), (Due.NEVER, 0)

    assert {state: outcome(state, changed=changed) for state in UnitState} == {
        S.NOT_SAMPLED: (Due.DRAWN, 0) if changed else left,
        S.PENDING: again,
        S.APPROVED: again if changed else left,
        S.RETURNED: again,
        S.RESOLVED: again,
        S.REJECTED: left,
        S.DELETED: again,
    }


def test_a_unit_that_was_away_and_never_reviewed_is_drawn_for_as_a_new_one() -> None:
    assert outcome(S.DELETED, changed=False, reviewer=0) == (Due.DRAWN, 0)


def test_another_class_is_a_change() -> None:
    before = Known(number=1, external_id="u", class_name="car", state=S.APPROVED)

    [unit] = resubmit([before], [Given(external_id="u", class_name="bus")]).units

    assert unit.due is Due.ALWAYS
    assert unit.class_name == "bus"


@pytest.mark.parametrize("state", UnitState)
def test_a_missing_label_is_reviewed_again_once_it_is_marked(state: UnitState) -> None:
    missing = Known(number=MISSING + 1, state=state, reviewer=9)

    [_, unit] = resubmit([missing], [Given(external_id="u")]).units

    due = state in {S.PENDING, S.RETURNED, S.RESOLVED}
    assert unit.number == MISSING + 1
    assert (unit.due, unit.reviewer) == ((Due.ALWAYS, 9) if due else (Due.NEVER, 0))


def numbers(again: Resubmission) -> list[int]:
    return [unit.number for unit in again.units]


def test_a_submission_without_units_is_one_unit_the_whole_task() -> None:
    whole = Known(number=WHOLE_TASK, state=S.RESOLVED)
    named = Known(number=1, external_id="u", state=S.RESOLVED)

    assert numbers(resubmit([], [])) == [WHOLE_TASK]
    assert numbers(resubmit([whole], [])) == [WHOLE_TASK]
    assert resubmit([named], []).gone == (1,)
    assert resubmit([whole], [Given(external_id="u")]).gone == (WHOLE_TASK,)


@pytest.mark.parametrize(
    ("units", "name", "right"),
    [
        (["a", "b", "a"], "units[2].unit_id", r"must not be that of units\[0\]"),
        (["a", ""], "units[1].unit_id", "must not be empty"),
        (range(MOST_UNITS + 1), "units", "must be 10,000 at most"),
    ],
)
def test_units_that_cannot_be_are_refused_by_name(units: Any, name: str, right: str) -> None:
    with pytest.raises(WrongInputError, match=right) as refused:
        resubmit([], [Given(external_id=str(unit)) for unit in units])
    assert refused.value.name == name


def test_a_digest_is_32_bytes_at_most() -> None:
    resubmit([], [Given(external_id="u", digest=b"d" * 32)])

    with pytest.raises(WrongInputError, match="must be 32 bytes at most") as refused:
        resubmit([], [Given(external_id="u", digest=b"d" * 33)])
    assert refused.value.name == "units[0].digest"
