"""Redistribution: the worked example, what stays and why, and the laws of the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.model import Cause, TaskState
from allocator.strategies.distribution import Addition, shares_of
from allocator.strategies.redistribution import (
    ACTIVE_WINDOW_MS,
    Held,
    Redistribution,
    Scope,
    Sharing,
    Spread,
    Stays,
    Target,
    WrongTargetsError,
    all_targets,
    in_scope,
    named_targets,
    redistribute,
    share_out,
)

ANN, BEN, CAT, DAN, EVE = 1, 2, 3, 4, 5
DAY_MS = 24 * 60 * 60 * 1000
NOW_MS = 10 * DAY_MS

# Ann leaves with 20 tasks; the targets are Ben (no assignment), Cat (has one), Dan (inactive).
LEFT_BEHIND = [
    *(Held(Addition(n), TaskState.COMPLETED, annotated=True) for n in range(1, 9)),
    *(Held(Addition(n), TaskState.DISCARDED) for n in range(9, 11)),
    *(
        Held(Addition(n), TaskState.IN_PROGRESS, annotated=True, touched_ms=NOW_MS - DAY_MS)
        for n in range(11, 17)
    ),
    *(Held(Addition(n), TaskState.ASSIGNED) for n in range(17, 21)),
]
B, C = Target(BEN), Target(CAT, open=7, assigned=True)
D = Target(DAN, assigned=True, refused=Cause.NOT_A_MEMBER)
WITHOUT_ANNOTATIONS = Scope(only_without_annotations=True)


def taken(plan: Redistribution) -> dict[int, int]:
    return dict(Counter(move.person for move in plan.moves))


def kept(plan: Redistribution) -> dict[Stays, int]:
    return dict(Counter(stay.why for stay in plan.stays))


def test_of_twenty_tasks_two_targets_get_five_each() -> None:
    plan = redistribute(LEFT_BEHIND, named_targets([B, C], source=ANN), now_ms=NOW_MS)

    assert taken(plan) == {BEN: 5, CAT: 5}
    assert kept(plan) == {Stays.FINISHED: 10}


def test_only_without_annotations_they_get_two_each_and_six_stay() -> None:
    targets = named_targets([B, C], source=ANN)

    plan = redistribute(LEFT_BEHIND, targets, now_ms=NOW_MS, scope=WITHOUT_ANNOTATIONS)

    assert taken(plan) == {BEN: 2, CAT: 2}
    assert kept(plan) == {Stays.FINISHED: 10, Stays.ANNOTATED: 6}


def test_only_unassigned_as_well_one_gets_all_four() -> None:
    targets = named_targets([B, C], source=ANN, only_unassigned=True)

    plan = redistribute(LEFT_BEHIND, targets, now_ms=NOW_MS, scope=WITHOUT_ANNOTATIONS)

    assert taken(plan) == {BEN: 4}


def test_naming_somebody_inactive_is_refused() -> None:
    with pytest.raises(WrongTargetsError) as caught:
        named_targets([B, D], source=ANN)

    assert caught.value.name == "targets[1]"
    assert "active member" in str(caught.value)


def test_of_all_contributors_the_inactive_and_the_source_are_left_out() -> None:
    assert all_targets([Target(ANN), B, C, D], source=ANN) == (B, C)
    assert all_targets([Target(ANN), B, C, D], source=ANN, only_unassigned=True) == (B,)


def test_people_of_other_domains_take_part_only_if_all_domains_do() -> None:
    eve = Target(EVE, outsider="'eve' of domain 'acme'")

    assert all_targets([B, C, eve], source=ANN) == (B, C)
    assert all_targets([B, C, eve], source=ANN, only_unassigned=True) == (B,)
    assert all_targets([B, C, eve], source=ANN, all_domains=True) == (B, C, eve)
    assert named_targets([B, eve], source=ANN, all_domains=True) == (B, eve)


@pytest.mark.parametrize(
    ("asked", "name", "right"),
    [
        (
            [B, Target(EVE, outsider="'eve' of domain 'acme'")],
            "targets[1]",
            "must be one of the project's own people unless all_domains is set,"
            " not 'eve' of domain 'acme'",
        ),
        ([B, Target(ANN)], "targets[1]", "must not be the one whose tasks move"),
        ([B, C, B], "targets[2]", "must not be listed before"),
        ([], "targets", "must leave somebody who takes a share"),
        ([Target(BEN, load=Fraction(0))], "targets", "must leave somebody who takes a share"),
    ],
)
def test_wrong_targets_are_told_what_would_be_right(
    asked: list[Target], name: str, right: str
) -> None:
    with pytest.raises(WrongTargetsError) as caught:
        named_targets(asked, source=ANN)

    assert (caught.value.name, str(caught.value)) == (name, right)


def test_if_all_have_an_assignment_nobody_is_unassigned() -> None:
    with pytest.raises(WrongTargetsError, match="must leave somebody"):
        named_targets([C], source=ANN, only_unassigned=True)
    with pytest.raises(WrongTargetsError, match="must leave somebody"):
        all_targets([C, D], source=ANN, only_unassigned=True)


STARTED = Held(Addition(1), TaskState.IN_PROGRESS, annotated=True, touched_ms=NOW_MS)


@pytest.mark.parametrize(
    ("task", "scope", "why"),
    [
        (Held(Addition(1), TaskState.ASSIGNED), Scope(), None),
        (Held(Addition(1), TaskState.QUEUED), Scope(), None),
        (Held(Addition(1), TaskState.IN_REVIEW, annotated=True), Scope(), Stays.FINISHED),
        (Held(Addition(1), TaskState.RETURNED, annotated=True), Scope(), None),
        (Held(Addition(1), TaskState.RETURNED, issues=True), Scope(), Stays.HAS_ISSUES),
        (Held(Addition(1), TaskState.IN_PROGRESS, issues=True), Scope(), Stays.HAS_ISSUES),
        (Held(Addition(1), TaskState.RETURNED, issues=True), Scope(include_returned=True), None),
        (STARTED, Scope(), Stays.WORKED_ON),
        (STARTED, Scope(include_started=True), None),
        (STARTED, WITHOUT_ANNOTATIONS, Stays.ANNOTATED),
        (STARTED._replace(touched_ms=NOW_MS - ACTIVE_WINDOW_MS + 1), Scope(), Stays.WORKED_ON),
        (STARTED._replace(touched_ms=NOW_MS - ACTIVE_WINDOW_MS), Scope(), None),
        (STARTED._replace(touched_ms=NOW_MS - 1), Scope(active_window_ms=1), None),
    ],
)
def test_a_task_moves_or_says_why_it_stays(task: Held, scope: Scope, why: Stays | None) -> None:
    assert in_scope(task, scope, NOW_MS) == why


def test_percents_share_out_by_load() -> None:
    shares = shares_of([BEN, CAT], [80, 20])
    targets = [Target(share.person, share.load) for share in shares]

    assert taken(redistribute(LEFT_BEHIND, targets, now_ms=NOW_MS)) == {BEN: 8, CAT: 2}


def test_auto_disperse_gives_more_to_who_has_less() -> None:
    level = Sharing(spread=Spread.LEVEL)

    plan = redistribute(LEFT_BEHIND, [B, C], now_ms=NOW_MS, sharing=level)

    assert taken(plan) == {BEN: 9, CAT: 1}


def test_whole_runs_of_neighbours_move_to_one_person() -> None:
    entries = [1, 2, 3, 10, 11, 20, 21, 22, 23]
    tasks = [Addition(entry) for entry in entries]

    people = share_out(tasks, [B, C], Sharing(keep_together=True))

    assert people == (BEN, BEN, BEN, CAT, CAT, CAT, CAT, CAT, CAT)


def test_a_run_is_cut_where_nobody_may_do_more_of_it() -> None:
    skills = [frozenset({BEN, CAT}), frozenset({BEN}), frozenset({CAT}), frozenset({DAN})]
    tasks = [Addition(entry, may=may) for entry, may in enumerate(skills)]

    people = share_out(tasks, [B, C], Sharing(keep_together=True))

    assert people == (BEN, BEN, CAT, None)


@st.composite
def holdings(draw: st.DrawFn) -> tuple[list[Held], list[Target]]:
    """Tasks in all states, in the queue's order, and targets that may do some of them."""
    loads = draw(st.lists(st.integers(0, 5), min_size=1, max_size=5).filter(any))
    targets = [
        Target(person, Fraction(load), draw(st.integers(0, 9)))
        for person, load in enumerate(loads, 1)
    ]
    some = st.frozensets(st.sampled_from([target.person for target in targets]))
    tasks: list[Held] = []
    for entry in sorted(draw(st.sets(st.integers(1, 30), max_size=20))):
        may, without = draw(st.none() | some), draw(st.just(frozenset[int]()) | some)
        weight = draw(st.sampled_from([1, 2, 0.5]))
        task = Held(Addition(entry, 1, weight, may, without), draw(st.sampled_from(TaskState)))
        touched_ms = draw(st.none() | st.integers(NOW_MS - 2 * ACTIVE_WINDOW_MS, NOW_MS))
        annotated, issues = draw(st.booleans()), draw(st.booleans())
        tasks.append(task._replace(annotated=annotated, issues=issues, touched_ms=touched_ms))
    return tasks, targets


