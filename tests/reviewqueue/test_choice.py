"""Choice of reviewers: each unit in one group, nobody who may not, and work spread evenly."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reviewqueue.choice import By, Mappings, group, least_loaded
from reviewqueue.model import Unit

PEOPLE = st.integers(1, 6)
LISTED = st.lists(PEOPLE, max_size=3).map(tuple)
CLASSES = ["car", "bus", ""]
MAPPINGS = st.builds(
    Mappings,
    by_class=st.dictionaries(st.sampled_from(CLASSES[:2]), LISTED),
    by_annotator=st.dictionaries(st.integers(1, 2), LISTED),
)
UNITS = st.lists(st.tuples(st.sampled_from(CLASSES), st.integers(0, 6)), max_size=8).map(
    lambda units: [
        Unit(number=n, external_id=f"u{n}", class_name=name, reviewer=reviewer)
        for n, (name, reviewer) in enumerate(units, 1)
    ]
)
SHARED = {By.NONE, By.NOBODY_LEFT}
UNABLE = st.frozensets(PEOPLE)


def named(unit: Unit, mappings: Mappings, author: int, unable: frozenset[int]) -> set[int]:
    """Whom the unit may go to, by the words of the specification."""
    if unit.reviewer and unit.reviewer not in unable:
        return {unit.reviewer}
    by_annotator = mappings.by_annotator.get(author, ())
    return set(mappings.by_class.get(unit.class_name) or by_annotator) - unable


@given(units=UNITS, mappings=MAPPINGS, unable=UNABLE, multi=st.booleans())
def test_every_unit_is_in_one_group_and_goes_to_nobody_who_may_not(
    units: list[Unit], mappings: Mappings, unable: frozenset[int], *, multi: bool
) -> None:
    groups = group(units, mappings=mappings, author=1, unable=unable, multi_review=multi)

    assert sorted(n for one in groups for n in one.units) == [unit.number for unit in units]
    assert not any(unable & set(one.candidates) for one in groups)
    assert [one.units[0] for one in groups] == sorted(one.units[0] for one in groups)
    assert all(bool(one.candidates) == (one.by not in SHARED) for one in groups)


@given(units=UNITS, mappings=MAPPINGS, unable=UNABLE)
def test_candidates_are_the_class_mapping_else_the_annotator_mapping_else_nobody(
    units: list[Unit], mappings: Mappings, unable: frozenset[int]
) -> None:
    groups = group(units, mappings=mappings, author=1, unable=unable)

    of = {number: one for one in groups for number in one.units}
    for unit in units:
        assert set(of[unit.number].candidates) == named(unit, mappings, 1, unable)
        if not unit.reviewer:
            by_class = bool(mappings.by_class.get(unit.class_name))
            by_annotator = bool(mappings.by_annotator.get(1))
            by = By.CLASS if by_class else By.ANNOTATOR if by_annotator else By.NONE
            if by is not By.NONE and not of[unit.number].candidates:
                by = By.NOBODY_LEFT
            assert of[unit.number].by is by


@given(units=UNITS, mappings=MAPPINGS)
def test_a_mapping_makes_one_group_of_a_submission(units: list[Unit], mappings: Mappings) -> None:
    fresh = [Unit(number=unit.number, class_name=unit.class_name) for unit in units]

    groups = group(fresh, mappings=mappings, author=1)

    mapped = {unit.class_name for unit in fresh if mappings.by_class.get(unit.class_name)}
    assert sum(one.by is By.CLASS for one in groups) == len(mapped)
    assert sum(one.by is not By.CLASS for one in groups) <= 1


@given(units=UNITS, mappings=MAPPINGS, unable=UNABLE)
def test_with_multi_review_one_gets_all_by_class_first_then_who_covers_most(
    units: list[Unit], mappings: Mappings, unable: frozenset[int]
) -> None:
    groups = group(units, mappings=mappings, author=1, unable=unable, multi_review=True)

    if not units:
        assert groups == ()
        return
    [one] = groups
    may = {unit.number: named(unit, mappings, 1, unable) for unit in units}
    covers = Counter(person for people in may.values() for person in people)
    before = {unit.reviewer for unit in units} - unable - {0}
    by_class = {
        person
        for unit in units
        if unit.reviewer not in before and mappings.by_class.get(unit.class_name)
        for person in may[unit.number]
    }
    first = before or by_class or set(covers)
    most = max((covers[person] for person in first), default=0)
    assert set(one.candidates) == {person for person in first if covers[person] == most}
    assert (one.by is By.REVIEWER) == bool(before)


@given(
    candidates=st.lists(PEOPLE, min_size=1, unique=True),
    pending=st.dictionaries(PEOPLE, st.integers(0, 3)),
    counter=st.integers(0, 100),
)
def test_whoever_has_the_fewest_pending_units_is_chosen(
    candidates: list[int], pending: dict[int, int], counter: int
) -> None:
    chosen = least_loaded(candidates, pending, counter)

    assert chosen in candidates
    assert pending.get(chosen, 0) == min(pending.get(person, 0) for person in candidates)


@given(candidates=st.lists(PEOPLE, min_size=1, unique=True), rounds=st.integers(1, 4))
def test_equals_take_turns(candidates: list[int], rounds: int) -> None:
    turns = len(candidates) * rounds

    chosen = Counter(least_loaded(candidates, {}, counter) for counter in range(turns))

    assert chosen == dict.fromkeys(candidates, rounds)


@given(
    candidates=st.lists(PEOPLE, min_size=1, unique=True),
    sizes=st.lists(st.integers(1, 5), max_size=40),
)
def test_nobody_gets_ahead_by_more_than_one_group(candidates: list[int], sizes: list[int]) -> None:
    pending = dict.fromkeys(candidates, 0)

    for counter, size in enumerate(sizes):
        pending[least_loaded(candidates, pending, counter)] += size

    assert max(pending.values()) - min(pending.values()) <= max(sizes, default=0)