SHARINGS = st.builds(
    Sharing,
    spread=st.sampled_from(Spread),
    weighted=st.booleans(),
    keep_together=st.booleans(),
)
SCOPES = st.builds(
    Scope,
    only_without_annotations=st.booleans(),
    include_returned=st.booleans(),
    include_started=st.booleans(),
)


@given(case=holdings(), scope=SCOPES, sharing=SHARINGS)
def test_every_task_moves_to_who_may_do_it_or_stays_for_a_reason(
    case: tuple[list[Held], list[Target]], scope: Scope, sharing: Sharing
) -> None:
    tasks, targets = case
    takers = {target.person for target in targets if target.load}

    plan = redistribute(tasks, targets, now_ms=NOW_MS, scope=scope, sharing=sharing)

    why = {task.addition: in_scope(task, scope, NOW_MS) for task in tasks}
    moved = {move.task: move.person for move in plan.moves}
    stayed = {stay.task: stay.why for stay in plan.stays}
    assert len(moved) + len(stayed) == len(tasks)
    for task, reason in why.items():
        able = (takers if task.may is None else takers & task.may) - task.without
        if reason is None and able:
            assert moved[task] in able
        else:
            assert stayed[task] == (reason or Stays.NO_TARGET)


@given(case=holdings(), scope=SCOPES, sharing=SHARINGS)
def test_the_order_is_kept_and_the_same_is_planned_alike(
    case: tuple[list[Held], list[Target]], scope: Scope, sharing: Sharing
) -> None:
    tasks, targets = case

    plan = redistribute(tasks, targets, now_ms=NOW_MS, scope=scope, sharing=sharing)

    moved, stayed = [m.task.entry for m in plan.moves], [s.task.entry for s in plan.stays]
    assert moved == sorted(moved)
    assert stayed == sorted(stayed)
    assert plan == redistribute(tasks, targets, now_ms=NOW_MS, scope=scope, sharing=sharing)


@given(
    entries=st.sets(st.integers(1, 60), max_size=40),
    loads=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    spread=st.sampled_from(Spread),
)
def test_kept_together_no_run_is_cut_if_everybody_may_do_everything(
    entries: set[int], loads: list[int], spread: Spread
) -> None:
    targets = [Target(person, Fraction(load)) for person, load in enumerate(loads, 1)]
    tasks = [Addition(entry) for entry in sorted(entries)]

    people = share_out(tasks, targets, Sharing(spread=spread, keep_together=True))

    numbered = enumerate(zip(tasks, people, strict=True))
    for _, run in groupby(numbered, key=lambda at: at[1][0].entry - at[0]):
        assert len({person for _, (_, person) in run}) == 1


EXTENTS = st.sets(st.integers(1, 60), max_size=8).map(
    lambda ends: list(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)


@given(case=holdings(), sharing=SHARINGS, ranges=EXTENTS)
def test_kept_together_a_range_goes_to_one_if_one_may_do_all_of_it(
    case: tuple[list[Held], list[Target]], sharing: Sharing, ranges: list[tuple[int, int]]
) -> None:
    tasks, targets = [task.addition for task in case[0]], case[1]
    takers = frozenset(target.person for target in targets if target.load)
    people = share_out(tasks, targets, replace(sharing, keep_together=True), ranges)

    for first, last in ranges:
        inside = [at for at, task in enumerate(tasks) if first <= task.entry <= last]
        may = takers.difference(*(tasks[at].without for at in inside))
        for task in (tasks[at] for at in inside):
            may = may if task.may is None else may & task.may
        if may and len({tasks[at].entry for at in inside}) == len(inside):
            assert len({people[at] for at in inside}) <= 1


@given(
    slots=st.lists(st.integers(1, 3), max_size=8),
    people=st.integers(1, 4),
    sharing=SHARINGS,
    ranges=EXTENTS,
)
def test_several_slots_of_an_item_go_to_different_people(
    slots: list[int], people: int, sharing: Sharing, ranges: list[tuple[int, int]]
) -> None:
    targets = [Target(person) for person in range(1, people + 1)]
    tasks = [Addition(n, slot) for n, many in enumerate(slots) for slot in range(1, many + 1)]

    given_ = zip(tasks, share_out(tasks, targets, sharing, ranges), strict=True)

    for (_, many), group in zip(
        enumerate(slots),
        (list(g) for _, g in groupby(given_, key=lambda at: at[0].entry)),
        strict=True,
    ):
        got = [person for _, person in group if person is not None]
        assert len(got) == len(set(got)) == min(many, people)
